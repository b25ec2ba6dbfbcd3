//! What service clients read of members, newest first, with both names.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ledger::{Page, PageRequest, UserId, bad_cursor};

/// What a client read of a member in one hour, by one path.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ServiceRead {
    /// The path it called.
    path: String,
    /// The beginning of the hour, Unix milliseconds.
    hour_at: i64,
    /// How often.
    count: i64,
    /// The client.
    client_id: Uuid,
    /// Its name.
    client: String,
    /// The member it acted for.
    user_id: UserId,
    /// Their name today.
    username: String,
}

/// One page of them; those of one client or one member, where they are named.
pub(super) fn reads(
    conn: &Connection,
    client: Option<Uuid>,
    user: Option<UserId>,
    page: &PageRequest,
) -> Result<Page<ServiceRead>> {
    let before = match &page.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    let mut statement = conn.prepare_cached(
        "SELECT service_reads.key, path, hour_at, count, service_clients.id, service_clients.name, users.id, users.username
           FROM service_reads
           JOIN service_clients ON service_clients.key = service_reads.client
           JOIN users ON users.key = service_reads.user
          WHERE service_reads.key < ?1 AND (?2 IS NULL OR service_clients.id = ?2) AND (?3 IS NULL OR users.id = ?3)
          ORDER BY service_reads.key DESC LIMIT ?4",
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
        items.push(ServiceRead {
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
