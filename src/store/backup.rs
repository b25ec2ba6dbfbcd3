//! Copies of a database: of one moment, whole, and checked byte for byte before they are trusted.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::draft::{beside, exists, sync_folder};
use super::file::is_cut_off;
use super::{Checkpoints, Draft, StoreFailure, open_reading};

/// Pages copied between two reports of progress: 4 MiB.
const STEP_PAGES: i32 = 1024;
/// Bytes read at once.
const BUFFER: usize = 1 << 20;

/// Copies a database into a draft while others go on writing it: the copy holds everything that was
/// committed before it began. It is one plain file without a log. `progress` hears how many pages of
/// how many are done.
pub fn copy(from: &Connection, draft: &Draft, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreFailure> {
    // One read transaction from beginning to end: without it the copy would begin anew with each
    // commit of somebody else, and under load never end.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    let mut to = Connection::open_with_flags(draft.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The draft is synced as a whole when it gets its name.
    to.pragma_update(None, "synchronous", "OFF")?;
    let backup = Backup::new(from, &mut to)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let pages = backup.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
        progress(count(pages.pagecount - pages.remaining), count(pages.pagecount));
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(StoreFailure("the database is locked by another program; try again.".into())),
        }
    }
    drop(backup);
    from.execute_batch("ROLLBACK")?;
    without_log(&to)
}

/// Opens a database that others may be writing, to read it.
pub fn open_beside(path: &Path, checkpoints: Checkpoints) -> Result<Connection, StoreFailure> {
    let mut conn =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    checkpoints.set(&conn)?;
    open_reading(&mut conn)?;
    Ok(conn)
}

/// Makes a database that nobody else has open one plain file: what the log holds goes into it.
pub fn without_log(conn: &Connection) -> Result<(), StoreFailure> {
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(StoreFailure(format!("the log could not be emptied (mode {mode})."))) }
}

/// Looks at every page, row and index of a database. What is wrong is said in SQLite's words.
pub fn check_pages(conn: &Connection) -> Result<(), StoreFailure> {
    let whole: i64 =
        conn.query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| row.get(0))?;
    // SQLite itself takes what is missing of the last page for zeros.
    if fs::metadata(conn.path().unwrap_or_default()).is_ok_and(|file| file.len() < whole.cast_unsigned()) {
        return Err(StoreFailure("the database is cut off at its end.".into()));
    }
    let found: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreFailure(format!("SQLite finds damage: {found}"))) }
}

/// A backup as it came into being.
#[derive(Debug)]
pub struct Finished {
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Gives a finished backup its name, and lays its SHA-256 beside it as `sha256sum` writes it: pages
/// have no checksum, so this is what tells that not one bit has changed since.
pub fn finish(draft: Draft, target: &Path, over: bool) -> Result<Finished, StoreFailure> {
    let sum_path = sum_path(target);
    let sha256 = digest(File::open(draft.path()), &mut io::sink()).map_err(|error| unreadable(target, &error))?;
    let bytes = fs::metadata(draft.path()).map_err(|error| unreadable(target, &error))?.len();
    let sum = Draft::of(&sum_path)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    fs::write(sum.path(), format!("{sha256}  {name}\n")).map_err(|error| unreadable(&sum_path, &error))?;
    if over {
        // Otherwise, after a crash in between, a new backup would stand beside an old sum. Without
        // a sum a backup is still checked by all that it says of itself.
        let _none = fs::remove_file(&sum_path);
        sync_folder(&sum_path)?;
    } else if sum_path.exists() {
        return Err(exists(&sum_path));
    }
    draft.place(over)?;
    sum.place(true)?;
    Ok(Finished { bytes, sha256 })
}

/// Copies a backup, as it stands, into a draft, and compares it with the sum that lies beside it.
/// Says whether there was one.
pub fn fetch(backup: &Path, draft: &Draft) -> Result<bool, StoreFailure> {
    let log = beside(backup, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(StoreFailure(format!(
            "{} is no finished backup: part of it lies in {}. Make a backup of it first (communitytoken backup --database).",
            backup.display(),
            log.display()
        )));
    }
    let mut to = File::create(draft.path()).map_err(|error| unreadable(draft.path(), &error))?;
    let found = digest(File::open(backup), &mut to).map_err(|error| unreadable(backup, &error))?;
    let sum_path = sum_path(backup);
    let sum = match fs::read_to_string(&sum_path) {
        Ok(sum) => sum,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unreadable(&sum_path, &error)),
    };
    if sum.split_whitespace().next() != Some(found.as_str()) {
        return Err(StoreFailure(format!(
            "{} is damaged: it is not what it was when {} was written. Take another backup.",
            backup.display(),
            sum_path.display()
        )));
    }
    Ok(true)
}

/// Looks whether a backup is still what it was when its sum was written. Of one with more bytes than `most`, which
/// would take long to read, only whether it has all of its pages.
pub fn is_unchanged(backup: &Path, most: u64) -> Result<bool, StoreFailure> {
    let unreadable = |error: io::Error| unreadable(backup, &error);
    // First, for what may not be read is not damaged.
    let file = File::open(backup).map_err(unreadable)?;
    if is_cut_off(backup) {
        return Ok(false);
    }
    if file.metadata().map_err(unreadable)?.len() > most {
        return Ok(true);
    }
    let found = digest(Ok(file), &mut io::sink()).map_err(unreadable)?;
    let sum = fs::read_to_string(sum_path(backup)).map_err(unreadable)?;
    Ok(sum.split_whitespace().next() == Some(found.as_str()))
}

/// Where the SHA-256 of a backup lies.
pub fn sum_path(backup: &Path) -> PathBuf {
    beside(backup, ".sha256")
}

/// Copies a file and gives the SHA-256 of what was copied.
fn digest(file: io::Result<File>, to: &mut dyn Write) -> io::Result<String> {
    let mut file = file?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        context.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
    Ok(context.finish().as_ref().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    }))
}

fn unreadable(path: &Path, error: &io::Error) -> StoreFailure {
    StoreFailure(format!("{} cannot be read or written ({error}).", path.display()))
}
