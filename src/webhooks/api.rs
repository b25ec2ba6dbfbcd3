//! The operators' JSON routes for webhooks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::webhook::{self, Stopped, Webhook};
use super::{
    CreateWebhook, EventKind, Letter, RemoveWebhook, ResumeWebhook, RotateWebhook, SendAgain, SigningSecret,
    StopWebhook, TestWebhook, WebhookId, letters,
};
use crate::error::Result;
use crate::ledger::{Page, PageRequest, Reason};
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(list, create, show, remove, rotate, stop, resume, test, set_apart, send_again)
}

/// A webhook with its new secret.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    webhook: Webhook,
    /// What its messages are signed with, as Standard Webhooks writes it: `whsec_` and base64. Shown now and
    /// never again.
    secret: String,
}

/// All webhooks
///
/// The newest first, with how each goes.
#[utoipa::path(get, path = "/v1/admin/webhooks", tag = "Operators", responses((status = 200, body = Page<Webhook>)))]
async fn list(State(app): State<App>, _caller: OverseerCaller) -> Result<Json<Page<Webhook>>> {
    let items = app.books.read(webhook::list).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// Where messages are sent: `https://` and a public address, or one that `outgoing.allowed_networks` names.
    #[schema(min_length = 8, max_length = 2000)]
    url: String,
    /// Of what it is told.
    #[schema(value_type = Vec<EventKind>, min_items = 1)]
    kinds: Vec<String>,
    /// Whether the notes of payments are told, too, which members write to each other; not when nothing is said.
    #[serde(default)]
    notes: bool,
    /// Why, for the audit log.
    reason: Reason,
}

/// Make a webhook
///
/// A program of the community that is told what happens from now on, by messages as Standard Webhooks has them,
/// signed with the secret in the answer. docs/webhooks.md says what they say and when they come again. Where
/// it leads and what it is told never changes; remove it and make another. Refused with 409:
/// `too_many_webhooks`.
#[utoipa::path(post, path = "/v1/admin/webhooks", tag = "Operators", request_body = NewWebhook,
    responses((status = 201, body = WebhookWithSecret), (status = 409, description = "Refused: too_many_webhooks")))]
async fn create(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(new): Body<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookWithSecret>)> {
    let kinds = new.kinds.iter().map(|kind| kind.parse()).collect::<Result<Vec<EventKind>>>()?;
    let (secret, authority) = (SigningSecret::random()?, authority(&operator, new.reason, &request_id)?);
    let allowed = app.config.outgoing.allowed.clone();
    let command = CreateWebhook { url: new.url, kinds, notes: new.notes, secret: secret.clone(), allowed, authority };
    let webhook = app.books.execute(command).await?;
    Ok((StatusCode::CREATED, Json(WebhookWithSecret { webhook, secret: secret.reveal() })))
}

/// A webhook
///
/// And how it goes: what came of the last attempt, and when the next is due.
#[utoipa::path(get, path = "/v1/admin/webhooks/{id}", tag = "Operators", params(("id" = Uuid, Path)), responses((status = 200, body = Webhook)))]
async fn show(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
) -> Result<Json<Webhook>> {
    app.books.read(move |conn| webhook::by_id(conn, id)).await.map(Json)
}

/// Remove a webhook
///
/// With its secret and the messages set apart. The audit log keeps that it was there.
#[utoipa::path(delete, path = "/v1/admin/webhooks/{id}", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<StatusCode> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(RemoveWebhook { id, authority }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret
///
/// For a day its messages carry two signatures, by the new secret and by the old one.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/rotate", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = WebhookWithSecret)))]
async fn rotate(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<WebhookWithSecret>> {
    let (secret, authority) = (SigningSecret::random()?, authority(&operator, why.reason, &request_id)?);
    let webhook = app.books.execute(RotateWebhook { id, secret: secret.clone(), authority }).await?;
    Ok(Json(WebhookWithSecret { webhook, secret: secret.reveal() }))
}

/// Stop a webhook
///
/// It is told nothing until it is let go on, and then first what it missed. One that is stopped stays so.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/stop", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Webhook)))]
async fn stop(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Webhook>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(StopWebhook { id, by: Stopped::Operator, authority }).await.map(Json)
}

/// Let a webhook go on
///
/// One that waits after a failure is tried at once.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/resume", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Webhook)))]
async fn resume(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Webhook>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(ResumeWebhook { id, authority }).await.map(Json)
}

/// A message that is on its way.
#[derive(Debug, Serialize, ToSchema)]
struct Queued {
    /// Its `webhook-id`.
    id: String,
}

/// Send a webhook a test
///
/// A message `webhook.test`, tried once, at once. If it is not taken, it stands among the messages set apart.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/test", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 202, body = Queued)))]
async fn test(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<(StatusCode, Json<Queued>)> {
    let authority = authority(&operator, why.reason, &request_id)?;
    let id = app.books.execute(TestWebhook { id, authority }).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { id })))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LettersQuery {
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Messages set apart
///
/// Those that the receiver refused too often, and those that wait to be sent again, newest first. Of one
/// webhook the newest 1000 are kept.
#[utoipa::path(get, path = "/v1/admin/webhooks/{id}/messages", tag = "Operators", params(("id" = Uuid, Path), LettersQuery),
    responses((status = 200, body = Page<Letter>)))]
async fn set_apart(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    Parameters(query): Parameters<LettersQuery>,
) -> Result<Json<Page<Letter>>> {
    let page = PageRequest::new(query.limit, query.cursor)?;
    app.books.read(move |conn| letters(conn, &webhook::by_id(conn, id)?, &page)).await.map(Json)
}

/// Which messages to send again, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Again {
    /// The `id` of one of them; all of them when nothing is said.
    message: Option<String>,
    /// Why, for the audit log.
    reason: Reason,
}

/// How many messages are on their way.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    /// So many.
    count: i64,
}

/// Send messages again
///
/// Those set apart, each tried once, at once, with the id it had before. Refused with 404:
/// `message_not_found`.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/send-again", tag = "Operators", params(("id" = Uuid, Path)), request_body = Again,
    responses((status = 202, body = Count)))]
async fn send_again(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(WebhookId(id)): PathId<WebhookId>,
    request_id: RequestId,
    Body(again): Body<Again>,
) -> Result<(StatusCode, Json<Count>)> {
    let authority = authority(&operator, again.reason, &request_id)?;
    let count = app.books.execute(SendAgain { id, message: again.message, authority }).await?;
    Ok((StatusCode::ACCEPTED, Json(Count { count })))
}
