//! Assembles the program that serves: the list of slices, the frame around them, the API document
//! and the files, and the accept loop.

mod connection;
mod descriptors;
mod docs;
mod health;
mod line;
mod lines;
mod listen;
mod local;
mod metrics;
mod openapi;
mod redirect;
mod secured;
mod socket;
mod stream;
mod style;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::error::{Code, Error};
use crate::web::{App, Calls, Pages, Slice, frame};
use crate::{
    alerts, audit, categories, clients, invitations, members, notifications, operators, passkeys, proofs, requests,
    schedules, sign_in, statistics, transfers, treasury, wallets, web, webhooks,
};

pub use listen::Listening;
pub use metrics::show_apart;
pub use redirect::lead_to_https;
pub(crate) use socket::{Address, Socket};

/// How each slice is made.
const SLICES: [fn() -> Slice; 18] = [
    wallets::slice,
    categories::slice,
    transfers::slice,
    requests::slice,
    members::slice,
    treasury::slice,
    schedules::slice,
    statistics::slice,
    proofs::slice,
    audit::slice,
    alerts::slice,
    clients::slice,
    webhooks::slice,
    sign_in::slice,
    passkeys::slice,
    invitations::slice,
    notifications::slice,
    operators::slice,
];

/// The calls that belong to no slice.
fn own_calls() -> Calls {
    health::routes().merge(metrics::routes())
}

/// The pages and files that belong to no slice.
fn own_pages() -> Pages {
    openapi::routes()
        .merge(docs::routes())
        .merge(style::routes())
        .merge(web::assets::routes())
        .merge(web::look::routes())
        .merge(web::installable::routes())
        .merge(web::language_routes())
}

/// The address of every page and file. Those of the API are in its document.
pub fn page_paths() -> Vec<&'static str> {
    SLICES.iter().fold(own_pages(), |pages, slice| pages.merge(slice().pages)).paths().to_vec()
}

/// The whole program as one service.
pub fn router(app: &App) -> Result<Router, String> {
    let mut calls = own_calls();
    let mut pages = own_pages();
    for slice in SLICES {
        let slice = slice();
        calls = calls.merge(slice.calls);
        pages = pages.merge(slice.pages);
    }
    // Forms are accepted from our own pages alone; the API takes no cookie and needs no such check.
    let mut origins = CsrfLayer::new();
    if let Some(public) = &app.config.server.public_url {
        origins = origins.add_trusted_origin(public).map_err(|error| error.to_string())?;
    }
    let pages = pages.into_router(app).layer(origins.with_rejection_response(|_| {
        Error::new(
            Code::Forbidden,
            "This form did not come from one of our pages. Open the page again and repeat what you did.",
        )
        .in_words("refusal-form-foreign")
        .into_response()
    }));
    Ok(calls
        .into_router()
        .merge(pages)
        .fallback(async || Error::new(Code::NotFound, "Nothing lives at this address."))
        .method_not_allowed_fallback(async || {
            Error::new(Code::MethodNotAllowed, "This address exists, but does not take this method.")
        })
        // From the outside in; together, because each layer by itself would cost every request a box.
        .layer((
            from_fn_with_state(app.clone(), frame),
            CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| panicked()),
            CompressionLayer::new(),
        ))
        .with_state(app.clone()))
}

fn panicked() -> Response {
    Error::internal("a request broke off (panic)").into_response()
}
