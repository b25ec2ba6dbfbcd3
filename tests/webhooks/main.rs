//! Webhooks: programs of the community that are told what happens. The receiver is a real one, verifies with
//! the library of those who made Standard Webhooks, and fails on purpose. And browsers of members, which are
//! told by the same way out.
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
mod community;
mod delivered;
mod ends;
mod failing;
mod in_browser;
mod inside;
mod pages;
mod push;
mod receiver;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
