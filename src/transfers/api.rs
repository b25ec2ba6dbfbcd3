//! The JSON routes by which members move tokens.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::favourites::{Favourite, SetFavourite, favourites as list};
use super::{FeeTerms, Reverse, Send, payer};
use crate::clients::OnBehalf;
use crate::error::{Code, Error, Result};
use crate::identity::Payer;
use crate::ledger::{
    Amount, IdempotencyKey, Note, Once, Outcome, Page, Repeatable, Transaction, TransactionId, Wallet, WalletId,
    WalletKey,
};
use crate::web::{App, Bearer, Body, Calls, Key, Parameters, PathId, Paying, calls, created};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(send, fees, reverse, favourites, add, remove)
}

/// Executes what moves a member's tokens, once: for the member, or through a service client they allow.
pub(crate) async fn move_tokens<C: Repeatable<Output = Transaction>>(
    app: &App,
    paying: &Paying,
    key: IdempotencyKey,
    command: impl Fn(WalletKey) -> C,
) -> Result<Outcome<Transaction>> {
    let once = |payer: Payer| Once::new(payer.key, &key.clone().through(payer.client), command(payer.wallet_key));
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
    /// The fee that you agree to at most, as `GET /v1/fees` told it. When nothing is said, whatever it is.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    fee_max: Option<i64>,
}

/// Pay
///
/// Where the community takes a fee on payments between members, you pay it besides, in the same step: `fee`
/// names it. Refused with 422: `insufficient_balance` (with `balance` and `required`, and `fee` where there is
/// one), `wallet_frozen`, `self_transfer`, `recipient_closed`, `amount_overflow`; with 409: `fee_changed` (with
/// `fee`); with 404: `wallet_not_found`.
#[utoipa::path(post, path = "/v1/transfers", tag = "Transfers", security(("bearer" = []), ("service_client" = ["transfers:write"])), params(("Idempotency-Key" = String, Header)), request_body = Payment,
    responses((status = 201, body = Transaction, headers(("Location" = String))), (status = 409, description = "Refused: fee_changed")))]
async fn send(State(app): State<App>, paying: Paying, Key(key): Key, Body(payment): Body<Payment>) -> Result<Response> {
    if payment.fee_max.is_some_and(|most| most < 0) {
        return Err(Error::field("fee_max", "must be a whole number from 0 to 9223372036854775807"));
    }
    let terms = FeeTerms::of(&app.config, payment.fee_max);
    let command = |from| Send {
        from,
        to: payment.to_wallet_id,
        amount: payment.amount,
        note: payment.note.clone(),
        terms: terms.clone(),
    };
    let outcome = move_tokens(&app, &paying, key, command).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}

/// A payment to be priced.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Priced {
    /// Who would be paid.
    to_wallet_id: WalletId,
    /// Whole tokens.
    amount: Amount,
}

/// What a payment costs.
#[derive(Debug, Serialize, ToSchema)]
struct Price {
    /// What the recipient would get: all of it.
    amount: i64,
    /// What would be paid for it besides; 0: nothing.
    fee: i64,
    /// Both together.
    #[schema(value_type = i64)]
    total: i128,
    /// The system account that would take the fee in; null where there is none.
    system_account: Option<String>,
}

/// What a payment costs
///
/// The fee on a payment that you would make, to be shown before it is made. It says nothing of whether the
/// payment would be refused. Refused with 404: `wallet_not_found`.
#[utoipa::path(get, path = "/v1/fees", tag = "Transfers", security(("bearer" = []), ("service_client" = ["transfers:write"])), params(Priced), responses((status = 200, body = Price), (status = 404, description = "Refused: wallet_not_found")))]
async fn fees(
    State(app): State<App>,
    paying: Paying,
    Parameters(Priced { to_wallet_id, amount }): Parameters<Priced>,
) -> Result<Json<Price>> {
    let (terms, wallet) = (FeeTerms::of(&app.config, None), paying.payer.wallet_key);
    let fee = app
        .books
        .look_up(|conn| Ok(terms.fee(&payer(conn, wallet)?, &Wallet::by_id(conn, to_wallet_id)?, amount)))
        .await?;
    let account = terms.fees.as_ref().filter(|_| fee.is_some()).map(|fees| fees.account().to_owned());
    let (amount, fee) = (amount.get(), fee.map_or(0, Amount::get));
    Ok(Json(Price { amount, fee, total: i128::from(amount) + i128::from(fee), system_account: account }))
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
