//! Signing in and out on the pages: at the community's identity provider, or, with the developer
//! identity, as anyone who is here or as someone new. And the sessions that come of it: where a member
//! is signed in, and how that ends.

mod api;
mod pages;
mod provider;
mod revoke;
mod sessions;

pub(crate) use pages::safe;

use crate::web::Slice;

pub use revoke::Revoke;
pub(crate) use sessions::device;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}
