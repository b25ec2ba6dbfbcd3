//! The JSON routes of payment requests.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Accept, Ask, Decline, ListedRequests, PaymentRequest, PaymentRequestId, RequestState, Wanted, Withdraw, by_id, list,
};
use crate::error::Result;
use crate::identity::Member;
use crate::ledger::{Amount, Direction, IdempotencyKey, Note, Page, PageRequest, Transaction, TransactionId, WalletId};
use crate::transfers::{FeeTerms, move_tokens};
use crate::web::{App, Bearer, Body, Calls, Key, Parameters, PathId, Paying, Reading, calls, created, created_at};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(ask, requests, ask_back, request, accept, decline, withdraw)
}

/// Whom to ask, and for how much.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskFor {
    /// Who is asked: another member's wallet.
    from_wallet_id: WalletId,
    /// Whole tokens.
    amount: Amount,
    /// Up to 280 characters; both sides read it, and it becomes the note of the payment.
    note: Option<Note>,
}

/// How much of a payment is asked back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskBack {
    /// Whole tokens; all that was not given back yet when nothing is said.
    amount: Option<Amount>,
    /// Up to 280 characters; both sides read it, and it becomes the note of what is given back.
    note: Option<Note>,
}

/// What is said to decline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// Up to 280 characters; the asker reads it.
    answer: Option<Note>,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// `in`: by which you are asked; `out`: by which you ask. Both when nothing is said.
    #[param(inline)]
    direction: Option<Direction>,
    /// Those that stand like this.
    #[param(inline)]
    state: Option<RequestState>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Asks, for the API and the pages alike.
pub(super) async fn execute(
    app: &App,
    member: &Member,
    key: IdempotencyKey,
    wanted: Wanted,
    note: Option<Note>,
) -> Result<crate::ledger::Outcome<PaymentRequest>> {
    let days = app.config.limits.payment_request_days;
    let command = Ask { caller: member.key, asker: member.wallet_key, key, wanted, note, days };
    app.books.execute(command).await
}

/// Ask to be paid
///
/// The other member sees it on their wallet and accepts or declines. It expires after some days
/// (`expires_at`). Refused with 404: `wallet_not_found`; with 409: `too_many_requests_open` (100 in all, 5
/// to the same member); with 422: `self_transfer`, `system_wallet`, `recipient_closed`, `wallet_frozen`.
#[utoipa::path(post, path = "/v1/requests", tag = "Payment requests", params(("Idempotency-Key" = String, Header)), request_body = AskFor,
    responses((status = 201, body = PaymentRequest, headers(("Location" = String))), (status = 409, description = "Refused: too_many_requests_open")))]
async fn ask(
    State(app): State<App>,
    Bearer(member): Bearer,
    Key(key): Key,
    Body(body): Body<AskFor>,
) -> Result<Response> {
    let wanted = Wanted::Payment { payer: body.from_wallet_id, amount: body.amount };
    let outcome = execute(&app, &member, key, wanted, body.note).await?;
    Ok(created_at(&outcome, Some(&format!("/v1/requests/{}", outcome.output.id))))
}

/// Ask for a payment back
///
/// Who accepts it gives the payment back, whole or in part, as `reverse` does. Refused with 403:
/// `forbidden` where somebody else made the payment; with 409: `already_reversed`, `too_many_requests_open`;
/// with 422: `not_reversible`, and what asking refuses.
#[utoipa::path(post, path = "/v1/transactions/{id}/ask-back", tag = "Payment requests",
    params(("id" = TransactionId, Path), ("Idempotency-Key" = String, Header)), request_body = AskBack,
    responses((status = 201, body = PaymentRequest, headers(("Location" = String)))))]
async fn ask_back(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(transaction_id): PathId<TransactionId>,
    Key(key): Key,
    Body(body): Body<AskBack>,
) -> Result<Response> {
    let wanted = Wanted::Back { transaction_id, amount: body.amount };
    let outcome = execute(&app, &member, key, wanted, body.note).await?;
    Ok(created_at(&outcome, Some(&format!("/v1/requests/{}", outcome.output.id))))
}

/// Payment requests
///
/// Those by which you are asked and those by which you ask, newest first.
#[utoipa::path(get, path = "/v1/requests", tag = "Payment requests", security(("bearer" = []), ("service_client" = ["wallet:read"])), params(Listed), responses((status = 200, body = Page<PaymentRequest>)))]
async fn requests(
    State(app): State<App>,
    Reading(member): Reading,
    Parameters(query): Parameters<Listed>,
) -> Result<Json<Page<PaymentRequest>>> {
    let listed = ListedRequests { direction: query.direction, state: query.state };
    let (page, now) = (PageRequest::new(query.limit, query.cursor)?, app.books.now());
    app.books.read(move |conn| list(conn, member.wallet_key, listed, now, &page)).await.map(Json)
}

/// One payment request
#[utoipa::path(get, path = "/v1/requests/{id}", tag = "Payment requests", security(("bearer" = []), ("service_client" = ["wallet:read"])), params(("id" = Uuid, Path)), responses((status = 200, body = PaymentRequest)))]
async fn request(
    State(app): State<App>,
    Reading(member): Reading,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
) -> Result<Json<PaymentRequest>> {
    let now = app.books.now();
    app.books.read(move |conn| by_id(conn, id, member.wallet_key, now)).await.map(Json)
}

/// Accept a payment request, and pay it
///
/// Paid and answered in one step, or neither. Where the community takes a fee, you pay it as for any payment
/// (`GET /v1/fees`). Refused with 403: `forbidden` where it asks somebody else;
/// with 409: `request_ended` (with `state`); and with what a payment refuses: the request then stays open.
#[utoipa::path(post, path = "/v1/requests/{id}/accept", tag = "Payment requests", security(("bearer" = []), ("service_client" = ["transfers:write"])),
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = Transaction, headers(("Location" = String))), (status = 409, description = "Refused: request_ended, already_reversed"), (status = 422, description = "Refused: what a payment refuses")))]
async fn accept(
    State(app): State<App>,
    paying: Paying,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
    Key(key): Key,
) -> Result<Response> {
    let terms = FeeTerms::of(&app.config, None);
    let outcome = move_tokens(&app, &paying, key, |payer| Accept { payer, id, terms: terms.clone() }).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}

/// Decline a payment request
///
/// Refused with 403: `forbidden` where it asks somebody else; with 409: `request_ended` (with `state`).
#[utoipa::path(post, path = "/v1/requests/{id}/decline", tag = "Payment requests", params(("id" = Uuid, Path)), request_body = Refusal,
    responses((status = 200, body = PaymentRequest)))]
async fn decline(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
    Body(body): Body<Refusal>,
) -> Result<Json<PaymentRequest>> {
    let request = app.books.execute(Decline { payer: member.wallet_key, id, answer: body.answer }).await?;
    Ok(Json(request))
}

/// Withdraw a payment request
///
/// Refused with 403: `forbidden` where somebody else asked; with 409: `request_ended` (with `state`).
#[utoipa::path(post, path = "/v1/requests/{id}/withdraw", tag = "Payment requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = PaymentRequest), (status = 409, description = "Refused: request_ended")))]
async fn withdraw(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
) -> Result<Json<PaymentRequest>> {
    app.books.execute(Withdraw { asker: member.wallet_key, id }).await.map(Json)
}
