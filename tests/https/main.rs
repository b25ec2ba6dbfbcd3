//! HTTPS without a proxy, against a real certificate authority: Pebble, with which Let's Encrypt itself tests,
//! and its DNS server, in whose world the community's name leads to this machine. `tests/run` unpacks both.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod authority;
mod by_file;
mod community;
mod hostile;
mod issued;
mod plain;
mod stops;
#[path = "../support/mod.rs"]
mod support;
mod trouble;
