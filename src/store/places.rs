//! Places at something of which there is little, and a line for them that stays short.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// How many may wait: with a few places and some milliseconds at each, the last of them is served within
/// a second. Whoever comes after them is better told at once.
const WAITING_MAX: usize = 256;
/// How long one may wait, where what happens at the places is slow.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The places.
#[derive(Debug)]
pub struct Places {
    free: Semaphore,
    /// One for each place and each who may wait.
    line: Semaphore,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place<'a>(#[expect(dead_code, reason = "held, not read")] [SemaphorePermit<'a>; 2]);

/// So many wait already, or have waited so long, that one more does better to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowded;

impl Places {
    /// So many places.
    pub fn new(places: usize) -> Self {
        Self { free: Semaphore::new(places), line: Semaphore::new(places + WAITING_MAX) }
    }

    /// A place, at once or after a short wait without a thread.
    pub async fn take(&self) -> Result<Place<'_>, Crowded> {
        let standing = self.line.try_acquire().map_err(|_| Crowded)?;
        let place = tokio::time::timeout(WAIT_MAX, self.free.acquire()).await.ok().and_then(Result::ok);
        Ok(Place([place.ok_or(Crowded)?, standing]))
    }
}
