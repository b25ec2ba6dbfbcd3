//! The members' JSON routes: one's own profile, and the directory.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::close::leave;
use super::history::data_file;
use super::{ChangeProfile, DirectoryEntry, Farewell, Remaining, directory};
use crate::error::{Error, Result};
use crate::identity::{Member, Role};
use crate::language::Language;
use crate::ledger::{Page, PageRequest, UserId, WalletId};
use crate::web::{App, Bearer, Body, Calls, Parameters, Reading, RequestId, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(me, rename, close, my_data, members)
}

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct User {
    /// Their id.
    pub id: UserId,
    /// Their display name.
    pub username: String,
    /// Their wallet.
    pub wallet_id: WalletId,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The language they chose for the pages; null: the one that their browser asks for.
    pub language: Option<Language>,
    /// When they joined, Unix milliseconds.
    pub created_at: i64,
    /// When the profile changed last, Unix milliseconds.
    pub updated_at: i64,
}

impl From<Member> for User {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            username: member.username,
            wallet_id: member.wallet_id,
            roles: member.roles,
            language: member.language,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

/// Your profile
///
/// The first call with a valid identity nobody has seen before makes its user and wallet.
#[utoipa::path(get, path = "/v1/me", tag = "Members", security(("bearer" = []), ("service_client" = ["wallet:read"])), responses((status = 200, body = User)))]
async fn me(Reading(member): Reading) -> Json<User> {
    Json(member.into())
}

/// What is to be changed of a profile: one of these or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct ProfileChange {
    /// 3 to 255 letters, digits, `_` or `-`. Not unique.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, min_length = 3, max_length = 255, pattern = "^[A-Za-z0-9_-]+$")]
    username: Option<String>,
    /// The language of the pages; null: the one that the browser asks for.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Language>)]
    #[expect(clippy::option_option, reason = "nothing said is not the same as null")]
    language: Option<Option<Language>>,
}

/// What is there, even if it is null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Change your profile: username and language
#[utoipa::path(patch, path = "/v1/me", tag = "Members", request_body = ProfileChange, responses((status = 200, body = User)))]
async fn rename(
    State(app): State<App>,
    Bearer(member): Bearer,
    Body(change): Body<ProfileChange>,
) -> Result<Json<User>> {
    let roles = member.roles;
    if change.username.is_none() && change.language.is_none() {
        return Err(Error::field("body", "must name what is to be changed: username, language or both"));
    }
    let ProfileChange { username, language } = change;
    let changed = app.books.execute(ChangeProfile { user_id: member.id, username, language }).await?;
    Ok(Json(Member { roles, ..changed }.into()))
}

/// How to leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Leaving {
    /// Your own user id, so that nobody leaves by mistake.
    confirm: UserId,
    /// What becomes of your tokens.
    remaining: Remaining,
}

/// Close your account
///
/// Your wallet is closed, and your name, identities, passkeys, sessions, permissions and notes are erased.
/// Transactions stay, as of a former member. Cannot be undone. Forget your token afterwards: whoever
/// calls with it again is a new member. Refused with 422: `last_operator`, `wallet_frozen`.
#[utoipa::path(delete, path = "/v1/me", tag = "Members", request_body = Leaving, responses((status = 200, body = Farewell)))]
async fn close(
    State(app): State<App>,
    Bearer(member): Bearer,
    request_id: RequestId,
    Body(leaving): Body<Leaving>,
) -> Result<Json<Farewell>> {
    if leaving.confirm != member.id {
        return Err(Error::field("confirm", "must be your own user id, as GET /v1/me gives it"));
    }
    leave(&app, &member, leaving.remaining, request_id).await.map(Json)
}

/// Everything held about you
///
/// One JSON object: profile, wallet with its days, identities, passkeys and recovery codes (when, not what),
/// the links that let you in, roles, sessions, the programs that act for you and what they read, the lines of the audit log that name you, and all your transactions. It is made
/// while it is sent.
#[utoipa::path(get, path = "/v1/me/data", tag = "Members", responses((status = 200, body = Object)))]
async fn my_data(State(app): State<App>, Bearer(member): Bearer) -> Response {
    data_file(&app, member)
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DirectoryQuery {
    /// Part of a name.
    q: Option<String>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Find members to pay
///
/// Names and wallet ids, in the order of names. The operator can switch the directory off.
#[utoipa::path(get, path = "/v1/members", tag = "Members", security(("bearer" = []), ("service_client" = ["wallet:read"])), params(DirectoryQuery), responses((status = 200, body = Page<DirectoryEntry>)))]
async fn members(
    State(app): State<App>,
    _caller: Reading,
    Parameters(query): Parameters<DirectoryQuery>,
) -> Result<Json<Page<DirectoryEntry>>> {
    if !app.config.community.directory {
        return Err(Error::new(
            crate::error::Code::Forbidden,
            "The directory of this community is switched off. Ask the recipient for their wallet id.",
        ));
    }
    let page = PageRequest::new(query.limit, query.cursor)?;
    let q = query.q.unwrap_or_default();
    app.books.read(move |conn| directory(conn, &q, &page)).await.map(Json)
}
