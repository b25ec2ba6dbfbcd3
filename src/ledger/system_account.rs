//! Whose pool pays where an operator distributes, and takes what members give back.

use rusqlite::{Connection, OptionalExtension};

use super::types::WalletKey;
use super::wallet::Wallet;
use crate::error::{Code, Error, Result};

/// The account every community has.
pub const SYSTEM_ACCOUNT: &str = "system_account_communitytoken";

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
