//! The operators' JSON routes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::consents::{Proposal, Rules, Weighed, answer};
use super::{
    AddAccount, Correct, Distribute, Distribution, Issue, MoveBetween, Recipient, SetFrozen, SystemAccount, Unfreeze,
};
use crate::error::{Error, Result};
use crate::identity::wallet_of;
use crate::ledger::{Amount, Note, Once, Page, Reason, Seen, Transaction, TransactionId, UserId, WalletId};
use crate::wallets::WalletView;
use crate::web::{
    App, Body, Calls, Key, ListBody, Object, OperatorCaller, OverseerCaller, PathId, RequestId, Why, authority, calls,
    created,
};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(distribute, issue, correct, freeze, unfreeze, system_accounts, add_account, move_between)
}

/// One member's share: named by wallet or by user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Share {
    /// Their wallet.
    wallet_id: Option<WalletId>,
    /// Or the user.
    user_id: Option<UserId>,
    /// Whole tokens.
    amount: Amount,
}

/// A distribution.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DistributionRequest {
    /// Why, for the audit log.
    reason: Reason,
    /// Who gets what.
    #[schema(min_items = 1, value_type = Vec<Share>)]
    recipients: Vec<Object<Share>>,
    /// What the members read beside it.
    note: Option<Note>,
    /// From which system account; the community's own when nothing is said.
    system_account: Option<String>,
}

/// Distribute tokens
///
/// All or nothing. What the pool lacks is issued first, exactly.
#[utoipa::path(post, path = "/v1/admin/distributions", tag = "Operators", params(("Idempotency-Key" = String, Header)),
    request_body = DistributionRequest, responses((status = 201, body = Distribution), (status = 202, description = "It waits for another operator.", body = Proposal)))]
async fn distribute(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    Key(key): Key,
    request_id: RequestId,
    ListBody(request): ListBody<DistributionRequest>,
) -> Result<Response> {
    let authority = authority(&operator, request.reason, &request_id)?;
    let shares = request.recipients;
    let recipients = app
        .books
        .read(move |conn| {
            shares.iter().enumerate().map(|(index, Object(share))| recipient(conn, index, share)).collect()
        })
        .await?;
    let command = Distribute {
        recipients,
        recipients_max: app.config.limits.recipients_per_distribution,
        note: request.note,
        system_account: request.system_account,
        issued_max: None,
        authority,
        seen: Seen::default(),
    };
    let command = Weighed { rules: Rules::of(&app.config), command: Once::new(operator.key, &key, command) };
    let weighing = app.books.execute(command).await?;
    Ok(answer(weighing, |outcome| created(&outcome, None)))
}

fn recipient(conn: &rusqlite::Connection, index: usize, share: &Share) -> Result<Recipient> {
    let place = format!("recipients[{index}]");
    let wallet_id = match (share.wallet_id, share.user_id) {
        (Some(wallet_id), None) => wallet_id,
        (None, Some(user_id)) => wallet_of(conn, user_id).map_err(|error| error.about(&place))?,
        _ => return Err(Error::field(place, "must name either wallet_id or user_id")),
    };
    Ok(Recipient { wallet_id, amount: share.amount, place })
}

/// A manual issuance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IssuanceRequest {
    /// Whole tokens.
    amount: Amount,
    /// Why, for the audit log.
    reason: Reason,
    /// To which system account; the community's own when nothing is said.
    system_account: Option<String>,
}

/// Issue tokens into the pool
#[utoipa::path(post, path = "/v1/admin/issuances", tag = "Operators", params(("Idempotency-Key" = String, Header)),
    request_body = IssuanceRequest, responses((status = 201, body = Transaction), (status = 202, description = "It waits for another operator.", body = Proposal)))]
async fn issue(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    Key(key): Key,
    request_id: RequestId,
    Body(request): Body<IssuanceRequest>,
) -> Result<Response> {
    let command = Issue {
        amount: request.amount,
        system_account: request.system_account,
        authority: authority(&operator, request.reason, &request_id)?,
    };
    let command = Weighed { rules: Rules::of(&app.config), command: Once::new(operator.key, &key, command) };
    let weighing = app.books.execute(command).await?;
    Ok(answer(weighing, |outcome| created(&outcome, Some(outcome.output.id))))
}

/// A correction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionRequest {
    /// Why, for the audit log.
    reason: Reason,
    /// Whole tokens; all that is left when nothing is said.
    amount: Option<Amount>,
}

