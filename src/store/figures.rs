//! What the writer measures of itself: how much it writes at once, and how long the disk takes to keep
//! it. Counted without locks, once a batch.

use prometheus::{Histogram, HistogramOpts, IntCounter};

use super::StoreFailure;

/// From a tenth of a millisecond, which a good disk needs, to the seconds of one that is dying.
const COMMIT_SECONDS: [f64; 13] = [0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0];
const BATCH_JOBS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0];

/// The writer's figures. Cheap to clone.
#[derive(Clone)]
pub struct WriterFigures {
    /// How many commands shared one commit.
    pub batch: Histogram,
    /// How long a commit took, until it was on disk.
    pub commit: Histogram,
    /// Batches that could not be written.
    pub failures: IntCounter,
}

impl WriterFigures {
    pub(super) fn new() -> Result<Self, StoreFailure> {
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec()))
        };
        let make = || {
            Ok::<_, prometheus::Error>(Self {
                batch: histogram(
                    "communitytoken_writer_batch_jobs",
                    "How many commands shared one commit.",
                    &BATCH_JOBS,
                )?,
                commit: histogram(
                    "communitytoken_writer_commit_seconds",
                    "How long a commit took until it was on disk.",
                    &COMMIT_SECONDS,
                )?,
                failures: IntCounter::new(
                    "communitytoken_writer_failures_total",
                    "Batches that could not be written.",
                )?,
            })
        };
        make().map_err(|error| StoreFailure(format!("the writer cannot be measured ({error}).")))
    }
}
