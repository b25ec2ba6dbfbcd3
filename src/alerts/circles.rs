//! The rule of circles: the same amount goes round and comes back to where it began. That tokens circulate is what
//! they are for; that nearly the same large amount passes through three wallets or more and is back within two
//! days is not how people trade.

use std::collections::{HashMap, VecDeque};

use super::finding::{Finding, Numbers, Subject};
use super::happening::Movement;
use super::usual::{Usual, quantile};
use crate::ledger::{DAY_MS, WalletKey};

/// From the first payment to the last.
const SPAN: i64 = 2 * DAY_MS;
/// Wallets in a circle: two who pay each other back are none.
const WALLETS: std::ops::RangeInclusive<usize> = 3..=6;
/// Payments of one wallet that are remembered.
const REMEMBERED: usize = 100;
/// Payments looked at for one circle: so that a busy day costs no more than that.
const LOOKED_AT: usize = 500;

#[derive(Debug, Clone, Copy)]
struct Step {
    sequence: i64,
    at: i64,
    from: WalletKey,
    amount: i64,
}

/// What came into each wallet within the span.
#[derive(Debug, Default)]
pub(super) struct Circles(HashMap<WalletKey, VecDeque<Step>>);

/// The search for a way back.
struct Search<'a> {
    steps: &'a HashMap<WalletKey, VecDeque<Step>>,
    payment: &'a Movement,
    left: usize,
    way: Vec<(WalletKey, Step)>,
}

impl Search<'_> {
    /// Looks from a wallet back to whoever is paid now, by payments each before the one it led to.
    fn back_from(&mut self, wallet: WalletKey, before: i64) -> bool {
        let Some(steps) = self.steps.get(&wallet) else { return false };
        // They stand in the order in which they were paid.
        let earlier = steps.partition_point(|step| step.sequence < before);
        for step in steps.range(..earlier).rev() {
            if self.payment.at - step.at >= SPAN {
                return false;
            }
            if !is_near(step.amount, self.payment.amount) {
                continue;
            }
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            // The wallets so far, with the one that is paid now.
            let wallets = self.way.len() + 2;
            let is_closed = step.from == self.payment.to;
            let is_new = step.from != self.payment.from && self.way.iter().all(|(known, _)| *known != step.from);
            self.way.push((wallet, *step));
            let found = if is_closed {
                WALLETS.contains(&wallets)
            } else {
                is_new && wallets < *WALLETS.end() && self.back_from(step.from, step.sequence)
            };
            if found {
                return true;
            }
            self.way.pop();
        }
        false
    }
}

/// Within a tenth.
fn is_near(one: i64, other: i64) -> bool {
    one.abs_diff(other) <= other.unsigned_abs() / 10
}

impl Circles {
    pub(super) fn see(&mut self, payment: &Movement, everybody: &Usual) -> Option<Finding> {
        let found = self.judge(payment, everybody);
        let steps = self.0.entry(payment.to).or_default();
        if steps.len() == REMEMBERED {
            steps.pop_front();
        }
        let Movement { sequence, at, from, amount, .. } = *payment;
        steps.push_back(Step { sequence, at, from, amount });
        found
    }

    fn judge(&self, payment: &Movement, everybody: &Usual) -> Option<Finding> {
        let mut search = Search { steps: &self.0, payment, left: LOOKED_AT, way: Vec::new() };
        if !search.back_from(payment.from, payment.sequence) {
            return None;
        }
        if payment.amount < quantile(&mut everybody.amounts(payment.at)?, 75) {
            return None;
        }
        let way = search.way;
        let (first, last) = (way.last()?.1, payment);
        let mut wallets: Vec<WalletKey> = way.iter().map(|(wallet, _)| *wallet).rev().collect();
        // In the order in which they were paid; it began with whoever is paid now.
        wallets.insert(0, payment.to);
        // One circle is one cause, wherever it begins.
        let first_of_all = (0..wallets.len()).min_by_key(|place| wallets[*place].0)?;
        wallets.rotate_left(first_of_all);
        let subject = wallets[0];
        Some(Finding {
            subject: Subject::Wallet(subject),
            at: payment.at,
            numbers: Numbers::Circle {
                amount: payment.amount,
                wallets: i64::try_from(wallets.len()).unwrap_or(i64::MAX),
                minutes: (last.at - first.at) / 60_000,
            },
            others: wallets.split_off(1),
            transactions: way.iter().rev().map(|(_, step)| step.sequence).chain([payment.sequence]).collect(),
        })
    }

    pub(super) fn forget(&mut self, at: i64) {
        self.0.retain(|_, steps| {
            while steps.front().is_some_and(|step| at - step.at >= SPAN) {
                steps.pop_front();
            }
            !steps.is_empty()
        });
    }
}
