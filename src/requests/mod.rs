//! Asking to be paid, by somebody or back: one asks, the other accepts and so pays, or declines, or
//! lets it expire; and who asked can withdraw.

mod accept;
mod api;
mod ask;
mod ask_back_pages;
mod decline;
mod pages;
mod request;
mod withdraw;

use crate::web::Slice;

pub use accept::Accept;
pub use ask::{Ask, OPEN_MAX, OPEN_TO_ONE_MAX, Wanted};
pub use decline::Decline;
pub use request::{
    ListedRequests, PaymentRequest, PaymentRequestId, RequestState, about_transaction, by_id, list, news, waiting,
};
pub use withdraw::Withdraw;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes().merge(ask_back_pages::routes()) }
}
