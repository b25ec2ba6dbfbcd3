//! A schedule as it is kept.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::runs::{self, Run};
use super::terms::Terms;
use super::when::When;
use crate::error::{Code, Error, Result};

/// A schedule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Schedule {
    #[serde(skip)]
    pub(super) key: i64,
    /// How people refer to it.
    pub id: Uuid,
    /// What it says.
    #[serde(flatten)]
    pub terms: Terms,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Since when it rests, Unix milliseconds.
    pub paused_at: Option<i64>,
    /// When it is due next, Unix milliseconds; null while it rests.
    pub next_at: Option<i64>,
    /// What came of it last.
    pub last_run: Option<Run>,
    /// The line of the last act on it.
    #[serde(skip)]
    pub(super) audit: i64,
}

impl Schedule {
    /// Some times that are due next; none while it rests.
    pub(super) fn following(&self) -> Vec<i64> {
        let when = When::read(&self.terms.cron, &self.terms.time_zone);
        when.map_or_else(|_| Vec::new(), |when| when.following(self.next_at))
    }
}

const COLUMNS: &str = "key, id, name, cron, time_zone, recipients, amount, system_account, note, issued_max,
    created_at, paused_at, next_at, audit";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    fn word<T: for<'de> serde::Deserialize<'de>>(text: &str) -> rusqlite::Result<T> {
        serde_json::from_str(text).map_err(|_| rusqlite::Error::InvalidQuery)
    }
    let (id, recipients, amount): (String, String, String) = (row.get(1)?, row.get(5)?, row.get(6)?);
    let note: Option<String> = row.get(8)?;
    Ok(Schedule {
        key: row.get(0)?,
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        terms: Terms {
            name: row.get(2)?,
            cron: row.get(3)?,
            time_zone: row.get(4)?,
            recipients: word(&recipients)?,
            amount: word(&amount)?,
            system_account: row.get(7)?,
            note: note.map(|note| note.parse().map_err(|_| rusqlite::Error::InvalidQuery)).transpose()?,
            issued_max: row.get(9)?,
        },
        created_at: row.get(10)?,
        paused_at: row.get(11)?,
        next_at: row.get(12)?,
        last_run: None,
        audit: row.get(13)?,
    })
}

/// The refusal for a schedule nobody knows.
pub fn schedule_not_found() -> Error {
    Error::new(Code::ScheduleNotFound, "There is no schedule with this id.")
}

/// The schedule with this id.
pub fn by_id(conn: &Connection, id: Uuid) -> Result<Schedule> {
    let found = conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM schedules WHERE id = ?1"))?
        .query_row([id.hyphenated().to_string()], from_row)
        .optional()?
        .ok_or_else(schedule_not_found)?;
    Ok(Schedule { last_run: runs::last(conn, found.key)?, ..found })
}

/// All of them, the newest first.
pub fn list(conn: &Connection) -> Result<Vec<Schedule>> {
    let mut found: Vec<Schedule> = conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM schedules ORDER BY key DESC"))?
        .query_map([], from_row)?
        .collect::<rusqlite::Result<_>>()?;
    for schedule in &mut found {
        schedule.last_run = runs::last(conn, schedule.key)?;
    }
    Ok(found)
}

/// Those that are due, the one that waits longest first.
pub(super) fn due(conn: &Connection, now: i64) -> Result<Vec<Schedule>> {
    Ok(conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM schedules WHERE next_at <= ?1 ORDER BY next_at, key"))?
        .query_map([now], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}
