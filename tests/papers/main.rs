//! What the program prints, read back by tools that know nothing of it: poppler finds the words and the
//! figures, qpdf checks the file. Figures are compared with those of the API, to the last digit.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod pdf;
mod reader;
mod report;
mod statement;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
