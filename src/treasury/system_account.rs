//! System accounts: each has a wallet that may issue.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Error, Result};
use crate::ledger::{Wallet, WalletId, WalletKey};

/// The account every community has.
pub const SYSTEM_ACCOUNT: &str = "system_account_communitytoken";

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

/// The wallet of the account with this name; `None`: the community's own.
pub fn treasury(conn: &Connection, name: Option<&str>) -> Result<Wallet> {
    let name = name.unwrap_or(SYSTEM_ACCOUNT);
    let key: Option<WalletKey> = conn
        .prepare_cached("SELECT wallet FROM system_accounts WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    let key = key
        .ok_or_else(|| Error::new(Code::SystemAccountNotFound, format!("There is no system account named {name}.")))?;
    Wallet::by_key(conn, key)
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
