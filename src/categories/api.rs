//! The JSON routes by which members sort their own history. No service client may call them: what a
//! member keeps to themselves is not for programs that act for them.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::give::{Categorise, Categorised};
use super::sums::{Sums, sums};
use crate::error::{Error, Result};
use crate::ledger::{Category, TransactionId};
use crate::web::{App, Bearer, Body, Calls, Parameters, PathId, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(categories, give, take)
}

/// Over which time.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Time {
    /// From this time on, Unix milliseconds.
    #[param(minimum = 0)]
    from_time: Option<i64>,
    /// Up to and including this time, Unix milliseconds.
    #[param(minimum = 0)]
    to_time: Option<i64>,
}

/// What came and went by category
///
/// Of the entries that you gave a category, what most came and went in first. Of more than 5,000 in the
/// time, the newest are summed up, from `cut_at` on.
#[utoipa::path(get, path = "/v1/me/categories", tag = "Wallet", params(Time), responses((status = 200, body = Sums)))]
async fn categories(
    State(app): State<App>,
    Bearer(member): Bearer,
    Parameters(time): Parameters<Time>,
) -> Result<Json<Sums>> {
    let given = [("from_time", time.from_time), ("to_time", time.to_time)];
    if let Some((field, _)) = given.iter().find(|(_, time)| time.is_some_and(|time| time < 0)) {
        return Err(Error::field(*field, "must not be negative"));
    }
    let read = move |conn: &_| sums(conn, member.key, member.wallet_key, time.from_time, time.to_time);
    app.books.read(read).await.map(Json)
}

/// A category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Up to 40 characters. One you have used before keeps its spelling, whatever the case of its letters.
    category: Category,
}

/// Give an entry a category
///
/// One of your own history; what it had before is replaced. Nobody else sees it. Refused with 404:
/// `transaction_not_found`.
#[utoipa::path(put, path = "/v1/transactions/{id}/category", tag = "Wallet", params(("id" = TransactionId, Path)), request_body = Given,
    responses((status = 200, body = Categorised)))]
async fn give(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(transaction_id): PathId<TransactionId>,
    Body(given): Body<Given>,
) -> Result<Json<Categorised>> {
    let category = Some(given.category);
    app.books.execute(Categorise { user: member.key, transaction_id, category }).await.map(Json)
}

/// Take an entry's category away
#[utoipa::path(delete, path = "/v1/transactions/{id}/category", tag = "Wallet", params(("id" = TransactionId, Path)),
    responses((status = 200, body = Categorised)))]
async fn take(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(transaction_id): PathId<TransactionId>,
) -> Result<Json<Categorised>> {
    app.books.execute(Categorise { user: member.key, transaction_id, category: None }).await.map(Json)
}
