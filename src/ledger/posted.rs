//! What totals are made of: when a transaction moved how much, and what both sides held then.

use rusqlite::Connection;

use super::folds::{Flow, Line};
use super::types::{Kind, WalletKey};
use crate::error::Result;

/// A transaction, as totals see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub(super) sequence: i64,
    pub(super) created_at: i64,
    pub(super) kind: Kind,
    pub(super) transaction_type: i64,
    pub(super) amount: i64,
    pub(super) from: WalletKey,
    pub(super) from_balance: i64,
    pub(super) to: WalletKey,
    pub(super) to_balance: i64,
}

impl Posted {
    /// Reads those after a transaction, up to one, in their order.
    pub(super) fn for_each_between(conn: &Connection, after: i64, to: i64, each: &mut dyn FnMut(Self)) -> Result<()> {
        let mut statement = conn.prepare_cached(
            "SELECT sequence, created_at, kind, transaction_type, amount, from_wallet, from_balance, to_wallet, to_balance
               FROM transactions WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence",
        )?;
        let mut rows = statement.query([after, to])?;
        while let Some(row) = rows.next()? {
            each(Self {
                sequence: row.get(0)?,
                created_at: row.get(1)?,
                kind: row.get(2)?,
                transaction_type: row.get(3)?,
                amount: row.get(4)?,
                from: row.get(5)?,
                from_balance: row.get(6)?,
                to: row.get(7)?,
                to_balance: row.get(8)?,
            });
        }
        Ok(())
    }

    /// The lines on which it moved: two for a movement between system accounts.
    pub(super) fn lines<F: Fn(WalletKey) -> bool>(&self, is_system: F) -> impl Iterator<Item = Line> + use<F> {
        let transaction_type = self.transaction_type;
        let end = |wallet: WalletKey| (wallet.0, is_system(wallet));
        let flows = Flow::of(self.kind.code(), end(self.from), end(self.to)).into_iter().flatten();
        flows.map(move |(flow, account)| Line { flow, transaction_type, account })
    }
}
