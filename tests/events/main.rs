//! What happens to a wallet is heard while it happens: by its owner and nobody else, nothing twice and
//! nothing missing, for as long as they may hear it, and at nobody's cost.
//!
//! `COMMUNITYTOKEN_SEED` repeats a run, `COMMUNITYTOKEN_ROUNDS` makes so many payments (500 otherwise).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

#[path = "../support/chromium.rs"]
mod chromium;
mod ends;
mod heard;
mod limits;
mod page;
mod resumed;
mod stream;
#[path = "../support/mod.rs"]
mod support;
