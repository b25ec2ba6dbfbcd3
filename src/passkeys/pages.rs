//! The page of a member's ways in: their passkeys and recovery codes.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use uuid::Uuid;

use super::add::called;
use super::remove::PasskeyId;
use super::{
    AddPasskey, Codes, RemovePasskey, StoredPasskey, authority_in, challenge, challenge_answer, codes_left, codes_page,
    in_use, of_member, stored,
};
use crate::error::{Error, Result};
use crate::identity::passkey::Purpose;
use crate::identity::{local_subject, member};
use crate::web::{
    self, App, BareForm, FormBody, Nav, Pages, Parameters, PathId, RequestId, Session, Shell, form_status,
};

pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/profile/passkeys", get(show).post(add))
        .route("/profile/passkeys/challenge", post(ask))
        .route("/profile/passkeys/{id}/remove", post(remove))
}

#[derive(Template)]
#[template(path = "passkeys/passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    script: &'static str,
    problem: Option<String>,
    /// What has just been done: a text of ours.
    said: Option<&'static str>,
    passkeys: Vec<StoredPasskey>,
    codes_left: i64,
    /// Whether they signed in lately enough to change anything here.
    is_fresh: bool,
    /// Where passkeys work, if not at the address in the browser's bar.
    elsewhere: Option<String>,
}

async fn passkeys_page(
    app: &App,
    session: &Session,
    headers: &HeaderMap,
    said: Option<&'static str>,
    problem: Option<String>,
) -> Result<Response> {
    in_use(app)?;
    let user = session.member.key;
    let (passkeys, codes_left) =
        app.books.read(move |conn| Ok((of_member(conn, user)?, codes_left(conn, user)?))).await?;
    let status = form_status(problem.is_some());
    let page = PasskeysPage {
        shell: app.shell(Some(session), Nav::Profile),
        script: crate::web::assets::passkey_script_url(),
        problem,
        said,
        passkeys,
        codes_left,
        is_fresh: session.is_fresh(app),
        elsewhere: app.passkeys_elsewhere(headers, "/profile/passkeys"),
    };
    Ok(app.passkey_page(status, &page))
}

async fn show(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Result<Response> {
    let said = match query.get("said").map(String::as_str) {
        Some("added") => Some("passkeys-said-added"),
        Some("removed") => Some("passkeys-said-removed"),
        Some("link") => Some("passkeys-said-link"),
        Some("code") => Some("passkeys-said-code"),
        _ => None,
    };
    passkeys_page(&app, &session, &headers, said, None).await
}

/// Whoever signed in long ago signs in again before a way in is added or taken away.
pub(super) fn sign_in_again() -> Response {
    Redirect::to("/login?problem=again&next=/profile/passkeys").into_response()
}

async fn ask(State(app): State<App>, session: Session, FormBody(form): FormBody<BareForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    if !session.is_fresh(&app) {
        return Err(Error::sign_in_again());
    }
    let passkeys = in_use(&app)?;
    let member = session.member;
    let user = member.key;
    let (handle, existing) =
        app.books.read(move |conn| Ok((local_subject(conn, user)?, stored::credential_ids(conn, user)?))).await?;
    let handle = handle.unwrap_or_else(Uuid::new_v4);
    let (secret, options) = passkeys.ask_for_new(Purpose::Member(user), handle, &member.username, existing)?;
    Ok(challenge_answer(&app, &secret, options))
}

#[derive(Debug, Deserialize)]
struct AddForm {
    csrf: String,
    #[serde(default)]
    name: String,
    credential: String,
}

async fn add(
    State(app): State<App>,
    session: Session,
    request_id: RequestId,
    headers: HeaderMap,
    FormBody(form): FormBody<AddForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    if !session.is_fresh(&app) {
        return Ok(sign_in_again());
    }
    let passkeys = in_use(&app)?;
    let user = session.member.key;
    let checked = challenge(&app, &headers)
        .and_then(|cookie| passkeys.check_new(&cookie, &form.credential, |purpose| *purpose == Purpose::Member(user)));
    let new = match checked {
        Ok(new) => new,
        Err(error) => return refused(&app, &session, &headers, error).await,
    };
    let command = AddPasskey {
        user_id: session.member.id,
        handle: new.handle,
        name: called(form.name, session.language),
        passkey: new.passkey,
        codes: Codes::random()?,
        authority: authority_in(&session, "The member added a passkey", &request_id)?,
    };
    match app.books.execute(command).await {
        Ok(None) => Ok(Redirect::to("/profile/passkeys?said=added").into_response()),
        Ok(Some(codes)) => Ok(codes_page(app.shell(Some(&session), Nav::Profile), &codes)),
        Err(error) => refused(&app, &session, &headers, error).await,
    }
}

#[derive(Debug, Deserialize)]
struct RemoveForm {
    csrf: String,
    /// Said on the page that asks, where it is their only one.
    #[serde(default)]
    sure: bool,
}

/// Asks whether they mean it, and says by what they come in afterwards.
#[derive(Template)]
#[template(path = "passkeys/remove.html")]
struct RemovePage {
    shell: Shell,
    passkey: StoredPasskey,
    codes_left: i64,
    /// The providers at which they can sign in.
    providers: Vec<String>,
}

/// The question before their only passkey goes, if it is that one and something else lets them in. Where
/// nothing does, removing it is refused anyway.
async fn question(app: &App, session: &Session, id: Uuid) -> Result<Option<RemovePage>> {
    let user = session.member.key;
    let (mut passkeys, codes_left, identities) = app
        .books
        .read(move |conn| Ok((of_member(conn, user)?, codes_left(conn, user)?, member::identities(conn, user)?)))
        .await?;
    let providers: Vec<String> = app
        .config
        .identity
        .providers
        .iter()
        .filter(|provider| identities.iter().any(|(issuer, _)| *issuer == provider.issuer))
        .map(|provider| provider.name.clone())
        .collect();
    Ok(match passkeys.pop() {
        Some(passkey) if passkeys.is_empty() && passkey.id == id && (codes_left > 0 || !providers.is_empty()) => {
            Some(RemovePage { shell: app.shell(Some(session), Nav::Profile), passkey, codes_left, providers })
        }
        _ => None,
    })
}

async fn remove(
    State(app): State<App>,
    session: Session,
    PathId(PasskeyId(passkey)): PathId<PasskeyId>,
    request_id: RequestId,
    headers: HeaderMap,
    FormBody(form): FormBody<RemoveForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    if !session.is_fresh(&app) {
        return Ok(sign_in_again());
    }
    if !form.sure
        && let Some(page) = question(&app, &session, passkey).await?
    {
        return Ok(web::page(&page));
    }
    let command = RemovePasskey {
        user_id: session.member.id,
        passkey,
        session: session.info.id,
        providers: app.config.identity.providers.iter().map(|provider| provider.issuer.clone()).collect(),
        authority: authority_in(&session, "The member removed a passkey", &request_id)?,
    };
    match app.books.execute(command).await {
        Ok(()) => Ok(Redirect::to("/profile/passkeys?said=removed").into_response()),
        Err(error) => refused(&app, &session, &headers, error).await,
    }
}

/// What is wrong is said on the page.
async fn refused(app: &App, session: &Session, headers: &HeaderMap, error: Error) -> Result<Response> {
    if !error.is_refusal() {
        return Err(error);
    }
    if let Some(cause) = error.cause() {
        tracing::info!(cause, "a passkey was not accepted");
    }
    let problem = app.shell(Some(session), Nav::Profile).problem(&error);
    passkeys_page(app, session, headers, None, Some(problem)).await
}
