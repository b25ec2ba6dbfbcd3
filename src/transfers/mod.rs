//! Members paying: sending tokens, and giving them back.

mod api;
mod pages;
mod reverse;
mod send;

use crate::web::Slice;

pub use reverse::{Return, Reverse, give_back};
pub use send::Send;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { api: api::routes(), pages: pages::routes() }
}
