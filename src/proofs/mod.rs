//! What members can take home and hold the community to: signed receipts of their transactions,
//! signed checkpoints of the whole ledger, and the public key by which anyone checks both.

mod admin;
mod api;
mod change_key;
mod checkpoint;
mod image;
mod job;
mod pages;
mod prove;
mod receipt;

use crate::web::Slice;

pub use change_key::{key, replace_key, rotate_key};
pub use checkpoint::take;
pub use prove::prove;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes().merge(admin::routes()), pages: pages::routes().merge(image::routes()) }
}
