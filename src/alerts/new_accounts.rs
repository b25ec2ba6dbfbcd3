//! The rule of new accounts: several of them pass most of what they were given on to one wallet. Newcomers buy at
//! the stall like everybody; they do not empty their wallets there.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::finding::{Finding, Numbers, Subject};
use super::happening::Movement;
use super::usual::MEMORY;
use crate::config::Alerts;
use crate::ledger::{DAY_MS, WalletKey};

/// An account is new for so many days.
const NEW_DAYS: i64 = 14;
/// They paid within so long.
const SPAN: i64 = 7 * DAY_MS;
/// What somebody passed on is most of what they received from so many hundredths on.
const MOST: i64 = 60;
/// So many payments of accounts that are not new must be known: where all are new, none is suspicious for it.
const OLDER: usize = 50;

#[derive(Debug, Clone, Copy)]
struct Paid {
    at: i64,
    from: WalletKey,
    amount: i64,
    sequence: i64,
}

#[derive(Debug, Default)]
pub(super) struct NewAccounts {
    /// What new accounts received in all, and since when they are there.
    received: HashMap<WalletKey, (i64, i64)>,
    /// What they paid, by recipient.
    paid: HashMap<WalletKey, VecDeque<Paid>>,
    /// When accounts that are not new paid last.
    older: VecDeque<i64>,
}

const fn is_new(since: i64, at: i64) -> bool {
    at - since < NEW_DAYS * DAY_MS
}

impl NewAccounts {
    /// Whatever came into a wallet, whoever it came from.
    pub(super) fn receive(&mut self, movement: &Movement) {
        if movement.from != movement.to && is_new(movement.to_since, movement.at) {
            let received = self.received.entry(movement.to).or_insert((0, movement.to_since));
            received.0 = received.0.saturating_add(movement.amount);
        }
    }

    pub(super) fn see(&mut self, payment: &Movement, settings: &Alerts) -> Option<Finding> {
        let at = payment.at;
        if !is_new(payment.from_since, at) {
            if self.older.len() == OLDER {
                self.older.pop_front();
            }
            self.older.push_back(at);
            return None;
        }
        let paid = self.paid.entry(payment.to).or_default();
        while paid.front().is_some_and(|paid| at - paid.at >= SPAN) {
            paid.pop_front();
        }
        paid.push_back(Paid { at, from: payment.from, amount: payment.amount, sequence: payment.sequence });
        // By payer: what they paid there, and what they had.
        let mut payers: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for one in paid.iter() {
            let received = self.received.get(&one.from).map_or(0, |(received, _)| *received);
            let payer = payers.entry(one.from.0).or_insert((0, received));
            payer.0 = payer.0.saturating_add(one.amount);
        }
        payers
            .retain(|_, (given, received)| *received > 0 && given.saturating_mul(100) >= received.saturating_mul(MOST));
        let is_among_them = payers.contains_key(&payment.from.0);
        let accounts = i64::try_from(payers.len()).unwrap_or(i64::MAX);
        let is_known_here = self.older.len() == OLDER && self.older.front().is_some_and(|then| at - then < MEMORY);
        if accounts < settings.new_accounts || !is_among_them || !is_known_here {
            return None;
        }
        let of_them = paid.iter().filter(|one| payers.contains_key(&one.from.0));
        Some(Finding {
            subject: Subject::Wallet(payment.to),
            at,
            numbers: Numbers::NewAccounts {
                accounts,
                amount: payers.values().fold(0, |sum, (given, _)| sum.saturating_add(*given)),
                received: payers.values().fold(0, |sum, (_, received)| sum.saturating_add(*received)),
                days: NEW_DAYS,
            },
            others: payers.keys().map(|key| WalletKey(*key)).collect(),
            transactions: of_them.map(|one| one.sequence).collect(),
        })
    }

    pub(super) fn forget(&mut self, at: i64) {
        self.received.retain(|_, (_, since)| is_new(*since, at));
        self.paid.retain(|_, paid| paid.back().is_some_and(|paid| at - paid.at < SPAN));
    }
}
