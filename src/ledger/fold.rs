//! Folding a block of transactions into what statistics are read from ([`super::Folded`]): as the trigger
//! `foldings_insert` of `schema.sql` does it where a row inserted by hand completes the block, in a quarter of its
//! time.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};

use super::folds::{BLOCK, Flow, GRAINS, SLOT_MS};
use super::types::Kind;
use crate::error::Result;

/// How often, and how much in two parts, as `slot_totals` keeps it.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: i64,
    high: i64,
    low: i64,
}

impl Sum {
    const fn add(&mut self, other: Self) {
        self.count += other.count;
        self.high += other.high;
        self.low += other.low;
    }
}

/// What a block comes to.
#[derive(Debug, Default)]
struct Block {
    /// The time of its last transaction.
    ended_at: i64,
    /// By flow, type and account, and then by quarter hour.
    moved: BTreeMap<(i64, i64, i64), BTreeMap<i64, Sum>>,
    /// What an account held last in a quarter hour.
    balances: BTreeMap<(i64, i64), i64>,
    /// By quarter hour, kind, type and amount.
    amounts: HashMap<(i64, i64, i64, i64), i64>,
}

/// Folds the block that ends with this transaction.
pub(super) fn fold(conn: &Connection, last: i64) -> Result<()> {
    let block = Block::read(conn, last)?;
    block.write_totals(conn)?;
    block.write_balances(conn)?;
    let ended_at = block.ended_at;
    block.write_amounts(conn)?;
    add_up_amounts(conn, ended_at)
}

impl Block {
    fn read(conn: &Connection, last: i64) -> Result<Self> {
        let accounts = conn
            .prepare_cached("SELECT wallet FROM system_accounts")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<HashSet<i64>>>()?;
        let mut block = Self::default();
        let mut statement = conn.prepare_cached(
            "SELECT created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_balance, to_balance
               FROM transactions WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence",
        )?;
        let mut rows = statement.query([last - BLOCK + 1, last])?;
        while let Some(row) = rows.next()? {
            block.ended_at = row.get(0)?;
            let (slot, kind, transaction_type) = (block.ended_at / SLOT_MS, row.get(1)?, row.get(2)?);
            let (from, to, amount): (i64, i64, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
            let (from_is_system, to_is_system) = (accounts.contains(&from), accounts.contains(&to));
            *block.amounts.entry((slot, kind, transaction_type, amount)).or_default() += 1;
            let sum = Sum { count: 1, high: amount >> 32, low: amount & 0xffff_ffff };
            for (flow, account) in Flow::of(kind, (from, from_is_system), (to, to_is_system)).into_iter().flatten() {
                let slots = block.moved.entry((flow.code(), transaction_type, account)).or_default();
                slots.entry(slot).or_default().add(sum);
            }
            if from_is_system && kind != Kind::Transfer.code() {
                block.balances.insert((from, slot), row.get(6)?);
            }
            if to_is_system {
                block.balances.insert((to, slot), row.get(7)?);
            }
        }
        Ok(block)
    }

    /// Totals run on from the newest there are.
    fn write_totals(&self, conn: &Connection) -> Result<()> {
        let mut newest = conn.prepare_cached(
            "SELECT count, volume_high, volume_low FROM slot_totals
              WHERE flow = ?1 AND transaction_type = ?2 AND account = ?3 ORDER BY slot DESC LIMIT 1",
        )?;
        let mut write = conn.prepare_cached(
            "INSERT INTO slot_totals (flow, transaction_type, account, slot, count, volume_high, volume_low)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET count = excluded.count, volume_high = excluded.volume_high, volume_low = excluded.volume_low",
        )?;
        for ((flow, transaction_type, account), slots) in &self.moved {
            let mut total = newest
                .query_row((flow, transaction_type, account), |row| {
                    Ok(Sum { count: row.get(0)?, high: row.get(1)?, low: row.get(2)? })
                })
                .optional()?
                .unwrap_or_default();
            for (slot, sum) in slots {
                total.add(*sum);
                write.execute((flow, transaction_type, account, slot, total.count, total.high, total.low))?;
            }
        }
        Ok(())
    }

    fn write_balances(&self, conn: &Connection) -> Result<()> {
        let mut write = conn.prepare_cached(
            "INSERT INTO account_slots (account, slot, balance) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET balance = excluded.balance",
        )?;
        for ((account, slot), balance) in &self.balances {
            write.execute((account, slot, balance))?;
        }
        Ok(())
    }

    fn write_amounts(self, conn: &Connection) -> Result<()> {
        let mut amounts: Vec<_> = self.amounts.into_iter().collect();
        amounts.sort_unstable();
        let mut write = conn.prepare_cached(
            "INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count) VALUES (0, ?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET count = count + excluded.count",
        )?;
        for ((slot, kind, transaction_type, amount), count) in amounts {
            write.execute((slot, kind, transaction_type, amount, count))?;
        }
        Ok(())
    }
}

/// Adds up the days, and the lengths of 32 days, that are over at this time.
fn add_up_amounts(conn: &Connection, at: i64) -> Result<()> {
    for (grain, lengths) in (1_i64..).zip(GRAINS.windows(2)) {
        let [shorter, longer] = lengths else { continue };
        let length = longer / shorter;
        conn.prepare_cached(
            "INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
             SELECT ?1, period / ?2, kind, transaction_type, amount, sum(count)
               FROM amount_counts
              WHERE grain = ?1 - 1 AND period < ?3
                AND period >= (SELECT coalesce(max(period) + 1, 0) FROM amount_counts WHERE grain = ?1) * ?2
              GROUP BY 2, 3, 4, 5",
        )?
        .execute((grain, length, at / (SLOT_MS * longer) * length))?;
    }
    Ok(())
}
