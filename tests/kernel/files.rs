//! What stands at the path: a file we must not touch is refused with a sentence and stays as it was.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use communitytoken::ledger::Books;
use communitytoken::schema;
use communitytoken::store;
use rusqlite::Connection;

use super::support::{Community, Hand, MORNING};

#[track_caller]
fn refused(path: &Path, words: &str) {
    let before = std::fs::read(path).ok();
    let Err(refusal) = Books::open(path, &Hand::at(MORNING).options()) else { panic!("{} was opened", path.display()) };
    let refusal = refusal.to_string();
    assert!(refusal.contains(words) && refusal.contains(&path.display().to_string()), "{refusal}");
    assert!(refusal.ends_with('.') && !refusal.contains('\n'), "one sentence: {refusal}");
    assert_eq!(std::fs::read(path).ok(), before, "the file was touched");
    for beside in ["-wal", "-shm", "-journal"] {
        assert!(!path_beside(path, beside).exists(), "{beside} was left");
    }
}

/// Closed books are one file, however busy the machine was: whoever copies it has everything, and nothing
/// lies beside it.
#[test]
fn closed_books_are_one_file() {
    let mut community = Community::new(1);
    let (busy, began) = (AtomicBool::new(true), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while busy.load(Ordering::Relaxed) && began.elapsed() < Duration::from_mins(1) {
                    std::hint::spin_loop();
                }
            });
        }
        let left: Vec<usize> = (0..20)
            .filter(|_| {
                community.reopen();
                community.close();
                ["-wal", "-shm"].iter().any(|ending| path_beside(&community.path, ending).exists())
            })
            .collect();
        busy.store(false, Ordering::Relaxed);
        assert!(left.is_empty(), "something lay beside the file after rounds {left:?}");
    });
}

fn path_beside(path: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", path.display()).into()
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("text.db"), "dear diary").unwrap();
    refused(&at("text.db"), "is not an SQLite database");
    std::fs::write(at("long.db"), vec![7; 10_000]).unwrap();
    refused(&at("long.db"), "is not an SQLite database");
    std::fs::write(at("cut.db"), b"SQLite format 3\0").unwrap();
    refused(&at("cut.db"), "is not an SQLite database");
    Connection::open(at("foreign.db")).unwrap().execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    refused(&at("foreign.db"), "belongs to another program");
    refused(folder.path(), "is not a file");
}

#[test]
fn a_newer_or_protected_file_is_refused_and_untouched() {
    let mut community = Community::new(1);
    community.close();
    let path = community.path.clone();
    let newer = path.with_file_name("newer.db");
    std::fs::copy(&path, &newer).unwrap();
    let conn = Connection::open(&newer).unwrap();
    conn.execute_batch(&format!("PRAGMA user_version = {}; PRAGMA wal_checkpoint(TRUNCATE)", schema::NEWEST + 1))
        .unwrap();
    drop(conn);
    refused(&newer, "was written by a newer release");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    refused(&path, "is read-only");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    community.reopen();
    community.assert_sound();
}

#[test]
fn new_books_are_made_where_there_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/community.db");
    let books = Books::open(&path, &Hand::at(MORNING).options()).unwrap();
    books.close();
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(&bytes[68..72], b"CTKN", "the application id");
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    Books::open(&empty, &Hand::at(MORNING).options()).unwrap().close();
}

/// Every acknowledged commit is on disk: the connection that writes says so itself.
#[test]
fn the_writing_connection_is_durable_and_the_reading_ones_cannot_write() {
    let community = Community::new(0);
    let conn = store::open_writing(&community.path, schema::APPLICATION_ID, schema::NEWEST).unwrap();
    let pragma = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragma("synchronous"), 2);
    assert_eq!(pragma("foreign_keys"), 1);
    assert_eq!(pragma("application_id"), i64::from(schema::APPLICATION_ID));
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    let refusal = community
        .books()
        .read_blocking(|conn| Ok(conn.execute("UPDATE wallets SET updated_at = 0", []).unwrap_err().to_string()))
        .unwrap();
    assert!(refusal.contains("readonly"), "{refusal}");
}
