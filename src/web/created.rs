//! The answer to a call that carries an `Idempotency-Key`.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::ledger::{Outcome, TransactionId};

/// Marks the answer to a repeated request, which changed nothing.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// 201 with the transaction that was made, marked where it had been made before.
pub fn created<T: Serialize>(outcome: &Outcome<T>, location: Option<TransactionId>) -> Response {
    created_at(outcome, location.map(|id| format!("/v1/transactions/{id}")).as_deref())
}

/// The same for anything that has an address of its own.
pub fn created_at<T: Serialize>(outcome: &Outcome<T>, location: Option<&str>) -> Response {
    let mut response = (StatusCode::CREATED, Json(&outcome.output)).into_response();
    if outcome.replayed {
        response = replayed(response);
    }
    if let Some(value) = location.and_then(|path| HeaderValue::from_str(path).ok()) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// The same answer, marked as one that was given before.
pub fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
