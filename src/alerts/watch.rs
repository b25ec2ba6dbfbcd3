//! All rules together, and what they remember.

use rusqlite::Connection;

use super::amounts::Amounts;
use super::circles::Circles;
use super::finding::Finding;
use super::frequency::Frequency;
use super::happening::{Act, Movement, acts, movements};
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

    /// Rules that remember what they would if they had seen everything up to these places.
    pub(super) fn at(conn: &Connection, settings: Alerts, place: Cursors) -> Result<Self> {
        let mut watch = Self::new(settings);
        let time_of = |table: &str, sequence: i64| -> Result<i64> {
            let sql = format!("SELECT coalesce(max(created_at), 0) FROM {table} WHERE sequence = ?1");
            Ok(conn.prepare_cached(&sql)?.query_row([sequence], |row| row.get(0))?)
        };
        // A day more than is remembered, for what a rule remembers of what it found usual then.
        let since = time_of("transactions", place.transactions)? - MEMORY - DAY_MS;
        let first = sequences_within(conn, Some(since.max(0)), None)?.0.max(place.transactions - READ_MOST + 1);
        movements(conn, first - 1, place.transactions, |movement| drop(watch.movement(&movement)))?;
        acts(conn, (place.audit - READ_MOST).max(0), place.audit, |act| drop(watch.act(act)))?;
        Ok(watch)
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
