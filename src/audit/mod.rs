//! Who did what to what, and why: the audit log, read by operators and auditors. It is written by
//! the acts themselves, in the same step.

mod api;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { api: api::routes(), ..Slice::default() }
}
