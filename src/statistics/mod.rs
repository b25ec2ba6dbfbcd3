//! Statistics every member may see: where all tokens are.

mod api;
mod pages;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { api: api::routes(), pages: pages::routes() }
}
