//! What service clients called, newest first, with both names.

use rusqlite::{Connection, Row};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ledger::{Page, PageRequest, UserId, bad_cursor};

/// How often a client made one call in one hour.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ServiceCount {
    /// The method of HTTP.
    method: String,
    /// The path it called.
    path: String,
    /// `answered`, or the code of the refusal.
    outcome: String,
    /// The beginning of the hour, Unix milliseconds.
    hour_at: i64,
    /// How often.
    count: i64,
    /// The client.
    client_id: Uuid,
    /// Its name.
    client: String,
    /// The member it called for; none where it called for itself, or for nobody who is known here.
    user_id: Option<UserId>,
    /// Their name today.
    username: Option<String>,
}

/// One page of them; those of one client or one member, where they are named.
pub(super) fn counts(
    conn: &Connection,
    client: Option<Uuid>,
    user: Option<UserId>,
    page: &PageRequest,
) -> Result<Page<ServiceCount>> {
    let before = match &page.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    let mut statement = conn.prepare_cached(
        "SELECT service_counts.key, path, hour_at, count, service_clients.id, service_clients.name, users.id, users.username,
                method, outcome
           FROM service_counts
           JOIN service_clients ON service_clients.key = service_counts.client
           LEFT JOIN users ON users.key = service_counts.user
          WHERE service_counts.key < ?1 AND (?2 IS NULL OR service_clients.id = ?2) AND (?3 IS NULL OR users.id = ?3)
          ORDER BY service_counts.key DESC LIMIT ?4",
    )?;
    let rows = statement
        .query_and_then((before, client.map(|id| id.hyphenated().to_string()), user, page.rows()), from_row)?
        .collect::<Result<_>>()?;
    let Page { items, next_cursor } = page.cut(rows, |(key, _): &(i64, ServiceCount)| key.to_string());
    Ok(Page { items: items.into_iter().map(|(_, count)| count).collect(), next_cursor })
}

/// A count, and its place in the list.
fn from_row(row: &Row<'_>) -> Result<(i64, ServiceCount)> {
    let client_id: String = row.get(4)?;
    let count = ServiceCount {
        path: row.get(1)?,
        hour_at: row.get(2)?,
        count: row.get(3)?,
        client_id: client_id.parse().map_err(Error::internal)?,
        client: row.get(5)?,
        user_id: row.get(6)?,
        username: row.get(7)?,
        method: row.get(8)?,
        outcome: row.get(9)?,
    };
    Ok((row.get(0)?, count))
}
