//! Members paying: sending tokens, giving them back, being paid by a code, and whom they like to pay.

mod api;
mod code_pages;
mod favourites;
mod fee;
mod pages;
mod people;
mod reverse;
mod send;

use crate::web::Slice;

pub(crate) use api::move_tokens;
pub use favourites::{FAVOURITES_MAX, Favourite, SetFavourite, favourites, is_favourite};
pub use fee::FeeTerms;
pub(crate) use pages::{Way, typed_amount, typed_note, way_on};
pub(crate) use people::{Person, people};
pub use reverse::{Return, Reverse, give_back};
pub use send::{Send, payer};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes().merge(code_pages::routes()) }
}
