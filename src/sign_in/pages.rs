//! The pages of signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::header::REFRESH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use rusqlite::Connection;
use serde::Deserialize;
use uuid::Uuid;

use super::{provider, sessions};
use crate::error::{Code, Error, Result};
use crate::identity::oidc::Client;
use crate::identity::session::Method;
use crate::identity::{Claims, DEVELOPER_ISSUER, Member, Role, check_username, member};
use crate::ledger::UserId;
use crate::web::assets::passkey_script_url;
use crate::web::{App, FormBody, Nav, Pages, Parameters, Session, Shell, SignIn, Visitor, is_local, page_with};

/// Members shown to choose from; more are found by name.
const SHOWN_MAX: usize = 30;

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .open("/login", get(login).post(enter))
        .open("/login/start", get(provider::start))
        .open("/login/callback", get(provider::callback))
        .route("/logout", post(leave))
        .route("/profile/sessions", get(sessions::list).post(sessions::end))
}

/// Someone to sign in as.
struct Person {
    id: UserId,
    username: String,
    initial: String,
    roles: Vec<&'static str>,
}

/// A provider to sign in at.
struct Offer {
    name: String,
    href: String,
}

/// The page after signing out here, on the way to the provider.
#[derive(Template)]
#[template(path = "sign_in/leaving.html")]
struct LeavingPage {
    shell: Shell,
    provider: String,
    href: String,
}

#[derive(Template)]
#[template(path = "sign_in/login.html")]
struct LoginPage {
    shell: Shell,
    providers: Vec<Offer>,
    /// The issuer whose tokens open the API, where nobody can sign in here.
    elsewhere: Option<String>,
    developer: bool,
    passkeys: bool,
    /// Where passkeys work, if not at the address in the browser's bar.
    passkeys_elsewhere: Option<String>,
    script: &'static str,
    /// Who is signed in on this browser already.
    signed_in: Option<String>,
    /// Why they are here again: a text of ours.
    said: Option<&'static str>,
    failure: Option<String>,
    error: Option<String>,
    people: Vec<Person>,
    more: bool,
    q: String,
    new_username: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
struct LoginQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    problem: String,
}

async fn login(
    State(app): State<App>,
    headers: HeaderMap,
    visitor: Visitor,
    Parameters(query): Parameters<LoginQuery>,
) -> Result<Response> {
    // Not where they are to sign in once more.
    let signed_in = if query.problem.is_empty() { app.signed_in(&headers).await? } else { None };
    let page = login_page(&app, &headers, &visitor, query).await?;
    Ok(app.passkey_page(StatusCode::OK, &LoginPage { signed_in, ..page }))
}

/// The sign-in page after a sign-in that failed, with the ways to go on.
pub(super) async fn after_failure(
    app: &App,
    headers: &HeaderMap,
    visitor: &Visitor,
    next: String,
    error: &Error,
) -> Result<Response> {
    // The address of a way back leads nowhere a second time.
    let visitor = Visitor { here: "/login".to_owned(), ..visitor.clone() };
    let page = login_page(app, headers, &visitor, LoginQuery { next, ..LoginQuery::default() }).await?;
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(app.passkey_page(status, &LoginPage { failure: Some(page.shell.problem(error)), ..page }))
}

async fn login_page(app: &App, headers: &HeaderMap, visitor: &Visitor, query: LoginQuery) -> Result<LoginPage> {
    let (people, more) = if app.developer.is_some() {
        let q = query.q.clone();
        app.books.read(move |conn| people(conn, &q)).await?
    } else {
        (Vec::new(), false)
    };
    let next = safe(&query.next);
    let offer = |(place, client): (usize, &Client)| {
        let place = place.to_string();
        let mut fields = vec![("provider", place.as_str()), ("next", &next)];
        if query.problem == "again" {
            fields.push(("again", "true"));
        }
        let fields = serde_urlencoded::to_string(fields).unwrap_or_default();
        Offer { name: client.name().to_owned(), href: format!("/login/start?{fields}") }
    };
    let providers: Vec<Offer> = app.sign_in.all().iter().enumerate().map(offer).collect();
    let elsewhere = app.config.identity.providers.first().filter(|_| providers.is_empty());
    Ok(LoginPage {
        shell: app.shell(None, Nav::None).for_visitor(visitor),
        elsewhere: elsewhere.map(|provider| provider.issuer.clone()),
        providers,
        developer: app.developer.is_some(),
        passkeys: app.passkeys.is_some(),
        passkeys_elsewhere: app.passkeys_elsewhere(headers, "/login"),
        script: passkey_script_url(),
        signed_in: None,
        said: match query.problem.as_str() {
            "passkey" => Some("sign-in-passkey-failed"),
            "again" => Some("sign-in-once-more"),
            _ => None,
        },
        failure: None,
        error: None,
        people,
        more,
        q: query.q,
        new_username: String::new(),
        next,
    })
}

