//! Every figure, at random moments of the history and after every kind of operation.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use communitytoken::ledger::Folded;
use communitytoken::statistics::{
    Bucket, Calendar, Period, Settled, accounts, activity, concentration, network, supply_over_time, transactions,
    users, velocity,
};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::Connection;

use crate::effect;
use crate::history::{DAY, Story};
use crate::recount::{Raw, Row};
use crate::report;
use crate::support::setting;

const BUCKETS: [(Bucket, &str); 4] =
    [(Bucket::Hour, "hour"), (Bucket::Day, "day"), (Bucket::Week, "week"), (Bucket::Month, "month")];

/// One look at a community, both ways.
struct Look<'a> {
    conn: &'a Connection,
    raw: &'a Raw,
    calendar: Calendar,
    settled: &'a Settled,
    now: i64,
}

fn median(mut amounts: Vec<i64>) -> Option<f64> {
    amounts.sort_unstable();
    let last = amounts.len().checked_sub(1)?;
    Some((amounts[last / 2] + amounts[amounts.len() / 2]) as f64 / 2.0)
}

fn figures<'a>(rows: impl Iterator<Item = &'a Row>) -> (i64, i128, Option<f64>, Option<f64>) {
    let amounts: Vec<i64> = rows.map(|row| row.amount).collect();
    let volume: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
    let average = (!amounts.is_empty()).then(|| volume as f64 / amounts.len() as f64);
    (amounts.len() as i64, volume, average, median(amounts))
}

