//! On the server one simulation runs at a time, behind everything else, and what was answered is kept a
//! while: the page, its files and the API ask the same.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Turn, MutexGuard};
use tokio::time::timeout;

use super::answer::{Outcomes, prepare};
use super::question::{Question, RUNS_MAX, too_large};
use crate::error::{Code, Error, Result};
use crate::ledger::first_since;
use crate::statistics::calendar::{Bucket, Calendar};
use crate::web::App;

/// Futures that members and programs may ask for at once.
const RUNS_OF_MEMBERS: i64 = 1_000;
/// How many futures somebody may ask for. `oversees`: whether they are an operator or auditor.
pub(in crate::statistics) const fn runs_max(oversees: bool) -> i64 {
    if oversees { RUNS_MAX } else { RUNS_OF_MEMBERS }
}

/// The work of one question at most, in payments: ten seconds of one processor, shared among all there are.
const EFFORT_MAX: f64 = 500e6;
/// How long one question may be worked on: of members and programs, and of operators and auditors.
const TIME_OF_MEMBERS: Duration = Duration::from_secs(3);
const TIME_MAX: Duration = Duration::from_secs(7);
/// How long one waits for one's turn.
const WAIT: Duration = Duration::from_secs(2);
/// Answers that are kept: each has a few kilobytes.
const KEPT: usize = 16;

/// What an answer rests on: the day, and the first transaction that was not known.
type RestsOn = (i64, i64);

/// Whose turn it is, and what was answered.
#[derive(Debug, Default)]
pub(in crate::statistics) struct Turns {
    turn: Turn<()>,
    kept: Mutex<VecDeque<(Question, RestsOn, Arc<Outcomes>)>>,
}

/// Breaks a simulation off when whoever waits for it has gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is said where the machine was too slow, or had too much else to do: so many futures it did live.
fn too_slow(lived: u64) -> Error {
    if lived > 0 {
        too_large("runs", format!("must be at most {lived} at this moment: more would take too long here"))
    } else {
        too_large("months", "would take too long here: ask for fewer, or the command line")
    }
}

impl Turns {
    /// What comes of a question. `oversees`: whether an operator or auditor asks.
    pub(in crate::statistics) async fn ask(
        &self,
        app: &App,
        question: Question,
        oversees: bool,
    ) -> Result<Arc<Outcomes>> {
        question.check()?;
        if question.runs > runs_max(oversees) {
            let message =
                format!("must be at most {RUNS_OF_MEMBERS} for members and programs; operators may ask for more");
            return Err(too_large("runs", message));
        }
        let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
        let rests_on = move |conn: &rusqlite::Connection, calendar: &Calendar| -> Result<RestsOn> {
            Ok((calendar.start(Bucket::Day, now), first_since(conn, i64::MAX)?))
        };
        let clock = calendar.clone();
        let asked_of = app.books.read(move |conn| rests_on(conn, &clock)).await?;
        if let Some(known) = self.known(&question, asked_of) {
            return Ok(known);
        }
        let _turn = self.turn().await?;
        // Whoever was before may have asked the same.
        if let Some(known) = self.known(&question, asked_of) {
            return Ok(known);
        }
        let asked = question.clone();
        let (simulation, rests_on) = app
            .books
            .read(move |conn| Ok((prepare(conn, &calendar, &asked, now)?, rests_on(conn, &calendar)?)))
            .await?;
        simulation.check_effort(EFFORT_MAX)?;
        let is_gone = Arc::new(AtomicBool::new(false));
        let _gone = Gone(Arc::clone(&is_gone));
        let work = tokio::task::spawn_blocking(move || {
            let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let (began, most) = (Instant::now(), if oversees { TIME_MAX } else { TIME_OF_MEMBERS });
            let (lived, is_late) = (AtomicU64::new(0), || began.elapsed() >= most);
            let watch = |over: u64| {
                lived.fetch_add(over, Ordering::Relaxed);
                if is_late() || is_gone.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            let outcome = simulation.run(threads, true, &watch, now);
            outcome.map_err(|error| if is_late() { too_slow(lived.into_inner()) } else { error })
        });
        let outcomes = Arc::new(work.await.map_err(Error::internal)??);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front((question, rests_on, Arc::clone(&outcomes)));
        Ok(outcomes)
    }

    fn known(&self, question: &Question, rests_on: RestsOn) -> Option<Arc<Outcomes>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(asked, on, _)| (asked, *on) == (question, rests_on)).map(|(_, _, known)| Arc::clone(known))
    }

    async fn turn(&self) -> Result<MutexGuard<'_, ()>> {
        timeout(WAIT, self.turn.lock()).await.map_err(|_| {
            Error::new(Code::TooManyRequests, "Others are trying something out at this moment. Wait a little.")
                .with("retry_after_seconds", 5)
        })
    }
}
