//! How backups that are taken by themselves have gone, for those who look after the community.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    is_failing: AtomicBool,
    failures: AtomicU64,
}

impl Watch {
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

    /// How many have failed since the start.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }
}
