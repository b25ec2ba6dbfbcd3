//! How backups go, for those who look after the community: whether one is being taken and how far it is, and
//! how the last ones went. One is taken at a time, whoever wants it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Stage;

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    is_running: AtomicBool,
    is_verifying: AtomicBool,
    percent: AtomicU64,
    is_failing: AtomicBool,
    is_ahead: AtomicBool,
    failures: AtomicU64,
}

/// A backup that is being taken; when this goes, it is over.
#[derive(Debug)]
pub struct Running(Watch);

impl Watch {
    /// Begins one, unless one is being taken.
    pub fn begin(&self) -> Option<Running> {
        if self.0.is_running.swap(true, Ordering::AcqRel) {
            return None;
        }
        let running = Running(self.clone());
        running.hear(Stage::Copying, 0, 1);
        Some(running)
    }

    /// What is being done, and how many hundredths of it are; `None`: nothing.
    pub fn progress(&self) -> Option<(Stage, u64)> {
        if !self.0.is_running.load(Ordering::Acquire) {
            return None;
        }
        let stage = if self.0.is_verifying.load(Ordering::Relaxed) { Stage::Verifying } else { Stage::Copying };
        Some((stage, self.0.percent.load(Ordering::Relaxed)))
    }

    /// One was taken.
    pub fn taken(&self) {
        self.0.is_failing.store(false, Ordering::Relaxed);
    }

    /// One could not be taken.
    pub fn failed(&self) {
        self.0.is_failing.store(true, Ordering::Relaxed);
        self.0.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the last try failed.
    pub fn is_failing(&self) -> bool {
        self.0.is_failing.load(Ordering::Relaxed)
    }

    /// Whether one in the folder is from the future; says whether that is new.
    pub fn ahead(&self, is_ahead: bool) -> bool {
        !self.0.is_ahead.swap(is_ahead, Ordering::Relaxed) && is_ahead
    }

    /// Whether one in the folder is from the future, as last looked.
    pub fn is_ahead(&self) -> bool {
        self.0.is_ahead.load(Ordering::Relaxed)
    }

    /// How many have failed since the start.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }
}

impl Running {
    /// How much of how much is done.
    pub fn hear(&self, stage: Stage, done: u64, total: u64) {
        let seen = &self.0.0;
        seen.is_verifying.store(stage == Stage::Verifying, Ordering::Relaxed);
        seen.percent.store(done.saturating_mul(100) / total.max(1), Ordering::Relaxed);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.is_running.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two never run at once, and what is said of one ends with it.
    #[test]
    fn one_at_a_time() {
        let watch = Watch::default();
        assert_eq!(watch.progress(), None);
        let running = watch.begin().unwrap();
        assert!(watch.begin().is_none());
        running.hear(Stage::Verifying, 3, 4);
        assert_eq!(watch.progress(), Some((Stage::Verifying, 75)));
        drop(running);
        assert_eq!(watch.progress(), None);
        assert!(watch.begin().is_some());
    }
}
