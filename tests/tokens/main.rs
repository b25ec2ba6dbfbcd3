//! Bearer tokens, from outside: which of them open the door, which stay outside whoever signed them, and
//! where the keys come from by which that is decided. The real binary, providers of the test's own on
//! loopback, hostile ones among them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod accepted;
mod issuers;
mod keys;
mod pages;
mod refused;
#[path = "../support/site.rs"]
mod site;
#[path = "../support/mod.rs"]
mod support;
mod taken_away;
