//! What operators do with schedules: make one, change it, let it rest and go on, remove it.

use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::runs::next_not_run;
use super::schedule::{Schedule, by_id};
use super::terms::Terms;
use super::when::When;
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger, Note};

/// How many a community may have.
const MOST: i64 = 100;

/// Refuses a name that another schedule has.
fn is_free(conn: &Connection, name: &str, but: i64) -> Result<()> {
    let taken: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM schedules WHERE name = ?1 AND key <> ?2)")?
        .query_row((name, but), |row| row.get(0))?;
    if taken {
        Err(Error::field("name", "is that of another schedule").in_words("schedules-name-taken"))
    } else {
        Ok(())
    }
}

/// Writes down what a schedule says from now on, and when it is due.
fn write(ledger: &Ledger<'_>, id: Uuid, terms: &Terms, audit: i64, next_at: Option<i64>) -> Result<()> {
    ledger.conn.execute(
        "INSERT INTO schedules (id, name, cron, time_zone, recipients, amount, system_account, note, issued_max,
                                created_at, audit, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET
                name = excluded.name, cron = excluded.cron, time_zone = excluded.time_zone,
                recipients = excluded.recipients, amount = excluded.amount, system_account = excluded.system_account,
                note = excluded.note, issued_max = excluded.issued_max, audit = excluded.audit, next_at = excluded.next_at",
        rusqlite::params![
            id.hyphenated().to_string(),
            terms.name,
            terms.cron,
            terms.time_zone,
            json!(terms.recipients).to_string(),
            json!(terms.amount).to_string(),
            terms.system_account,
            terms.note.as_ref().map(Note::as_str),
            terms.issued_max,
            ledger.now(),
            audit,
            next_at,
        ],
    )?;
    Ok(())
}

/// Makes a schedule. It is due from now on.
///
/// Refused: `invalid_request`, `system_account_not_found`, `too_many_schedules`.
#[derive(Debug, Clone)]
pub struct CreateSchedule {
    /// What it says.
    pub terms: Terms,
    /// By the clock.
    pub now: i64,
    /// Who and why.
    pub authority: Authority,
}

impl Command for CreateSchedule {
    type Output = Schedule;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Schedule> {
        let mut terms = self.terms;
        let when = terms.check(ledger.conn)?;
        is_free(ledger.conn, &terms.name, 0)?;
        let there: i64 =
            ledger.conn.prepare_cached("SELECT count(*) FROM schedules")?.query_row([], |row| row.get(0))?;
        if there >= MOST {
            let detail = format!("A community can have {MOST} schedules. Remove one first.");
            return Err(Error::new(Code::TooManySchedules, detail));
        }
        let id = Uuid::new_v4();
        let audit = ledger.note(&self.authority, AuditAction::ScheduleCreate, id, terms.details())?;
        write(ledger, id, &terms, audit, when.next(self.now))?;
        by_id(ledger.conn, id)
    }
}

/// Changes all that a schedule says. It is due from now on by what it says then; one that rests goes on
/// resting.
///
/// Refused: `schedule_not_found`, `invalid_request`, `system_account_not_found`.
#[derive(Debug, Clone)]
pub struct ChangeSchedule {
    /// Which.
    pub id: Uuid,
    /// What it says from now on.
    pub terms: Terms,
    /// By the clock.
    pub now: i64,
    /// Who and why.
    pub authority: Authority,
}

impl Command for ChangeSchedule {
    type Output = Schedule;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Schedule> {
        let found = by_id(ledger.conn, self.id)?;
        let mut terms = self.terms;
        let when = terms.check(ledger.conn)?;
        is_free(ledger.conn, &terms.name, found.key)?;
        let audit = ledger.note(&self.authority, AuditAction::ScheduleChange, self.id, terms.details())?;
        let next = match found.paused_at {
            None => next_not_run(ledger.conn, found.key, &when, self.now)?,
            Some(_) => None,
        };
        write(ledger, self.id, &terms, audit, next)?;
        by_id(ledger.conn, self.id)
    }
}

/// Lets a schedule rest: nothing is due, and nothing of it is made up for later. One that rests already stays
/// so, and nothing is logged.
///
/// Refused: `schedule_not_found`.
#[derive(Debug, Clone)]
pub struct PauseSchedule {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for PauseSchedule {
    type Output = Schedule;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Schedule> {
        let found = by_id(ledger.conn, self.id)?;
        if found.paused_at.is_some() {
            return Ok(found);
        }
        let audit =
            ledger.note(&self.authority, AuditAction::SchedulePause, self.id, json!({ "name": found.terms.name }))?;
        ledger.conn.execute(
            "UPDATE schedules SET paused_at = ?2, next_at = NULL, audit = ?3 WHERE key = ?1",
            (found.key, ledger.now(), audit),
        )?;
        by_id(ledger.conn, self.id)
    }
}

/// Lets a schedule go on that rests, from the next time that comes by the clock. One that does not rest stays
/// as it is, and nothing is logged.
///
/// Refused: `schedule_not_found`.
#[derive(Debug, Clone)]
pub struct ResumeSchedule {
    /// Which.
    pub id: Uuid,
    /// By the clock.
    pub now: i64,
    /// Who and why.
    pub authority: Authority,
}

impl Command for ResumeSchedule {
    type Output = Schedule;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Schedule> {
        let found = by_id(ledger.conn, self.id)?;
        if found.paused_at.is_none() {
            return Ok(found);
        }
        let when = When::read(&found.terms.cron, &found.terms.time_zone)?;
        let next = next_not_run(ledger.conn, found.key, &when, self.now)?;
        let audit =
            ledger.note(&self.authority, AuditAction::ScheduleResume, self.id, json!({ "name": found.terms.name }))?;
        ledger.conn.execute(
            "UPDATE schedules SET paused_at = NULL, next_at = ?2, audit = ?3 WHERE key = ?1",
            (found.key, next, audit),
        )?;
        by_id(ledger.conn, self.id)
    }
}

/// Removes a schedule and what is kept of its runs. What it distributed stays in the ledger, and the audit log
/// keeps that it was there.
///
/// Refused: `schedule_not_found`.
#[derive(Debug, Clone)]
pub struct RemoveSchedule {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for RemoveSchedule {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let found = by_id(ledger.conn, self.id)?;
        ledger.note(&self.authority, AuditAction::ScheduleRemove, self.id, found.terms.details())?;
        // What came of its runs goes with it (schema.sql, schedule_runs).
        ledger.conn.execute("DELETE FROM schedules WHERE key = ?1", [found.key])?;
        Ok(())
    }
}
