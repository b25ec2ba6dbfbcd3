//! Signing in and out on the pages. With the developer identity: be anyone who is here, or join as
//! someone new.

mod pages;

pub(crate) use pages::safe;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { pages: pages::routes(), ..Slice::default() }
}
