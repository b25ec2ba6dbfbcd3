//! The closed door: who may call what, what is refused, and that nothing a person can type harms
//! another. Against the real binary and, where pages are looked at, in a real browser.
//!
//! A new route belongs into the table in `matrix.rs`; without it, the suite fails and names it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod alike;
mod bodies;
#[path = "../support/chromium.rs"]
mod chromium;
mod clients;
mod community;
mod developer;
mod forms;
mod headers;
#[path = "../support/issuer.rs"]
mod issuer;
mod limits;
mod matrix;
mod model;
mod payloads;
#[path = "../support/raw.rs"]
mod raw;
mod schema;
mod scripts;
mod secrets;
mod socket;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
mod watched;
mod wire;
