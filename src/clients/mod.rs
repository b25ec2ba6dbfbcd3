//! Service clients: operators make, renew and revoke them; members decide which may act for them;
//! and what a client does for a member is written down with both names.

mod admin;
mod api;
mod calls;
mod counts;
mod create;
mod on_behalf;
mod pages;
mod permit;
mod renew;

use crate::identity::client::client_not_found;
use crate::web::{Slice, path_id};

pub use create::CreateClient;
pub use on_behalf::OnBehalf;
pub use permit::{Permission, Permit, permissions};
pub use renew::{RevokeClient, RotateClient};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes().merge(admin::routes()), pages: pages::routes() }
}

path_id!(
    /// A service client, as people know it.
    ClientId, client_not_found
);
