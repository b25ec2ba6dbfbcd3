//! The JSON routes by which members move tokens.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::favourites::{Favourite, SetFavourite, favourites as list};
use super::{Reverse, Send};
use crate::clients::OnBehalf;
use crate::error::{Code, Result};
use crate::identity::Payer;
use crate::ledger::{
    Amount, IdempotencyKey, Note, Once, Outcome, Page, Repeatable, Transaction, TransactionId, WalletId, WalletKey,
};
use crate::web::{App, Bearer, Body, Key, PathId, Paying, created};

/// The routes of this slice.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(reverse))
        .routes(routes!(favourites))
        .routes(routes!(add, remove))
}

/// Executes what moves a member's tokens, once: for the member, or through a service client they allow.
pub(crate) async fn move_tokens<C: Repeatable<Output = Transaction>>(
    app: &App,
    paying: &Paying,
    key: IdempotencyKey,
    command: impl Fn(WalletKey) -> C,
) -> Result<Outcome<Transaction>> {
    let once = |payer: Payer| Once {
        caller: payer.key,
        key: key.clone().through(payer.client),
        command: command(payer.wallet_key),
    };
    let payer = paying.payer;
    if let Some(client) = payer.client {
        return app.books.execute(OnBehalf { client, once: once(payer) }).await;
    }
    let outcome = app.books.execute(once(payer)).await;
    if outcome.as_ref().is_err_and(|error| error.code == Code::Forbidden) {
        // They may have been erased by another process. Then their identity is free, and they are
        // somebody new: not to be refused for what they were.
        let anew = paying.anew(app).await?;
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
async fn send(State(app): State<App>, paying: Paying, Key(key): Key, Body(payment): Body<Payment>) -> Result<Response> {
    let command = |from| Send { from, to: payment.to_wallet_id, amount: payment.amount, note: payment.note.clone() };
    let outcome = move_tokens(&app, &paying, key, command).await?;
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
    paying: Paying,
    PathId(transaction_id): PathId<TransactionId>,
    Key(key): Key,
    Body(wanted): Body<GiveBack>,
) -> Result<Response> {
    let command = |caller| Reverse { caller, transaction_id, amount: wanted.amount, note: wanted.note.clone() };
    let outcome = move_tokens(&app, &paying, key, command).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}

/// Whom you like to pay
///
/// In the order of their names.
#[utoipa::path(get, path = "/v1/me/favourites", tag = "Transfers", responses((status = 200, body = Page<Favourite>)))]
async fn favourites(State(app): State<App>, Bearer(member): Bearer) -> Result<Json<Page<Favourite>>> {
    let items = app.books.read(move |conn| list(conn, member.key)).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Add a favourite
///
/// They are shown first when you pay. Nobody else sees it. Refused with 404: `wallet_not_found`; with 409:
/// `too_many_favourites`; with 422: `self_transfer`.
#[utoipa::path(put, path = "/v1/me/favourites/{wallet_id}", tag = "Transfers", params(("wallet_id" = WalletId, Path)),
    responses((status = 200, body = Favourite), (status = 409, description = "Refused: too_many_favourites"), (status = 422, description = "Refused: self_transfer")))]
async fn add(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(wallet_id): PathId<WalletId>,
) -> Result<Json<Favourite>> {
    app.books.execute(SetFavourite { user: member.key, wallet_id, is_favourite: true }).await.map(Json)
}

/// Remove a favourite
#[utoipa::path(delete, path = "/v1/me/favourites/{wallet_id}", tag = "Transfers", params(("wallet_id" = WalletId, Path)),
    responses((status = 200, body = Favourite)))]
async fn remove(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(wallet_id): PathId<WalletId>,
) -> Result<Json<Favourite>> {
    app.books.execute(SetFavourite { user: member.key, wallet_id, is_favourite: false }).await.map(Json)
}
