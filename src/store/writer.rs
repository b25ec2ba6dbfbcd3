//! The one writer: a thread that owns the only writing connection of this process.
//!
//! It drains what is queued, opens one immediate transaction, gives each job a savepoint, commits
//! once, and only then answers everyone. A job that refuses is rolled back to its savepoint and its
//! neighbours are untouched. Nothing is acknowledged before the commit is on disk.
//!
//! When a commit fails, its frames may already lie in the log and come back at the next start. So
//! the answer is then [`WriteFailure::Unknown`], and the connection is closed, opened again and the
//! log emptied before any further work. After three failures in a row what comes is refused at
//! once, and once a second it is tried, until the file can be written again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{Checkpoints, StoreFailure, WriteFailure, WriterFigures};

/// Jobs that may wait. One more is refused at once, which bounds both memory and waiting.
const QUEUE: usize = 4096;
/// Failures in a row after which what comes is refused without a try.
const FAILURES: u32 = 3;
/// How long it is refused before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// How jobs share a commit.
#[derive(Debug, Clone, Copy)]
pub struct Batches {
    /// Jobs in one commit at most: enough to share one sync, few enough that the first does not wait long.
    pub most: usize,
    /// From when on a batch takes along whoever came while its jobs ran.
    pub long: Duration,
}

impl Default for Batches {
    fn default() -> Self {
        Self { most: 1000, long: Duration::from_millis(10) }
    }
}

/// What lives beside the writing connection from batch to batch: memory that follows the rows.
pub trait Journal: Send + 'static {
    /// A point in memory to go back to when a job refuses.
    type Mark;
    /// What is refused before a batch starts (the rows are not as they must be).
    type Error: std::fmt::Display;

    /// Called inside the transaction before the first job: another process may have written.
    fn begin(&mut self, conn: &Connection) -> Result<(), Self::Error>;
    /// Called inside the transaction after the last job.
    fn finish(&mut self, conn: &Connection) -> Result<(), Self::Error>;
    /// The point reached.
    fn mark(&self) -> Self::Mark;
    /// Goes back to a point.
    fn reset(&mut self, mark: Self::Mark);
    /// The batch is on disk.
    fn committed(&mut self);
    /// The batch is not on disk, or nobody knows: forget everything and read it again.
    fn forget(&mut self);
}

/// Answers one caller, once it is known how the commit went.
type Answer = Box<dyn FnOnce(Result<(), WriteFailure>) + Send>;
/// Runs one job, or hears why it cannot run; says whether its rows are to be kept, and how to answer.
type Job<J> = Box<dyn FnOnce(Result<(&Connection, &mut J), WriteFailure>) -> (bool, Answer) + Send>;

/// Brings the answer: whether it was written, and what the job itself said.
pub type Receipt<T, E> = oneshot::Receiver<Result<Result<T, E>, WriteFailure>>;

/// Whether the ledger can be written at present.
#[derive(Debug, Clone, Default)]
pub struct WriterHealth {
    failed: Arc<AtomicBool>,
    reason: Arc<Mutex<String>>,
    halted: Arc<OnceLock<String>>,
}

impl WriterHealth {
    /// Takes no more writes for as long as the program runs: what it would build on is damaged.
    pub fn halt(&self, reason: &str) {
        if self.halted.set(reason.to_owned()).is_ok() {
            tracing::error!(reason, "no more writes are taken");
        }
    }

    /// Whether it takes no more for good.
    pub fn is_halted(&self) -> bool {
        self.halted.get().is_some()
    }

    /// `None` when all is well, else the last failure.
    pub fn failure(&self) -> Option<String> {
        if let Some(reason) = self.halted.get() {
            return Some(reason.clone());
        }
        self.failed.load(Ordering::Relaxed).then(|| self.reason.lock().map(|reason| reason.clone()).unwrap_or_default())
    }

    fn set(&self, failure: Option<&str>) {
        if let (Some(text), Ok(mut reason)) = (failure, self.reason.lock()) {
            text.clone_into(&mut reason);
        }
        self.failed.store(failure.is_some(), Ordering::Relaxed);
    }
}

/// The way to the writer. Cheap to clone; the thread ends when the last clone is gone.
pub struct Writer<J: Journal> {
    queue: mpsc::Sender<Job<J>>,
    health: WriterHealth,
    figures: WriterFigures,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl<J: Journal> Clone for Writer<J> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            health: self.health.clone(),
            figures: self.figures.clone(),
            thread: Arc::clone(&self.thread),
        }
    }
}

