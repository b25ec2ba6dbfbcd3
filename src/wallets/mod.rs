//! A member's wallet: what is in it, and what came and went.

pub use api::WalletView;
pub use explain::{ENTRIES_MAX, Explained, Share, explain};

mod admin;
mod admin_pages;
mod api;
mod category_pages;
mod course;
mod events;
mod explain;
mod explain_pages;
mod pages;
mod statement;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice {
        calls: api::routes().merge(events::routes()).merge(admin::routes()),
        pages: pages::routes()
            .merge(events::pages())
            .merge(explain_pages::routes())
            .merge(category_pages::routes())
            .merge(admin_pages::routes())
            .merge(statement::routes()),
    }
}
