//! Folding a block of transactions into what statistics are read from ([`super::Folded`]): as the trigger
//! `foldings_insert` of `schema.sql` does it where a row inserted by hand completes the block, in a quarter of its
//! time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension};

use super::folds::{BLOCK, GRAINS, Line, SLOT_MS};
use super::posted::Posted;
use super::types::WalletKey;
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
    /// By line, and then by quarter hour.
    moved: BTreeMap<Line, BTreeMap<i64, Sum>>,
    /// What an account held last in a quarter hour.
    balances: BTreeMap<(WalletKey, i64), i64>,
    /// By quarter hour, kind, type and amount.
    amounts: HashMap<(i64, i64, i64, i64), i64>,
}

/// Folds the block that ends with this transaction. The newest ones are at hand; the others are read.
pub(super) fn fold(conn: &Connection, last: i64, newest: &[Posted]) -> Result<()> {
    let accounts = conn
        .prepare_cached("SELECT wallet FROM system_accounts")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<BTreeSet<WalletKey>>>()?;
    let mut block = Block::default();
    let newest = &newest[newest.partition_point(|posted| posted.sequence <= last - BLOCK)..];
    let at_hand = newest.first().map_or(last + 1, |first| first.sequence);
    Posted::for_each_between(conn, last - BLOCK, at_hand - 1, &mut |posted| block.add(&posted, &accounts))?;
    for posted in newest {
        block.add(posted, &accounts);
    }
    block.write_totals(conn)?;
    block.write_balances(conn)?;
    let ended_at = block.ended_at;
    block.write_amounts(conn)?;
    add_up_amounts(conn, ended_at)
}

impl Block {
    fn add(&mut self, posted: &Posted, accounts: &BTreeSet<WalletKey>) {
        self.ended_at = posted.created_at;
        let (slot, kind, amount) = (posted.created_at / SLOT_MS, posted.kind.code(), posted.amount);
        *self.amounts.entry((slot, kind, posted.transaction_type, amount)).or_default() += 1;
        let sum = Sum { count: 1, high: amount >> 32, low: amount & 0xffff_ffff };
        for line in posted.lines(|wallet| accounts.contains(&wallet)) {
            self.moved.entry(line).or_default().entry(slot).or_default().add(sum);
        }
        for (wallet, balance) in [(posted.from, posted.from_balance), (posted.to, posted.to_balance)] {
            if accounts.contains(&wallet) {
                self.balances.insert((wallet, slot), balance);
            }
        }
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
        for (line, slots) in &self.moved {
            let (flow, transaction_type, account) = (line.flow.code(), line.transaction_type, line.account);
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
