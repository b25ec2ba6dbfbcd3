//! The report of a month, for those who look after the community: told once for each month, by the row that
//! says which was told last, whether the program ran when the month ended or not.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use super::letters::{Enclosure, queue, queue_with};
use super::tell::tell_on_page;
use super::{Channel, NoticeKind, wants};
use crate::error::Result;
use crate::ledger::{Command, Ledger, UserKey};

const FOLLOWER: &str = "reports";

/// The month whose report was told last, counted from the year 0; nothing where none ever was.
pub fn last_report(conn: &Connection) -> Result<Option<i64>> {
    Ok(conn
        .prepare_cached("SELECT sequence FROM followers WHERE name = ?1")?
        .query_row([FOLLOWER], |row| row.get(0))
        .optional()?)
}

/// Who is told, and what.
#[derive(Debug, Clone)]
pub struct ReportReader {
    /// Who.
    pub user: UserKey,
    /// Which month, and its sentences in their language.
    pub details: Value,
    /// The report itself, for whoever gets mail; all with one language share it.
    pub paper: Option<Arc<Enclosure>>,
}

/// Tells the report of a month, and writes down that it is told: all of it or nothing.
#[derive(Debug, Clone)]
pub struct TellReport {
    /// The month.
    pub month: i64,
    /// Those who are told; nobody where there is nothing to report.
    pub readers: Vec<ReportReader>,
}

impl Command for TellReport {
    /// Whether it was told by this, and not before by another server on the same file.
    type Output = bool;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<bool> {
        let kind = NoticeKind::MonthlyReport;
        if last_report(ledger.conn)?.is_some_and(|last| last >= self.month) {
            return Ok(false);
        }
        for ReportReader { user, details, paper } in self.readers {
            tell_on_page(ledger, user, kind, &details)?;
            if let Some(paper) = paper
                && wants(ledger.conn, user, kind, Channel::Mail)?
            {
                queue_with(ledger.conn, user, kind, &details, &paper, ledger.now())?;
            }
            if wants(ledger.conn, user, kind, Channel::Push)? {
                queue(ledger.conn, user, kind, Channel::Push, &details, ledger.now())?;
            }
        }
        ledger
            .conn
            .prepare_cached(
                "INSERT INTO followers (name, sequence) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
            )?
            .execute((FOLLOWER, self.month))?;
        Ok(true)
    }
}
