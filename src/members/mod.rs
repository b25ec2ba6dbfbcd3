//! Members: their profiles, the directory in which they find each other, their roles, and how they
//! leave and come back.

mod acts;
mod admin;
mod admin_pages;
mod api;
mod close;
mod data;
mod directory;
mod erase;
mod history;
mod last_operator;
mod pages;
mod profile;
mod roles;
mod state;

use crate::web::Slice;

pub use data::SECTIONS;
pub use directory::{DirectoryEntry, directory};
pub use erase::{By, Erase, Farewell, Remaining};
pub(crate) use erase::{erased, is_erased};
pub use history::{table_headings, table_line};
pub use profile::ChangeProfile;
pub use roles::{SetRole, SetRoles};
pub use state::SetDeleted;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice {
        calls: api::routes().merge(admin::routes()),
        pages: pages::routes()
            .merge(close::routes())
            .merge(history::routes())
            .merge(admin_pages::routes())
            .merge(acts::routes()),
    }
}
