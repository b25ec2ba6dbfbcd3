//! Reading them: into a page of one's history, as a choice, and as a filter.

use rusqlite::Connection;
use serde_json::json;

use crate::error::Result;
use crate::ledger::{Filter, Page, PageRequest, Transaction, UserKey, Wallet, history, history_among};

/// Categories of one member that are offered: whoever has more types them.
pub const NAMES_MAX: i64 = 200;

/// Writes what a member calls them into entries of their own history: one query for all.
pub fn put_in(conn: &Connection, user: UserKey, entries: &mut [Transaction]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let wanted = json!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>()).to_string();
    let mut statement = conn.prepare_cached(
        "SELECT entry, category FROM json_each(?2) CROSS JOIN categories ON entry = json_each.value WHERE user = ?1",
    )?;
    let mut rows = statement.query((user, wanted))?;
    while let Some(row) = rows.next()? {
        let sequence: i64 = row.get(0)?;
        if let Some(entry) = entries.iter_mut().find(|entry| entry.sequence == sequence) {
            entry.category = row.get(1)?;
        }
    }
    Ok(())
}

/// The categories a member has used, each once, by the alphabet. Found by leaping from one to the next,
/// however many entries bear it.
pub fn names(conn: &Connection, user: UserKey) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "WITH RECURSIVE used (name) AS (
             SELECT min(category) FROM categories WHERE user = ?1
             UNION ALL
             SELECT (SELECT min(category) FROM categories WHERE user = ?1 AND category > used.name)
               FROM used WHERE used.name IS NOT NULL)
         SELECT name FROM used WHERE name IS NOT NULL LIMIT ?2",
    )?;
    let mut names: Vec<String> =
        statement.query_map((user, NAMES_MAX), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    names.sort_by_cached_key(|name| name.to_lowercase());
    Ok(names)
}

/// A page of a member's own history with their categories in it; of one category alone, where one is given.
pub fn categorised_history(
    conn: &Connection,
    user: UserKey,
    wallet: &Wallet,
    filter: &Filter,
    category: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Transaction>> {
    let mut found = match category {
        None => history(conn, wallet, filter, page)?,
        Some(category) => history_among(conn, wallet, filter, page, |up_to| {
            let mut last = conn.prepare_cached(
                "SELECT coalesce(max(entry), 0) FROM categories WHERE user = ?1 AND category = ?2 AND entry <= ?3",
            )?;
            Ok(last.query_row((user, category, up_to), |row| row.get(0))?)
        })?,
    };
    put_in(conn, user, &mut found.items)?;
    Ok(found)
}
