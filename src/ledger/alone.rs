//! Running one command on a connection of one's own: for what is done to a database that nobody else
//! has open, before it is served.

use rusqlite::Connection;

use super::books::Clock;
use super::journal::Journal;
use super::post::{Command, Ledger};
use crate::error::Result;
use crate::store::Journal as _;

/// Runs the command in a transaction of its own, exactly as the writer would. When this returns, its
/// effect is on disk.
pub fn execute_alone<C: Command>(
    conn: &Connection,
    clock: Clock,
    idempotency_days: i64,
    command: C,
) -> Result<C::Output> {
    let transaction = conn.unchecked_transaction()?;
    let mut journal = Journal::new(clock, idempotency_days);
    journal.begin(&transaction)?;
    let output = command.run(&mut Ledger::open(&transaction, &mut journal)?)?;
    journal.finish(&transaction)?;
    transaction.commit()?;
    Ok(output)
}
