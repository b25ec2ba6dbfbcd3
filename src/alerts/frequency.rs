//! The rule of frequency: far more payments in an hour than a member ever makes. A treasurer who pays thirty
//! helpers every month is told of once, and then known.

use std::collections::{HashMap, VecDeque};

use super::finding::{Finding, Numbers, Subject};
use super::happening::Movement;
use super::hours::Hours;
use crate::config::Alerts;
use crate::ledger::{DAY_MS, WalletKey};

/// So many times the most before.
const TIMES: i64 = 3;

/// Payments that an alert can name.
const NAMED: usize = 50;

/// How often a member pays, and which payments they made within an hour.
#[derive(Debug, Default)]
struct Pace {
    hours: Hours,
    lately: VecDeque<(i64, i64)>,
}

#[derive(Debug, Default)]
pub(super) struct Frequency(HashMap<WalletKey, Pace>);

impl Frequency {
    pub(super) fn see(&mut self, payment: &Movement, settings: &Alerts) -> Option<Finding> {
        let pace = self.0.entry(payment.from).or_default();
        while pace.lately.len() == NAMED
            || pace.lately.front().is_some_and(|(then, _)| payment.at - then >= DAY_MS / 24)
        {
            pace.lately.pop_front();
        }
        pace.lately.push_back((payment.at, payment.sequence));
        let rush = pace.hours.count(payment.at, 1, settings.payments_in_an_hour, TIMES)?;
        Some(Finding {
            subject: Subject::Wallet(payment.from),
            at: payment.at,
            numbers: Numbers::Frequency { payments: rush.count, usual: rush.usual, most: rush.most },
            others: Vec::new(),
            transactions: pace.lately.iter().map(|(_, sequence)| *sequence).collect(),
        })
    }

    pub(super) fn forget(&mut self, at: i64) {
        self.0.retain(|_, pace| !pace.hours.is_forgotten(at));
    }
}
