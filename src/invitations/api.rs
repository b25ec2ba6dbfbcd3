//! Invitations for programs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::link::LinkId;
use super::{Link, LinkKind, MakeLink, Wanted, WithdrawLink, list};
use crate::error::Result;
use crate::identity::{Role, Secret};
use crate::ledger::{Page, PageRequest, Reason};
use crate::passkeys::in_use;
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(invite, invitations, withdraw)
}

/// An invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitationRequest {
    /// Why, for the audit log.
    reason: Reason,
    /// A name to propose.
    #[schema(min_length = 3, max_length = 255, pattern = "^[A-Za-z0-9_-]*$")]
    name: Option<String>,
    /// A role to grant with it: `operator` or `auditor`.
    role: Option<Role>,
    /// For how many days it works: 1 to 90.
    #[serde(default = "one_week")]
    #[schema(minimum = 1, maximum = 90, default = 7)]
    days: u32,
}

const fn one_week() -> u32 {
    7
}

/// An invitation that was made now.
#[derive(Debug, Serialize, ToSchema)]
struct MadeInvitation {
    /// What it is withdrawn by.
    id: Uuid,
    /// The link itself, which nobody can read again.
    url: String,
    /// Until when it works.
    expires_at: i64,
}

/// Which links.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// Links of this kind; invitations when nothing is said.
    kind: Option<LinkKind>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Invite someone
///
/// Makes a one-time link by which they choose a name and make a passkey. It is shown only now.
#[utoipa::path(post, path = "/v1/admin/invitations", tag = "Operators", request_body = InvitationRequest,
    responses((status = 201, body = MadeInvitation)))]
async fn invite(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(request): Body<InvitationRequest>,
) -> Result<Response> {
    in_use(&app)?;
    let secret = Secret::random()?;
    let command = MakeLink {
        wanted: Wanted::Invitation { name: request.name, role: request.role, days: request.days },
        secret: secret.clone(),
        authority: authority(&operator, request.reason, &request_id)?,
    };
    let made = app.books.execute(command).await?;
    let url = super::url(&app.public_url(), &secret);
    Ok((StatusCode::CREATED, Json(MadeInvitation { id: made.id, url, expires_at: made.expires_at })).into_response())
}

/// Links made so far
///
/// Invitations; with `kind=sign_in` the links that signed in who was locked out, with `kind=claim` those
/// for the first operator. All of them are withdrawn in the same way.
#[utoipa::path(get, path = "/v1/admin/invitations", tag = "Operators", params(Listed), responses((status = 200, body = Page<Link>)))]
async fn invitations(
    State(app): State<App>,
    _: OverseerCaller,
    Parameters(query): Parameters<Listed>,
) -> Result<Json<Page<Link>>> {
    let (now, page) = (app.books.now(), PageRequest::new(query.limit, query.cursor)?);
    let kind = query.kind.unwrap_or(LinkKind::Invitation);
    app.books.read(move |conn| list(conn, &[kind], now, &page)).await.map(Json)
}

/// Withdraw an invitation
///
/// One that was used or withdrawn before stays as it is.
#[utoipa::path(delete, path = "/v1/admin/invitations/{id}", tag = "Operators", params(("id" = Uuid, Path)),
    request_body = Why, responses((status = 204)))]
async fn withdraw(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(LinkId(id)): PathId<LinkId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<StatusCode> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(WithdrawLink { id, authority }).await?;
    Ok(StatusCode::NO_CONTENT)
}
