//! What members are told: the page of what is new, what they want to hear and where, and the sending of it.

mod address_pages;
mod api;
mod deliver;
mod follow;
mod list;
mod pages;
mod unsubscribe;
mod words;

use crate::web::Slice;

pub use deliver::deliver;
pub use follow::follow;
pub use words::{test_letter, try_out};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { api: api::routes(), pages: pages::routes().merge(address_pages::routes()).merge(unsubscribe::routes()) }
}
