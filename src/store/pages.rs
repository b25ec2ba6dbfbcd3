//! Every page of a large database, looked at while it is served.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::{Checkpoints, StoreFailure, open_beside};

/// The check at work. It ends by itself, or when this is dropped.
pub struct PageCheck {
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
}

impl PageCheck {
    /// Starts it; `report` hears of damage, once.
    pub fn start(
        path: &Path,
        checkpoints: Checkpoints,
        report: impl FnOnce(&str) + Send + 'static,
    ) -> Result<Self, StoreFailure> {
        let conn = open_beside(path, checkpoints)?;
        let interrupt = conn.get_interrupt_handle();
        let work = move || match check(&conn) {
            Ok(None) => tracing::info!("every page of the database was looked at, and all are sound"),
            Ok(Some(finding)) => report(&finding),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => {}
            Err(error) => tracing::warn!(%error, "the pages of the database could not all be looked at"),
        };
        let thread = std::thread::Builder::new()
            .name("pages".into())
            .spawn(work)
            .map_err(|error| StoreFailure(format!("the check of the pages cannot be started ({error}).")))?;
        Ok(Self { interrupt, thread: Some(thread) })
    }
}

impl Drop for PageCheck {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // Only what runs at that moment is interrupted, and the check may be between two tables.
        while !thread.is_finished() {
            self.interrupt.interrupt();
            std::thread::sleep(Duration::from_millis(10));
        }
        let _panicked = thread.join();
    }
}

/// Table by table: a single long read would keep the write-ahead log from being emptied meanwhile.
fn check(conn: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let tables: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        let found: String =
            conn.query_row(&format!("PRAGMA quick_check(\"{}\")", table.replace('"', "\"\"")), [], |row| row.get(0))?;
        if found != "ok" {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
