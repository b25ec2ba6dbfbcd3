//! The JSON routes of what members are told.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{Told, told};
use super::reaches;
use crate::error::{Code, Error, Result};
use crate::identity::Member;
use crate::notices::{Choice, Choose, MarkRead, address_state, choices, unread};
use crate::web::{App, Bearer, Body, Calls, Object, Parameters, calls};

/// Entries on a page at most, and when nothing is said.
const LIMIT_MAX: i64 = 200;
const LIMIT_DEFAULT: i64 = 50;
/// Choices in one call at most.
const CHOICES_MAX: usize = 64;

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(list, read, chosen, choose)
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only what is older than this, Unix milliseconds: the `created_at` of the last entry before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// What is new, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct News {
    /// The entries. Those of one millisecond are on one page, which may therefore hold more than `limit`.
    items: Vec<Told>,
    /// How many are unread, counted up to 10.
    unread: i64,
}

/// What you were told
///
/// Payments you received and what happened to your account, newest first. Go on with `before`.
#[utoipa::path(get, path = "/v1/notifications", tag = "Members", params(ListQuery), responses((status = 200, body = News)))]
async fn list(
    State(app): State<App>,
    Bearer(member): Bearer,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<News>> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Error::field("limit", format!("must be a whole number from 1 to {LIMIT_MAX}")));
    }
    if query.before.is_some_and(|before| before < 0) {
        return Err(Error::field("before", "must not be negative"));
    }
    let up_to = query.before.map_or(i64::MAX, |before| before - 1);
    let limit = usize::try_from(limit).unwrap_or(1);
    let (user, wallet) = (member.key, member.wallet_key);
    let read = move |conn: &_| {
        Ok(News { items: told(conn, user, wallet, up_to, limit)?, unread: unread(conn, user, wallet)? })
    };
    app.books.read(read).await.map(Json)
}

/// Up to when somebody has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    /// The `created_at` of the newest entry they have seen, Unix milliseconds.
    #[schema(minimum = 0)]
    up_to: i64,
}

/// Say that you have read them
///
/// Everything up to a time counts as read. Said again, or with an earlier time, it changes nothing.
#[utoipa::path(post, path = "/v1/notifications/read", tag = "Members", request_body = Read, responses((status = 204, description = "It counts as read.")))]
async fn read(State(app): State<App>, Bearer(member): Bearer, Body(read): Body<Read>) -> Result<StatusCode> {
    if read.up_to < 0 {
        return Err(Error::field("up_to", "must not be negative"));
    }
    app.books.execute(MarkRead { user: member.key, up_to: read.up_to }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What somebody wants to hear, and where.
#[derive(Debug, Serialize, ToSchema)]
struct Chosen {
    /// Whether this community sends mail at all.
    mail_offered: bool,
    /// Where they are written to; null: nowhere. It is put in and confirmed on the page of the profile.
    mail_address: Option<String>,
    /// Every kind that they can be told of, by every way.
    choices: Vec<Choice>,
}

async fn chosen_by(app: &App, member: &Member) -> Result<Json<Chosen>> {
    let (now, mail_offered) = (app.books.now(), app.config.mail.is_some());
    let found = app.books.look_up(|conn| {
        let mail_address = address_state(conn, member.key, now)?.confirmed;
        let mut choices = choices(conn, member.key)?;
        choices.retain(|choice| reaches(choice.kind, member));
        Ok(Chosen { mail_offered, mail_address, choices })
    });
    found.await.map(Json)
}

/// What you want to hear
///
/// The kinds that you can be told of: those for who looks after the community are among them for operators
/// alone, `monthly_report` for auditors, too.
#[utoipa::path(get, path = "/v1/me/notifications", tag = "Members", responses((status = 200, body = Chosen)))]
async fn chosen(State(app): State<App>, Bearer(member): Bearer) -> Result<Json<Chosen>> {
    chosen_by(&app, &member).await
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Kinds and ways; what is not named stays as it is.
    #[schema(value_type = Vec<Choice>, min_items = 1, max_items = 64)]
    choices: Vec<Object<Choice>>,
}

/// Choose what you want to hear
#[utoipa::path(patch, path = "/v1/me/notifications", tag = "Members", request_body = Change, responses((status = 200, body = Chosen)))]
async fn choose(State(app): State<App>, Bearer(member): Bearer, Body(change): Body<Change>) -> Result<Json<Chosen>> {
    if !(1..=CHOICES_MAX).contains(&change.choices.len()) {
        return Err(Error::field("choices", format!("must name 1 to {CHOICES_MAX} of them")));
    }
    let choices: Vec<Choice> = change.choices.into_iter().map(|Object(choice)| choice).collect();
    if let Some(choice) = choices.iter().find(|choice| !reaches(choice.kind, &member)) {
        let detail =
            format!("You cannot be told of {}: that is for who looks after the community.", choice.kind.as_str());
        return Err(Error::new(Code::Forbidden, detail));
    }
    app.books.execute(Choose { user: member.key, choices }).await?;
    chosen_by(&app, &member).await
}
