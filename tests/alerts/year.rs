//! A year of 200 members: rent, wages, the market on Saturdays, veg boxes, a feast in July, holidays, gifts in
//! December, those who come, and those who sleep for months and are back. And, planted into it, anomalies of each
//! kind, strong and faint, with what they are.

use communitytoken::alerts::{Rule, Subject};

use super::life::{BEGIN, DAY, Event, HOUR, Planned, Seen, TREASURY, about, key, moment, play};

const DAYS: i64 = 365;
const MEMBERS: usize = 200;
/// Of them are there from the first day.
const FIRST: usize = 170;
/// Wallets 1 to 12 sell something: food, bread, repairs, rooms.
const SELLERS: std::ops::RangeInclusive<usize> = 1..=12;
/// Two of them let rooms.
const LANDLORDS: [usize; 2] = [11, 12];
const FARM: usize = 10;
/// The weekend of the feast, and the two weeks of holidays in August.
const FEAST: [i64; 2] = [194, 195];
const HOLIDAYS: std::ops::Range<i64> = 212..233;
const DECEMBER: std::ops::Range<i64> = 335..360;
/// So early nothing is planted: nobody knows yet what is usual.
const KNOWN: i64 = 75;

/// What was planted.
#[derive(Debug, Clone)]
pub struct Planted {
    pub rule: Rule,
    /// An alert of the rule about any of these is right.
    pub subjects: Vec<Subject>,
}

pub struct Year {
    pub seen: Vec<(Seen, Option<usize>)>,
    pub planted: Vec<Planted>,
    pub weeks: i64,
}

struct Plan {
    dice: fastrand::Rng,
    events: Vec<Event>,
    planted: Vec<Planted>,
    wallets: usize,
}

struct Habits {
    /// How likely they buy something on a day, in hundredths.
    buys: u32,
    /// For how much.
    basket: f64,
    /// Where mostly.
    sellers: [usize; 3],
    friends: [usize; 3],
    sleeps: std::ops::Range<i64>,
    rent: Option<(usize, i64)>,
    has_box: bool,
}

impl Plan {
    fn add(&mut self, at: i64, what: Planned) {
        self.events.push(Event { at, what, planted: None });
    }

    fn pay(&mut self, at: i64, from: usize, to: usize, amount: i64) {
        self.add(at, Planned::Pay { from, to, amount, all_there_is: false });
    }

    fn habits(&mut self, member: usize) -> Habits {
        let dice = &mut self.dice;
        let mut seller = || dice.usize(1..=10);
        let sellers = [seller(), seller(), seller()];
        let mut friend = || dice.usize(13..FIRST);
        let friends = [friend(), friend(), friend()];
        let start = dice.i64(60..250);
        Habits {
            buys: [3, 8, 15, 25, 45][dice.usize(0..5)],
            basket: 3.0 + dice.f64() * dice.f64() * 20.0,
            sellers,
            friends,
            sleeps: if dice.u32(0..10) == 0 { start..start + dice.i64(60..150) } else { 0..0 },
            rent: member.is_multiple_of(11).then(|| (LANDLORDS[member % 2], dice.i64(60..160))),
            has_box: member.is_multiple_of(5),
        }
    }

    fn live(&mut self, member: usize) {
        let habits = self.habits(member);
        let joins = if member <= FIRST { 0 } else { self.dice.i64(20..340) };
        let welcome = if member <= FIRST { 150 } else { 60 };
        let at = BEGIN + joins * DAY + 8 * HOUR + i64::try_from(member).unwrap() * 1000;
        self.add(at, Planned::Join { wallet: member, welcome });
        if member > FIRST && self.dice.u32(0..5) == 0 {
            // Some spend what they were welcomed with at once.
            self.pay(at + 3 * HOUR, member, habits.sellers[0], 50);
        }
        for day in joins + 1..DAYS {
            if habits.sleeps.contains(&day) {
                continue;
            }
            self.day(member, &habits, day);
        }
        // A yearly fee, some time in January or when they have come.
        let due = if member <= FIRST { self.dice.i64(10..45) } else { joins + 20 };
        if due < DAYS {
            let at = moment(&mut self.dice, due, 8..21);
            self.pay(at, member, TREASURY, 24);
        }
    }

