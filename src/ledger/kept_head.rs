//! The heads of the two chains, kept in a file beside the database while it is served. A database
//! cannot know what it has lost: without its write-ahead log, or as an older copy, it is sound and
//! short. Only what is kept outside it can tell.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::chain::hex;
use super::journal::Head;
use super::post::{Command, Ledger};
use crate::error::Result;
use crate::store::StoreFailure;

/// How far the ledger had come when it was last seen whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptHead {
    ledger: String,
    transactions: End,
    audit_log: End,
}

/// The last row of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    sequence: i64,
    hash: String,
}

impl End {
    fn of(head: &Head) -> Self {
        Self { sequence: head.sequence, hash: hex(&head.hash) }
    }

    /// Whether the rows still hold it.
    fn is_in(&self, conn: &Connection, table: &str) -> Result<bool> {
        if self.sequence == 0 {
            return Ok(true);
        }
        let hash: Option<Option<super::chain::Hash>> = conn
            .query_row(&format!("SELECT hash FROM {table} WHERE sequence = ?1"), [self.sequence], |row| row.get(0))
            .optional()?;
        Ok(hash.flatten().is_some_and(|hash| hex(&hash) == self.hash))
    }
}

/// Reads the head by way of the writer: when the answer is there, everything in it is on the disk.
#[derive(Debug)]
pub struct ReadHead;

impl Command for ReadHead {
    type Output = KeptHead;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<KeptHead> {
        let id = ledger.conn.prepare_cached("SELECT id FROM ledger")?.query_row([], |row| row.get(0))?;
        Ok(KeptHead { ledger: id, transactions: End::of(&ledger.state.head), audit_log: End::of(&ledger.state.audit) })
    }
}

impl KeptHead {
    /// Where the head of this database is kept.
    pub fn path(database: &Path) -> PathBuf {
        let mut name = database.file_name().unwrap_or_default().to_owned();
        name.push("-head");
        database.with_file_name(name)
    }

    /// The head kept beside this database; one that cannot be read says nothing.
    pub fn beside(database: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::path(database)).ok()?).ok()
    }

    /// Keeps it beside the database, whole or not at all.
    pub fn keep(&self, database: &Path) -> io::Result<()> {
        let path = Self::path(database);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let unfinished = path.with_file_name(name);
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)
    }

    /// Forgets it, where another ledger is to take the place of the one it tells of.
    pub fn forget(database: &Path) -> Result<(), StoreFailure> {
        let path = Self::path(database);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreFailure(format!("{} cannot be removed ({error}).", path.display())))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a database that is not the one whose head was kept, or that ends before it.
    pub fn check(&self, database: &Path, conn: &Connection) -> Result<(), StoreFailure> {
        let refuse = |what: &str| {
            let (shown, head) = (database.display(), Self::path(database));
            let mut text = format!("{shown} {what}. Nothing of it was changed. Put the right file back, with its ");
            let _infallible = write!(
                text,
                "write-ahead log {shown}-wal if there was one, or restore a backup; if this file is meant, delete {} and start again.",
                head.display()
            );
            Err(StoreFailure(text))
        };
        let unreadable = |error: crate::error::Error| StoreFailure(error.cause().unwrap_or(&error.detail).to_owned());
        let ledger: Option<String> = conn.query_row("SELECT id FROM ledger", [], |row| row.get(0)).optional()?;
        if ledger.as_ref() != Some(&self.ledger) {
            return refuse("is the ledger of another community than the one that was served here");
        }
        if !self.transactions.is_in(conn, "transactions").map_err(unreadable)? {
            return refuse(&format!("has lost transaction {}, which was there before", self.transactions.sequence));
        }
        if !self.audit_log.is_in(conn, "audit_log").map_err(unreadable)? {
            return refuse(&format!(
                "has lost line {} of the audit log, which was there before",
                self.audit_log.sequence
            ));
        }
        Ok(())
    }

    /// Refuses to found a new community where one was served before.
    pub fn refuse_founding(database: &Path) -> Result<(), StoreFailure> {
        let path = Self::path(database);
        if !path.exists() {
            return Ok(());
        }
        Err(StoreFailure(format!(
            "{} is gone or empty, and a community was served from it before. Put the file back or restore a backup; to found a new community there, delete {} first.",
            database.display(),
            path.display()
        )))
    }
}