impl<J: Journal> Writer<J> {
    /// Starts the thread. `open` makes a writing connection, now and after a failure.
    pub fn start(
        open: impl Fn() -> Result<Connection, StoreFailure> + Send + 'static,
        journal: J,
        batches: Batches,
    ) -> Result<Self, StoreFailure> {
        let conn = open()?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let health = WriterHealth::default();
        let figures = WriterFigures::new()?;
        let state = Thread {
            open,
            conn: Some(conn),
            journal,
            health: health.clone(),
            figures: figures.clone(),
            failures: 0,
            failed: None,
            batches,
        };
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || state.run(jobs))
            .map_err(|error| StoreFailure(format!("the writer cannot be started ({error}).")))?;
        Ok(Self { queue, health, figures, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Whether the ledger can be written.
    pub fn health(&self) -> &WriterHealth {
        &self.health
    }

    /// What it measures of itself.
    pub fn figures(&self) -> &WriterFigures {
        &self.figures
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Queues a job and gives the receiver of its answer.
    pub fn submit<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection, &mut J) -> Result<T, E> + Send + 'static,
    ) -> Result<Receipt<T, E>, WriteFailure> {
        let (answer, receiver) = oneshot::channel();
        let job: Job<J> = Box::new(move |ground| {
            let outcome = ground.and_then(|(conn, journal)| {
                catch_unwind(AssertUnwindSafe(|| job(conn, journal))).map_err(|_| WriteFailure::Broken)
            });
            let keep = matches!(outcome, Ok(Ok(_)));
            let reply: Answer = Box::new(move |committed| {
                // A refusal, too, was judged by rows that a failed commit takes away again.
                let _caller_left = answer.send(committed.and(outcome));
            });
            (keep, reply)
        });
        if let Some(reason) = self.health.halted.get() {
            return Err(WriteFailure::Unavailable(reason.clone()));
        }
        match self.queue.try_send(job) {
            Ok(()) => Ok(receiver),
            Err(mpsc::error::TrySendError::Full(_)) => Err(WriteFailure::Full),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                Err(WriteFailure::Unavailable("the writer has stopped".into()))
            }
        }
    }

    /// Waits until everything queued is written and the connection is closed.
    pub fn stop(self) {
        let Self { queue, thread, .. } = self;
        drop(queue);
        let handle = thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(handle) = handle {
            let _panicked = handle.join();
        }
    }
}

struct Thread<J, O> {
    open: O,
    conn: Option<Connection>,
    journal: J,
    health: WriterHealth,
    figures: WriterFigures,
    failures: u32,
    /// The last failure, when and why.
    failed: Option<(Instant, String)>,
    batches: Batches,
}

