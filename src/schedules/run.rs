//! A schedule is due: the distribution and its record are one command, so both are there or neither is.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::plan::{Bounds, LeftOut, Plan, Share};
use super::runs::{self, Outcome, Run};
use super::schedule::{Schedule, by_id};
use crate::error::{Error, Result};
use crate::identity::{Overseers, Role};
use crate::ledger::{Authority, Command, Ledger, Seen};
use crate::notices::{NoticeKind, tell};
use crate::treasury::{Distribute, Recipient};

/// A time that was due, as it was looked at.
#[derive(Debug, Clone)]
pub(super) struct Due {
    /// The schedule as it was then.
    pub(super) schedule: Schedule,
    /// When it was due.
    pub(super) at: i64,
    /// So many later times were due by then, too.
    pub(super) skipped: i64,
    /// When it is due next.
    pub(super) next_at: Option<i64>,
}

impl Due {
    /// Whether it is still so: nobody has changed the schedule, and no other program on the same file has
    /// been faster.
    fn is_still(&self, ledger: &Ledger<'_>) -> Result<bool> {
        match by_id(ledger.conn, self.schedule.id) {
            Ok(found) => Ok(found.next_at == Some(self.at) && found.audit == self.schedule.audit),
            Err(error) if error.is_refusal() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes down what came of it; with that it has happened.
    fn record(&self, ledger: &Ledger<'_>, run: &Run) -> Result<()> {
        let nameless = |one: &LeftOut| json!({ "user_id": one.user_id, "why": one.why });
        let left_out: Vec<Value> = run.left_out.iter().map(nameless).collect();
        ledger
            .conn
            .prepare_cached(
                "INSERT INTO schedule_runs (schedule, due_at, ran_at, skipped, outcome, distribution, recipients,
                                            distributed, issued, left_out, code, sentence)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(rusqlite::params![
                self.schedule.key,
                run.due_at,
                run.ran_at,
                run.skipped,
                run.outcome.as_str(),
                run.distribution_id.map(|id| id.hyphenated().to_string()),
                run.recipients,
                run.distributed,
                run.issued,
                json!(left_out).to_string(),
                run.code,
                run.sentence,
            ])?;
        ledger
            .conn
            .prepare_cached("UPDATE schedules SET next_at = ?2 WHERE key = ?1")?
            .execute((self.schedule.key, self.next_at))?;
        Ok(())
    }

    /// A run of it by which nothing has happened.
    fn run(&self, ledger: &Ledger<'_>, outcome: Outcome) -> Run {
        Run {
            key: 0,
            due_at: self.at,
            ran_at: ledger.now(),
            skipped: self.skipped,
            outcome,
            distribution_id: None,
            recipients: 0,
            distributed: 0,
            issued: 0,
            left_out: Vec::new(),
            code: None,
            sentence: None,
        }
    }
}

/// Distributes what is due, and writes down that it was.
///
/// Refused: whatever a distribution is refused for, `issuance_too_large` and `consent_needed`.
#[derive(Debug, Clone)]
pub(super) struct RunSchedule {
    pub(super) due: Due,
    pub(super) plan: Plan,
    pub(super) bounds: Bounds,
    /// The wallets of the recipients, as they were seen before its turn.
    pub(super) seen: Seen,
}

impl Command for RunSchedule {
    /// Its record; nothing where the schedule was changed or has run already.
    type Output = Option<Run>;
    const LOOKS_AHEAD: bool = true;

    fn look_ahead(&mut self, conn: &Connection) -> Result<()> {
        let wallets = self.plan.recipients.iter().map(|share| share.wallet_id);
        self.seen = Seen::look(conn, wallets, self.bounds.recipients_max)?;
        Ok(())
    }

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Option<Run>> {
        let Self { due, plan, bounds, seen } = self;
        if !due.is_still(ledger)? {
            return Ok(None);
        }
        let terms = &due.schedule.terms;
        let run = if plan.recipients.is_empty() {
            due.run(ledger, Outcome::Nobody)
        } else {
            plan.judge(ledger.conn, terms, &bounds, ledger.now())?;
            let reason = format!("By the schedule {}", terms.name);
            let share = |share: Share| Recipient {
                wallet_id: share.wallet_id,
                amount: share.amount,
                place: share.user_id.to_string(),
            };
            let recipients: Vec<Recipient> = plan.recipients.into_iter().map(share).collect();
            let count = i64::try_from(recipients.len()).map_err(Error::internal)?;
            let command = Distribute {
                recipients,
                recipients_max: bounds.recipients_max,
                note: terms.note.clone(),
                system_account: terms.system_account.clone(),
                issued_max: None,
                authority: Authority::of_the_program(&reason)?,
                seen,
            };
            let made = command.run(ledger)?;
            Run {
                distribution_id: Some(made.distribution_id),
                recipients: count,
                distributed: made.distributed,
                issued: made.issued,
                ..due.run(ledger, Outcome::Distributed)
            }
        };
        due.record(ledger, &Run { left_out: plan.left_out, ..run })?;
        runs::last(ledger.conn, due.schedule.key)
    }
}

/// Writes down that what was due was refused, and tells the operators. It is not tried again before the next
/// time.
#[derive(Debug, Clone)]
pub(super) struct FailSchedule {
    pub(super) due: Due,
    pub(super) refusal: Error,
    /// Who is told.
    pub(super) overseers: Overseers,
}

impl Command for FailSchedule {
    /// Whether it was written down by this.
    type Output = bool;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<bool> {
        let Self { due, refusal, overseers } = self;
        if !due.is_still(ledger)? {
            return Ok(false);
        }
        let run = due.run(ledger, Outcome::Failed);
        let (code, sentence) = (Some(refusal.code.as_str().to_owned()), Some(refusal.detail));
        due.record(ledger, &Run { code, sentence, ..run })?;
        let details = json!({ "schedule_id": due.schedule.id, "name": due.schedule.terms.name });
        for operator in overseers.told(ledger.conn, Role::Operator, ledger.now())? {
            tell(ledger, operator.key, NoticeKind::ScheduleFailed, &details)?;
        }
        Ok(true)
    }
}
