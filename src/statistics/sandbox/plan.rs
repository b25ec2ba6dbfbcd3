//! Model and question as a run needs them: days on which something happens, and what each member does.

use super::model::{Model, Party};
use super::question::{Question, Rhythm, Whom};
use crate::error::{Code, Error, Result};
use crate::statistics::real;

/// A payment that happens again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    pub(super) to: To,
    pub(super) amount: i64,
}

/// Whom it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Whoever does as this member.
    Role(u32),
    /// The community.
    Pool,
    /// Any other member.
    Anyone,
}

/// Some days, and what happens at the end of the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) days: u32,
    pub(super) gives: bool,
    pub(super) ends_month: bool,
}

/// Everything all runs share.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) question: Question,
    pub(super) balances: Vec<i64>,
    pub(super) pool: i64,
    pub(super) resting: i64,
    pub(super) issued: i64,
    pub(super) steps: Vec<Step>,
    pub(super) months: usize,
    /// Payments of each member, one after the other; those of the community are last.
    pub(super) habits: Vec<Habit>,
    /// Where those of each begin, and where the last ones end.
    pub(super) begins: Vec<usize>,
    /// In how many days they happen once.
    pub(super) days: f64,
    /// Tokens that each member gets at a time, and that all get together.
    pub(super) gives: (i64, i64),
}

impl Plan {
    /// `months`: how many days each month has.
    pub(super) fn new(model: &Model, question: &Question, months: &[i64]) -> Result<Self> {
        let members = model.balances.len();
        let is_possible = u32::try_from(members.saturating_mul(2)).is_ok()
            && model.days >= 0.0
            && model.balances.iter().chain([&model.pool, &model.resting]).all(|balance| *balance >= 0);
        let issued = i64::try_from(model.issued()).ok().filter(|_| is_possible);
        let issued = issued.ok_or_else(|| Error::internal("a community that cannot be"))?;
        let total = issued.checked_add(question.issue).ok_or_else(|| {
            Error::new(Code::AmountOverflow, "So many tokens cannot be issued: the ledger could not hold them.")
        })?;
        let mut lists = vec![Vec::new(); members + 1];
        for payment in &model.payments {
            let list = match payment.from {
                Party::Member(place) => lists.get_mut(place),
                // What is given out by the question takes the place of what was.
                Party::Pool if question.distribute.is_none() => lists.last_mut(),
                Party::Pool | Party::Gone => None,
            };
            let to = match payment.to {
                Party::Member(place) => u32::try_from(place).ok().filter(|_| place < members).map(To::Role),
                Party::Pool => Some(To::Pool),
                Party::Gone => Some(To::Anyone),
            };
            if let (Some(list), Some(to)) = (list, to.filter(|_| payment.from != payment.to && payment.amount > 0)) {
                list.push(Habit { to, amount: payment.amount });
            }
        }
        let mut begins = vec![0];
        let mut habits = Vec::with_capacity(model.payments.len());
        for list in lists {
            habits.extend(list);
            begins.push(habits.len());
        }
        if model.days <= 0.0 {
            habits.clear();
            begins.fill(0);
        }
        let gives = question.distribute.unwrap_or(0);
        Ok(Self {
            balances: model.balances.clone(),
            pool: model.pool + question.issue,
            resting: model.resting,
            issued: total,
            steps: steps(months, question.every),
            months: months.len(),
            habits,
            begins,
            days: model.days,
            gives: match question.distribute_to {
                Whom::Each => (gives, 0),
                Whom::Together => (0, gives),
            },
            question: question.clone(),
        })
    }

    /// How long a run takes, in payments.
    pub(super) fn effort(&self) -> f64 {
        let days: f64 = self.steps.iter().map(|step| f64::from(step.days)).sum();
        let payments = if self.habits.is_empty() { 0.0 } else { real(self.habits.len()) / self.days * days };
        let joining = self.question.joining_per_month - self.question.leaving_per_month;
        let grown = real(usize::try_from(joining).unwrap_or(0) * self.months / 2);
        let members = real(self.balances.len()) + grown;
        let growth = members / real(self.balances.len().max(1));
        let changes = if self.question.joining_per_month + self.question.leaving_per_month > 0 { 1.0 } else { 0.0 };
        // Measured: a member costs about as much as a payment in each month, and more where who is who is new.
        let each = real(self.steps.len()) * 0.1 + real(self.months) * (1.0 + changes * 6.0);
        payments * growth + members * each
    }
}

/// The days on which something happens, by how many days each month has.
fn steps(months: &[i64], every: Rhythm) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut day, mut last, mut end) = (0_i64, 0_i64, 0_i64);
    for (month, days) in (1..).zip(months) {
        end += days;
        while day < end {
            day += 1;
            let ends_month = day == end;
            let gives = match every {
                Rhythm::Day => true,
                Rhythm::Week => day % 7 == 0,
                Rhythm::TwoWeeks => day % 14 == 0,
                Rhythm::Month => ends_month,
                Rhythm::Quarter => ends_month && month % 3 == 0,
            };
            if gives || ends_month {
                steps.push(Step { days: u32::try_from(day - last).unwrap_or(0), gives, ends_month });
                last = day;
            }
        }
    }
    steps
}
