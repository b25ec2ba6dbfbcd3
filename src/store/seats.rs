//! Reads take turns at a few seats, off the async threads.
//!
//! Whoever gets up calls the next in line at once, on the same thread: handing a seat back through
//! the async threads would leave it empty just when they have most to do. The line is short, so that
//! more than can be read is refused at once and does not pile up.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};

use super::ReadFailure;

/// How many may wait: with a few seats and some milliseconds at each, the last of them is served within
/// a second.
const WAITING_MAX: usize = 256;
/// How long one may have waited, where reads are slow.
const WAIT_MAX: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce() + Send>;

/// The seats.
pub struct Seats {
    count: usize,
    /// One for each job that is done, waits, or whose answer has not been fetched yet; also of callers
    /// who have left.
    line: Arc<Semaphore>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    seats: usize,
    waiting: VecDeque<Job>,
}

impl Seats {
    /// So many seats.
    pub fn new(count: usize) -> Self {
        Self { count, line: Arc::new(Semaphore::new(count + WAITING_MAX)), taken: Mutex::default() }
    }

    /// Runs this at a seat, at once or after a short wait without a thread.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ReadFailure> {
        let standing = Arc::clone(&self.line).try_acquire_owned().map_err(|_| ReadFailure::Crowded)?;
        let (answer, receiver) = oneshot::channel();
        let came = Instant::now();
        self.sit_down(Box::new(move || {
            // Whoever has left in the meantime needs no answer.
            if !answer.is_closed() {
                let outcome = if came.elapsed() < WAIT_MAX { Ok(work()) } else { Err(ReadFailure::Crowded) };
                let _caller_left = answer.send((outcome, standing));
            }
        }));
        let (outcome, _standing) = receiver.await.map_err(|_| ReadFailure::Broken)?;
        outcome
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sit_down(self: &Arc<Self>, job: Job) {
        let mut taken = self.taken();
        if taken.seats < self.count {
            taken.seats += 1;
            let seats = Arc::clone(self);
            tokio::task::spawn_blocking(move || seats.work(job));
        } else {
            taken.waiting.push_back(job);
        }
    }

    /// One seat, until nobody waits.
    fn work(&self, mut job: Job) {
        loop {
            // A job that breaks off answers nobody, which its caller notices.
            let _broken = catch_unwind(AssertUnwindSafe(job));
            let mut taken = self.taken();
            let Some(next) = taken.waiting.pop_front() else {
                taken.seats -= 1;
                return;
            };
            job = next;
        }
    }
}
