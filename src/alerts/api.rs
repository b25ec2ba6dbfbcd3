//! The operators' JSON routes for alerts.

use axum::Json;
use axum::extract::State as AppState;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alert::{self, Alert, AlertFilter, State, failing_invariant};
use super::finding::Rule;
use super::mute::{Mute, MuteAlerts, UnmuteAlerts, mutes};
use super::{AcknowledgeAlert, AlertId, MuteId};
use crate::error::Result;
use crate::language::Language;
use crate::ledger::{Page, PageRequest, Reason, WalletId};
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(list, list_mutes, mute, unmute, show, acknowledge)
}

/// An alert, with its reason as a sentence.
#[derive(Debug, Serialize, ToSchema)]
struct ToldAlert {
    #[serde(flatten)]
    alert: Alert,
    /// Why it was raised, in English.
    sentence: String,
}

impl ToldAlert {
    fn of(app: &App, alert: Alert) -> Self {
        Self { sentence: alert.sentence(Language::English, &app.config.community.token_symbol), alert }
    }
}

/// Which alerts, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertsQuery {
    /// Found by this rule alone.
    #[param(inline)]
    rule: Option<Rule>,
    /// In this state alone.
    #[param(inline)]
    state: Option<State>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Alerts
///
/// What is unlike anything that is usual here, found by rules that say why; the newest first. A ledger that does
/// not add up stands before all others, with a nil `id`: nothing is written then, and so it is not kept.
#[utoipa::path(get, path = "/v1/admin/alerts", tag = "Operators", params(AlertsQuery),
    responses((status = 200, body = Page<ToldAlert>)))]
async fn list(
    AppState(app): AppState<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<AlertsQuery>,
) -> Result<Json<Page<ToldAlert>>> {
    let is_first = query.cursor.is_none();
    let page = PageRequest::new(query.limit, query.cursor)?;
    let filter = AlertFilter { rule: query.rule, state: query.state };
    let asks_for_it = is_first
        && filter.rule.is_none_or(|rule| rule == Rule::Invariant)
        && filter.state.is_none_or(|state| state == State::Open);
    let (fails, now) = (asks_for_it && !app.books.adds_up(), app.books.now());
    let read = move |conn: &rusqlite::Connection| {
        let failing = fails.then(|| failing_invariant(conn, now)).transpose()?;
        Ok((failing, alert::list(conn, filter, &page)?))
    };
    let (failing, found) = app.books.read(read).await?;
    let items = failing.into_iter().chain(found.items).map(|alert| ToldAlert::of(&app, alert)).collect();
    Ok(Json(Page { items, next_cursor: found.next_cursor }))
}

/// An alert
#[utoipa::path(get, path = "/v1/admin/alerts/{id}", tag = "Operators", params(("id" = Uuid, Path)),
    responses((status = 200, body = ToldAlert)))]
async fn show(
    AppState(app): AppState<App>,
    _caller: OverseerCaller,
    PathId(AlertId(id)): PathId<AlertId>,
) -> Result<Json<ToldAlert>> {
    let found = app.books.read(move |conn| alert::by_id(conn, id)).await?;
    Ok(Json(ToldAlert::of(&app, found)))
}

/// Acknowledge an alert
///
/// Somebody has seen to it; the reason says what came of it. One that was acknowledged already stays as it is.
#[utoipa::path(post, path = "/v1/admin/alerts/{id}/acknowledge", tag = "Operators", params(("id" = Uuid, Path)),
    request_body = Why, responses((status = 200, body = ToldAlert)))]
async fn acknowledge(
    AppState(app): AppState<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(AlertId(id)): PathId<AlertId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<ToldAlert>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    let found = app.books.execute(AcknowledgeAlert { id, authority }).await?;
    Ok(Json(ToldAlert::of(&app, found)))
}

/// What is muted
///
/// Rules that raise nothing at present, the newest first.
#[utoipa::path(get, path = "/v1/admin/alerts/mutes", tag = "Operators", responses((status = 200, body = Page<Mute>)))]
async fn list_mutes(AppState(app): AppState<App>, _caller: OverseerCaller) -> Result<Json<Page<Mute>>> {
    let now = app.books.now();
    let items = app.books.read(move |conn| mutes(conn, now)).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// What is not to be heard, until when, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMute {
    /// Which rule; `invariant` cannot be muted.
    #[schema(value_type = Rule)]
    rule: Rule,
    /// Only where it concerns this wallet; whomever it concerns where nothing is said.
    wallet_id: Option<WalletId>,
    /// Until when, Unix milliseconds; for good where nothing is said.
    until: Option<i64>,
    /// Why, for the audit log.
    reason: Reason,
}

/// Mute a rule
///
/// What it finds meanwhile is not raised, and not made up for later.
#[utoipa::path(post, path = "/v1/admin/alerts/mutes", tag = "Operators", request_body = NewMute,
    responses((status = 201, body = Mute)))]
async fn mute(
    AppState(app): AppState<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(new): Body<NewMute>,
) -> Result<(StatusCode, Json<Mute>)> {
    let authority = authority(&operator, new.reason, &request_id)?;
    let now = app.books.now();
    let command = MuteAlerts { rule: new.rule, wallet: new.wallet_id, until: new.until, now, authority };
    Ok((StatusCode::CREATED, Json(app.books.execute(command).await?)))
}

/// Let a rule be heard again
#[utoipa::path(delete, path = "/v1/admin/alerts/mutes/{id}", tag = "Operators", params(("id" = Uuid, Path)),
    request_body = Why, responses((status = 204, description = "It is heard again.")))]
async fn unmute(
    AppState(app): AppState<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(MuteId(id)): PathId<MuteId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<StatusCode> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(UnmuteAlerts { id, authority }).await?;
    Ok(StatusCode::NO_CONTENT)
}
