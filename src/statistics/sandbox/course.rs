//! One future, day by day. Whole tokens, none lost and none invented: after every step all that is held is
//! all that was issued.

use super::dice::{Alias, Dice, Poisson};
use super::plan::{Plan, Step, To};
use super::simulate::Standing;
use crate::config::Percent;
use crate::error::{Error, Result};
use crate::statistics::concentration::gini;
use crate::statistics::real;
use crate::statistics::transactions::ratio;

/// The longest step in days: steps end with the month.
const DAYS_MAX: usize = 31;

/// A future that is being lived. Its memory is used again for the next one.
#[derive(Debug)]
pub(super) struct Course<'a> {
    plan: &'a Plan,
    balances: Vec<i64>,
    /// As which member of the beginning each one does.
    roles: Vec<u32>,
    /// Members by role: where those of each begin, and who they are.
    begins: Vec<u32>,
    holders: Vec<u32>,
    pool: i64,
    issued: i64,
    /// Whose payment it is; the last is the community.
    payers: Alias,
    /// Payments a day.
    rate: f64,
    counts: Vec<Poisson>,
    sorted: Vec<i64>,
    /// Whether someone has joined or left.
    has_changed: bool,
    is_settled: bool,
    volume: i128,
    /// Payments that were made, and those for which the tokens were missing.
    pub(super) made: u64,
    pub(super) missed: u64,
}

