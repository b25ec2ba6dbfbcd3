//! Categories: what a member calls the entries of their own history, to see where their tokens go. One
//! category an entry, in their own words. They are nobody else's affair: neither whoever is on the other
//! side of an entry nor those who look after the community see them, and they leave with the member.

mod api;
mod give;
mod read;
mod sums;

use crate::web::Slice;

pub use give::{Categorise, Categorised};
pub use read::{NAMES_MAX, categorised_history, names, put_in};
pub use sums::{CategorySum, ENTRIES_MAX, Sums, sums};

/// What this slice hands the server. Its pages are those of the history.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), ..Slice::default() }
}
