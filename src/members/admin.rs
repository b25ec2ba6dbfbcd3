//! The members as operators and auditors see them, and what operators do to them.

use axum::Json;
use axum::extract::State;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{SetDeleted, SetRoles, directory};
use crate::error::Result;
use crate::identity::{Member, Role, member};
use crate::ledger::{Page, PageRequest, Reason, UserId, WalletId};
use crate::web::{
    App, Body, Calls, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice for those who look after the community.
pub(super) fn routes() -> Calls {
    calls!(users, user, delete, restore, set_roles)
}

/// Who someone is at an identity provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Identity {
    /// The provider.
    pub(super) issuer: String,
    /// Its name for the member.
    pub(super) subject: String,
    /// What the configuration gives to whoever comes in by this identity.
    pub(super) roles: Vec<Role>,
}

/// A member as operators and auditors see them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct UserRecord {
    /// Their id.
    pub(super) id: UserId,
    /// Their display name.
    pub(super) username: String,
    /// Their wallet.
    pub(super) wallet_id: WalletId,
    /// What they may do: roles granted here, and those that the configuration gives to one of their
    /// identities, which they have when they come in by it or by a passkey. What only a token's claim gives
    /// is not known here.
    pub(super) roles: Vec<Role>,
    /// Who they are at the identity providers.
    pub(super) identities: Vec<Identity>,
    /// When they left, Unix milliseconds; null: they have not.
    pub(super) deleted_at: Option<i64>,
    /// When they joined, Unix milliseconds.
    pub(super) created_at: i64,
    /// When the profile changed last, Unix milliseconds.
    pub(super) updated_at: i64,
}

pub(super) fn record(app: &App, conn: &Connection, mut member: Member) -> Result<UserRecord> {
    let mut identities = Vec::new();
    for (issuer, subject) in member::identities(conn, member.key)? {
        let roles = app.configured_roles(&issuer, &subject);
        for role in &roles {
            member.add(*role);
        }
        identities.push(Identity { issuer, subject, roles });
    }
    Ok(UserRecord {
        id: member.id,
        username: member.username,
        wallet_id: member.wallet_id,
        roles: member.roles,
        identities,
        deleted_at: member.deleted_at,
        created_at: member.created_at,
        updated_at: member.updated_at,
    })
}

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsersQuery {
    /// Part of a name.
    q: Option<String>,
    /// Those who have left, instead of those who are here.
    deleted: Option<bool>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// All members
///
/// In the order of their names; with `deleted=true` those who have left.
#[utoipa::path(get, path = "/v1/admin/users", tag = "Operators", params(UsersQuery), responses((status = 200, body = Page<UserRecord>)))]
async fn users(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<UsersQuery>,
) -> Result<Json<Page<UserRecord>>> {
    let page = PageRequest::new(query.limit, query.cursor)?;
    let q = query.q.unwrap_or_default();
    let deleted = query.deleted.unwrap_or(false);
    let reader = app.clone();
    let read = move |conn: &Connection| {
        let found = directory::people(conn, &q, deleted, &page)?;
        let items = found.items.into_iter().map(|id| record(&reader, conn, member::by_id(conn, id)?));
        Ok(Page { items: items.collect::<Result<_>>()?, next_cursor: found.next_cursor })
    };
    app.books.read(read).await.map(Json)
}

/// One member
#[utoipa::path(get, path = "/v1/admin/users/{id}", tag = "Operators", params(("id" = UserId, Path)), responses((status = 200, body = UserRecord)))]
async fn user(State(app): State<App>, _caller: OverseerCaller, PathId(id): PathId<UserId>) -> Result<Json<UserRecord>> {
    show(app, id).await
}

async fn show(app: App, id: UserId) -> Result<Json<UserRecord>> {
    let reader = app.clone();
    app.books.read(move |conn| record(&reader, conn, member::by_id(conn, id)?)).await.map(Json)
}

/// Delete a member
///
/// Their wallet is closed and they are signed out everywhere; wallet and history stay, and they can
/// be restored. Refused with 422: `last_operator`.
#[utoipa::path(delete, path = "/v1/admin/users/{id}", tag = "Operators", params(("id" = UserId, Path)), request_body = Why,
    responses((status = 200, body = UserRecord)))]
async fn delete(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(user_id): PathId<UserId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<UserRecord>> {
    set_deleted(app, &operator, user_id, &request_id, why, true).await
}

/// Restore a member
///
/// Their wallet is open again, with what was in it.
#[utoipa::path(post, path = "/v1/admin/users/{id}/restore", tag = "Operators", params(("id" = UserId, Path)), request_body = Why,
    responses((status = 200, body = UserRecord)))]
async fn restore(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(user_id): PathId<UserId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<UserRecord>> {
    set_deleted(app, &operator, user_id, &request_id, why, false).await
}

async fn set_deleted(
    app: App,
    operator: &Member,
    user_id: UserId,
    request_id: &RequestId,
    why: Why,
    deleted: bool,
) -> Result<Json<UserRecord>> {
    let authority = authority(operator, why.reason, request_id)?;
    let configured = app.config.identity.operators.clone();
    app.books.execute(SetDeleted { user_id, deleted, configured, authority }).await?;
    show(app, user_id).await
}

/// The roles a member shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolesChange {
    /// Exactly these, beside what the configuration gives. `member` may be said and changes nothing.
    roles: Vec<Role>,
    /// For the audit log.
    reason: Reason,
}

/// Grant and revoke roles
///
/// What the configuration gives cannot be taken here. Refused with 422: `last_operator`.
#[utoipa::path(put, path = "/v1/admin/users/{id}/roles", tag = "Operators", params(("id" = UserId, Path)), request_body = RolesChange,
    responses((status = 200, body = UserRecord)))]
async fn set_roles(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(user_id): PathId<UserId>,
    request_id: RequestId,
    Body(change): Body<RolesChange>,
) -> Result<Json<UserRecord>> {
    let authority = authority(&operator, change.reason, &request_id)?;
    let configured = app.config.identity.operators.clone();
    app.books.execute(SetRoles { user_id, roles: change.roles, configured, authority }).await?;
    show(app, user_id).await
}
