//! What a wallet held at times that have passed.
//!
//! Read from the wallet's days. Where a time cuts a day in two, it is found by the wallet's links, from the
//! end of that day back.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::types::{DAY_MS, WalletKey};
use super::wallet::Wallet;
use crate::error::Result;

/// Links followed for one answer at most: about a millisecond.
const STEPS_MAX: usize = 500;

/// One UTC day of a wallet.
struct Day {
    came: i64,
    went: i64,
    last_sequence: i64,
    balance: i64,
}

/// What the wallet held right before each of these times, which ascend. Every day from the first of them on is
/// looked up, so this is for what was lately. Of a wallet that moved more often than links are followed, the
/// older ones are what it held at the end of the UTC day: enough for a picture, not for an account.
pub fn held_before(conn: &Connection, wallet: &Wallet, times: &[i64]) -> Result<Vec<i64>> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Ok(Vec::new()) };
    let days = days(conn, wallet.key, day_before(*first), day_before(*last).max(wallet.updated_at / DAY_MS))?;
    // A volume is cut off at the largest amount there is, and no balance is below nought.
    let before = |day: &Day| day.balance.saturating_sub(day.came).saturating_add(day.went).max(0);
    let opening = days.values().next().map_or(wallet.balance, before);
    let mut steps = STEPS_MAX;
    let mut held = Vec::with_capacity(times.len());
    // The newest first, so that these are the exact ones.
    for time in times.iter().rev() {
        let cut = day_before(*time);
        held.push(match days.range(..=cut).next_back() {
            None => opening,
            Some((day, at)) if *day < cut || *time == (cut + 1) * DAY_MS => at.balance,
            Some((_, at)) => walk(conn, wallet.key, at, *time, &mut steps)?,
        });
    }
    held.reverse();
    Ok(held)
}

/// The UTC day of the millisecond before.
const fn day_before(time: i64) -> i64 {
    (time - 1).div_euclid(DAY_MS)
}

/// Those days in which the wallet moved. There is no index by wallet, and a look-up is a few microseconds.
fn days(conn: &Connection, wallet: WalletKey, first: i64, last: i64) -> Result<BTreeMap<i64, Day>> {
    let mut statement = conn.prepare_cached(
        "SELECT amount_in, amount_out, last_sequence, balance FROM wallet_days WHERE day = ?1 AND wallet = ?2",
    )?;
    let mut days = BTreeMap::new();
    for day in first..=last {
        let found = statement.query_row((day, wallet), |row| {
            Ok(Day { came: row.get(0)?, went: row.get(1)?, last_sequence: row.get(2)?, balance: row.get(3)? })
        });
        if let Some(found) = found.optional()? {
            days.insert(day, found);
        }
    }
    Ok(days)
}

/// What it held right before a time within a day: the way goes back from the day's end.
fn walk(conn: &Connection, wallet: WalletKey, day: &Day, time: i64, steps: &mut usize) -> Result<i64> {
    let mut statement = conn.prepare_cached(
        "SELECT created_at, iif(to_wallet = ?2, to_balance, from_balance), iif(to_wallet = ?2, to_previous, from_previous)
           FROM transactions WHERE sequence = ?1",
    )?;
    let mut sequence = day.last_sequence;
    while sequence > 0 {
        let Some(left) = steps.checked_sub(1) else { return Ok(day.balance) };
        *steps = left;
        let (created_at, balance, previous): (i64, i64, i64) =
            statement.query_row((sequence, wallet), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if created_at < time {
            return Ok(balance);
        }
        sequence = previous;
    }
    Ok(0)
}
