//! The database file: what it is before we touch it, and how it is opened.

use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{StoreFailure, draft};

/// How long a connection waits while another process writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Enough for every statement the program has.
const STATEMENT_CACHE: usize = 128;
/// Page cache of the writing connection, in KiB: the pages a batch touches, not the whole file.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// Page cache of the writing connection while it reads what it will not read again, in KiB.
const PASSING_CACHE_KIB: i64 = 512;
/// Page cache of each reading connection, in KiB.
const READER_CACHE_KIB: i64 = 2560;
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
    // Too short for the smallest page there is, or no database inside.
    let header = Some(path).filter(|_| metadata.len() >= 512).and_then(|path| header(path).ok()).ok_or_else(|| {
        StoreFailure(format!(
            "{shown} is not an SQLite database; name another file with --database, or restore a backup."
        ))
    })?;
    if header.application_id != application_id {
        return Err(StoreFailure(format!("{shown} belongs to another program; name another file with --database.")));
    }
    refuse_newer(path, header.version, newest_version)?;
    // With a write-ahead log beside it a file may be short: the missing pages are in the log.
    if header.is_cut_off && fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len()) == 0 {
        return Err(StoreFailure(format!("{shown} is cut off: it is shorter than it says; restore a backup.")));
    }
    Ok(FileState::Ours)
}

/// What stands in the first page of a file.
struct Header {
    application_id: i32,
    version: i64,
    /// Whether the file is shorter than it says.
    is_cut_off: bool,
}

/// Reads a file's first page.
///
/// By SQLite, as a file that never changes, so that nothing is locked and nothing is laid beside it.
/// Never by ourselves: closing a file lets go of every lock that this process has on it, and then
/// whoever wants the database alone would take it from under an open one.
fn header(path: &Path) -> Result<Header, rusqlite::Error> {
    let conn = open_unchanging(path)?;
    let pragma = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let is_damaged = |value: &Result<i64, rusqlite::Error>| {
        value.as_ref().is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt))
    };
    // The first is refused where pages are missing, the second where the schema cannot be read.
    let first = pragma("application_id");
    let is_cut_off = is_damaged(&first);
    if is_cut_off || is_damaged(&pragma("page_count")) {
        // Then SQLite shows what there is.
        conn.pragma_update(None, "writable_schema", true)?;
    }
    let application_id = if is_cut_off { pragma("application_id")? } else { first? };
    // A last page of which a part is missing counts as a whole one there.
    let whole = pragma("page_count")?.saturating_mul(pragma("page_size")?);
    let length = fs::metadata(path).map_or(0, |file| file.len());
    Ok(Header {
        application_id: i32::try_from(application_id).unwrap_or_default(),
        version: pragma("user_version")?,
        is_cut_off: is_cut_off || length < whole.unsigned_abs(),
    })
}

/// Whether a database that nobody writes is shorter than it says, or is none.
pub(super) fn is_cut_off(path: &Path) -> bool {
    header(path).map_or(true, |header| header.is_cut_off)
}

/// Whether whoever runs this may read a file or folder and write it; the superuser may, unless the disk is
/// read-only. What is not there is not refused to anybody.
pub fn may_write(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    let wanted = Access::READ_OK | Access::WRITE_OK | if path.is_dir() { Access::EXEC_OK } else { Access::empty() };
    !matches!(access(path, wanted), Err(rustix::io::Errno::ACCESS | rustix::io::Errno::ROFS | rustix::io::Errno::PERM))
}

/// Opens a file that nobody writes, as it lies.
fn open_unchanging(path: &Path) -> Result<Connection, rusqlite::Error> {
    let escaped: String = path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "%{byte:02x}");
        text
    });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

/// The file that SQLite keeps beside a database under this ending. It lies beside the file itself,
/// not beside a link to it.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    draft::beside(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), ending)
}

