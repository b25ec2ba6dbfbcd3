//! The ledger as a book to be copied out: every transaction with all that belongs to it, oldest
//! first, one at a time however many there are.

use rusqlite::Connection;
use serde::Serialize;

use super::transaction::{Party, Reading, Transaction, party_from_row};
use super::types::{WalletId, WalletKey};
use super::wallet::Wallet;
use crate::error::Result;

/// A transaction with the balances it left and the line of the audit log that accounts for it.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The transaction; seen from the wallet, where only one is asked for.
    #[serde(flatten)]
    pub transaction: Transaction,
    /// The sender's balance afterwards.
    #[serde(skip)]
    pub from_balance: i64,
    /// The recipient's balance afterwards.
    #[serde(skip)]
    pub to_balance: i64,
    /// Who did it, where it was an administrative act.
    pub operator: Option<String>,
    /// And why.
    pub reason: Option<String>,
}

/// Which entries. Everything given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// Those of one wallet.
    pub wallet: Option<WalletId>,
    /// From this time on, Unix milliseconds.
    pub from_time: Option<i64>,
    /// Up to and including this time.
    pub to_time: Option<i64>,
}

/// Calls `each` for every entry of the range, oldest first.
pub fn for_each_entry(conn: &Connection, range: &Range, mut each: impl FnMut(&Entry) -> Result<()>) -> Result<()> {
    let wallet: Option<WalletKey> = match range.wallet {
        Some(id) => Some(Wallet::by_id(conn, id)?.key),
        None => None,
    };
    let mut reading = Reading::new(conn)?;
    let mut statement = conn.prepare(
        "SELECT t.sequence, t.from_balance, t.to_balance, audit_log.operator, audit_log.reason
           FROM transactions AS t LEFT JOIN audit_log ON audit_log.sequence = t.audit
          WHERE (?1 IS NULL OR ?1 IN (t.from_wallet, t.to_wallet))
            AND t.created_at >= coalesce(?2, t.created_at) AND t.created_at <= coalesce(?3, t.created_at)
          ORDER BY t.sequence",
    )?;
    let mut rows = statement.query((wallet, range.from_time, range.to_time))?;
    while let Some(row) = rows.next()? {
        each(&Entry {
            transaction: reading.transaction(row.get(0)?, wallet)?,
            from_balance: row.get(1)?,
            to_balance: row.get(2)?,
            operator: row.get(3)?,
            reason: row.get(4)?,
        })?;
    }
    Ok(())
}

/// What every wallet holds, in the order in which they were made.
pub fn balances(conn: &Connection) -> Result<Vec<(Party, i64)>> {
    let mut statement = conn.prepare(
        "SELECT wallet_id, name, owner, balance FROM owners JOIN wallets ON wallets.key = owners.wallet ORDER BY wallets.key",
    )?;
    let rows = statement.query_map([], |row| Ok((party_from_row(row)?, row.get(3)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
