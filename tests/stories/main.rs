//! The program from outside: the real binary, a real database file, real tokens. One file for each
//! story; each test says first what it proves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod admin_pages;
mod bad_input;
mod browser;
#[path = "../support/chromium.rs"]
mod chromium;
mod command_line;
mod double_spend;
mod fee_tables;
mod fees;
mod http;
mod idempotency;
mod identity;
mod languages;
mod pages;
mod reversal;
#[path = "../support/mod.rs"]
mod support;
mod uc1_initial_setup;
mod uc2_initial_distribution;
mod uc3_transfer;
mod uc6_history;
mod uc7_weekly_rewards;
