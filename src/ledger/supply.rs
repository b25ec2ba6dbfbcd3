//! The supply, and the proof that no token was lost or invented (Economic Analytics, Supply Metrics).

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;

/// Where all tokens are, counted from the rows at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Supply {
    /// Every token ever issued.
    pub total_issuance: i64,
    /// Tokens in members' wallets.
    pub circulating_supply: i64,
    /// Tokens in system wallets.
    pub system_pool: i64,
    /// Whether total issuance is circulating supply plus system pool, and every day's issuances add up to it.
    pub is_consistent: bool,
    /// Members who have not left.
    pub total_users: i64,
    /// Of those, members who hold tokens.
    pub active_users: i64,
    /// When this was counted, Unix milliseconds.
    pub calculated_at: i64,
}

/// Counts the supply. Costs as much as there are wallets and days, however long the history.
pub fn supply(conn: &Connection, now: i64) -> Result<Supply> {
    // One statement, so that all figures are of one moment.
    let mut statement = conn.prepare_cached(
        "SELECT (SELECT total_issued FROM ledger),
                (SELECT coalesce(sum(balance), 0) FROM wallets WHERE NOT is_system),
                (SELECT coalesce(sum(balance), 0) FROM wallets WHERE is_system),
                (SELECT coalesce(sum(volume), 0) FROM daily_totals WHERE kind = 1),
                (SELECT count(*) FROM users WHERE deleted_at IS NULL),
                (SELECT count(*) FROM users JOIN wallets ON wallets.key = users.wallet
                  WHERE users.deleted_at IS NULL AND wallets.balance > 0)",
    )?;
    let (total_issuance, circulating_supply, system_pool, issued_by_day, total_users, active_users): (
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
    ) = statement.query_row([], |row| row.try_into())?;
    Ok(Supply {
        total_issuance,
        circulating_supply,
        system_pool,
        is_consistent: circulating_supply.checked_add(system_pool) == Some(total_issuance)
            && issued_by_day == total_issuance,
        total_users,
        active_users,
        calculated_at: now,
    })
}
