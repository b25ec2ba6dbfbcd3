//! The rule of issuance: far more is issued within 30 days than in any 30 days of the half year before.

use std::collections::BTreeMap;

use super::finding::{Finding, Numbers, Subject};
use super::happening::Movement;
use super::usual::MEMORY;
use crate::ledger::{DAY_MS, Kind};

/// A month for this rule, in days.
const MONTH: i64 = 30;
/// So many times the most before: a community that grows, or gives something more at the end of a year, issues half
/// as much again.
const TIMES: i64 = 2;
/// A community is known after so many months. The first of them is not looked at: it may be that of the founding.
const KNOWN: i64 = 3;

#[derive(Debug, Default)]
pub(super) struct Issuance {
    /// Issued, and paid by members, on each day on which anything moved.
    days: BTreeMap<i64, (i64, i64)>,
}

impl Issuance {
    pub(super) fn see(&mut self, movement: &Movement) -> Option<Finding> {
        let today = movement.at / DAY_MS;
        let day = self.days.entry(today).or_default();
        if movement.is_payment() {
            day.1 = day.1.saturating_add(movement.amount);
        }
        if movement.kind != Kind::Issuance {
            return None;
        }
        day.0 = day.0.saturating_add(movement.amount);
        let first = *self.days.range(today - MEMORY / DAY_MS + 1..).next()?.0;
        let months = (today - first) / MONTH;
        if months < KNOWN {
            return None;
        }
        let month = |back: i64| {
            let days = self.days.range(today - MONTH * (back + 1) + 1..=today - MONTH * back);
            days.fold((0_i64, 0_i64), |sum, (_, day)| (sum.0.saturating_add(day.0), sum.1.saturating_add(day.1)))
        };
        let (issued, paid) = month(0);
        let most = (1..months).map(|back| month(back).0).max().unwrap_or(0);
        let usual = if most == 0 { paid } else { most };
        if usual == 0 || issued < usual.saturating_mul(TIMES) {
            return None;
        }
        Some(Finding {
            subject: Subject::Community,
            at: movement.at,
            numbers: Numbers::Issuance { issued, usual, of_payments: most == 0 },
            others: Vec::new(),
            transactions: vec![movement.sequence],
        })
    }

    pub(super) fn forget(&mut self, at: i64) {
        self.days = self.days.split_off(&((at - MEMORY) / DAY_MS));
    }
}
