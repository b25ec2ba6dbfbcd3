//! Who did what to what, and why: the audit log, read by operators and auditors. It is written by
//! the acts themselves, in the same step.

mod api;
mod export;
mod leave;
mod lines;
mod pages;

use crate::web::Slice;

pub use export::note_export;
pub use leave::LeaveLine;
pub use lines::{AuditView, lines};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}