impl<'a> Course<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            balances: Vec::new(),
            roles: Vec::new(),
            begins: Vec::new(),
            holders: Vec::new(),
            pool: 0,
            issued: 0,
            payers: Alias::default(),
            rate: 0.0,
            counts: vec![Poisson::default(); DAYS_MAX + 1],
            sorted: Vec::new(),
            has_changed: true,
            is_settled: false,
            volume: 0,
            made: 0,
            missed: 0,
        }
    }

    /// Lives one future, and says at the beginning and at the end of each month how things stand. Asks there
    /// whether to go on.
    pub(super) fn run(
        &mut self,
        mut dice: Dice,
        standings: &mut Vec<Standing>,
        goes_on: impl Fn() -> bool,
    ) -> Result<()> {
        let plan = self.plan;
        self.balances.clone_from(&plan.balances);
        if self.has_changed {
            self.roles.clear();
            self.roles.extend((0..).take(plan.balances.len()));
            self.is_settled = false;
            self.has_changed = false;
        }
        (self.pool, self.issued, self.volume) = (plan.pool, plan.issued, 0);
        let mut held = self.check()?;
        standings.push(self.standing(held, 0.0));
        // What members held on the days of the month, added up.
        let (mut lasted, mut days) = (0_i128, 0_i64);
        for step in &plan.steps {
            self.pay(*step, &mut dice);
            let before = held;
            let still = self.check()?;
            lasted += (i128::from(before) + i128::from(still)) * i128::from(step.days);
            days += i64::from(step.days);
            if step.gives {
                self.give();
            }
            if step.ends_month {
                self.demur(&mut dice);
            }
            held = self.check()?;
            if step.ends_month {
                let velocity = ratio(self.volume * 2 * i128::from(days), lasted);
                standings.push(self.standing(held, velocity));
                (lasted, days, self.volume) = (0, 0, 0);
                self.come_and_go(&mut dice);
                held = self.check()?;
                if !goes_on() {
                    return Err(Error::internal("a future was broken off"));
                }
            }
        }
        Ok(())
    }

    /// What is in circulation; refuses to go on where a token was lost or invented.
    fn check(&self) -> Result<i64> {
        let held = self.balances.iter().fold(self.plan.resting, |sum, balance| sum.wrapping_add(*balance));
        if held >= 0 && self.pool >= 0 && held.checked_add(self.pool) == Some(self.issued) {
            Ok(held)
        } else {
            Err(Error::internal("the simulation lost or invented tokens"))
        }
    }

    fn standing(&mut self, circulating: i64, velocity: f64) -> Standing {
        self.sorted.clone_from(&self.balances);
        self.sorted.sort_unstable();
        let tokens = i128::from(circulating) - i128::from(self.plan.resting);
        let unevenness = gini(self.sorted.iter().map(|balance| i128::from(*balance)), tokens);
        Standing {
            issued: self.issued,
            circulating,
            pool: self.pool,
            volume: self.volume,
            gini: ratio(unevenness, self.sorted.len() as i128 * tokens),
            velocity,
        }
    }

    /// Who does as whom, how often something is paid, and by whom.
    fn settle(&mut self) {
        self.is_settled = true;
        let plan = self.plan;
        let roles = plan.balances.len();
        self.begins.clear();
        self.begins.resize(roles + 1, 0);
        for role in &self.roles {
            self.begins[*role as usize + 1] += 1;
        }
        for role in 0..roles {
            self.begins[role + 1] += self.begins[role];
        }
        self.holders.resize(self.roles.len(), 0);
        for (member, role) in (0..).zip(&self.roles) {
            // From the end of each role's part to its beginning; put right below.
            let end = &mut self.begins[*role as usize + 1];
            *end -= 1;
            self.holders[*end as usize] = member;
        }
        // Each end is now the beginning of its own part.
        self.begins.rotate_left(1);
        if let Some(last) = self.begins.last_mut() {
            *last = u32::try_from(self.roles.len()).unwrap_or(u32::MAX);
        }
        let begins = &self.begins;
        let growth = real(self.roles.len()) / real(roles.max(1));
        let weights = (0..=roles).map(|role| {
            let times = begins.get(role + 1).map_or(growth, |end| f64::from(end - begins[role]));
            real(plan.begins[role + 1] - plan.begins[role]) * times
        });
        let weight: f64 = weights.clone().sum();
        self.rate = if weight > 0.0 { weight / plan.days } else { 0.0 };
        if self.rate > 0.0 {
            self.payers.set(weights);
        }
    }

    /// What is paid in some days.
    fn pay(&mut self, step: Step, dice: &mut Dice) {
        if !self.is_settled {
            self.settle();
        }
        if self.rate <= 0.0 {
            return;
        }
        let plan = self.plan;
        let days = (step.days as usize).min(DAYS_MAX);
        self.counts[days].set(self.rate * f64::from(step.days));
        let count = self.counts[days].draw(dice);
        let mut missed = 0;
        for _ in 0..count {
            let role = self.payers.draw(dice);
            let own = &plan.habits[plan.begins[role]..plan.begins[role + 1]];
            let habit = own[dice.below(own.len())];
            let is_made = if role == plan.balances.len() {
                self.distribute(habit.to, habit.amount, dice)
            } else {
                match self.holder(role, dice) {
                    Some(payer) => self.transfer(payer, habit.to, habit.amount, dice),
                    None => false,
                }
            };
            missed += u64::from(!is_made);
        }
        self.made += count - missed;
        self.missed += missed;
    }

    /// One of those who do as this member.
    fn holder(&self, role: usize, dice: &mut Dice) -> Option<usize> {
        let holders = &self.holders[self.begins[role] as usize..self.begins[role + 1] as usize];
        match holders {
            [] => None,
            [only] => Some(*only as usize),
            several => Some(several[dice.below(several.len())] as usize),
        }
    }

    /// Who gets it: one who does as the member who got it, or anybody where there is none.
    fn recipient(&self, to: To, payer: Option<usize>, dice: &mut Dice) -> Option<usize> {
        if let To::Role(role) = to
            && let Some(found) = self.holder(role as usize, dice)
        {
            return Some(found);
        }
        let others = self.balances.len() - usize::from(payer.is_some());
        if others == 0 {
            return None;
        }
        let place = dice.below(others);
        Some(place + usize::from(payer.is_some_and(|payer| place >= payer)))
    }

    /// A member pays.
    fn transfer(&mut self, payer: usize, to: To, amount: i64, dice: &mut Dice) -> bool {
        if self.balances[payer] < amount {
            return false;
        }
        if to == To::Pool {
            self.balances[payer] -= amount;
            self.pool += amount;
            return true;
        }
        let Some(receiver) = self.recipient(to, Some(payer), dice) else { return false };
        let question = &self.plan.question;
        let share = part(amount, question.fee_percent.parts(), dice);
        let fee = share + question.fee_tokens.min(amount - share);
        self.balances[payer] -= amount;
        self.balances[receiver] += amount - fee;
        self.pool += fee;
        self.volume += i128::from(amount);
        true
    }

    /// The community gives. What the pool lacks is issued; what the ledger could not hold is not given.
    fn distribute(&mut self, to: To, amount: i64, dice: &mut Dice) -> bool {
        let Some(payee) = self.recipient(to, None, dice) else { return false };
        if !self.draw_from_pool(amount) {
            return false;
        }
        self.balances[payee] += amount;
        true
    }

    fn draw_from_pool(&mut self, amount: i64) -> bool {
        let missing = (amount - self.pool).max(0);
        let Some(issued) = self.issued.checked_add(missing) else { return false };
        self.issued = issued;
        self.pool = self.pool + missing - amount;
        true
    }

    /// The distribution that the question asks about: to all, or to nobody.
    fn give(&mut self) {
        let (each, together) = self.plan.gives;
        let Some(members) = i64::try_from(self.balances.len()).ok().filter(|members| *members > 0) else { return };
        let each = each + together / members;
        let Some(all) = each.checked_mul(members) else { return };
        if all > 0 && self.draw_from_pool(all) {
            self.balances.iter_mut().for_each(|balance| *balance += each);
        }
    }

    /// What goes back at the end of a month.
    fn demur(&mut self, dice: &mut Dice) {
        let parts = self.plan.question.demurrage_percent.parts();
        if parts == 0 {
            return;
        }
        for balance in &mut self.balances {
            let back = part(*balance, parts, dice);
            *balance -= back;
            self.pool += back;
        }
    }

    fn come_and_go(&mut self, dice: &mut Dice) {
        let question = &self.plan.question;
        let (joining, leaving) = (question.joining_per_month, question.leaving_per_month);
        if joining == 0 && leaving == 0 {
            return;
        }
        (self.has_changed, self.is_settled) = (true, false);
        for _ in 0..leaving {
            if self.balances.is_empty() {
                break;
            }
            let who = dice.below(self.balances.len());
            self.pool += self.balances.swap_remove(who);
            self.roles.swap_remove(who);
        }
        let roles = self.plan.balances.len();
        // Nobody can do as somebody where there was nobody.
        if roles > 0 {
            for _ in 0..joining {
                self.balances.push(0);
                self.roles.push(u32::try_from(dice.below(roles)).unwrap_or(0));
            }
        }
    }
}

/// A share of an amount. Of what is no whole token, chance makes one or none, so that the
/// mean is right.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "amounts are not negative, and a part is no more than the whole"
)]
fn part(amount: i64, parts: u64, dice: &mut Dice) -> i64 {
    if parts == 0 {
        return 0;
    }
    let (wholes, rest) = (amount as u64 / Percent::WHOLE, amount as u64 % Percent::WHOLE * parts);
    let whole = wholes * parts + rest / Percent::WHOLE;
    let left = rest % Percent::WHOLE;
    (whole + u64::from(left > 0 && (dice.below(Percent::WHOLE as usize) as u64) < left)) as i64
}
