//! The database file: what it is before we touch it, and how it is opened.

use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::StoreFailure;

/// How long a connection waits while another process writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Enough for every statement the program has.
const STATEMENT_CACHE: usize = 128;
/// Page cache of the writing connection, in KiB: the pages a batch touches, not the whole file.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// Page cache of each reading connection, in KiB.
const READER_CACHE_KIB: i64 = 4 * 1024;
/// The first release without the WAL-reset fault, which damages a file that two processes write.
const SQLITE_OLDEST: i32 = 3_051_003;

/// What stands at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Nothing, or an empty file.
    Missing,
    /// A database with our application id.
    Ours,
}

/// Looks at a file that is to be written, without opening it as a database, so that a file we
/// refuse stays untouched.
pub fn inspect(path: &Path, application_id: i32, newest_version: u32) -> Result<FileState, StoreFailure> {
    // The superuser may write to a read-only file all the same, but whoever made it so meant it.
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(StoreFailure(format!(
            "{} is read-only; make it writable (chmod u+w) or name another file with --database.",
            path.display()
        )));
    }
    inspect_reading(path, application_id, newest_version)
}

/// The same for a file that is only read.
pub fn inspect_reading(path: &Path, application_id: i32, newest_version: u32) -> Result<FileState, StoreFailure> {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(FileState::Missing),
        Err(error) => {
            return Err(StoreFailure(format!("{shown} cannot be looked at ({error}); check its permissions.")));
        }
    };
    if !metadata.is_file() {
        return Err(StoreFailure(format!("{shown} is not a file; name a database file with --database.")));
    }
    if metadata.len() == 0 {
        return Ok(FileState::Missing);
    }
    let (id, version) = header(path).map_err(|_| {
        StoreFailure(format!(
            "{shown} is not an SQLite database; name another file with --database, or restore a backup."
        ))
    })?;
    if id != application_id {
        return Err(StoreFailure(format!("{shown} belongs to another program; name another file with --database.")));
    }
    refuse_newer(path, version, newest_version)?;
    Ok(FileState::Ours)
}

/// The application id and the schema version that stand in the file's first page.
///
/// Read by SQLite, as a file that never changes, so that nothing is locked and nothing is laid beside
/// it. Never by ourselves: closing a file lets go of every lock that this process has on it, and then
/// whoever wants the database alone would take it from under an open one.
fn header(path: &Path) -> Result<(i32, i64), rusqlite::Error> {
    let escaped: String = path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "%{byte:02x}");
        text
    });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?;
    // A file whose last pages are still in its log is shorter than it says, and would be refused.
    conn.pragma_update(None, "writable_schema", true)?;
    let pragma = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    Ok((i32::try_from(pragma("application_id")?).unwrap_or_default(), pragma("user_version")?))
}

fn refuse_newer(path: &Path, version: i64, newest_version: u32) -> Result<(), StoreFailure> {
    if version > i64::from(newest_version) {
        return Err(StoreFailure(format!(
            "{} was written by a newer release (schema {version}, this program knows {newest_version}); install that release or restore an older backup.",
            path.display()
        )));
    }
    Ok(())
}

/// Opens the one writing connection of this process. Every acknowledged commit is on disk:
/// `synchronous=FULL` is set and read back, because under NORMAL a power cut loses whatever came
/// after the last checkpoint.
pub fn open_writing(path: &Path, application_id: i32, newest_version: u32) -> Result<Connection, StoreFailure> {
    if rusqlite::version_number() < SQLITE_OLDEST {
        return Err(StoreFailure(format!(
            "this program was built with SQLite {}, which can damage the database; build it with 3.51.3 or later.",
            rusqlite::version()
        )));
    }
    let conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| {
        StoreFailure(format!("{} cannot be opened ({error}); check its folder and permissions.", path.display()))
    })?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    let fresh: bool = conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    if fresh {
        // Written before the first table, so that a file of ours can be told from its first page on.
        conn.pragma_update(None, "application_id", application_id)?;
    }
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreFailure(format!(
            "{} does not allow a write-ahead log (it stays in mode {mode}); move it to a local disk.",
            path.display()
        )));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    let synchronous: i64 = conn.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreFailure(
            "SQLite did not accept synchronous=FULL, without which a power cut loses transfers.".into(),
        ));
    }
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // The number in the file's first page may be older than the one in the write-ahead log.
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    refuse_newer(path, version, newest_version)?;
    Ok(conn)
}

/// Makes a connection one that can only read.
pub fn open_reading(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(())
}
