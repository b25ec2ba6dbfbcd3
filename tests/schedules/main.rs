//! Distributions that happen by themselves: when they are due, to whom and how much, and that each happens once,
//! whatever becomes of the program and of the clock. The killing takes longer with `COMMUNITYTOKEN_ROUNDS=200`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod community;
#[path = "../kernel/support.rs"]
#[allow(dead_code, reason = "the kernel's suite uses the rest")]
mod kernel;
mod killed;
mod many;
mod once;
mod pages;
mod refused;
mod rules;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
mod when;
