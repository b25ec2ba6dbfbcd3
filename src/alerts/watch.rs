//! All rules together, and what they remember.

use rusqlite::Connection;

use super::amounts::Amounts;
use super::circles::Circles;
use super::finding::Finding;
use super::frequency::Frequency;
use super::happening::{Act, Movement};
use super::issuance::Issuance;
use super::new_accounts::NewAccounts;
use super::sign_ins::SignIns;
use super::usual::{MEMORY, Usual};
use crate::config::Alerts;
use crate::error::Result;
use crate::ledger::{DAY_MS, sequences_within};
use crate::notices::Cursors;

/// At the start no more of the newest transactions are read than these, nor lines of the audit log.
const READ_MOST: i64 = 1_000_000;

/// The rules, and what they remember of the last half year.
#[derive(Debug)]
pub struct Watch {
    settings: Alerts,
    everybody: Usual,
    amounts: Amounts,
    frequency: Frequency,
    circles: Circles,
    new_accounts: NewAccounts,
    issuance: Issuance,
    sign_ins: SignIns,
    /// The day on which what is old was forgotten last.
    swept: i64,
}

impl Watch {
    /// Rules that have seen nothing yet.
    pub fn new(settings: Alerts) -> Self {
        Self {
            settings,
            everybody: Usual::default(),
            amounts: Amounts::default(),
            frequency: Frequency::default(),
            circles: Circles::default(),
            new_accounts: NewAccounts::default(),
            issuance: Issuance::default(),
            sign_ins: SignIns::default(),
            swept: 0,
        }
    }

    /// The place after which rules begin to see, to remember at another what they would if they had seen all.
    pub(super) fn begins_after(conn: &Connection, place: Cursors) -> Result<Cursors> {
        let time: i64 = conn
            .prepare_cached("SELECT coalesce(max(created_at), 0) FROM transactions WHERE sequence = ?1")?
            .query_row([place.transactions], |row| row.get(0))?;
        // A day more than is remembered, for what a rule remembers of what it found usual then.
        let since = (time - MEMORY - DAY_MS).max(0);
        let first = sequences_within(conn, Some(since), None)?.0;
        Ok(Cursors {
            audit: (place.audit - READ_MOST).max(0),
            transactions: (first - 1).max(place.transactions - READ_MOST).min(place.transactions),
        })
    }

    /// Sees a transaction, the next in the ledger.
    pub fn movement(&mut self, movement: &Movement) -> Vec<Finding> {
        self.sweep(movement.at);
        self.new_accounts.receive(movement);
        let mut found: Vec<Finding> = self.issuance.see(movement).into_iter().collect();
        if movement.is_payment() {
            found.extend(self.amounts.see(movement, &self.everybody, &self.settings));
            found.extend(self.frequency.see(movement, &self.settings));
            found.extend(self.circles.see(movement, &self.everybody));
            found.extend(self.new_accounts.see(movement, &self.settings));
            self.everybody.learn(movement);
        }
        found
    }

    /// Sees an act, the next in the audit log.
    pub fn act(&mut self, act: Act) -> Option<Finding> {
        self.sign_ins.see(act, &self.settings)
    }

    /// Forgets what is too old to count, once a day.
    fn sweep(&mut self, at: i64) {
        let day = at / DAY_MS;
        if day > self.swept {
            self.swept = day;
            self.amounts.forget(at);
            self.frequency.forget(at);
            self.circles.forget(at);
            self.new_accounts.forget(at);
            self.issuance.forget(at);
            self.sign_ins.forget(at);
        }
    }
}
