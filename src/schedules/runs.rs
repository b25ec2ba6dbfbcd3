//! What came of the times at which a schedule was due, as it was written down.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::plan::LeftOut;
use super::when::When;
use crate::error::{Code, Error, Result};
use crate::identity::member;
use crate::ledger::{Page, PageRequest, bad_cursor};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Tokens were distributed.
    Distributed,
    /// Nobody would have got anything.
    Nobody,
    /// It was refused, and nothing was changed.
    Failed,
}

impl Outcome {
    pub(super) const ALL: [Self; 3] = [Self::Distributed, Self::Nobody, Self::Failed];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Distributed => "distributed",
            Self::Nobody => "nobody",
            Self::Failed => "failed",
        }
    }
}

/// What came of one time that was due.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Run {
    /// Its place among all.
    #[serde(skip)]
    pub(super) key: i64,
    /// When it was due, Unix milliseconds.
    pub due_at: i64,
    /// When it ran: later, where the program was not there.
    pub ran_at: i64,
    /// So many later times were due by then, too, and did not happen beside it.
    pub skipped: i64,
    /// What came of it.
    pub outcome: Outcome,
    /// The distribution.
    pub distribution_id: Option<Uuid>,
    /// How many got something.
    pub recipients: i64,
    /// Tokens that they got.
    pub distributed: i64,
    /// Tokens that were issued for it.
    pub issued: i64,
    /// Whom the list names and who got nothing.
    pub left_out: Vec<LeftOut>,
    /// Why it failed: the code of a refusal.
    pub code: Option<String>,
    /// The same as a sentence.
    pub sentence: Option<String>,
}

impl Run {
    /// Why it failed, as the refusal it was.
    pub(super) fn refusal(&self) -> Option<Error> {
        let code = Code::ALL.iter().find(|code| Some(code.as_str()) == self.code.as_deref())?;
        Some(Error::new(*code, self.sentence.clone().unwrap_or_default()))
    }
}

const COLUMNS: &str = "key, due_at, ran_at, skipped, outcome, distribution, recipients, distributed, issued, left_out,
    code, sentence";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Run> {
    let (outcome, distribution, left_out): (String, Option<String>, String) = (row.get(4)?, row.get(5)?, row.get(9)?);
    let unreadable = |_| rusqlite::Error::InvalidQuery;
    Ok(Run {
        key: row.get(0)?,
        due_at: row.get(1)?,
        ran_at: row.get(2)?,
        skipped: row.get(3)?,
        outcome: serde_json::from_str(&format!("\"{outcome}\"")).map_err(unreadable)?,
        distribution_id: distribution.map(|id| id.parse().map_err(|_| rusqlite::Error::InvalidQuery)).transpose()?,
        recipients: row.get(6)?,
        distributed: row.get(7)?,
        issued: row.get(8)?,
        left_out: serde_json::from_str(&left_out).map_err(unreadable)?,
        code: row.get(10)?,
        sentence: row.get(11)?,
    })
}

/// The same, with the names that those have today who got nothing.
fn named(conn: &Connection, mut run: Run) -> Result<Run> {
    for one in &mut run.left_out {
        one.username = member::by_id(conn, one.user_id)?.username;
    }
    Ok(run)
}

/// The last one of a schedule.
pub(super) fn last(conn: &Connection, schedule: i64) -> Result<Option<Run>> {
    let found = conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM schedule_runs WHERE schedule = ?1 ORDER BY key DESC LIMIT 1"))?
        .query_row([schedule], from_row)
        .optional()?;
    found.map(|run| named(conn, run)).transpose()
}

/// The first time due after this one that has not been yet: by a clock that was set back it may have been.
pub(super) fn next_not_run(conn: &Connection, schedule: i64, when: &When, after: i64) -> Result<Option<i64>> {
    let mut statement =
        conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM schedule_runs WHERE schedule = ?1 AND due_at = ?2)")?;
    let mut next = when.next(after);
    while let Some(at) = next
        && statement.query_row((schedule, at), |row| row.get::<_, bool>(0))?
    {
        next = when.next(at);
    }
    Ok(next)
}

/// A page of them, the newest first.
pub fn runs(conn: &Connection, schedule: &super::Schedule, page: &PageRequest) -> Result<Page<Run>> {
    let before: i64 = match &page.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    let rows = conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM schedule_runs WHERE schedule = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3"
        ))?
        .query_map((schedule.key, before, page.rows()), from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let rows = rows.into_iter().map(|run| named(conn, run)).collect::<Result<Vec<_>>>()?;
    Ok(page.cut(rows, |run| run.key.to_string()))
}
