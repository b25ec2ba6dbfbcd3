//! The JSON routes of the statistics.

use axum::Json;
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::error::Result;
use crate::ledger::{self, Supply};
use crate::web::{App, StatisticsReader};

/// The routes of this slice.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(supply))
}

/// The supply
///
/// Counted from the rows at this moment: total issuance is what members hold plus what is in the
/// pool, and `is_consistent` says whether it is.
#[utoipa::path(get, path = "/v1/statistics/supply", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), responses((status = 200, body = Supply)))]
async fn supply(State(app): State<App>, _caller: StatisticsReader) -> Result<Json<Supply>> {
    let now = app.books.now();
    app.books.read(move |conn| ledger::supply(conn, now)).await.map(Json)
}