impl Look<'_> {
    /// As the pages look: the newest transactions may be known from before.
    fn folded(&self) -> Folded<'_> {
        self.settled.recent.open(self.conn).unwrap()
    }

    fn everything(&self, period: &Period, name: &str) {
        // By the calendar: each bucket holds the days that carry its label, all of them, one after the other.
        if name != "hour" {
            for (start, end) in period.buckets() {
                assert_eq!(self.raw.label(name, start), self.raw.date(start), "{name} {start}");
                assert_eq!(self.raw.label(name, end - 1), self.raw.date(start), "{name} {start}");
                assert_ne!(self.raw.label(name, start - 1), self.raw.date(start), "{name} {start}");
            }
        }
        self.supply(period);
        self.accounts(period);
        self.transactions(period, name);
        self.velocity(period);
        if name != "hour" {
            self.users(period);
        }
    }

    fn supply(&self, period: &Period) {
        let answer = supply_over_time(&self.folded(), period, self.now).unwrap();
        assert!(answer.supply.is_consistent);
        assert_eq!(answer.series.len(), period.bounds.len() - 1);
        for (point, (start, end)) in answer.series.iter().zip(period.buckets()) {
            let (circulating, pool) = self.raw.held(end - 1);
            assert!(point.is_consistent, "{point:?}");
            assert_eq!(
                (point.start_at, point.total_issuance, point.circulating_supply, point.system_pool),
                (start, self.raw.issued(end - 1), circulating, pool)
            );
        }
    }

    fn accounts(&self, period: &Period) {
        let answer = accounts(&self.folded(), period, self.now).unwrap();
        assert_eq!(answer.accounts.len(), self.raw.accounts.len());
        let is_account = |wallet: &i64| self.raw.accounts.contains_key(wallet);
        for account in answer.accounts {
            let key = *self.raw.accounts.iter().find(|(_, name)| **name == account.name).unwrap().0;
            let balance = |to: i64| self.raw.balances(to).get(&key).copied().unwrap_or(0);
            assert_eq!(account.opening_balance, balance(period.from() - 1));
            assert_eq!(account.closing_balance, balance(period.until() - 1));
            let counted = |from: i64, to: i64| {
                let sum = |wanted: &dyn Fn(&Row) -> bool| -> i128 {
                    self.raw.within(from, to).filter(|row| wanted(row)).map(|row| i128::from(row.amount)).sum()
                };
                [
                    sum(&|row| row.from == key && row.to == key),
                    sum(&|row| row.to == key && !is_account(&row.from)),
                    sum(&|row| row.to == key && row.from != key && is_account(&row.from)),
                    sum(&|row| row.from == key && !is_account(&row.to)),
                    sum(&|row| row.from == key && row.to != key && is_account(&row.to)),
                ]
            };
            let shown = |moved: communitytoken::statistics::Movement| {
                [
                    moved.issued,
                    moved.received_from_members,
                    moved.received_from_accounts,
                    moved.distributed,
                    moved.paid_to_accounts,
                ]
            };
            assert_eq!(shown(account.total), counted(period.from(), period.until() - 1), "{}", account.name);
            for (point, (start, end)) in account.series.iter().zip(period.buckets()) {
                assert_eq!(point.start_at, start);
                assert_eq!(shown(point.movement), counted(start, end - 1), "{} {start}", account.name);
                assert_eq!(point.balance, balance(end - 1), "{} {start}", account.name);
            }
        }
    }

    fn transactions(&self, period: &Period, name: &str) {
        let answer = transactions(&self.folded(), &self.calendar, period, self.now).unwrap();
        let within = || self.raw.within(period.from(), period.until() - 1);
        assert_eq!((answer.count, answer.volume, answer.average, answer.median), figures(within()));
        let kinds = ["issuance", "distribution", "transfer", "pool"];
        assert_eq!(answer.by_kind.len(), 4);
        for (code, kind) in (1..).zip(kinds) {
            let amounts = &answer.by_kind[kind];
            let shown = (amounts.count, amounts.volume, amounts.average, amounts.median);
            assert_eq!(shown, figures(within().filter(|row| row.kind == code)), "{kind}");
        }
        for (code, amounts) in &answer.by_type {
            let shown = (amounts.count, amounts.volume, amounts.average, amounts.median);
            assert_eq!(shown, figures(within().filter(|row| row.transaction_type == *code)), "type {code}");
        }
        assert_eq!(answer.series.len(), period.bounds.len() - 1);
        for (point, (start, end)) in answer.series.iter().zip(period.buckets()) {
            let (count, volume, ..) = figures(self.raw.within(start, end - 1));
            assert_eq!((point.start_at, point.count, point.volume), (start, count, volume));
        }
        let before = answer.previous;
        assert_eq!(before.to_time, period.from() - 1);
        let buckets = period.bounds.len() as i64 - 1;
        let first = self.raw.date(period.from());
        let expected = match name {
            "hour" => None,
            "day" => Some(first.checked_sub(buckets.days()).unwrap()),
            "week" => Some(first.checked_sub((7 * buckets).days()).unwrap()),
            _ => Some(first.checked_sub(buckets.months()).unwrap()),
        };
        match expected {
            Some(date) => {
                assert_eq!(self.raw.date(before.from_time), date);
                assert_ne!(self.raw.date(before.from_time - 1), date);
            }
            None => assert!((period.from() - before.from_time - buckets * 3_600_000).abs() < 3_600_000),
        }
        let amounts = before.amounts;
        assert_eq!(
            (amounts.count, amounts.volume, amounts.average, amounts.median),
            figures(self.raw.within(before.from_time, before.to_time))
        );
    }

    fn velocity(&self, period: &Period) {
        let answer = velocity(&self.folded(), &self.calendar, period, self.now).unwrap();
        let (mut all, mut whole) = (Vec::new(), 0);
        // What lies before the hour or day of the first transaction does not count.
        let founded = self.raw.rows[0].at;
        let mut began = founded - founded % 900_000;
        let hour = |time: i64| Timestamp::from_millisecond(time).unwrap().to_zoned(self.raw.zone.clone());
        if period.bucket == Bucket::Hour {
            while hour(began).minute() != 0 {
                began -= 900_000;
            }
        } else {
            while self.raw.date(began - 1) == self.raw.date(founded) {
                began -= 900_000;
            }
        }
        let passed = |start: i64, end: i64| end.min(self.now) - start.max(began);
        for (point, (start, end)) in answer.series.iter().zip(period.buckets()) {
            let volume: i128 =
                self.raw.within(start, end - 1).filter(|row| row.kind == 3).map(|row| i128::from(row.amount)).sum();
            // The last moment of each day that has begun, by looking at every quarter hour.
            let mut lasts: Vec<i64> = Vec::new();
            if period.bucket == Bucket::Hour {
                lasts.extend((start <= self.now && end > began).then_some(end - 1));
            } else {
                let mut day_began = start;
                for time in (start..=end).step_by(900_000) {
                    if time == end || (time > start && self.raw.date(time) != self.raw.date(time - 1)) {
                        lasts.extend((day_began <= self.now && time > began).then_some(time - 1));
                        day_began = time;
                    }
                }
            }
            let circulations: Vec<i128> = lasts.iter().map(|time| i128::from(self.raw.held(*time).0)).collect();
            let (circulation, velocity, annualised) = turnover(volume, &circulations, passed(start, end));
            // Of a bucket of which less than half was measured nothing is said of a year.
            let expected = (circulation, velocity, annualised.filter(|_| passed(start, end) * 2 >= end - start));
            let shown = &point.turnover;
            assert_eq!(shown.volume, volume);
            assert_eq!((shown.average_circulation, shown.velocity, shown.annualised), expected, "{start}");
            all.extend(circulations);
            whole += volume;
        }
        let expected = turnover(whole, &all, passed(period.from(), period.until()));
        let shown = answer.whole;
        assert_eq!((shown.average_circulation, shown.velocity, shown.annualised), expected);
    }

    fn users(&self, period: &Period) {
        let answer = users(&self.folded(), &self.calendar, self.settled, period, self.now).unwrap();
        let here: Vec<_> = self.raw.people.iter().filter(|person| !person.left).collect();
        let traded = |days: i64| {
            let traders = self.raw.traders(self.now - days * DAY, i64::MAX);
            here.iter().filter(|person| traders.contains(&person.wallet)).count() as i64
        };
        assert_eq!(
            (answer.total, answer.active, answer.active_7d, answer.active_30d, answer.active_90d),
            (
                here.len() as i64,
                here.iter().filter(|person| person.balance > 0).count() as i64,
                traded(7),
                traded(30),
                traded(90)
            )
        );
        for (point, (start, end)) in answer.series.iter().zip(period.buckets()) {
            let joined =
                |from: i64| self.raw.people.iter().filter(|one| from <= one.joined && one.joined < end).count() as i64;
            let moved = |from: i64, left: bool| {
                self.raw.moves.iter().filter(|(at, leaving)| from <= *at && *at < end && *leaving == left).count()
                    as i64
            };
            assert_eq!(
                (point.start_at, point.joined, point.left, point.returned, point.total, point.active),
                (
                    start,
                    joined(start),
                    moved(start, true),
                    moved(start, false),
                    joined(i64::MIN) - moved(i64::MIN, true) + moved(i64::MIN, false),
                    self.raw.traders(start, end - 1).len() as i64
                )
            );
        }
        let month = |time: i64| self.raw.label("month", time);
        let this = month(self.now);
        assert_eq!(answer.cohorts.len(), 12);
        for (place, cohort) in answer.cohorts.iter().enumerate() {
            let label = this.checked_sub((11 - place as i64).months()).unwrap();
            assert_eq!(self.raw.date(cohort.start_at), label);
            let members: HashSet<i64> =
                self.raw.people.iter().filter(|one| month(one.joined) == label).map(|one| one.wallet).collect();
            assert_eq!(cohort.joined, members.len() as i64);
            assert_eq!(cohort.active.len(), 12 - place);
            for (later, active) in cohort.active.iter().enumerate() {
                let label = label.checked_add((later as i64).months()).unwrap();
                let next = label.checked_add(1.month()).unwrap();
                let time = |date: jiff::civil::Date| {
                    date.to_zoned(self.raw.zone.clone()).unwrap().timestamp().as_millisecond()
                };
                let traders = self.raw.traders(time(label), time(next) - 1);
                assert_eq!(*active, members.intersection(&traders).count() as i64, "{label}");
            }
        }
    }

    fn spread(&self) {
        let answer = concentration(self.conn, true, self.now).unwrap();
        let mut here: Vec<_> = self.raw.people.iter().filter(|person| !person.left).collect();
        let tokens: i128 = here.iter().map(|person| i128::from(person.balance)).sum();
        assert_eq!((answer.members, answer.tokens), (here.len() as i64, tokens));
        // Gini by the differences of all pairs.
        let mut differences = 0_i128;
        for one in &here {
            for other in &here {
                differences += i128::from((one.balance - other.balance).abs());
            }
        }
        let share = |part: i128, of: i128| (tokens > 0).then(|| part as f64 / (of * tokens) as f64);
        assert_eq!(answer.gini, share(differences / 2, here.len() as i128));
        // Tenths by cutting each member into ten.
        let mut balances: Vec<i128> = here.iter().map(|person| i128::from(person.balance)).collect();
        balances.sort_unstable();
        let tenths: Vec<i128> = balances.iter().flat_map(|balance| [*balance; 10]).collect();
        let parts: Vec<i128> = tenths.chunks(balances.len()).map(|tenth| tenth.iter().sum()).collect();
        let expected: Vec<f64> = parts.iter().filter_map(|part| share(*part, 10)).collect();
        assert_eq!(answer.deciles, expected);
        assert_eq!(answer.top_10_percent_share, expected.last().copied());
        for (tenth, point) in answer.lorenz.iter().enumerate() {
            assert_eq!(Some(*point), share(parts[..tenth].iter().sum(), 10));
        }
        assert_eq!(answer.median_balance, median(here.iter().map(|person| person.balance).collect()));
        here.sort_by_key(|person| std::cmp::Reverse(person.balance));
        let top: Vec<_> = here.iter().take(10).map(|person| (person.balance, Some(person.name.clone()))).collect();
        let shown: Vec<_> = answer.top.iter().map(|holder| (holder.balance, holder.username.clone())).collect();
        assert_eq!(shown, top);
        assert!(concentration(self.conn, false, self.now).unwrap().top.iter().all(|holder| holder.username.is_none()));
    }

    fn week(&self, period: &Period) {
        let answer = activity(&self.folded(), &self.calendar, self.settled, period, self.now).unwrap();
        let mut cells: BTreeMap<(i8, i8), (i64, i128)> = BTreeMap::new();
        for row in self.raw.within(period.from(), period.until() - 1) {
            if row.kind >= 3 && !self.raw.accounts.contains_key(&row.from) {
                let clock = Timestamp::from_millisecond(row.at).unwrap().to_zoned(self.raw.zone.clone());
                let cell = cells.entry((clock.weekday().to_monday_one_offset(), clock.hour())).or_default();
                cell.0 += 1;
                cell.1 += i128::from(row.amount);
            }
        }
        assert_eq!(answer.cells.len(), 168);
        assert_eq!(answer.cells[0].weekday, self.raw.week.to_monday_one_offset());
        for cell in answer.cells {
            assert_eq!((cell.count, cell.volume), cells.remove(&(cell.weekday, cell.hour)).unwrap_or_default());
        }
        assert!(cells.is_empty());
    }

    fn net(&self, period: &Period) {
        let answer = network(self.conn, period, 20, true, self.now).unwrap();
        let mut edges: HashMap<(i64, i64), (i64, i128)> = HashMap::new();
        for row in self.raw.within(period.from(), period.until() - 1).filter(|row| row.kind == 3) {
            let edge = edges.entry((row.from, row.to)).or_default();
            *edge = (edge.0 + 1, edge.1 + i128::from(row.amount));
        }
        let members: HashSet<i64> = edges.keys().flat_map(|(from, to)| [*from, *to]).collect();
        let mutual = edges.keys().filter(|(from, to)| edges.contains_key(&(*to, *from))).count();
        let (n, m) = (members.len(), edges.len());
        assert_eq!((answer.members, answer.connections), (n as i64, m as i64));
        assert_eq!(answer.density, (n > 1).then(|| m as f64 / (n * (n - 1)) as f64));
        assert_eq!(answer.reciprocity, (m > 0).then(|| mutual as f64 / m as f64));
        let shown: Vec<_> = answer.clusters.iter().map(|one| (one.members, one.count, one.volume)).collect();
        assert_eq!(shown, self.raw.clusters(period.from(), period.until() - 1));
        let name = |wallet: i64| {
            self.raw.people.iter().find(|person| person.wallet == wallet).map(|person| person.name.clone())
        };
        assert_eq!(answer.strongest.len(), m.min(20));
        let mut volumes: Vec<i128> = edges.values().map(|edge| edge.1).collect();
        volumes.sort_unstable_by_key(|volume| std::cmp::Reverse(*volume));
        for (strong, volume) in answer.strongest.iter().zip(volumes) {
            assert_eq!(strong.volume, volume);
            assert!(edges.iter().any(|((from, to), edge)| {
                *edge == (strong.count, volume)
                    && name(*from) == strong.from_username
                    && name(*to) == strong.to_username
            }));
        }
        let anonymous = network(self.conn, period, 20, false, self.now).unwrap();
        assert!(anonymous.strongest.iter().all(|one| one.from_username.is_none() && one.to_username.is_none()));
    }
}

