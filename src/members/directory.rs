//! The directory: members finding someone to pay. Names and wallet ids, nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::ledger::{Page, PageRequest, UserId, WalletId, bad_cursor};

/// Someone who can be paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DirectoryEntry {
    /// Their name.
    pub username: String,
    /// Their wallet.
    pub wallet_id: WalletId,
}

/// Members whose name contains the words, in the order of names; `q` empty: all of them.
pub fn directory(conn: &Connection, q: &str, page: &PageRequest) -> Result<Page<DirectoryEntry>> {
    found(conn, q, false, page, |row| Ok(DirectoryEntry { username: row.get(0)?, wallet_id: row.get(2)? }))
}

/// The same for operators: who they are, those who are here or those who have left.
pub(super) fn people(conn: &Connection, q: &str, deleted: bool, page: &PageRequest) -> Result<Page<UserId>> {
    found(conn, q, deleted, page, |row| row.get(3))
}

/// The member whose id this is, or whose wallet's; whether they are here or have left.
pub(super) fn by_any_id(conn: &Connection, text: &str) -> Result<Option<UserId>> {
    let Ok(id) = text.parse::<UserId>() else { return Ok(None) };
    Ok(conn
        .prepare_cached(
            "SELECT id FROM users WHERE id = ?1
              UNION ALL
             SELECT users.id FROM wallets JOIN users ON users.wallet = wallets.key WHERE wallets.id = ?1",
        )?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

fn found<T>(
    conn: &Connection,
    q: &str,
    deleted: bool,
    page: &PageRequest,
    entry: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Page<T>> {
    let (after_name, after_key) = match &page.cursor {
        Some(cursor) => read_cursor(cursor)?,
        None => (String::new(), 0),
    };
    // The words stand for themselves, whatever signs they contain.
    let pattern = format!("%{}%", q.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    // The first comparison of names says nothing new; by it, a page begins in the index where the last one ended.
    let mut statement = conn.prepare_cached(
        "SELECT users.username, users.key, wallets.id, users.id FROM users JOIN wallets ON wallets.key = users.wallet
          WHERE (users.deleted_at IS NOT NULL) = ?5 AND users.username LIKE ?1 ESCAPE '\\'
            AND users.username COLLATE NOCASE >= ?2 AND (users.username COLLATE NOCASE, users.key) > (?2, ?3)
          ORDER BY users.username COLLATE NOCASE, users.key LIMIT ?4",
    )?;
    let rows = statement
        .query_map((pattern, after_name, after_key, page.rows(), deleted), |row| {
            Ok(((row.get(0)?, row.get(1)?), entry(row)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let Page { items, next_cursor } = page.cut(rows, |(last, _)| cursor(last));
    Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor })
}

/// Where someone stands in the order of names.
type Place = (String, i64);

fn cursor((name, key): &Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{key}:{name}"))
}

fn read_cursor(cursor: &str) -> Result<Place> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| {
            let (key, name) = text.split_once(':')?;
            Some((name.to_owned(), key.parse().ok()?))
        })
        .ok_or_else(bad_cursor)
}
