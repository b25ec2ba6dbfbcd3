//! Statistics, each figure against another way of counting it: the program reads what it folded, the test
//! goes through every transaction, by hand and by the calendar. Equal means to the last digit.
//!
//! A made-up history of three years, in Berlin and on Lord Howe, whose clocks change by half an hour.
//! `COMMUNITYTOKEN_ROUNDS=200000` makes it as many transactions (24,000 otherwise), `COMMUNITYTOKEN_SEED`
//! repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod api;
mod calendar;
#[path = "../support/chromium.rs"]
mod chromium;
mod effect;
mod figures;
mod folds;
mod forecast;
mod held;
mod history;
mod in_browser;
#[allow(dead_code, reason = "the kernel's suite uses the rest")]
#[path = "../kernel/support.rs"]
mod kernel;
mod pages;
mod recount;
mod report;
mod sandbox;
mod sandbox_asked;
#[path = "../support/mod.rs"]
mod support;
