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

use std::time::{Duration, Instant};

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

/// Rounds after which a new community begins, so that a long run does not count one ever longer
/// ledger again and again.
const ROUNDS_PER_COMMUNITY: usize = 10;

/// How many rounds to make: what the suite has time for, or what was asked.
fn rounds(usual: usize) -> usize {
    std::env::var("COMMUNITYTOKEN_ROUNDS").map_or(usual, |text| text.parse().unwrap())
}

/// The dice of a test, and their seed on paper.
fn dice(test: &str) -> fastrand::Rng {
    let seed = std::env::var("COMMUNITYTOKEN_SEED").map_or_else(|_| fastrand::u64(..), |text| text.parse().unwrap());
    println!("{test}: repeat with COMMUNITYTOKEN_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// Waits until something has come to pass.
async fn until(what: &str, within: Duration, mut has_come: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !has_come().await {
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