/// Members with a developer identity, operators first.
fn people(conn: &Connection, q: &str) -> Result<(Vec<Person>, bool)> {
    let words = q.trim().to_lowercase();
    let mut found: Vec<_> = member::list_of_issuer(conn, DEVELOPER_ISSUER)?
        .into_iter()
        .filter(|member| member.username.to_lowercase().contains(&words))
        .collect();
    found.sort_by_key(|member| !member.has(Role::Operator));
    let more = found.len() > SHOWN_MAX;
    let people = found
        .into_iter()
        .take(SHOWN_MAX)
        .map(|member| Person {
            id: member.id,
            initial: member.username.chars().take(1).collect::<String>().to_uppercase(),
            username: member.username,
            roles: member.roles.iter().filter(|role| **role != Role::Member).map(|role| role.as_str()).collect(),
        })
        .collect();
    Ok((people, more))
}

#[derive(Debug, Deserialize)]
struct LoginForm {
    user_id: Option<String>,
    new_username: Option<String>,
    #[serde(default)]
    next: String,
}

async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    visitor: Visitor,
    jar: CookieJar,
    FormBody(form): FormBody<LoginForm>,
) -> Result<Response> {
    if app.developer.is_none() {
        return Err(Error::new(Code::Forbidden, "This community signs in with its identity provider.")
            .in_words("refusal-no-developer"));
    }
    let (member, subject) = match (form.user_id, form.new_username) {
        (Some(id), _) => existing(&app, &id).await?,
        (None, Some(name)) => {
            let name = name.trim().to_owned();
            if let Err(error) = check_username(&name) {
                let query = LoginQuery { next: form.next, ..LoginQuery::default() };
                let page = login_page(&app, &headers, &visitor, query).await?;
                let rule = Some(page.shell.problem(&error));
                let page = LoginPage { error: rule, new_username: name, ..page };
                return Ok(app.passkey_page(StatusCode::UNPROCESSABLE_ENTITY, &page));
            }
            newcomer(&app, name).await?
        }
        (None, None) => return Err(Error::field("new_username", "must be given")),
    };
    let identity = (DEVELOPER_ISSUER.to_owned(), subject);
    let sign_in = SignIn { member, identity, roles: Vec::new(), method: Method::Developer, vouched: None };
    let cookie = app.sign_in(sign_in, &headers).await?;
    let next = safe(&form.next);
    Ok((jar.add(cookie), Redirect::to(if next.is_empty() { "/" } else { &next })).into_response())
}

/// A member to sign in as, and their subject at the developer identity.
async fn existing(app: &App, id: &str) -> Result<(Member, String)> {
    let id: UserId = id.parse()?;
    let missing = || Error::new(Code::UserNotFound, "There is no such member here.");
    app.books
        .read(move |conn| {
            let member = member::by_id(conn, id)?;
            let identities = member::identities(conn, member.key)?;
            let subject = identities.into_iter().find(|(issuer, _)| issuer == DEVELOPER_ISSUER).ok_or_else(missing)?.1;
            Ok((member, subject))
        })
        .await
}

/// The same for someone new, registered now, so that the first page they see is their own.
async fn newcomer(app: &App, name: String) -> Result<(Member, String)> {
    let subject = Uuid::new_v4().to_string();
    let claims = Claims {
        issuer: DEVELOPER_ISSUER.to_owned(),
        subject: subject.clone(),
        username: Some(name),
        roles: Vec::new(),
        expires_at_ms: i64::MAX,
    };
    Ok((app.known(&claims).await?, subject))
}

#[derive(Debug, Deserialize)]
struct LogoutForm {
    csrf: String,
}

async fn leave(
    State(app): State<App>,
    session: Option<Session>,
    jar: CookieJar,
    FormBody(form): FormBody<LogoutForm>,
) -> Result<Response> {
    let Some(session) = session else {
        return Ok((app.signed_out(jar), Redirect::to("/")).into_response());
    };
    session.check(&form.csrf)?;
    app.sign_out(&session).await?;
    let jar = app.signed_out(jar);
    let Some(client) = app.sign_in.of(&session.issuer) else {
        return Ok((jar, Redirect::to("/")).into_response());
    };
    let Some(href) = client.end_session().await else {
        return Ok((jar, Redirect::to("/")).into_response());
    };
    // A page on the way, because the answer to a form may not lead to another site (`form-action`).
    // In the language of whoever was a member a moment ago; there is nothing left to choose.
    let page = LeavingPage {
        shell: app.shell(None, Nav::None).in_language(session.language),
        provider: client.name().to_owned(),
        href: href.to_string(),
    };
    Ok((jar, [(REFRESH, format!("0; url={href}"))], page_with(StatusCode::OK, &page)).into_response())
}

/// A return address on this site, or nothing: never another site, however it is written.
pub(crate) fn safe(next: &str) -> String {
    if is_local(next) && !next.starts_with("/login") { next.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::safe;

    /// Only addresses of this site are returned to after signing in.
    #[test]
    fn returns_stay_here() {
        for next in ["/", "/send?to=1", "/history?q=%20"] {
            assert_eq!(safe(next), next);
        }
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https:evil",
            "javascript:alert(1)",
            "",
            "/a\r\nb",
            "/a b",
            "\\evil",
            "/login",
        ] {
            assert_eq!(safe(next), "", "{next:?}");
        }
    }
}