fn turnover(volume: i128, circulations: &[i128], passed: i64) -> (Option<f64>, Option<f64>, Option<f64>) {
    let (sum, samples) = (circulations.iter().sum::<i128>(), circulations.len() as i128);
    let velocity = (sum > 0).then(|| (volume * samples) as f64 / sum as f64);
    let year = (365 * DAY) as f64;
    (
        (samples > 0).then(|| sum as f64 / samples as f64),
        velocity,
        velocity.filter(|_| passed > 0).map(|velocity| velocity * (year / passed as f64)),
    )
}

/// Looks at a community in a zone: whole days, weeks, months and hours up to now, and at a random time before.
fn look(story: &mut Story, settled: &Settled, zone: &str, week: Weekday) {
    let now = story.community.clock.time();
    let zone = TimeZone::get(zone).unwrap();
    let calendar = Calendar::new(zone.clone(), week);
    let (founded, dice) = (now - 3 * 365 * DAY, &mut story.dice);
    let (bucket, name) = BUCKETS[dice.usize(0..4)];
    let span = match bucket {
        Bucket::Hour => 3 * DAY,
        Bucket::Day => 40 * DAY,
        Bucket::Week => 200 * DAY,
        Bucket::Month => 500 * DAY,
    };
    let to = dice.i64(founded..now + DAY);
    let from = to - dice.i64(0..span);
    story
        .community
        .books()
        .read_blocking(|conn| {
            let raw = Raw::read(conn, zone, week);
            let look = Look { conn, raw: &raw, calendar: calendar.clone(), settled, now };
            look.everything(&calendar.period(bucket, Some(from), Some(to), now).unwrap(), name);
            look.everything(&calendar.period(Bucket::Month, None, None, now).unwrap(), "month");
            look.spread();
            let days = calendar.period(Bucket::Day, Some(from.max(to - 90 * DAY)), Some(to), now).unwrap();
            look.week(&days);
            look.net(&days);
            Ok(())
        })
        .unwrap();
}

