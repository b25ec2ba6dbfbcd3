//! The kernel from inside: the rules against a model, the database against raw SQL, the proof
//! against planted damage, the schema's history forward and back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod migrations;
mod model;
mod raw_sql;
mod support;
mod verify_finds;
mod writer;
