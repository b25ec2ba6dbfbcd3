//! The program under more than it can do: silent, slow, huge and broken clients, too many of them,
//! too few descriptors, and the end in mid-work. Raw sockets against the real binary.
//!
//! Each test lets honest members pay meanwhile, and says how much the server's memory may grow.
//! `COMMUNITYTOKEN_SECONDS=60` makes the storm as long as that (12 otherwise), `COMMUNITYTOKEN_SEED`
//! repeats a run of the clients that vanish, `COMMUNITYTOKEN_ROUNDS` says how many of them there are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod at_rest;
mod crowd;
mod descriptors;
mod honest;
mod idle;
#[path = "../support/raw.rs"]
mod raw;
mod sizes;
mod slow;
mod stop;
mod storm;
#[path = "../support/mod.rs"]
mod support;
mod vanish;