/// Opens a database to look at it. Neither the file nor its log is changed: the log is not moved
/// into the file, not even when the connection is closed.
pub fn open_untouched(path: &Path) -> Result<Connection, StoreFailure> {
    let conn = if beside(path, "-wal").exists() || beside(path, "-shm").exists() {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        conn
    } else {
        // Nobody has it open and nothing waits in a log: it can be read as it lies, and no file is
        // made beside it.
        open_unchanging(path)?
    };
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Warns of a file that every user of this machine can read: everyone's balance stands in it, or a
/// secret.
pub fn warn_if_open(path: &Path) {
    if is_open_to_all(path) {
        tracing::warn!("everyone on this machine can read {0}; run: chmod 600 {0}", path.display());
    }
}

/// How many bytes are free on the disk of a folder for whoever is no superuser.
pub fn room(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether every user of this machine can read a file, or write it.
pub fn is_open_to_all(path: &Path) -> bool {
    let has = |path: &Path, bits: u32| fs::metadata(path).is_ok_and(|file| file.permissions().mode() & bits != 0);
    has(path, 0o006) && has(draft::folder(path), 0o001)
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

/// Makes a database under a name of its own, and gives it its place when it is whole and on the
/// disk: a power cut leaves a database or none, and of two programs founding at once one is first.
pub fn create(
    path: &Path,
    application_id: i32,
    newest_version: u32,
    fill: impl FnOnce(&mut Connection) -> Result<(), StoreFailure>,
) -> Result<(), StoreFailure> {
    let unfinished = draft::beside(path, &format!(".{}.new", uuid::Uuid::new_v4().simple()));
    let made = fill_new(&unfinished, application_id, newest_version, fill).and_then(|()| {
        let placed =
            draft::place_first(&unfinished, path).and_then(|()| fs::File::open(draft::folder(path))?.sync_all());
        placed.map_err(|error| StoreFailure(format!("{} cannot be made ({error}).", path.display())))
    });
    for ending in [""].iter().chain(&draft::COMPANIONS) {
        let _most_are_not_there = fs::remove_file(draft::beside(&unfinished, ending));
    }
    made
}

fn fill_new(
    path: &Path,
    application_id: i32,
    newest_version: u32,
    fill: impl FnOnce(&mut Connection) -> Result<(), StoreFailure>,
) -> Result<(), StoreFailure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    // Everyone's balance stands in it: for its owner alone, unless an operator decides otherwise.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| StoreFailure(format!("{} cannot be made ({error}).", path.display())))?;
    let mut conn = open_writing(path, application_id, newest_version)?;
    fill(&mut conn)?;
    // Everything has to be in the file itself before it gets its name: closing would try the same,
    // and keep silent where it fails.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    conn.close().map_err(|(_, error)| StoreFailure::from(error))
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
    // What is deleted is overwritten and not only marked as free: who was erased, and sessions that ended.
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    let synchronous: i64 = conn.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreFailure(
            "SQLite did not accept synchronous=FULL, without which a power cut loses transfers.".into(),
        ));
    }
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    // What takes a statement back is one piece of memory (.cargo/config.toml). With temp_store=MEMORY it would be
    // a list of small ones, gone through from its beginning after every statement: a distribution to ten thousand
    // members spent two fifths of its time on that.
    conn.pragma_update(None, "temp_store", "FILE")?;
    keep_statements(&conn)?;
    // The number in the file's first page may be older than the one in the write-ahead log.
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    refuse_newer(path, version, newest_version)?;
    Ok(conn)
}

/// Runs what reads many pages once, without keeping them: otherwise they would fill the writer's page
/// cache and stay in it for as long as the program runs.
pub fn in_passing<T, E: From<rusqlite::Error>>(
    conn: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    conn.pragma_update(None, "cache_size", -PASSING_CACHE_KIB)?;
    let outcome = read(conn);
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    outcome
}

/// Makes a connection one that can only read.
pub fn open_reading(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    keep_statements(conn)
}

/// A statement is prepared once. Without the stability guarantee SQLite would look at the numbers that are put in,
/// at that behind `LIMIT` above all, and prepare the statement anew each time it runs.
fn keep_statements(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}
