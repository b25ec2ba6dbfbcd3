//! Who may see and do what: the operators' and auditors' routes, roles, service clients that act for
//! members, closing an account, and the right to one's data. The real binary, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod categories;
#[path = "../support/chromium.rs"]
mod chromium;
mod clients;
mod closing;
mod consents;
mod data;
mod in_browser;
mod lists;
mod operators;
mod pages;
#[path = "../support/mod.rs"]
mod support;
mod verify_job;
mod walkthrough;
