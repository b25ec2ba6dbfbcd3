//! System accounts: each has a wallet that may issue.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::ledger::WalletId;

/// A system account and what it holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemAccount {
    /// Its name.
    pub name: String,
    /// Its wallet.
    pub wallet_id: WalletId,
    /// Whole tokens in the pool.
    pub balance: i64,
}

impl SystemAccount {
    /// All of them, oldest first.
    pub fn list(conn: &Connection) -> Result<Vec<Self>> {
        Ok(conn
            .prepare_cached(
                "SELECT system_accounts.name, wallets.id, wallets.balance FROM system_accounts
                   JOIN wallets ON wallets.key = system_accounts.wallet ORDER BY system_accounts.key",
            )?
            .query_map([], |row| Ok(Self { name: row.get(0)?, wallet_id: row.get(1)?, balance: row.get(2)? }))?
            .collect::<rusqlite::Result<_>>()?)
    }
}
