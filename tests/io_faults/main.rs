//! What the program does when the machine below it fails: power cuts replayed from a recording of
//! its writes, every I/O call failing in turn, a clock that is set wrong, files that are damaged.
//!
//! Longer runs: `COMMUNITYTOKEN_ROUNDS=10000` (so many states after a power cut, flipped bits and jumps
//! of the clock; and with any number every single call fails, not some of them). The same once more:
//! `COMMUNITYTOKEN_SEED=…`, printed by every run. Power cuts take turns with what the server did at
//! that run, so a seed repeats the choice of states and not the recording.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod clock;
mod damaged;
mod disk;
mod nth_call;
mod nth_call_at_start;
mod recorded_cuts;
mod recording;
#[path = "../support/mod.rs"]
mod support;
