//! The JSON routes of sessions: where a member is signed in on the pages, and how that ends.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Revoke;
use crate::error::{Code, Error, Result};
use crate::identity::member;
use crate::identity::session::{EndSessions, SessionInfo, Which, of_member};
use crate::ledger::{Page, Reason, UserId, UserKey};
use crate::web::{App, Bearer, Body, Calls, OperatorCaller, OverseerCaller, PathId, RequestId, authority, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(mine, end_all, end_one, of_user, revoke)
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// So many.
    ended: usize,
}

/// A session's id in a path. What cannot be one is nobody's.
struct SessionId(Uuid);

impl FromStr for SessionId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|_| no_session())
    }
}

fn no_session() -> Error {
    Error::new(Code::SessionNotFound, "There is no such session; it may have ended already.")
}

async fn list(app: &App, user: UserKey) -> Result<Json<Page<SessionInfo>>> {
    let (now, limits) = (app.books.now(), app.config.sessions);
    let items = app.books.read(move |conn| of_member(conn, user, now, &limits)).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Where you are signed in
///
/// Your sessions on the pages, the one used last first; all of them, on one page.
#[utoipa::path(get, path = "/v1/me/sessions", tag = "Members", responses((status = 200, body = Page<SessionInfo>)))]
async fn mine(State(app): State<App>, Bearer(member): Bearer) -> Result<Json<Page<SessionInfo>>> {
    list(&app, member.key).await
}

/// Sign out everywhere
///
/// Ends all your sessions on the pages. Tokens of the identity provider are not ours to end.
#[utoipa::path(delete, path = "/v1/me/sessions", tag = "Members", responses((status = 200, body = Ended)))]
async fn end_all(State(app): State<App>, Bearer(member): Bearer) -> Result<Json<Ended>> {
    let ended = app.books.execute(EndSessions { user: member.key, which: Which::All }).await?;
    Ok(Json(Ended { ended }))
}

/// Sign out on one device
#[utoipa::path(delete, path = "/v1/me/sessions/{id}", tag = "Members", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It has ended.")))]
async fn end_one(
    State(app): State<App>,
    Bearer(member): Bearer,
    PathId(SessionId(id)): PathId<SessionId>,
) -> Result<StatusCode> {
    match app.books.execute(EndSessions { user: member.key, which: Which::One(id) }).await? {
        0 => Err(no_session()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Where a member is signed in
///
/// For operators and auditors.
#[utoipa::path(get, path = "/v1/admin/users/{id}/sessions", tag = "Operators", params(("id" = UserId, Path)),
    responses((status = 200, body = Page<SessionInfo>)))]
async fn of_user(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(id): PathId<UserId>,
) -> Result<Json<Page<SessionInfo>>> {
    let user = app.books.read(move |conn| member::by_id(conn, id)).await?;
    list(&app, user.key).await
}

/// Which sessions to end, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// Why, for the audit log.
    reason: Reason,
    /// Only this one; all of them when nothing is said.
    session_id: Option<Uuid>,
}

/// Sign a member out
///
/// At once, on one device or everywhere. Refused with 404: `user_not_found`, `session_not_found`.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/sessions", tag = "Operators", params(("id" = UserId, Path)),
    request_body = Revocation, responses((status = 200, body = Ended)))]
async fn revoke(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(user_id): PathId<UserId>,
    request_id: RequestId,
    Body(revocation): Body<Revocation>,
) -> Result<Json<Ended>> {
    let authority = authority(&operator, revocation.reason, &request_id)?;
    let session = revocation.session_id;
    let ended = app.books.execute(Revoke { user_id, session, authority }).await?;
    if ended == 0 && session.is_some() {
        return Err(no_session());
    }
    Ok(Json(Ended { ended }))
}
