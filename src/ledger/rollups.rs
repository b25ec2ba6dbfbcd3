//! Rollups of what the program itself posts: the totals of days and the days of wallets, written once for a
//! batch. A wallet that takes part in many of its transactions has one row changed, and not one for each.
//!
//! Rows that are inserted by hand are rolled up by triggers of `schema.sql`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rusqlite::Connection;

use super::chain::TransactionContent;
use super::fold::fold;
use super::folds::BLOCK;
use super::posted::Posted;
use super::types::{DAY_MS, Kind, WalletKey};
use crate::error::Result;
use crate::store::Insertion;

static DAYS: LazyLock<Insertion<10>> = LazyLock::new(|| {
    Insertion::new(
        "INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance,
                                  first_traded, last_traded)",
        "ON CONFLICT DO UPDATE SET
            count_in = count_in + excluded.count_in, count_out = count_out + excluded.count_out,
            amount_in = iif(amount_in > 9223372036854775807 - excluded.amount_in, 9223372036854775807, amount_in + excluded.amount_in),
            amount_out = iif(amount_out > 9223372036854775807 - excluded.amount_out, 9223372036854775807, amount_out + excluded.amount_out),
            last_sequence = excluded.last_sequence, balance = excluded.balance,
            first_traded = coalesce(first_traded, excluded.first_traded),
            last_traded = coalesce(excluded.last_traded, last_traded)",
    )
});

/// How often, and how much: a volume stays at the largest amount.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: i64,
    volume: i64,
}

impl Sum {
    const fn add(&mut self, amount: i64) {
        self.count += 1;
        self.volume = self.volume.saturating_add(amount);
    }
}

/// What a batch makes of one wallet's day.
#[derive(Debug, Default)]
struct Day {
    came: Sum,
    went: Sum,
    last_sequence: i64,
    balance: i64,
    first_traded: Option<i64>,
    last_traded: Option<i64>,
}

impl Day {
    /// Of what came and what went, in its order.
    fn of<'p>(posted: impl Iterator<Item = (&'p Posted, bool)>) -> Self {
        let mut day = Self::default();
        for (posted, came) in posted {
            if came {
                day.came.add(posted.amount);
                day.end_with(posted, posted.to_balance, posted.kind == Kind::Transfer);
            } else {
                day.went.add(posted.amount);
                day.end_with(posted, posted.from_balance, matches!(posted.kind, Kind::Transfer | Kind::Pool));
            }
        }
        day
    }

    fn end_with(&mut self, posted: &Posted, balance: i64, is_trade: bool) {
        (self.last_sequence, self.balance) = (posted.sequence, balance);
        if is_trade {
            let at = posted.created_at % DAY_MS;
            self.first_traded = self.first_traded.or(Some(at));
            self.last_traded = Some(at);
        }
    }
}

/// What the open batch has posted so far.
#[derive(Debug, Default)]
pub(super) struct Rollups(Vec<Posted>);

impl Rollups {
    /// A transaction that was just inserted.
    pub(super) fn note(&mut self, content: &TransactionContent, kind: Kind, from: WalletKey, to: WalletKey) {
        self.0.push(Posted {
            sequence: content.sequence,
            created_at: content.created_at,
            kind,
            transaction_type: content.transaction_type,
            amount: content.amount,
            from,
            from_balance: content.from_balance,
            to,
            to_balance: content.to_balance,
        });
    }

    /// How many were noted, to go back to.
    pub(super) const fn mark(&self) -> usize {
        self.0.len()
    }

    /// Takes back what was noted since.
    pub(super) fn reset(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    /// Writes what all of them come to, and folds the blocks that they complete.
    pub(super) fn write(&mut self, conn: &Connection) -> Result<()> {
        for (index, posted) in self.0.iter().enumerate().filter(|(_, posted)| posted.sequence % BLOCK == 0) {
            fold(conn, posted.sequence, &self.0[..=index])?;
        }
        let mut totals: BTreeMap<(i64, i64, i64), Sum> = BTreeMap::new();
        // The sides of each, and which one it is.
        let mut sides = Vec::with_capacity(self.0.len() * 2);
        for (index, posted) in self.0.iter().enumerate() {
            let day = posted.created_at / DAY_MS;
            totals.entry((day, posted.kind.code(), posted.transaction_type)).or_default().add(posted.amount);
            sides.push((day, posted.to, index, true));
            if posted.kind != Kind::Issuance {
                sides.push((day, posted.from, index, false));
            }
        }
        // By wallet, so that rows which lie together are written together, and in their order.
        sides.sort_unstable();
        let days: Vec<_> = sides
            .chunk_by(|one, next| (one.0, one.1) == (next.0, next.1))
            .map(|of| ((of[0].0, of[0].1), Day::of(of.iter().map(|(_, _, index, came)| (&self.0[*index], *came)))))
            .collect();
        let mut statement = conn.prepare_cached(
            "INSERT INTO daily_totals (day, kind, transaction_type, count, volume) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET count = count + excluded.count,
                    volume = iif(volume > 9223372036854775807 - excluded.volume, 9223372036854775807, volume + excluded.volume)",
        )?;
        for ((day, kind, transaction_type), sum) in totals {
            statement.execute((day, kind, transaction_type, sum.count, sum.volume))?;
        }
        DAYS.insert(conn, &days, |((day, wallet), of)| {
            [
                day,
                wallet,
                &of.came.count,
                &of.came.volume,
                &of.went.count,
                &of.went.volume,
                &of.last_sequence,
                &of.balance,
                &of.first_traded,
                &of.last_traded,
            ]
        })?;
        self.0.clear();
        Ok(())
    }
}
