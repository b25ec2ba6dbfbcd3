//! The JSON routes of what distributions did.

use axum::Json;
use axum::extract::State;

use super::effect::{Asking, DistributionEffect, Effects, effect, effects};
use super::range::Made;
use crate::error::Result;
use crate::web::{App, Calls, Parameters, PathText, StatisticsReader, calls};

/// The routes of this use case.
pub(super) fn routes() -> Calls {
    calls!(distributions, distribution)
}

/// Distributions
///
/// What each distribution did, the newest first: how much of it was spent within 7, 30 and 90 days, by how many
/// of those who received it, how much came back to the system accounts, and how much lies still. Tokens are
/// followed first in, first out: a payment passes on what came in first. Spent is what its recipient paid to
/// anyone. Distributions to fewer than five members are shown to operators and auditors alone.
#[utoipa::path(get, path = "/v1/statistics/distributions", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Made), responses((status = 200, body = Effects)))]
async fn distributions(
    State(app): State<App>,
    caller: StatisticsReader,
    Parameters(made): Parameters<Made>,
) -> Result<Json<Effects>> {
    let asking = Asking { oversees: caller.oversees, now: app.books.now() };
    let (time, page) = made.meant(asking.now)?;
    let books = app.books.clone();
    let read = move |conn: &_| effects(conn, &*books.trail().newest(conn)?, time, &page, asking);
    app.books.read(read).await.map(Json)
}

/// One distribution
///
/// What it did, as in the list.
#[utoipa::path(get, path = "/v1/statistics/distributions/{id}", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(("id" = String, Path, description = "The `distribution_id`.")), responses((status = 200, body = DistributionEffect)))]
async fn distribution(
    State(app): State<App>,
    caller: StatisticsReader,
    PathText(id): PathText,
) -> Result<Json<DistributionEffect>> {
    let asking = Asking { oversees: caller.oversees, now: app.books.now() };
    let books = app.books.clone();
    app.books.read(move |conn| effect(conn, &*books.trail().newest(conn)?, &id, asking)).await.map(Json)
}