    fn day(&mut self, member: usize, habits: &Habits, day: i64) {
        let weekday = day % 7;
        let mut likely = habits.buys;
        if weekday == 5 {
            likely = likely * 2 + 10;
        }
        if HOLIDAYS.contains(&day) {
            likely /= 3;
        }
        let mut basket = habits.basket;
        if DECEMBER.contains(&day) {
            likely = likely * 3 / 2;
            basket *= 1.6;
        }
        if self.dice.u32(0..100) < likely.min(95) {
            let seller = habits.sellers[self.dice.usize(0..3)];
            let (at, amount) = (moment(&mut self.dice, day, 7..21), about(&mut self.dice, basket, 0.55));
            self.pay(at, member, seller, amount);
        }
        if self.dice.u32(0..100) < 5 {
            let friend = habits.friends[self.dice.usize(0..3)];
            let mean = if DECEMBER.contains(&day) { 25.0 } else { 9.0 };
            let (at, amount) = (moment(&mut self.dice, day, 9..23), about(&mut self.dice, mean, 0.6));
            self.pay(at, member, friend, amount);
        }
        if FEAST.contains(&day) && self.dice.u32(0..100) < 70 {
            for _ in 0..self.dice.usize(2..6) {
                let seller = self.dice.usize(1..=10);
                let (at, amount) = (moment(&mut self.dice, day, 11..23), about(&mut self.dice, basket * 2.5, 0.5));
                self.pay(at, member, seller, amount);
            }
        }
        if habits.has_box && weekday == 3 && !HOLIDAYS.contains(&day) {
            let at = moment(&mut self.dice, day, 8..12);
            self.pay(at, member, FARM, 18);
        }
        if let Some((landlord, rent)) = habits.rent
            && day % 30 == 0
        {
            let at = moment(&mut self.dice, day, 8..20);
            self.pay(at, member, landlord, rent);
        }
        if weekday == 0 {
            let at = BEGIN + day * DAY + 9 * HOUR + i64::try_from(member).unwrap();
            self.add(at, Planned::Give { to: member, amount: 12 });
        }
        if self.dice.u32(0..6) == 0 {
            let at = moment(&mut self.dice, day, 6..23);
            self.add(at, Planned::SignIn { wallet: member });
        }
    }

    /// Sellers pay those who help them on Fridays, and each other.
    fn trade(&mut self) {
        for seller in SELLERS {
            let helpers: Vec<usize> = (0..4).map(|_| self.dice.usize(13..FIRST)).collect();
            let wages: Vec<i64> = (0..4).map(|_| self.dice.i64(25..70)).collect();
            for day in (4..DAYS).step_by(7) {
                for (helper, wage) in helpers.iter().zip(&wages) {
                    let at = moment(&mut self.dice, day, 16..19);
                    self.pay(at, seller, *helper, *wage);
                }
                let (at, amount) = (moment(&mut self.dice, day, 8..12), about(&mut self.dice, 90.0, 0.4));
                let other = self.dice.usize(1..=12);
                self.pay(at, seller, other, amount);
            }
        }
        // Rooms are repaired, and the landlords live, too.
        for landlord in LANDLORDS {
            for day in (8..DAYS).step_by(15) {
                let (at, to) = (moment(&mut self.dice, day, 8..20), self.dice.usize(13..FIRST));
                let amount = about(&mut self.dice, 150.0, 0.4);
                self.pay(at, landlord, to, amount);
            }
        }
        // After the feast its treasurer pays fourteen helpers within an hour.
        let (treasurer, noon) = (20, BEGIN + (FEAST[1] + 1) * DAY + 12 * HOUR);
        self.add(noon - HOUR, Planned::Give { to: treasurer, amount: 200 });
        for helper in 0..14 {
            let to = self.dice.usize(30..FIRST);
            self.pay(noon + helper * 150_000, treasurer, to, 12);
        }
        // Bicycles, sheds, courses: now and then something large, from somebody who sells no other.
        for _ in 0..25 {
            let day = self.dice.i64(20..DAYS);
            let (from, to) = (self.dice.usize(13..FIRST), self.dice.usize(13..FIRST));
            let (at, amount) = (moment(&mut self.dice, day, 9..21), about(&mut self.dice, 70.0, 0.5));
            self.pay(at, from, to, amount);
        }
        // At the end of the year everybody gets something more.
        for member in 13..=MEMBERS {
            self.add(BEGIN + 350 * DAY + 9 * HOUR, Planned::Give { to: member, amount: 20 });
        }
        // Friends lend each other something, and it comes round.
        for _ in 0..15 {
            let day = self.dice.i64(20..DAYS - 3);
            let friends: Vec<usize> = (0..3).map(|_| self.dice.usize(13..FIRST)).collect();
            let amount = self.dice.i64(3..9);
            for step in 0..3 {
                let at = moment(&mut self.dice, day, 9..20) + i64::try_from(step).unwrap() * 12 * HOUR;
                self.pay(at, friends[step], friends[(step + 1) % 3], amount);
            }
        }
    }

    /// Somebody mistypes every hour; a program asks with an old token for a week; a provider is away for an hour.
    fn knock(&mut self) {
        for hour in 0..DAYS * 24 {
            if self.dice.u32(0..3) == 0 {
                let at = BEGIN + hour * HOUR + 1;
                let count = self.dice.i64(1..7);
                self.add(at, Planned::Refused { count });
            }
            if (120 * 24..127 * 24).contains(&hour) {
                self.add(BEGIN + hour * HOUR + 2, Planned::Refused { count: 12 });
            }
            if hour == 260 * 24 + 18 {
                self.add(BEGIN + hour * HOUR + 3, Planned::Refused { count: 35 });
            }
        }
    }