/// How long the answers take with what is usually asked, printed and not judged.
fn time(story: &Story, transactions_made: usize) {
    let now = story.community.clock.time();
    let calendar = Calendar::new(TimeZone::get("Europe/Berlin").unwrap(), Weekday::Monday);
    let settled = Settled::default();
    let print = |what: &str, run: &dyn Fn(&Connection)| {
        let mut times = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            story
                .community
                .books()
                .read_blocking(|conn| {
                    run(conn);
                    Ok(())
                })
                .unwrap();
            times.push(start.elapsed());
        }
        println!("{transactions_made} transactions, {what}: first {:?}, then {:?}", times[0], times[4]);
    };
    let usual = |bucket| calendar.period(bucket, None, None, now).unwrap();
    let long = calendar.period(Bucket::Month, Some(now - 3 * 365 * DAY), None, now).unwrap();
    print("supply", &|conn| drop(supply_over_time(&Folded::open(conn).unwrap(), &usual(Bucket::Day), now).unwrap()));
    print("transactions", &|conn| {
        drop(transactions(&Folded::open(conn).unwrap(), &calendar, &usual(Bucket::Day), now).unwrap());
    });
    print("transactions, three years", &|conn| {
        drop(transactions(&Folded::open(conn).unwrap(), &calendar, &long, now).unwrap());
    });
    print("users", &|conn| {
        drop(users(&Folded::open(conn).unwrap(), &calendar, &settled, &usual(Bucket::Month), now).unwrap());
    });
    print("velocity", &|conn| {
        drop(velocity(&Folded::open(conn).unwrap(), &calendar, &usual(Bucket::Month), now).unwrap());
    });
    print("distribution", &|conn| drop(concentration(conn, false, now).unwrap()));
    let days = calendar.period(Bucket::Day, Some(now - 89 * DAY), None, now).unwrap();
    print("activity", &|conn| drop(activity(&Folded::open(conn).unwrap(), &calendar, &settled, &days, now).unwrap()));
    print("flow", &|conn| drop(network(conn, &days, 20, false, now).unwrap()));
    print("accounts", &|conn| drop(accounts(&Folded::open(conn).unwrap(), &usual(Bucket::Month), now).unwrap()));
}

#[test]
fn every_figure_is_what_the_rows_give() {
    let transactions = setting::rounds(24_000);
    // Three years with six changes of the clocks, from a summer on.
    let mut story = Story::new(setting::dice(), 1_690_000_000_000);
    let (berlin, howe) = (Settled::default(), Settled::default());
    for part in 0..4 {
        let start = Instant::now();
        story.live(transactions as u64 / 4, 3 * 365 / 4);
        println!(
            "part {part} lived in {:?}, up to {}",
            start.elapsed(),
            Timestamp::from_millisecond(story.community.clock.time()).unwrap()
        );
        for _ in 0..3 {
            story.happening();
            look(&mut story, &berlin, "Europe/Berlin", Weekday::Monday);
            look(&mut story, &howe, "Australia/Lord_Howe", Weekday::Sunday);
        }
        effect::look(&mut story);
        report::look(&story);
        println!("and looked at after {:?}", start.elapsed());
    }
    story.community.assert_sound();
    time(&story, transactions);
}
