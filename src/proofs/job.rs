//! The whole proof as a job beside the requests: one at a time, on a connection and a thread of its
//! own, and resting as long as it works, so that payments hardly notice.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::prove::prove;
use crate::error::{Error, Result};
use crate::ledger::verify::Report;
use crate::store;
use crate::web::App;

/// The longest rest between two steps: work in between is some milliseconds.
const REST_MAX: Duration = Duration::from_millis(100);

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// At work.
    Running,
    /// Finished; `report` says what was found.
    Done,
    /// It could not read the database to the end.
    Failed,
}

/// A proof, running or finished.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Job {
    /// What it is asked for by.
    pub(super) id: Uuid,
    /// How far it is.
    state: State,
    /// Transactions looked at so far.
    done: u64,
    /// Of how many; 0 until that is known.
    total: u64,
    /// When it began, Unix milliseconds.
    started_at: i64,
    /// When it ended.
    ended_at: Option<i64>,
    /// What it found, once it is done.
    report: Option<Report>,
}

/// The latest job. Those before it are forgotten, and all with the program's end.
#[derive(Clone, Default)]
pub(super) struct Jobs(Arc<Mutex<Option<Job>>>);

impl Jobs {
    fn latest(&self) -> MutexGuard<'_, Option<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.latest().as_mut() {
            change(job);
        }
    }

    /// The job with this id, if it is the latest.
    pub(super) fn get(&self, id: Uuid) -> Option<Job> {
        self.latest().clone().filter(|job| job.id == id)
    }

    /// Begins a job; gives the one at work where there is one.
    pub(super) fn begin(&self, app: &App) -> Result<Job> {
        let mut latest = self.latest();
        if let Some(job) = latest.as_ref().filter(|job| job.state == State::Running) {
            return Ok(job.clone());
        }
        let started_at = app.books.now();
        let job = Job {
            id: Uuid::new_v4(),
            state: State::Running,
            done: 0,
            total: 0,
            started_at,
            ended_at: None,
            report: None,
        };
        let (jobs, app) = (self.clone(), app.clone());
        thread::Builder::new().name("verify".into()).spawn(move || jobs.work(&app)).map_err(Error::internal)?;
        *latest = Some(job.clone());
        Ok(job)
    }

    fn work(&self, app: &App) {
        let outcome = self.prove(app);
        if let Err(error) = &outcome {
            tracing::warn!(%error, cause = error.cause(), "the ledger could not be verified");
        }
        let ended_at = Some(app.books.now());
        self.change(|job| {
            job.ended_at = ended_at;
            job.state = if outcome.is_ok() { State::Done } else { State::Failed };
            job.report = outcome.ok();
        });
    }

    fn prove(&self, app: &App) -> Result<Report> {
        let path = app.books.path();
        let conn = store::open_beside(path, app.config.database.checkpoints)?;
        let mut began = Instant::now();
        prove(&conn, path, None, None, |done, total| {
            self.change(|job| (job.done, job.total) = (done, total));
            thread::sleep(began.elapsed().min(REST_MAX));
            began = Instant::now();
        })
    }
}
