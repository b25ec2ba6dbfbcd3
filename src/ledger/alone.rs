//! Writing into the audit log on a connection of one's own: for what is done to a database that nobody
//! else has open, before it is served.

use rusqlite::Connection;

use super::audit::AuditLine;
use super::books::Clock;
use super::journal::Journal;
use super::post::Ledger;
use crate::error::Result;
use crate::store::Journal as _;

/// Writes the line, chained exactly as the writer would. When this returns, it is on disk.
pub fn audit_alone(conn: &Connection, clock: Clock, idempotency_days: i64, line: &AuditLine<'_>) -> Result<()> {
    let transaction = conn.unchecked_transaction()?;
    let mut journal = Journal::new(clock, idempotency_days);
    journal.begin(&transaction)?;
    Ledger::open(&transaction, &mut journal)?.audit(line)?;
    journal.finish(&transaction)?;
    Ok(transaction.commit()?)
}
