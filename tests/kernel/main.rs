//! The kernel against real database files: what it does, what it refuses, what the database itself
//! refuses to a shell, what `verify` finds, and what happens when many write at once.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test stops where it fails")]

mod access_found;
mod consents;
mod direct_views;
mod distributions;
mod fees;
mod files;
mod migrations;
mod raw_requests;
mod raw_sql;
mod raw_tokens;
mod support;
mod verify_finds;
mod writer;