impl<J: Journal, O: Fn() -> Result<Connection, StoreFailure>> Thread<J, O> {
    fn run(mut self, mut jobs: mpsc::Receiver<Job<J>>) {
        let mut batch = Vec::with_capacity(self.batches.most);
        while let Some(first) = jobs.blocking_recv() {
            batch.push(first);
            take(&mut batch, self.batches.most, &mut jobs);
            self.write(&mut batch, &mut jobs);
        }
        if let Some(conn) = self.conn.take()
            && Checkpoints::of(&conn).is_ok_and(|whose| whose == Checkpoints::Own)
        {
            // Leaves no log behind; if it cannot, the log is simply read at the next start.
            let _left = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /// One batch: from the lock to the last answer.
    fn write(&mut self, batch: &mut Vec<Job<J>>, jobs: &mut mpsc::Receiver<Job<J>>) {
        if self.failures >= FAILURES
            && let Some((when, reason)) = &self.failed
            && when.elapsed() < RETRY
        {
            return refuse(batch, reason);
        }
        if let Err(reason) = self.begin() {
            self.fail(&reason);
            return refuse(batch, &reason);
        }
        let Some(conn) = self.conn.as_ref() else { return };
        let began = Instant::now();
        let mut answers = Vec::with_capacity(batch.len());
        let mut broken = None;
        while !batch.is_empty() {
            for job in batch.drain(..) {
                let mark = self.journal.mark();
                if broken.is_none()
                    && let Err(error) = run(conn, &["SAVEPOINT job"])
                {
                    broken = Some(error.to_string());
                }
                // Outside a transaction each statement would be kept by itself: what comes now is not begun.
                let (keep, answer) = job(match &broken {
                    None => Ok((conn, &mut self.journal)),
                    Some(reason) => Err(WriteFailure::Unavailable(reason.clone())),
                });
                if !keep {
                    self.journal.reset(mark);
                }
                let end: &[&str] = if keep { &["RELEASE job"] } else { &["ROLLBACK TO job", "RELEASE job"] };
                if broken.is_none()
                    && let Err(error) = run(conn, end)
                {
                    broken = Some(error.to_string());
                }
                answers.push(answer);
            }
            // Who came while a long job ran has waited for it, and does not wait for a commit of their own besides.
            if began.elapsed() >= self.batches.long {
                take(batch, self.batches.most.saturating_sub(answers.len()), jobs);
            }
        }
        self.figures.batch.observe(f64::from(u32::try_from(answers.len()).unwrap_or(u32::MAX)));
        if broken.is_none()
            && let Err(error) = self.journal.finish(conn)
        {
            broken = Some(format!("{error:#}"));
        }
        // SQLite ends the whole transaction by itself on some failures, a full disk among them.
        if broken.is_none() && conn.is_autocommit() {
            broken = Some("the transaction was ended by SQLite".into());
        }
        let outcome = if let Some(reason) = broken {
            Err(WriteFailure::Unavailable(reason))
        } else {
            let began = Instant::now();
            let committed = run(conn, &["COMMIT"]).map_err(|error| WriteFailure::Unknown(error.to_string()));
            self.figures.commit.observe(began.elapsed().as_secs_f64());
            committed
        };
        match &outcome {
            Ok(()) => {
                self.failures = 0;
                self.health.set(None);
                self.journal.committed();
            }
            Err(WriteFailure::Unknown(reason) | WriteFailure::Unavailable(reason)) => self.fail(reason),
            Err(_) => {}
        }
        for answer in answers {
            answer(outcome.clone());
        }
    }

    /// Opens the batch's transaction and brings the journal up to date.
    fn begin(&mut self) -> Result<(), String> {
        self.connect().map_err(|failure| failure.0)?;
        let Some(conn) = self.conn.as_ref() else { return Err("there is no connection".into()) };
        run(conn, &["BEGIN IMMEDIATE"]).map_err(|error| error.to_string())?;
        self.journal.begin(conn).map_err(|error| format!("{error:#}"))
    }

    /// Makes sure of a connection; a new one empties the log, so that no refused commit lingers in it.
    /// So even where checkpoints are a replicator's: it notices, and copies the database anew.
    fn connect(&mut self) -> Result<(), StoreFailure> {
        if self.conn.is_some() {
            return Ok(());
        }
        let conn = (self.open)()?;
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        self.conn = Some(conn);
        Ok(())
    }

    fn fail(&mut self, reason: &str) {
        tracing::error!(reason, "the ledger could not be written");
        self.failures += 1;
        self.figures.failures.inc();
        self.failed = Some((Instant::now(), reason.to_owned()));
        self.health.set(Some(reason));
        if let Some(conn) = self.conn.take() {
            let _ended = conn.execute_batch("ROLLBACK");
        }
        self.journal.forget();
    }
}

/// Answers a whole batch of which nothing was tried.
fn refuse<J>(batch: &mut Vec<Job<J>>, reason: &str) {
    let failure = WriteFailure::Unavailable(reason.to_owned());
    for job in batch.drain(..) {
        let (_, answer) = job(Err(failure.clone()));
        answer(Ok(()));
    }
}

/// Takes what is queued, so many jobs at most.
fn take<J>(batch: &mut Vec<Job<J>>, most: usize, jobs: &mut mpsc::Receiver<Job<J>>) {
    while batch.len() < most
        && let Ok(job) = jobs.try_recv()
    {
        batch.push(job);
    }
}

/// Runs statements that bring no rows, each prepared once.
fn run(conn: &Connection, statements: &[&str]) -> Result<(), rusqlite::Error> {
    for statement in statements {
        conn.prepare_cached(statement)?.execute([])?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use std::convert::Infallible;
    use std::sync::mpsc as plain;

    use super::*;

    struct NoMemory;

    impl Journal for NoMemory {
        type Mark = ();
        type Error = Infallible;
        fn begin(&mut self, _: &Connection) -> Result<(), Infallible> {
            Ok(())
        }
        fn finish(&mut self, _: &Connection) -> Result<(), Infallible> {
            Ok(())
        }
        fn mark(&self) {}
        fn reset(&mut self, (): ()) {}
        fn committed(&mut self) {}
        fn forget(&mut self) {}
    }

    /// How many commits five jobs take of which the first is a long one, and the others come while it runs.
    fn commits(batches: Batches) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let open = move || {
            let conn = Connection::open(&path)?;
            conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS done (job INTEGER)")?;
            Ok(conn)
        };
        let writer = Writer::start(open, NoMemory, batches).unwrap();
        let (started, has_started) = plain::channel();
        let (came, have_come) = plain::channel();
        let long = writer.submit(move |conn, _| {
            started.send(()).unwrap();
            have_come.recv().unwrap();
            conn.execute("INSERT INTO done VALUES (1)", [])
        });
        has_started.recv().unwrap();
        let short = |_| writer.submit(|conn, _| conn.execute("INSERT INTO done VALUES (2)", [])).unwrap();
        let others: Vec<_> = (0..4).map(short).collect();
        came.send(()).unwrap();
        for receipt in std::iter::once(long.unwrap()).chain(others) {
            assert_eq!(receipt.blocking_recv().unwrap().unwrap(), Ok(1));
        }
        let commits = writer.figures().batch.get_sample_count();
        writer.stop();
        commits
    }

    /// Nobody who waited for a long job waits for a commit of their own besides; a commit never holds more jobs
    /// than it may.
    #[test]
    fn who_came_while_a_long_job_ran_is_written_with_it() {
        let at_once = Duration::ZERO;
        assert_eq!(commits(Batches { most: 1000, long: at_once }), 1);
        assert_eq!(commits(Batches { most: 5, long: at_once }), 1);
        assert_eq!(commits(Batches { most: 3, long: at_once }), 2);
        assert_eq!(commits(Batches { most: 1000, long: Duration::MAX }), 2);
    }
}
