//! What the program must survive: being killed, a power cut, a full disk, others at the same file.
//! The real binary under a real load, on real file systems.
//!
//! Rounds are short here. `COMMUNITYTOKEN_ROUNDS=1000` makes more of them, and
//! `COMMUNITYTOKEN_SEED=…` repeats the amounts and moments of a run whose seed was printed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod community;
mod descriptors;
mod disk;
mod disk_full;
mod killed;
mod load;
mod power_cut;
#[path = "../support/mod.rs"]
mod support;
mod two_processes;

use std::time::{Duration, Instant};

use support::setting::{dice, rounds};

/// Rounds after which a new community begins, so that a long run does not count one ever longer
/// ledger again and again.
const ROUNDS_PER_COMMUNITY: usize = 10;

/// Waits until something has come to pass.
async fn until(what: &str, within: Duration, mut has_come: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !has_come().await {
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
