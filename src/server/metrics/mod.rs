//! The program's figures, for Prometheus and for those who look after the community. They say how a
//! community does, so strangers do not see them: they have an address of their own, or a token.

mod gather;

use std::future::pending;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::IntoResponse;
use tokio::task::AbortHandle;

use super::listen::Listening;
use super::openapi::Problem;
use crate::config::Limits;
use crate::error::{Code, Error, Result};
use crate::web::{App, Calls, calls};

/// Those who collect figures are few.
const CONNECTIONS: usize = 16;

/// The route of this file.
pub(super) fn routes() -> Calls {
    calls!(metrics)
}

/// The address that shows nothing but figures.
#[derive(Clone, Copy)]
struct Apart;

/// Shows the figures at an address of their own, where the settings have one, until the program ends.
pub async fn show_apart(app: &App) -> Result<Option<AbortHandle>, String> {
    let Some(bind) = app.config.metrics.bind else { return Ok(None) };
    let limits = Limits { connections: CONNECTIONS, connections_per_address: 0, ..app.config.limits.clone() };
    let listening = Listening::bind(bind, &limits).await.map_err(|error| format!("metrics.bind: {error}"))?;
    tracing::info!(address = %listening.address()?, "figures are shown at /metrics");
    let router = routes().with(Apart).into_router().with_state(app.clone());
    Ok(Some(tokio::spawn(listening.serve(router, pending())).abort_handle()))
}

/// Metrics
///
/// The program's figures in the text format of Prometheus. Served where the settings have a token for
/// them, to who sends it as the bearer; and at `metrics.bind`.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Program",
    security(("metrics" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 404, description = "Not shown here.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn metrics(
    State(app): State<App>,
    apart: Option<Extension<Apart>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    match &app.config.metrics.token {
        Some(token) => insist(token.reveal(), &headers)?,
        None if apart.is_some() => {}
        None => return Err(Error::new(Code::NotFound, "Nothing lives at this address.")),
    }
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], gather::gather(&app).await?))
}

/// Refuses who does not show the token; how much of it was right is not to be told by the time it takes.
fn insist(token: &str, headers: &HeaderMap) -> Result<()> {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let is_right = shown.is_some_and(|shown| verify_slices_are_equal(shown.as_bytes(), token.as_bytes()).is_ok());
    if is_right { Ok(()) } else { Err(Error::unauthorized()) }
}
