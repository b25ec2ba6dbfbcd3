//! The rule of amounts: a payment far above what a member usually pays.
//!
//! Rent and a weekly box are large and come back: so what counts is also the most that was paid before, and whether
//! others pay the recipient as much. On a feast day everybody pays a lot: then more is needed.

use std::collections::{HashMap, VecDeque};

use super::finding::{Finding, Numbers, Subject};
use super::happening::Movement;
use super::usual::{MEMORY, Usual, quantile};
use crate::config::Alerts;
use crate::ledger::{DAY_MS, WalletKey};

/// Of each member so many payments are remembered, made and taken.
const REMEMBERED: usize = 50;
/// Whoever has paid less often is compared with everybody.
const HISTORY: usize = 8;
/// So many others who paid the same recipient at least half as much make it usual there.
const OTHERS: usize = 2;
/// A day on which so many members pay three times what they usually do is a feast.
const FEAST: usize = 6;

#[derive(Debug, Clone, Copy)]
struct Paid {
    at: i64,
    amount: i64,
    other: WalletKey,
}

/// What was paid by, or to, a member.
type Recent = VecDeque<Paid>;

fn remember(recent: &mut Recent, paid: Paid) {
    if recent.len() == REMEMBERED {
        recent.pop_front();
    }
    recent.push_back(paid);
}

#[derive(Debug, Default)]
pub(super) struct Amounts {
    made: HashMap<WalletKey, Recent>,
    taken: HashMap<WalletKey, Recent>,
    /// Who paid three times the usual, and when: a day of it.
    generous: VecDeque<(i64, WalletKey)>,
}

impl Amounts {
    pub(super) fn see(&mut self, payment: &Movement, everybody: &Usual, settings: &Alerts) -> Option<Finding> {
        let found = self.judge(payment, everybody, settings);
        let paid = |other| Paid { at: payment.at, amount: payment.amount, other };
        remember(self.made.entry(payment.from).or_default(), paid(payment.to));
        remember(self.taken.entry(payment.to).or_default(), paid(payment.from));
        found
    }

    fn judge(&mut self, payment: &Movement, everybody: &Usual, settings: &Alerts) -> Option<Finding> {
        let at = payment.at;
        let own = self.made.get(&payment.from).into_iter().flatten().filter(|paid| at - paid.at < MEMORY);
        let own: Vec<Paid> = own.copied().collect();
        let mut amounts: Vec<i64> = own.iter().map(|paid| paid.amount).collect();
        let has_history = amounts.len() >= HISTORY;
        let median = quantile(&mut amounts, 50);
        if has_history {
            // Most payments end here.
            if payment.amount < median.saturating_mul(3) {
                return None;
            }
            self.generous.push_back((at, payment.from));
        }
        let mut all = everybody.amounts(at)?;
        let large = quantile(&mut all, 95);
        if payment.amount < large {
            return None;
        }
        let (usual, most, count) = if has_history {
            (median, amounts.iter().copied().max().unwrap_or(0), amounts.len())
        } else {
            (quantile(&mut all, 50), quantile(&mut all, 99), all.len())
        };
        let ease = if self.is_feast(at, payment.from) { 3 } else { 1 };
        let times = settings.times_the_usual.saturating_mul(ease);
        let is_far = payment.amount >= usual.saturating_mul(times) && payment.amount >= most.saturating_mul(2 * ease);
        // Half of that is enough where it empties the wallet, and to somebody never paid before.
        let is_flight = payment.amount.saturating_mul(2) >= usual.saturating_mul(times)
            && payment.amount.saturating_mul(2) >= most.saturating_mul(3 * ease)
            && payment.left.saturating_mul(10) <= payment.amount
            && has_history
            && own.iter().all(|paid| paid.other != payment.to);
        if !(is_far || is_flight) || self.is_usual_there(payment) {
            return None;
        }
        Some(Finding {
            subject: Subject::Wallet(payment.from),
            at,
            numbers: Numbers::Amount {
                amount: payment.amount,
                usual,
                most,
                payments: i64::try_from(count).unwrap_or(i64::MAX),
                of_everybody: !has_history,
                left: payment.left,
            },
            others: vec![payment.to],
            transactions: vec![payment.sequence],
        })
    }

    /// Whether others pay the recipient as much: a landlord, a club, a workshop.
    fn is_usual_there(&self, payment: &Movement) -> bool {
        let taken = self.taken.get(&payment.to).into_iter().flatten();
        let mut others: Vec<i64> = taken
            .filter(|paid| payment.at - paid.at < MEMORY && paid.other != payment.from)
            .filter(|paid| paid.amount.saturating_mul(2) >= payment.amount)
            .map(|paid| paid.other.0)
            .collect();
        others.sort_unstable();
        others.dedup();
        others.len() >= OTHERS
    }

    /// Whether many others pay a lot on this day.
    fn is_feast(&mut self, at: i64, from: WalletKey) -> bool {
        while self.generous.front().is_some_and(|(then, _)| at - then >= DAY_MS) {
            self.generous.pop_front();
        }
        let mut others: Vec<i64> =
            self.generous.iter().filter(|(_, member)| *member != from).map(|(_, member)| member.0).collect();
        others.sort_unstable();
        others.dedup();
        others.len() >= FEAST
    }

    /// Forgets members who have paid nothing, and been paid nothing, for so long.
    pub(super) fn forget(&mut self, at: i64) {
        for all in [&mut self.made, &mut self.taken] {
            all.retain(|_, recent| recent.back().is_some_and(|paid| at - paid.at < MEMORY));
        }
        while self.generous.front().is_some_and(|(then, _)| at - then >= DAY_MS) {
            self.generous.pop_front();
        }
    }
}