    fn plant(&mut self, rule: Rule, subjects: Vec<Subject>, parts: Vec<(i64, Planned)>) {
        let number = self.planted.len();
        self.planted.push(Planted { rule, subjects });
        self.events.extend(parts.into_iter().map(|(at, what)| Event { at, what, planted: Some(number) }));
    }

    fn day_to_plant(&mut self) -> i64 {
        self.dice.i64(KNOWN..DAYS - 5)
    }

    fn plant_all(&mut self) {
        let pay = |from, to, amount| Planned::Pay { from, to, amount, all_there_is: true };
        // Somebody else has a member's phone, and pays out what there is.
        for _ in 0..12 {
            let (day, from, to) = (self.day_to_plant(), self.dice.usize(13..FIRST), self.dice.usize(13..FIRST));
            let at = moment(&mut self.dice, day, 0..24);
            self.plant(Rule::Amount, vec![Subject::Wallet(key(from))], vec![(at, pay(from, to, 100_000))]);
        }
        // A program pays in a member's name.
        for _ in 0..8 {
            let (day, from) = (self.day_to_plant(), self.dice.usize(13..FIRST));
            let (at, count) = (moment(&mut self.dice, day, 0..23), self.dice.i64(15..60));
            let parts = (0..count).map(|number| {
                let to = 13 + (from + usize::try_from(number).unwrap() * 7) % (FIRST - 13);
                (at + number * 30_000, pay(from, to, 1))
            });
            let parts = parts.collect();
            self.plant(Rule::Frequency, vec![Subject::Wallet(key(from))], parts);
        }
        // The same tokens go round, so that much seems to happen.
        for _ in 0..8 {
            let (day, size) = (self.day_to_plant(), self.dice.usize(3..7));
            let mut ring: Vec<usize> = (0..size).map(|_| self.dice.usize(1..FIRST)).collect();
            ring.sort_unstable();
            ring.dedup();
            let (mut at, mut amount) = (moment(&mut self.dice, day, 0..24), self.dice.i64(15..120));
            let mut parts = vec![(at, Planned::Give { to: ring[0], amount })];
            for place in 0..ring.len() {
                at += self.dice.i64(HOUR / 6..9 * HOUR);
                parts.push((at, pay(ring[place], ring[(place + 1) % ring.len()], amount)));
                amount -= amount * self.dice.i64(0..3) / 100;
            }
            let subjects = ring.iter().map(|wallet| Subject::Wallet(key(*wallet))).collect();
            self.plant(Rule::Circle, subjects, parts);
        }
        // One person makes many accounts, and takes what each is welcomed with.
        for _ in 0..6 {
            let (day, to) = (self.day_to_plant(), self.dice.usize(13..FIRST));
            let mut parts = Vec::new();
            for _ in 0..self.dice.usize(4..11) {
                let wallet = self.wallets;
                self.wallets += 1;
                let before = self.dice.i64(0..5);
                let joins = moment(&mut self.dice, day - before, 8..20);
                parts.push((joins, Planned::Join { wallet, welcome: 60 }));
                let (at, amount) = (moment(&mut self.dice, day, 20..70), self.dice.i64(35..=60));
                parts.push((at, pay(wallet, to, amount)));
            }
            parts.sort_by_key(|(at, _)| *at);
            self.plant(Rule::NewAccounts, vec![Subject::Wallet(key(to))], parts);
        }
        // Far more is issued than ever.
        for days in [100..160, 290..350] {
            let day = self.dice.i64(days);
            let (at, amount) = (moment(&mut self.dice, day, 8..20), self.dice.i64(12_000..70_000));
            self.plant(Rule::Issuance, vec![Subject::Community], vec![(at, Planned::Issue { amount })]);
        }
        // Somebody tries names; somebody signs in again and again as one member.
        for _ in 0..5 {
            let day = self.day_to_plant();
            let (at, count) = (moment(&mut self.dice, day, 0..24), self.dice.i64(40..400));
            self.plant(Rule::SignIns, vec![Subject::Community], vec![(at, Planned::Refused { count })]);
        }
        for _ in 0..3 {
            let (day, wallet) = (self.day_to_plant(), self.dice.usize(13..FIRST));
            let at = moment(&mut self.dice, day, 0..23);
            let parts =
                (0..self.dice.i64(8..25)).map(|turn| (at + turn * 60_000, Planned::SignIn { wallet })).collect();
            self.plant(Rule::SignIns, vec![Subject::Wallet(key(wallet))], parts);
        }
    }
}

/// The year of a seed.
pub fn year(seed: u64) -> Year {
    let dice = fastrand::Rng::with_seed(seed);
    let mut plan = Plan { dice, events: Vec::new(), planted: Vec::new(), wallets: MEMBERS + 1 };
    for member in 1..=MEMBERS {
        plan.live(member);
    }
    plan.trade();
    plan.knock();
    plan.plant_all();
    Year { seen: play(plan.events, plan.wallets), planted: plan.planted, weeks: DAYS / 7 }
}
