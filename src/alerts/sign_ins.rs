//! The rule of sign-ins: far more of them in an hour than ever, of one member, or refused ones in all. Whose
//! sign-ins were refused nobody writes down: a name that was tried is none of ours.

use std::collections::HashMap;

use super::finding::{Finding, Numbers, Subject};
use super::happening::Act;
use super::hours::Hours;
use crate::config::Alerts;
use crate::ledger::WalletKey;

/// Sign-ins of one member in an hour that are a lot.
const A_LOT: i64 = 10;
/// So many times the most before.
const TIMES: i64 = 3;
/// The same of those that were refused, of which there are more.
const TIMES_REFUSED: i64 = 2;

#[derive(Debug, Default)]
pub(super) struct SignIns {
    members: HashMap<WalletKey, Hours>,
    refused: Hours,
}

impl SignIns {
    pub(super) fn see(&mut self, act: Act, settings: &Alerts) -> Option<Finding> {
        let (subject, at, refused, rush) = match act {
            Act::SignedIn { at, wallet } => {
                let rush = self.members.entry(wallet).or_default().count(at, 1, A_LOT, TIMES)?;
                (Subject::Wallet(wallet), at, false, rush)
            }
            Act::Refused { at, count } => {
                let rush = self.refused.count(at, count, settings.refused_sign_ins, TIMES_REFUSED)?;
                (Subject::Community, at, true, rush)
            }
        };
        let numbers = Numbers::SignIns { sign_ins: rush.count, most: rush.most, refused };
        Some(Finding { subject, at, numbers, others: Vec::new(), transactions: Vec::new() })
    }

    pub(super) fn forget(&mut self, at: i64) {
        self.members.retain(|_, hours| !hours.is_forgotten(at));
    }
}
