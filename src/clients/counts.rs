//! What service clients called, newest first, with both names.

use rusqlite::Connection;
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
    let limit = i64::try_from(page.limit).unwrap_or(1);
    let mut rows = statement.query((before, client.map(|id| id.hyphenated().to_string()), user, limit + 1))?;
    let mut items = Vec::with_capacity(page.limit);
    let (mut last, mut next_cursor) = (0_i64, None);
    while let Some(row) = rows.next()? {
        if items.len() == page.limit {
            next_cursor = Some(last.to_string());
            break;
        }
        last = row.get(0)?;
        let client_id: String = row.get(4)?;
        items.push(ServiceCount {
            method: row.get(8)?,
            outcome: row.get(9)?,
            path: row.get(1)?,
            hour_at: row.get(2)?,
            count: row.get(3)?,
            client_id: client_id.parse().map_err(Error::internal)?,
            client: row.get(5)?,
            user_id: row.get(6)?,
            username: row.get(7)?,
        });
    }
    Ok(Page { items, next_cursor })
}
