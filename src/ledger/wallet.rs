//! A wallet as the ledger sees it: what it holds and whether it may move.

use rusqlite::{Connection, OptionalExtension, Row};

use super::transaction::{Owner, Party};
use super::types::{WalletId, WalletKey, wallet_not_found};
use crate::error::Result;

/// A wallet at this moment.
#[derive(Debug, Clone)]
pub struct Wallet {
    /// How rows refer to it.
    pub key: WalletKey,
    /// How people refer to it.
    pub id: WalletId,
    /// The name of its owner today.
    pub name: String,
    /// Whether it belongs to a system account, and so may issue.
    pub is_system: bool,
    /// Whole tokens it can spend now.
    pub balance: i64,
    /// Its latest transaction; 0: none yet.
    pub last_sequence: i64,
    /// Why it is frozen; `None`: it is not.
    pub frozen_reason: Option<String>,
    /// Whether its owner has left.
    pub is_closed: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When its balance or state changed last.
    pub updated_at: i64,
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT key, id, is_system, balance, last_sequence, frozen_reason, is_closed, created_at, updated_at,
               CASE WHEN is_system THEN (SELECT name FROM system_accounts WHERE wallet = wallets.key)
                    ELSE (SELECT username FROM users WHERE wallet = wallets.key) END
          FROM wallets WHERE ",
            $condition
        )
    };
}

impl Wallet {
    /// The wallet with this id, or `wallet_not_found`.
    pub fn by_id(conn: &Connection, id: WalletId) -> Result<Self> {
        conn.prepare_cached(select!("id = ?1"))?
            .query_row([id], Self::from_row)
            .optional()?
            .ok_or_else(wallet_not_found)
    }

    /// The wallet a row refers to.
    pub fn by_key(conn: &Connection, key: WalletKey) -> Result<Self> {
        conn.prepare_cached(select!("key = ?1"))?
            .query_row([key], Self::from_row)
            .optional()?
            .ok_or_else(wallet_not_found)
    }

    /// The wallet as a side of a transaction.
    pub(super) fn party(&self) -> Party {
        let owner = if self.is_system { Owner::System } else { Owner::User };
        Party { wallet_id: self.id, name: self.name.clone(), owner }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            id: row.get(1)?,
            is_system: row.get(2)?,
            balance: row.get(3)?,
            last_sequence: row.get(4)?,
            frozen_reason: row.get(5)?,
            is_closed: row.get(6)?,
            created_at: row.get(7)?,
            updated_at: row.get(8)?,
            name: row.get(9)?,
        })
    }
}
