//! What can be downloaded from the pages: receipts, the latest checkpoint, the public key.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::api::present_key;
use super::receipt::receipt;
use crate::error::{Code, Error, Result};
use crate::ledger::TransactionId;
use crate::ledger::proof::{KeyChain, latest};
use crate::web::{App, Pages, PathId, Session};

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/transactions/{id}/receipt", get(download_receipt))
        .route("/checkpoint", get(download_checkpoint))
        .route("/.well-known/communitytoken-key", get(public_key))
}

async fn download_receipt(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TransactionId>,
) -> Result<Response> {
    let receipt = receipt(&app, Some(&session.member), id).await?;
    let text = receipt.text.ok_or_else(|| {
        Error::new(
            Code::NotFound,
            "This transaction cannot be signed for yet. Its receipt is there after the next checkpoint.",
        )
        .in_words("refusal-no-receipt-yet")
    })?;
    Ok(file(&format!("receipt-{}.txt", receipt.sequence), text))
}

async fn download_checkpoint(State(app): State<App>, _session: Session) -> Result<Response> {
    let signed = app.books.read(latest).await?;
    let signed = signed.ok_or_else(|| {
        Error::new(Code::NotFound, "No checkpoint has been taken yet.").in_words("statistics-vouched-none")
    })?;
    Ok(file(&format!("checkpoint-{}.txt", signed.checkpoint.sequence), signed.to_string()))
}

/// For everyone: a receipt is there to be checked by people who have no account here.
async fn public_key(State(app): State<App>) -> Result<Response> {
    let key = present_key(&app).await?;
    let keys = app.books.read(move |conn| Ok(KeyChain::read(conn)?.file(&key))).await?;
    Ok(file("communitytoken.key", keys))
}

fn file(name: &str, text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}
