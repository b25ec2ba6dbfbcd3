//! The whole ledger's history, newest first, for those who look after it.
//!
//! It is walked by sequence, a bounded number of rows a request, and the cursor goes on; a filter by
//! time begins at the right row, since time never runs backwards in the ledger.

use rusqlite::Connection;

use super::history::{Filter, Page, PageRequest, STEPS_MAX, make_cursor, read_cursor};
use super::transaction::{Reading, Transaction};
use super::types::WalletKey;
use crate::error::{Error, Result};

/// No wallet: the cursors of this list fit no wallet's, and theirs do not fit this one.
const NO_WALLET: WalletKey = WalletKey(0);

/// One page of all transactions. `direction` and `counterparty` mean something only as seen from a
/// wallet, and are not looked at here.
pub fn whole_history(conn: &Connection, filter: &Filter, page: &PageRequest) -> Result<Page<Transaction>> {
    let seen_from_nowhere = Filter { direction: None, counterparty: None, ..filter.clone() };
    let note = filter.note.as_ref().map(|note| note.to_lowercase());
    let mut next = match &page.cursor {
        Some(cursor) => read_cursor(conn, NO_WALLET, cursor)?,
        None => last_before(conn, "transactions", filter.to_time)?,
    };
    let mut items = Vec::with_capacity(page.limit);
    let mut reading = Reading::new(conn)?;
    let mut steps = 0;
    while next != 0 && items.len() < page.limit && steps < STEPS_MAX {
        let row = reading.row(next)?.ok_or_else(|| Error::internal(format!("transaction {next} is missing")))?;
        if filter.from_time.is_some_and(|from| row.created_at < from) {
            next = 0;
            break;
        }
        next -= 1;
        if seen_from_nowhere.matches(&row, NO_WALLET, None, note.as_deref()) {
            items.push(reading.complete(row, None)?);
        }
        steps += 1;
    }
    let next_cursor = if next == 0 { None } else { Some(make_cursor(conn, NO_WALLET, next)?) };
    Ok(Page { items, next_cursor })
}

/// The first and the last sequence of a time; of one in which nothing moved, the first is the greater.
pub fn sequences_within(conn: &Connection, from_time: Option<i64>, to_time: Option<i64>) -> Result<(i64, i64)> {
    let before = match from_time {
        Some(from) => last_before(conn, "transactions", Some(from.saturating_sub(1)))?,
        None => 0,
    };
    Ok((before + 1, last_before(conn, "transactions", to_time)?))
}

/// The last row of a chained table up to a time; 0 where there is none. Found by halving: sequences have
/// no gaps, and times rise with them.
pub(super) fn last_before(conn: &Connection, table: &str, time: Option<i64>) -> Result<i64> {
    let last: i64 = conn
        .prepare_cached(&format!("SELECT coalesce(max(sequence), 0) FROM {table}"))?
        .query_row([], |row| row.get(0))?;
    let Some(time) = time else { return Ok(last) };
    let mut made_at = conn.prepare_cached(&format!("SELECT created_at FROM {table} WHERE sequence = ?1"))?;
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let at: i64 = made_at.query_row([middle], |row| row.get(0))?;
        if at <= time { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}
