//! Signing in and out on the pages: at the community's identity provider, or, with the developer
//! identity, as anyone who is here or as someone new.

mod pages;
mod provider;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { pages: pages::routes(), ..Slice::default() }
}
