//! The operators' use cases: issuing, distributing, freezing, correcting. Each names its operator
//! and reason and leaves a line in the audit log (Administrative Operations).

mod api;
mod correct;
mod create_account;
mod distribute;
mod freeze;
mod freeze_pages;
mod issue;
mod list;
mod system_account;

use crate::web::Slice;

pub use correct::Correct;
pub use create_account::{AddAccount, CreateAccount};
pub use distribute::{Distribute, Distribution, Recipient};
pub use freeze::SetFrozen;
pub use issue::Issue;
pub use list::{LIST_BYTES_MAX, ListLine, read_list};
pub use system_account::SystemAccount;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { api: api::routes(), pages: freeze_pages::routes() }
}
