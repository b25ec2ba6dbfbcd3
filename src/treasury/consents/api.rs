//! The operators' JSON routes for what waits for consent.

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::proposal::{by_id, list as proposals};
use super::{Consent, End, EndProposal, Proposal, ProposalId, Weighing};
use crate::error::Result;
use crate::ledger::{Outcome, Page, PageRequest};
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls, replayed,
};

/// The routes of this part.
pub(super) fn routes() -> Calls {
    calls!(list, show, consent, refuse, withdraw)
}

/// The answer to an act that is done, or waits: 202 with the proposal, and where it is.
pub(in crate::treasury) fn answer<T>(weighing: Weighing<T>, done: impl FnOnce(T) -> Response) -> Response {
    match weighing {
        Weighing::Done(output) => done(output),
        Weighing::Waits(waits) => {
            let Outcome { output, replayed: is_replayed } = *waits;
            let place = format!("/v1/admin/consents/{}", output.id);
            let mut response = (StatusCode::ACCEPTED, Json(output)).into_response();
            if let Ok(place) = HeaderValue::from_str(&place) {
                response.headers_mut().insert(LOCATION, place);
            }
            if is_replayed { replayed(response) } else { response }
        }
    }
}

/// Which proposals to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConsentsQuery {
    /// Those that wait, or those that wait no more; all when nothing is said.
    pending: Option<bool>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What waits for a second operator
///
/// And what waited, the newest first: acts that were too large for one operator alone, by the setting
/// `consent.above`, each exactly as it will happen.
#[utoipa::path(get, path = "/v1/admin/consents", tag = "Operators", params(ConsentsQuery), responses((status = 200, body = Page<Proposal>)))]
async fn list(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<ConsentsQuery>,
) -> Result<Json<Page<Proposal>>> {
    let (page, now) = (PageRequest::new(query.limit, query.cursor)?, app.books.now());
    app.books.read(move |conn| proposals(conn, query.pending, &page, now)).await.map(Json)
}

/// What waits, one by one
#[utoipa::path(get, path = "/v1/admin/consents/{id}", tag = "Operators", params(("id" = Uuid, Path)), responses((status = 200, body = Proposal)))]
async fn show(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(ProposalId(id)): PathId<ProposalId>,
) -> Result<Json<Proposal>> {
    let now = app.books.now();
    app.books.read(move |conn| by_id(conn, id, now)).await.map(Json)
}

/// Consent
///
/// Exactly what was proposed happens, in the same step. Another operator than the one who proposed it must
/// say so. What cannot happen any more is refused with the code of the act itself, and the proposal waits on.
/// Refused with 403: `own_proposal`; with 409: `proposal_ended`, `proposal_outdated`, `proposer_no_operator`.
#[utoipa::path(post, path = "/v1/admin/consents/{id}/consent", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Proposal), (status = 409, description = "Refused: proposal_ended, proposal_outdated, proposer_no_operator")))]
async fn consent(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ProposalId(id)): PathId<ProposalId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Proposal>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(Consent::new(&app.config, id, authority)).await.map(Json)
}

/// Refuse consent
///
/// Nothing happens. Refused with 403: `own_proposal`; with 409: `proposal_ended`.
#[utoipa::path(post, path = "/v1/admin/consents/{id}/refuse", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Proposal), (status = 409, description = "Refused: proposal_ended")))]
async fn refuse(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ProposalId(id)): PathId<ProposalId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Proposal>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(EndProposal { id, end: End::Refused, authority }).await.map(Json)
}

/// Withdraw a proposal
///
/// By whoever made it. Nothing happens. Refused with 409: `proposal_ended`.
#[utoipa::path(post, path = "/v1/admin/consents/{id}/withdraw", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Proposal), (status = 409, description = "Refused: proposal_ended")))]
async fn withdraw(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ProposalId(id)): PathId<ProposalId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Proposal>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(EndProposal { id, end: End::Withdrawn, authority }).await.map(Json)
}
