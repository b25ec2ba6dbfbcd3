//! Mail and notifications: what members are told and by which way, with a real mail server that takes
//! letters, refuses them, hangs, breaks off, is not there, and wants encryption and a password.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod address;
mod community;
mod notices;
mod office;
#[path = "../papers/pdf.rs"]
mod pdf;
mod report;
mod schedule;
mod sending;
#[path = "../support/mod.rs"]
mod support;
mod trust;
#[path = "../support/visitor.rs"]
mod visitor;
