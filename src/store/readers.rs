//! Many readers: a pool of connections that can only read, used off the async threads.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};
use scheduled_thread_pool::ScheduledThreadPool;

use super::{Checkpoints, StoreFailure, open_reading};

/// How long a request waits for a reading connection before it is told to come back.
const WAIT: Duration = Duration::from_secs(5);

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    pool: r2d2::Pool<SqliteConnectionManager>,
    /// The one thread that opens connections.
    opener: Arc<ScheduledThreadPool>,
}

impl Readers {
    /// Opens the pool on an existing database.
    pub fn open(path: &Path, connections: u32, checkpoints: Checkpoints) -> Result<Self, StoreFailure> {
        let manager = SqliteConnectionManager::file(path)
            .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .with_init(move |conn| {
                checkpoints.set(conn)?;
                open_reading(conn)
            });
        let opener = Arc::new(ScheduledThreadPool::builder().num_threads(1).thread_name_pattern("readers").build());
        let pool = r2d2::Pool::builder()
            .thread_pool(Arc::clone(&opener))
            .max_size(connections)
            .min_idle(Some(0))
            .connection_timeout(WAIT)
            // A check per use would cost more than many of the reads themselves.
            .test_on_check_out(false)
            .build(manager)
            .map_err(|error| StoreFailure(format!("the database cannot be opened for reading ({error}).")))?;
        Ok(Self { pool, opener })
    }

    /// Closes the connections, once the last clone is closed, and waits for one that is being opened: it
    /// would be the last to close, and its process might end before it could take the log away.
    pub fn close(self) {
        let Self { pool, opener } = self;
        drop(pool);
        let (opened, all_opened) = mpsc::channel::<()>();
        opener.execute(move || drop(opened));
        let _disconnected = all_opened.recv_timeout(WAIT);
    }

    /// Runs a read on this thread, in one transaction: everything it sees is of one moment, and
    /// the file is locked once instead of once for each statement, which costs more than most of
    /// the statements themselves.
    pub fn read_blocking<T, E: From<StoreFailure>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let conn =
            self.pool.get().map_err(|error| StoreFailure(format!("no reading connection was free ({error}).")))?;
        if !conn.is_autocommit() {
            // A read before this one broke off in mid-transaction.
            conn.execute_batch("ROLLBACK").map_err(StoreFailure::from)?;
        }
        conn.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(StoreFailure::from)?;
        let outcome = read(&conn);
        // Nothing was written; ending the transaction only gives the moment up.
        let ended = conn.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
        ended.map_err(StoreFailure::from)?;
        outcome
    }
}
