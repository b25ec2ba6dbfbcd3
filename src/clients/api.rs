//! The member's JSON routes: which service clients may act for them.

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::{ClientId, Permission, Permit, permissions};
use crate::error::Result;
use crate::identity::Member;
use crate::ledger::Page;
use crate::web::{App, Bearer, Calls, PathId, RequestId, calls};

/// The routes of this slice for members.
pub(super) fn routes() -> Calls {
    calls!(list, allow, stop)
}

/// Programs that can act for you
///
/// The community's service clients, and since when you let each act for you. None may until you
/// allow it.
#[utoipa::path(get, path = "/v1/me/service-clients", tag = "Members", responses((status = 200, body = Page<Permission>)))]
async fn list(State(app): State<App>, Bearer(member): Bearer) -> Result<Json<Page<Permission>>> {
    let items = app.books.read(move |conn| permissions(conn, member.key)).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Let a program act for you
///
/// What it does for you is marked with its name in your history. Refused with 409: `client_revoked`.
#[utoipa::path(put, path = "/v1/me/service-clients/{id}", tag = "Members", params(("id" = Uuid, Path)),
    responses((status = 200, body = Permission), (status = 409, description = "Refused: client_revoked")))]
async fn allow(
    state: State<App>,
    Bearer(member): Bearer,
    request_id: RequestId,
    PathId(ClientId(client)): PathId<ClientId>,
) -> Result<Json<Permission>> {
    permit(state, &member, request_id, client, true).await
}

/// Stop a program from acting for you
///
/// From the next call on.
#[utoipa::path(delete, path = "/v1/me/service-clients/{id}", tag = "Members", params(("id" = Uuid, Path)), responses((status = 200, body = Permission)))]
async fn stop(
    state: State<App>,
    Bearer(member): Bearer,
    request_id: RequestId,
    PathId(ClientId(client)): PathId<ClientId>,
) -> Result<Json<Permission>> {
    permit(state, &member, request_id, client, false).await
}

async fn permit(
    State(app): State<App>,
    member: &Member,
    RequestId(request_id): RequestId,
    client: Uuid,
    allowed: bool,
) -> Result<Json<Permission>> {
    app.books.execute(Permit { user: member.key, client, allowed, request_id }).await.map(Json)
}
