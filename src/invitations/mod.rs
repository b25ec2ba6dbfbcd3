//! One-time links: the way in for members without a provider, and the way back for who is locked out.
//!
//! A link claims a community that nobody operates yet, invites someone, or signs in a member. Opening
//! it only shows a page with a button, because chat programs open links too, to show a preview; what
//! uses it up is the form.

mod admin_pages;
mod api;
mod join;
mod join_pages;
mod link;
mod make;
mod withdraw;

use crate::identity::Secret;
use crate::web::Slice;

pub use join::{Claim, EnterByLink, Join};
pub use link::{Link, LinkKind, LinkState, list};
pub use make::{MadeLink, MakeLink, Wanted, nobody_operates};
pub use withdraw::WithdrawLink;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: join_pages::routes().merge(admin_pages::routes()) }
}

/// The address of a link.
pub(crate) fn url(public_url: &str, secret: &Secret) -> String {
    format!("{public_url}/join/{}", secret.reveal())
}
