//! Having a database to oneself: for what must not happen under a running server.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::draft::{COMPANIONS, beside, sync_folder};
use super::{Draft, StoreFailure, without_log};

/// Why a database cannot be had alone.
#[derive(Debug)]
pub enum NotAlone {
    /// Someone else has it open.
    InUse(StoreFailure),
    /// It cannot be opened at all.
    Unreadable(StoreFailure),
}

impl From<NotAlone> for StoreFailure {
    fn from(failure: NotAlone) -> Self {
        match failure {
            NotAlone::InUse(failure) | NotAlone::Unreadable(failure) => failure,
        }
    }
}

impl From<rusqlite::Error> for NotAlone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

/// Opens a database that nobody else has open, and keeps everyone out until the connection is
/// closed. Opening and closing alone change nothing in its files.
pub fn open_alone(path: &Path) -> Result<Connection, NotAlone> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    if beside(path, "-wal").exists() {
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    // Before the first look at the file: with it, SQLite locks the file itself and not only the log.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    conn.execute_batch("BEGIN EXCLUSIVE; COMMIT").map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => NotAlone::InUse(StoreFailure(format!(
            "the database {} is in use: stop the server first, and whatever else has it open (a replicator, a shell).",
            path.display()
        ))),
        _ => error.into(),
    })?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(conn)
}

/// Puts a finished draft in the place of a database. What stood there is kept beside it, and the path
/// to it is the answer. At every moment the old database or the new one stands there, whole.
/// `label` and the time become part of the name of what is kept.
///
/// `held` keeps everyone else out meanwhile; without it the old file is one that cannot be opened.
pub fn replace(
    path: &Path,
    held: Option<&Connection>,
    draft: Draft,
    label: &str,
) -> Result<Option<PathBuf>, StoreFailure> {
    // The log of a damaged database cannot be folded in: then it is kept with it.
    let folded = held.is_some_and(|conn| without_log(conn).is_ok());
    let parts: &[&str] = if folded { &[""] } else { &["", "-wal", "-journal"] };
    let aside = beside(path, &format!(".{label}-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ")));
    let kept = path.exists();
    for part in parts {
        if beside(path, part).exists() {
            second_name(&beside(path, part), &beside(&aside, part))?;
        }
    }
    sync_folder(path)?;
    for suffix in COMPANIONS {
        // A log that stayed here would be taken for the log of the new database.
        let companion = beside(path, suffix);
        if companion.exists() {
            fs::remove_file(&companion)
                .map_err(|error| StoreFailure(format!("{} cannot be taken away ({error}).", companion.display())))?;
        }
    }
    sync_folder(path)?;
    draft.place(true)?;
    Ok(kept.then_some(aside))
}

/// Gives a file a second name; the first one stays until the new file takes it.
fn second_name(from: &Path, to: &Path) -> Result<(), StoreFailure> {
    // Some file systems have no links.
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())).map_err(|error| {
        StoreFailure(format!("{} cannot be kept aside as {} ({error}).", from.display(), to.display()))
    })
}
