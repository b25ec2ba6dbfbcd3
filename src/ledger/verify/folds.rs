//! What statistics are read from, computed again on the walk and compared with what is kept, quarter
//! hour by quarter hour, so that no more than one 32 days' amounts are held at a time.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::Findings;
use crate::error::Result;
use crate::ledger::chain::TransactionContent;
use crate::ledger::folds::{BLOCK, Flow, GRAINS, SLOT_MS, wide};
use crate::ledger::types::Kind;

/// Kind, type, amount: how often.
type Counts = BTreeMap<(i64, i64, i64), i64>;
/// Flow, type, account: count and volume from the first transaction on.
type Totals = BTreeMap<(i64, i64, i64), (i64, i128)>;

/// The folded part of the ledger.
#[derive(Default)]
pub(super) struct Folds {
    /// The last transaction that is folded.
    end: i64,
    slot: i64,
    totals: Totals,
    /// Those of them that changed in the present quarter hour.
    touched: Vec<(i64, i64, i64)>,
    /// System accounts and what they held last in the present quarter hour.
    balances: BTreeMap<i64, i64>,
    counts: [(i64, Counts); 3],
    /// Rows that the three tables must hold.
    rows: [i64; 3],
}

/// The wallets of a transaction as the rows of the rollups name them: key, and whether it is a system's.
pub(super) type Ends = [(i64, bool); 2];

impl Folds {
    pub(super) fn new(conn: &Connection) -> Result<Self> {
        let last: i64 = conn.query_row("SELECT coalesce(max(sequence), 0) FROM transactions", [], |row| row.get(0))?;
        Ok(Self { end: last - last % BLOCK, ..Self::default() })
    }

    pub(super) fn transaction(
        &mut self,
        conn: &Connection,
        row: &TransactionContent,
        [from, to]: Ends,
        findings: &mut Findings,
    ) -> Result<()> {
        if row.sequence > self.end {
            return Ok(());
        }
        let slot = row.created_at / SLOT_MS;
        if slot != self.slot {
            self.end_slot(conn, findings)?;
            self.slot = slot;
        }
        for (grain, length) in GRAINS.into_iter().enumerate() {
            let period = slot / length;
            if self.counts[grain].0 != period {
                self.end_period(conn, grain, findings)?;
                self.counts[grain].0 = period;
            }
            *self.counts[grain].1.entry((row.kind, row.transaction_type, row.amount)).or_default() += 1;
        }
        for (flow, account) in Flow::of(row.kind, from, to).into_iter().flatten() {
            let key = (flow.code(), row.transaction_type, account);
            let total = self.totals.entry(key).or_default();
            total.0 += 1;
            total.1 += i128::from(row.amount);
            if !self.touched.contains(&key) {
                self.touched.push(key);
            }
        }
        if from.1 && row.kind != Kind::Transfer.code() {
            self.balances.insert(from.0, row.from_balance);
        }
        if to.1 {
            self.balances.insert(to.0, row.to_balance);
        }
        Ok(())
    }

    /// Compares the quarter hour that is over.
    fn end_slot(&mut self, conn: &Connection, findings: &mut Findings) -> Result<()> {
        let slot = self.slot;
        let mut statement = conn.prepare_cached(
            "SELECT count, volume_high, volume_low FROM slot_totals
              WHERE flow = ?1 AND transaction_type = ?2 AND account = ?3 AND slot = ?4",
        )?;
        for key in self.touched.drain(..) {
            let stored = statement
                .query_row((key.0, key.1, key.2, slot), |row| Ok((row.get(0)?, wide(row.get(1)?, row.get(2)?))))
                .optional()?;
            if stored.as_ref() != self.totals.get(&key) {
                let place = format!("slot_totals flow {} type {} account {} slot {slot}", key.0, key.1, key.2);
                findings.add("rollup", place, "is not what the transactions up to then give");
            }
            self.rows[0] += 1;
        }
        let mut statement =
            conn.prepare_cached("SELECT balance FROM account_slots WHERE account = ?1 AND slot = ?2")?;
        for (account, balance) in std::mem::take(&mut self.balances) {
            let stored: Option<i64> = statement.query_row((account, slot), |row| row.get(0)).optional()?;
            if stored != Some(balance) {
                let place = format!("account_slots account {account} slot {slot}");
                findings.add("rollup", place, "is not what the account held then");
            }
            self.rows[1] += 1;
        }
        Ok(())
    }

    /// Compares the amounts of a length of time that is over.
    fn end_period(&mut self, conn: &Connection, grain: usize, findings: &mut Findings) -> Result<()> {
        let (period, mut counts) = (self.counts[grain].0, std::mem::take(&mut self.counts[grain].1));
        self.rows[2] += i64::try_from(counts.len()).unwrap_or(i64::MAX);
        let mut statement = conn.prepare_cached(
            "SELECT kind, transaction_type, amount, count FROM amount_counts WHERE grain = ?1 AND period = ?2",
        )?;
        let mut rows = statement.query((i64::try_from(grain).unwrap_or(i64::MAX), period))?;
        let mut sound = true;
        while let Some(row) = rows.next()? {
            sound &= counts.remove(&(row.get(0)?, row.get(1)?, row.get(2)?)) == Some(row.get(3)?);
        }
        if !sound || !counts.is_empty() {
            let place = format!("amount_counts grain {grain} period {period}");
            findings.add("rollup", place, "is not what the transactions of that time give");
        }
        Ok(())
    }

    pub(super) fn end(&mut self, conn: &Connection, findings: &mut Findings) -> Result<()> {
        self.end_slot(conn, findings)?;
        // What is longer than a quarter hour is added up when it is over: these are not yet.
        self.end_period(conn, 0, findings)?;
        for (table, rows) in ["slot_totals", "account_slots", "amount_counts"].into_iter().zip(self.rows) {
            let stored: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            if stored != rows {
                findings.add("rollup", table, format!("holds {stored} rows, and the transactions give {rows}"));
            }
        }
        Ok(())
    }
}
