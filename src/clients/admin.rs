//! The operators' JSON routes for service clients.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::calls::{ServiceCall, calls};
use super::counts::{ServiceCount, counts};
use super::{ClientId, CreateClient, RevokeClient, RotateClient};
use crate::error::{Error, Result};
use crate::identity::client::{self, Credential, Scope, ServiceClient};
use crate::ledger::{Page, PageRequest, Reason, UserId};
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice for those who look after the community.
pub(super) fn routes() -> Calls {
    calls!(list, create, revoke, rotate, service_calls, service_counts)
}

/// A service client with its new credential.
#[derive(Debug, Serialize, ToSchema)]
struct ClientWithCredential {
    /// The client.
    #[serde(flatten)]
    client: ServiceClient,
    /// What it sends as its bearer token. Shown now and never again.
    credential: String,
}

/// All service clients
///
/// The newest first, those that are revoked too.
#[utoipa::path(get, path = "/v1/admin/service-clients", tag = "Operators", responses((status = 200, body = Page<ServiceClient>)))]
async fn list(State(app): State<App>, _caller: OverseerCaller) -> Result<Json<Page<ServiceClient>>> {
    let items = app.books.read(client::list).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new service client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClient {
    /// 3 to 64 letters, digits, `_` or `-`. Members see it when they allow it, and beside what it did.
    #[schema(min_length = 3, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    name: String,
    /// What it may do: `transfers:write`, `wallet:read`, `statistics:read`, and `activities:write`,
    /// which opens no call yet.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
    /// Why, for the audit log.
    reason: Reason,
}

/// Make a service client
///
/// For a program, such as a chat bot. It sends the credential as its bearer token. What it does for
/// a member it says with the header `On-Behalf-Of: <issuer>|<subject>`, the member's identity; each
/// member has to allow it first. Refused with 409: `client_exists`.
#[utoipa::path(post, path = "/v1/admin/service-clients", tag = "Operators", request_body = NewClient,
    responses((status = 201, body = ClientWithCredential), (status = 409, description = "Refused: client_exists")))]
async fn create(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(new): Body<NewClient>,
) -> Result<(StatusCode, Json<ClientWithCredential>)> {
    let scopes = new.scopes.iter().map(|scope| scope.parse()).collect::<Result<Vec<Scope>>>()?;
    let (credential, authority) = (Credential::random()?, authority(&operator, new.reason, &request_id)?);
    let command = CreateClient { name: new.name, scopes, credential: credential.clone(), authority };
    let client = app.books.execute(command).await?;
    Ok((StatusCode::CREATED, Json(ClientWithCredential { client, credential: credential.reveal() })))
}

/// Revoke a service client
///
/// From the next call on, for good. Refused with 409: `client_revoked`.
#[utoipa::path(delete, path = "/v1/admin/service-clients/{id}", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = ServiceClient)))]
async fn revoke(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ClientId(id)): PathId<ClientId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<ServiceClient>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(RevokeClient { id, authority }).await.map(Json)
}

/// Give a service client a new credential
///
/// The old one ends at once. Refused with 409: `client_revoked`.
#[utoipa::path(post, path = "/v1/admin/service-clients/{id}/rotate", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = ClientWithCredential)))]
async fn rotate(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ClientId(id)): PathId<ClientId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<ClientWithCredential>> {
    let (credential, authority) = (Credential::random()?, authority(&operator, why.reason, &request_id)?);
    let command = RotateClient { id, credential: credential.clone(), authority };
    let client = app.books.execute(command).await?;
    Ok(Json(ClientWithCredential { client, credential: credential.reveal() }))
}

/// Which calls to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CallsQuery {
    /// Those of this client.
    #[param(value_type = Option<String>, format = Uuid)]
    client_id: Option<String>,
    /// Those for this member.
    #[param(value_type = Option<String>, format = Uuid)]
    user_id: Option<String>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl CallsQuery {
    fn read(self) -> Result<(Option<Uuid>, Option<UserId>, PageRequest)> {
        let client_id = self.client_id.map(|id| id.parse().map_err(|_| Error::field("client_id", "must be a UUID")));
        let user_id = self.user_id.map(|id| id.parse().map_err(|_| Error::field("user_id", "must be a UUID")));
        Ok((client_id.transpose()?, user_id.transpose()?, PageRequest::new(self.limit, self.cursor)?))
    }
}

/// What service clients did
///
/// Every transaction that a client made for a member, newest first, with both names.
#[utoipa::path(get, path = "/v1/admin/service-calls", tag = "Operators", params(CallsQuery), responses((status = 200, body = Page<ServiceCall>)))]
async fn service_calls(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<CallsQuery>,
) -> Result<Json<Page<ServiceCall>>> {
    let (client, user, page) = query.read()?;
    app.books.read(move |conn| calls(conn, client, user, &page)).await.map(Json)
}

/// What service clients called
///
/// For whom, by which path, what came of it, and how often in each hour, newest first, with both names. Calls that were
/// refused are here too; payments that were made are under `service-calls`, one by one.
#[utoipa::path(get, path = "/v1/admin/service-counts", tag = "Operators", params(CallsQuery), responses((status = 200, body = Page<ServiceCount>)))]
async fn service_counts(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<CallsQuery>,
) -> Result<Json<Page<ServiceCount>>> {
    let (client, user, page) = query.read()?;
    app.books.read(move |conn| counts(conn, client, user, &page)).await.map(Json)
}