/// Correct a mistake
///
/// A compensating transaction, linked to the original, which stays as it was.
#[utoipa::path(post, path = "/v1/admin/transactions/{id}/reverse", tag = "Operators",
    params(("id" = TransactionId, Path), ("Idempotency-Key" = String, Header)), request_body = CorrectionRequest,
    responses((status = 201, body = Transaction), (status = 202, description = "It waits for another operator.", body = Proposal)))]
async fn correct(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(transaction_id): PathId<TransactionId>,
    Key(key): Key,
    request_id: RequestId,
    Body(request): Body<CorrectionRequest>,
) -> Result<Response> {
    let command = Correct {
        transaction_id,
        amount: request.amount,
        authority: authority(&operator, request.reason, &request_id)?,
    };
    let command = Weighed { rules: Rules::of(&app.config), command: Once::new(operator.key, &key, command) };
    let weighing = app.books.execute(command).await?;
    Ok(answer(weighing, |outcome| created(&outcome, Some(outcome.output.id))))
}

/// Freeze a wallet
///
/// At once it neither sends nor receives. The member sees the reason too. Refused with 422: `system_wallet`.
#[utoipa::path(post, path = "/v1/admin/wallets/{id}/freeze", tag = "Operators", params(("id" = WalletId, Path)),
    request_body = Why, responses((status = 200, body = WalletView)))]
async fn freeze(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(wallet_id): PathId<WalletId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<WalletView>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    let wallet = app.books.execute(SetFrozen { wallet_id, frozen: true, authority }).await?;
    Ok(Json(wallet.into()))
}

/// Unfreeze a wallet
///
/// One with more in it than `consent.above` allows waits for another operator.
#[utoipa::path(post, path = "/v1/admin/wallets/{id}/unfreeze", tag = "Operators", params(("id" = WalletId, Path)),
    request_body = Why, responses((status = 200, body = WalletView), (status = 202, description = "It waits for another operator.", body = Proposal)))]
async fn unfreeze(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(wallet_id): PathId<WalletId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Response> {
    let authority = authority(&operator, why.reason, &request_id)?;
    let command = Unfreeze { wallet_id, frozen_by: None, authority };
    let weighing = app.books.execute(Weighed { rules: Rules::of(&app.config), command }).await?;
    Ok(answer(weighing, |done| Json(WalletView::from(done.wallet)).into_response()))
}

/// The system accounts
///
/// Each with its wallet and what is in it, oldest first.
#[utoipa::path(get, path = "/v1/admin/system-accounts", tag = "Operators", responses((status = 200, body = Page<SystemAccount>)))]
async fn system_accounts(State(app): State<App>, _caller: OverseerCaller) -> Result<Json<Page<SystemAccount>>> {
    let items = app.books.read(SystemAccount::list).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new system account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// 3 to 255 letters, digits, `_` or `-`.
    #[schema(min_length = 3, max_length = 255, pattern = "^[A-Za-z0-9_-]+$")]
    name: String,
    /// Why, for the audit log.
    reason: Reason,
}

/// Make a system account
///
/// With an empty wallet of its own, for what is to be kept apart from the community's pool. Issuances
/// and distributions can name it. Refused with 409: `system_account_exists`.
#[utoipa::path(post, path = "/v1/admin/system-accounts", tag = "Operators", request_body = NewAccount,
    responses((status = 201, body = SystemAccount), (status = 409, description = "Refused: system_account_exists")))]
async fn add_account(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<SystemAccount>)> {
    let authority = authority(&operator, new.reason, &request_id)?;
    let account = app.books.execute(AddAccount { name: new.name, authority }).await?;
    Ok((StatusCode::CREATED, Json(account)))
}

/// Tokens that go from one system account to another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveRequest {
    /// Whole tokens.
    amount: Amount,
    /// From which system account; the community's own when nothing is said.
    from_account: Option<String>,
    /// To which system account; the community's own when nothing is said.
    to_account: Option<String>,
    /// Why, for the audit log.
    reason: Reason,
}

/// Move tokens between system accounts
///
/// Nothing is issued, and no member has more or less. Refused: `system_account_not_found`, `insufficient_balance`.
#[utoipa::path(post, path = "/v1/admin/system-accounts/transfers", tag = "Operators",
    params(("Idempotency-Key" = String, Header)), request_body = MoveRequest, responses((status = 201, body = Transaction)))]
async fn move_between(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    Key(key): Key,
    request_id: RequestId,
    Body(request): Body<MoveRequest>,
) -> Result<Response> {
    let command = MoveBetween {
        amount: request.amount,
        from: request.from_account,
        to: request.to_account,
        authority: authority(&operator, request.reason, &request_id)?,
    };
    let outcome = app.books.execute(Once::new(operator.key, &key, command)).await?;
    Ok(created(&outcome, Some(outcome.output.id)))
}
