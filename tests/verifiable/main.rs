//! What leaves the machine and can be checked elsewhere: checkpoints, receipts, keys. The real binary
//! makes them and checks them, most often in an empty folder with nothing but the public key.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

#[path = "../kernel/support.rs"]
#[allow(dead_code, reason = "this suite uses what it needs of it")]
mod community;
mod elsewhere;
mod forgery;
mod growth;
mod keys;
mod pages;
#[path = "../support/mod.rs"]
mod support;

use support::setting;
