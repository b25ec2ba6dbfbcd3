//! Looking whether a schedule is due, for as long as the program serves. While nothing is, that costs one look
//! into an index a second. Who gets what is found out beside the writer: payments wait for no more than the
//! distribution itself.

use std::time::Duration;

use super::plan::{Bounds, Plan};
use super::run::{Due, FailSchedule, RunSchedule};
use super::runs::next_not_run;
use super::schedule::{Schedule, due};
use super::when::When;
use crate::error::{Code, Error, Result};
use crate::ledger::Books;
use crate::web::App;

/// How often is looked whether something is due.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// So often is looked anew who gets what, where a wallet is frozen between the look and the distribution.
const LOOKS_MAX: usize = 5;

/// Runs schedules for as long as the program serves.
pub async fn keep(app: App) {
    let bounds = Bounds::from(&app.config);
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = run_due(&app.books, &bounds).await {
            tracing::warn!(%error, cause = error.cause(), "a schedule could not be run; tried again");
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

/// Runs all that is due, each once, however often it was due since. What cannot be written now is due again at
/// the next look and holds up none of the others.
pub async fn run_due(books: &Books, bounds: &Bounds) -> Result<()> {
    let now = books.now();
    let mut troubled = None;
    for schedule in books.look_up(|conn| due(conn, now)).await? {
        let id = schedule.id;
        if let Err(error) = run(books, bounds, schedule, now).await {
            tracing::debug!(schedule = %id, %error, "not run");
            troubled = Some(error);
        }
    }
    troubled.map_or(Ok(()), Err)
}

async fn run(books: &Books, bounds: &Bounds, schedule: Schedule, now: i64) -> Result<()> {
    let Some(at) = schedule.next_at else { return Ok(()) };
    let terms = &schedule.terms;
    let (skipped, next_at, known) = match When::read(&terms.cron, &terms.time_zone) {
        Ok(when) => {
            let next = books.look_up(|conn| next_not_run(conn, schedule.key, &when, now.max(at))).await?;
            (when.count(at, now), next, Ok(()))
        }
        // A newer version of the program may have lost a zone. Nobody knows any more when it would be due.
        Err(unknown) => (0, None, Err(unknown)),
    };
    let due = Due { schedule, at, skipped, next_at };
    let done = match known {
        Ok(()) => distribute(books, bounds, &due, now).await,
        Err(unknown) => Err(unknown),
    };
    let refusal = match done {
        Ok(()) => return Ok(()),
        Err(error) if error.is_refusal() => error,
        Err(error) => return Err(error),
    };
    let (id, code) = (due.schedule.id, refusal.code);
    if books.execute(FailSchedule { due, refusal, operators: bounds.operators.clone() }).await? {
        tracing::warn!(schedule = %id, %code, "a schedule was due and was refused");
    }
    Ok(())
}

async fn distribute(books: &Books, bounds: &Bounds, due: &Due, now: i64) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        let (terms, own) = (due.schedule.terms.clone(), bounds.clone());
        let plan = books.read(move |conn| Plan::make(conn, &terms, &own, now)).await?;
        if let Some(refusal) = plan.refusal {
            return Err(refusal);
        }
        let command = RunSchedule { due: due.clone(), plan, bounds: bounds.clone() };
        match books.execute(command).await {
            Ok(None) => return Ok(()),
            Ok(Some(run)) => {
                let (id, recipients, distributed) = (due.schedule.id, run.recipients, run.distributed);
                tracing::info!(schedule = %id, recipients, distributed, skipped = run.skipped, "a schedule has run");
                return Ok(());
            }
            // Somebody could receive a moment ago and cannot any more.
            Err(error) if matches!(error.code, Code::WalletFrozen | Code::RecipientClosed) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::internal("wallets are frozen faster than a schedule can look at them"))
}
