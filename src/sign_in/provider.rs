//! Signing in at an identity provider: to the provider, and back.
//!
//! The way there is a link and not a form, because a page may post forms to this site alone
//! (`form-action`), and browsers hold the provider's address, at the end of a redirect, against that.
//! Following the link changes nothing here.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use serde::Deserialize;

use super::pages::{self, safe};
use crate::error::{Code, Error, Result};
use crate::identity::oidc::{Answer, Attempt, Begun};
use crate::identity::session::Method;
use crate::web::{App, Parameters, RequestId, Session, SignIn, Visitor};

/// The start of the names of the cookies that keep what was begun: one for each tab.
const ATTEMPT: &str = "sign-in-";
/// Characters of the state in the name.
const TELLING: usize = 8;
/// Sign-ins begun and not finished that one browser keeps; with more, it forgets them all.
const ATTEMPTS_MAX: usize = 8;

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    /// Which one, by its place among those offered.
    provider: usize,
    #[serde(default)]
    next: String,
    /// Whether the provider is to ask them although it remembers them.
    #[serde(default)]
    again: bool,
}

/// Sends the browser to the provider.
pub(super) async fn start(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
    visitor: Visitor,
    mut jar: CookieJar,
    Parameters(query): Parameters<Start>,
) -> Result<Response> {
    let next = safe(&query.next);
    let begun = match app.sign_in.all().get(query.provider) {
        Some(client) => client.begin(next.clone(), query.again, app.books.now()).await,
        None => Err(Error::new(Code::NotFound, "There is no such provider here. Choose one of these.")
            .in_words("refusal-no-such-provider")),
    };
    let Begun { attempt, url } = match begun {
        Ok(begun) => begun,
        Err(error) => return failed(&app, &headers, &visitor, &id, next, &error).await,
    };
    let prefix = app.cookie_name(ATTEMPT);
    let kept: Vec<String> =
        jar.iter().filter_map(|cookie| cookie.name().strip_prefix(&prefix).map(str::to_owned)).collect();
    if kept.len() >= ATTEMPTS_MAX {
        for telling in kept {
            jar = jar.add(app.no_cookie(&format!("{ATTEMPT}{telling}")));
        }
    }
    let cookie = app.cookie(&name(&attempt.state), app.sign_in.seal(&attempt)?);
    Ok((jar.add(cookie), Redirect::to(url.as_str())).into_response())
}

/// Opens a session for whom the provider sends back.
pub(super) async fn callback(
    State(app): State<App>,
    id: RequestId,
    session: Option<Session>,
    headers: HeaderMap,
    visitor: Visitor,
    jar: CookieJar,
    Parameters(answer): Parameters<Answer>,
) -> Result<Response> {
    let name = name(&answer.state);
    let sealed = jar.get(&app.cookie_name(&name)).map(|cookie| cookie.value().to_owned());
    if sealed.is_none() && session.is_some() {
        // Someone who is signed in came back here by the back button, or loaded the page again.
        return Ok(Redirect::to("/").into_response());
    }
    // Whatever comes of it, the attempt is over.
    let jar = jar.add(app.no_cookie(&name));
    let attempt = match app.sign_in.finish(sealed.as_deref(), &answer.state, app.books.now()) {
        Ok(attempt) => attempt,
        Err(error) => {
            return Ok((jar, failed(&app, &headers, &visitor, &id, String::new(), &error).await?).into_response());
        }
    };
    let next = safe(&attempt.next);
    match finish(&app, &attempt, answer, &headers).await {
        Ok(cookie) => Ok((jar.add(cookie), Redirect::to(if next.is_empty() { "/" } else { &next })).into_response()),
        Err(error) => Ok((jar, failed(&app, &headers, &visitor, &id, next, &error).await?).into_response()),
    }
}

/// Opens a session for whom the answer to this attempt speaks of, registered now if they are new here.
async fn finish(app: &App, attempt: &Attempt, answer: Answer, headers: &HeaderMap) -> Result<Cookie<'static>> {
    let client = app.sign_in.of(&attempt.issuer).ok_or_else(|| Error::internal("an attempt without a client"))?;
    let (claims, vouched) = client.identity(&app.verifier, attempt, answer).await?;
    let member = app.known(&claims).await?;
    let (identity, roles) = ((claims.issuer, claims.subject), claims.roles);
    app.sign_in(SignIn { member, identity, roles, method: Method::Provider, vouched: Some(vouched) }, headers).await
}

/// The name of the cookie for the attempt with this state, which may be anything.
fn name(state: &str) -> String {
    let telling = state
        .bytes()
        .take(TELLING)
        .map(char::from)
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter));
    telling.fold(ATTEMPT.to_owned(), |mut name, letter| {
        name.push(letter);
        name
    })
}

/// The sign-in page, saying why nobody is signed in, with the ways to go on.
async fn failed(
    app: &App,
    headers: &HeaderMap,
    visitor: &Visitor,
    id: &RequestId,
    next: String,
    error: &Error,
) -> Result<Response> {
    if let Some(cause) = error.cause() {
        tracing::warn!(request_id = %id.0, code = %error.code, cause, "a sign-in failed");
    }
    pages::after_failure(app, headers, visitor, next, error).await
}
