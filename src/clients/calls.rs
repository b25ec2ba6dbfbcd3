//! What service clients did for members, newest first, with both names.

use rusqlite::{Connection, Row};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ledger::{Page, PageRequest, TransactionId, UserId, bad_cursor};

/// One transaction that a client made for a member.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ServiceCall {
    /// The transaction.
    transaction_id: TransactionId,
    /// Its place in the ledger.
    sequence: i64,
    /// Unix milliseconds.
    created_at: i64,
    /// Whole tokens.
    amount: i64,
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
pub(super) fn calls(
    conn: &Connection,
    client: Option<Uuid>,
    user: Option<UserId>,
    page: &PageRequest,
) -> Result<Page<ServiceCall>> {
    let before = match &page.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    let mut statement = conn.prepare_cached(
        "SELECT transactions.sequence, transactions.created_at, (SELECT tag FROM ledger), transactions.amount,
                service_clients.id, service_clients.name, users.id, users.username
           FROM service_calls
           JOIN transactions USING (sequence)
           JOIN service_clients ON service_clients.key = service_calls.client
           JOIN users ON users.key = service_calls.user
          WHERE service_calls.sequence < ?1 AND (?2 IS NULL OR service_clients.id = ?2) AND (?3 IS NULL OR users.id = ?3)
          ORDER BY service_calls.sequence DESC LIMIT ?4",
    )?;
    let rows = statement
        .query_and_then((before, client.map(|id| id.hyphenated().to_string()), user, page.rows()), from_row)?
        .collect::<Result<_>>()?;
    Ok(page.cut(rows, |last: &ServiceCall| last.sequence.to_string()))
}

fn from_row(row: &Row<'_>) -> Result<ServiceCall> {
    let (sequence, created_at, client_id): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(4)?);
    Ok(ServiceCall {
        transaction_id: TransactionId::new(created_at, row.get(2)?, sequence),
        sequence,
        created_at,
        amount: row.get(3)?,
        client_id: client_id.parse().map_err(Error::internal)?,
        client: row.get(5)?,
        user_id: row.get(6)?,
        username: row.get(7)?,
    })
}
