//! The operators' use cases: issuing, distributing, freezing, correcting. Each names its operator
//! and reason and leaves a line in the audit log (Administrative Operations). What is large may need a second
//! operator's consent.

mod account_pages;
mod api;
pub mod consents;
mod correct;
mod correct_pages;
mod create_account;
mod distribute;
mod distribute_pages;
mod freeze;
mod freeze_pages;
mod issue;
mod list;
mod move_between;
mod preview;
mod system_account;

use crate::web::Slice;

pub use correct::Correct;
pub use create_account::{AddAccount, CreateAccount};
pub use distribute::{Distribute, Distribution, Recipient, too_many_recipients};
pub use freeze::{SetFrozen, Unfreeze, Unfrozen};
pub use issue::Issue;
pub use list::{LIST_BYTES_MAX, ListLine, read_list};
pub use move_between::MoveBetween;
pub use system_account::SystemAccount;

/// What this slice hands the server.
pub fn slice() -> Slice {
    let pages = distribute_pages::routes()
        .merge(account_pages::routes())
        .merge(freeze_pages::routes())
        .merge(correct_pages::routes());
    let consents = consents::slice();
    Slice { calls: api::routes().merge(consents.calls), pages: pages.merge(consents.pages) }
}
