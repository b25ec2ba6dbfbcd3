//! The JSON routes by which members move tokens.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Reverse, Send};
use crate::clients::OnBehalf;
use crate::error::{Code, Result};
use crate::identity::Payer;
use crate::ledger::{
    Amount, IdempotencyKey, Note, Once, Outcome, Repeatable, Transaction, TransactionId, WalletId, WalletKey,
};
use crate::web::{App, Body, Key, PathId, Paying};

/// The routes of this slice.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(send)).routes(routes!(reverse))
}

/// 201 with what was made, marked where it had been made before.
pub fn created<T: Serialize>(outcome: &Outcome<T>, location: Option<TransactionId>) -> Response {
    let mut response = (StatusCode::CREATED, Json(&outcome.output)).into_response();
    if outcome.replayed {
        response
            .headers_mut()
            .insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    if let Some(value) = location.and_then(|id| HeaderValue::from_str(&format!("/v1/transactions/{id}")).ok()) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// Executes what moves a member's tokens, once: for the member, or through a service client they allow.
async fn move_tokens<C: Repeatable<Output = Transaction>>(
    app: &App,
    payer: Payer,
    mut parts: Parts,
    key: IdempotencyKey,
    command: impl Fn(WalletKey) -> C,
) -> Result<Outcome<Transaction>> {
    let once = |payer: Payer| Once {
        caller: payer.key,
        key: key.clone().through(payer.client),
        command: command(payer.wallet_key),
    };
    if let Some(client) = payer.client {
        return app.books.execute(OnBehalf { client, once: once(payer) }).await;
    }
    let outcome = app.books.execute(once(payer)).await;
    if outcome.as_ref().is_err_and(|error| error.code == Code::Forbidden) {
        // They may have been erased by another process. Then their identity is free, and they are
        // somebody new: not to be refused for what they were.
        app.forget(payer.key);
        let Paying(anew) = Paying::from_request_parts(&mut parts, app).await?;
        if anew.key != payer.key {
            return app.books.execute(once(anew)).await;
        }
    }
    outcome
}

/// A payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Payment {
    /// Who is paid: a member's wallet, or a system account's (a pool transfer).
    to_wallet_id: WalletId,
    /// Whole tokens.
    amount: Amount,
    /// Up to 280 characters; both sides read it.
    note: Option<Note>,
}

/// Pay
///
/// Refused with 422: `insufficient_balance` (with `balance` and `required`), `wallet_frozen`,
/// `self_transfer`, `recipient_closed`, `amount_overflow`; with 404: `wallet_not_found`.
#[utoipa::path(post, path = "/v1/transfers", tag = "Transfers", security(("bearer" = []), ("service_client" = ["transfers:write"])), params(("Idempotency-Key" = String, Header)), request_body = Payment,
    responses((status = 201, body = Transaction, headers(("Location" = String)))))]
async fn send(
    State(app): State<App>,
    Paying(payer): Paying,
    Key(key): Key,
    parts: Parts,
    Body(payment): Body<Payment>,
) -> Result<Response> {
    let command = |from| Send { from, to: payment.to_wallet_id, amount: payment.amount, note: payment.note.clone() };
    let outcome = move_tokens(&app, payer, parts, key, command).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}

/// What is given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveBack {
    /// Whole tokens; all that is left when nothing is said.
    amount: Option<Amount>,
    /// Up to 280 characters.
    note: Option<Note>,
}

/// Give a transfer back
///
/// The recipient returns what they received, whole or in part, never more. Refused with 409:
/// `already_reversed` (with `remaining`); with 422: `not_reversible` and what a payment refuses.
#[utoipa::path(post, path = "/v1/transactions/{id}/reverse", tag = "Transfers", security(("bearer" = []), ("service_client" = ["transfers:write"])),
    params(("id" = TransactionId, Path), ("Idempotency-Key" = String, Header)), request_body = GiveBack,
    responses((status = 201, body = Transaction, headers(("Location" = String)))))]
async fn reverse(
    State(app): State<App>,
    Paying(payer): Paying,
    PathId(transaction_id): PathId<TransactionId>,
    Key(key): Key,
    parts: Parts,
    Body(wanted): Body<GiveBack>,
) -> Result<Response> {
    let command = |caller| Reverse { caller, transaction_id, amount: wanted.amount, note: wanted.note.clone() };
    let outcome = move_tokens(&app, payer, parts, key, command).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}
