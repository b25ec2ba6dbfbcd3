//! Looking whether a schedule is due, for as long as the program serves. While nothing is, that costs one look
//! into an index a second. Who gets what is found out beside the writer: payments wait for no more than the
//! distribution itself.

use std::time::Duration;

use super::plan::{Bounds, Plan};
use super::run::{Due, FailSchedule, RunSchedule};
use super::runs::{Outcome, next_not_run};
use super::schedule::{Schedule, due};
use super::when::When;
use crate::error::{Code, Error, Result};
use crate::ledger::{Books, Seen};
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
    let counted = |outcome: Outcome| app.figures.schedule_runs.with_label_values(&[outcome.as_str()]);
    // What has not happened yet is counted as well: an alarm hears of the first that fails.
    for outcome in Outcome::ALL {
        drop(counted(outcome));
    }
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = run_due(&app.books, &bounds, |outcome| counted(outcome).inc()).await {
            tracing::warn!(%error, cause = error.cause(), "a schedule could not be run; tried again");
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

/// Runs all that is due, each once, however often it was due since, and says what came of each. What cannot be
/// written now is due again at the next look and holds up none of the others.
pub async fn run_due(books: &Books, bounds: &Bounds, came: impl Fn(Outcome)) -> Result<()> {
    let now = books.now();
    let mut troubled = None;
    for schedule in books.look_up(|conn| due(conn, now)).await? {
        let id = schedule.id;
        match run(books, bounds, schedule, now).await {
            Ok(outcome) => outcome.into_iter().for_each(&came),
            Err(error) => {
                tracing::debug!(schedule = %id, %error, "not run");
                troubled = Some(error);
            }
        }
    }
    troubled.map_or(Ok(()), Err)
}

/// What came of it; nothing where it was changed meanwhile, or another program was faster.
async fn run(books: &Books, bounds: &Bounds, schedule: Schedule, now: i64) -> Result<Option<Outcome>> {
    let Some(at) = schedule.next_at else { return Ok(None) };
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
        Ok(outcome) => return Ok(outcome),
        Err(error) if error.is_refusal() => error,
        Err(error) => return Err(error),
    };
    let (id, code) = (due.schedule.id, refusal.code);
    if !books.execute(FailSchedule { due, refusal, overseers: bounds.overseers.clone() }).await? {
        return Ok(None);
    }
    tracing::warn!(schedule = %id, %code, "a schedule was due and was refused");
    Ok(Some(Outcome::Failed))
}

async fn distribute(books: &Books, bounds: &Bounds, due: &Due, now: i64) -> Result<Option<Outcome>> {
    for _ in 0..LOOKS_MAX {
        let (terms, own) = (due.schedule.terms.clone(), bounds.clone());
        let plan = books.read(move |conn| Plan::make(conn, &terms, &own, now)).await?;
        if let Some(refusal) = plan.refusal {
            return Err(refusal);
        }
        let command = RunSchedule { due: due.clone(), plan, bounds: bounds.clone(), seen: Seen::default() };
        match books.execute(command).await {
            Ok(None) => return Ok(None),
            Ok(Some(run)) => {
                let (id, recipients, distributed) = (due.schedule.id, run.recipients, run.distributed);
                tracing::info!(schedule = %id, recipients, distributed, skipped = run.skipped, "a schedule has run");
                return Ok(Some(run.outcome));
            }
            // Somebody could receive a moment ago and cannot any more.
            Err(error) if matches!(error.code, Code::WalletFrozen | Code::RecipientClosed) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::internal("wallets are frozen faster than a schedule can look at them"))
}
