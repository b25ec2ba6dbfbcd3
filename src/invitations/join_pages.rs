//! The pages behind a link.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use uuid::Uuid;

use super::link::{self, LinkKind, OpenLink, open_link};
use super::{Claim, EnterByLink, Join};
use crate::error::{Code, Error, Result};
use crate::identity::passkey::Purpose;
use crate::identity::session::Method;
use crate::identity::{Secret, check_username, local_identity, member};
use crate::passkeys::{Codes, called, challenge, challenge_answer, codes_page, in_use};
use crate::web::assets::passkey_script_url;
use crate::web::{App, FormBody, Nav, Pages, PathText, RequestId, Session, Shell, SignIn, Visitor, form_status};

pub(super) fn routes() -> Pages {
    Pages::new().open("/join/{secret}", get(show).post(enter)).open("/join/{secret}/challenge", post(ask))
}

#[derive(Template)]
#[template(path = "invitations/join.html")]
struct JoinPage {
    shell: Shell,
    script: &'static str,
    problem: Option<String>,
    kind: LinkKind,
    /// Where this form posts to: the link itself.
    path: String,
    /// The name proposed, or that of the member who comes back.
    name: String,
    /// The role that comes with it.
    role: Option<&'static str>,
    passkeys: bool,
    /// Whether one can sign in other than by a passkey.
    others: bool,
    /// Who is signed in on this browser already.
    signed_in: Option<String>,
    csrf: String,
    /// Where passkeys work, if not at the address in the browser's bar.
    elsewhere: Option<String>,
    /// The address of this page, for the way back from signing in.
    next: String,
}

/// What is known of a request to a link.
struct Visit {
    app: App,
    secret: Secret,
    link: OpenLink,
    session: Option<Session>,
    visitor: Visitor,
    headers: HeaderMap,
}

impl Visit {
    async fn open(
        app: App,
        secret: &str,
        session: Option<Session>,
        visitor: Visitor,
        headers: HeaderMap,
    ) -> Result<Self> {
        let secret = link::secret(secret)?;
        let (hash, now) = (secret.hash(), app.books.now());
        let link = app.books.look_up(|conn| open_link(conn, &hash, now)).await?;
        // In the language they will read as a member, if they are one.
        let language = session.as_ref().map_or(visitor.language, |session| session.language);
        let visitor = Visitor { language, ..visitor };
        Ok(Self { app, secret, link, session, visitor, headers })
    }

    fn others_operate(&self) -> bool {
        !self.app.config.identity.operators.is_empty()
    }

    async fn page(self, name: Option<String>, problem: Option<String>) -> Result<Response> {
        let path = format!("/join/{}", self.secret.reveal());
        let name = match (name, self.link.user) {
            (Some(name), _) => name,
            (None, Some(user)) => self.app.books.look_up(|conn| member::by_key(conn, user)).await?.username,
            (None, None) => self.link.name.clone().unwrap_or_default(),
        };
        let status = form_status(problem.is_some());
        let page = JoinPage {
            shell: self.app.shell(None, Nav::None).for_visitor(&self.visitor),
            script: passkey_script_url(),
            problem,
            kind: self.link.kind,
            name,
            role: self.link.role.map(crate::identity::Role::as_str),
            passkeys: self.app.passkeys.is_some(),
            others: self.app.developer.is_some() || !self.app.config.identity.providers.is_empty(),
            signed_in: self.session.as_ref().map(|session| session.member.username.clone()),
            csrf: self.session.as_ref().map(|session| session.csrf.clone()).unwrap_or_default(),
            elsewhere: self.app.passkeys_elsewhere(&self.headers, &path),
            next: serde_urlencoded::to_string([("next", &path)]).unwrap_or_default(),
            path,
        };
        Ok(self.app.passkey_page(status, &page))
    }
}

/// Only shows: whoever makes a preview of a link must not use it up.
async fn show(
    State(app): State<App>,
    PathText(secret): PathText,
    session: Option<Session>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response> {
    Visit::open(app, &secret, session, visitor, headers).await?.page(None, None).await
}

#[derive(Debug, Deserialize)]
struct AskForm {
    #[serde(default)]
    username: String,
}

/// What the browser is asked for a passkey with, for someone new.
async fn ask(
    State(app): State<App>,
    PathText(secret): PathText,
    visitor: Visitor,
    headers: HeaderMap,
    FormBody(form): FormBody<AskForm>,
) -> Result<Response> {
    let visit = Visit::open(app, &secret, None, visitor, headers).await?;
    let passkeys = in_use(&visit.app)?;
    let username = form.username.trim().to_owned();
    check_username(&username)?;
    let purpose = Purpose::Newcomer(visit.secret.hash(), username.clone());
    let (cookie, options) = passkeys.ask_for_new(purpose, Uuid::new_v4(), &username, Vec::new())?;
    Ok(challenge_answer(&visit.app, &cookie, options))
}

#[derive(Debug, Deserialize)]
struct EnterForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    passkey_name: String,
    credential: Option<String>,
    csrf: Option<String>,
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn enter(
    State(app): State<App>,
    PathText(secret): PathText,
    session: Option<Session>,
    visitor: Visitor,
    request_id: RequestId,
    headers: HeaderMap,
    jar: CookieJar,
    FormBody(form): FormBody<EnterForm>,
) -> Result<Response> {
    let visit = Visit::open(app, &secret, session, visitor, headers).await?;
    match (visit.link.kind, &form.credential) {
        (LinkKind::SignIn, _) => enter_by_link(&visit, request_id, jar).await,
        (_, Some(credential)) => match join(&visit, credential, &form.passkey_name, request_id, jar).await {
            Err(error) if error.code == Code::PasskeyRefused => {
                tracing::info!(cause = error.cause(), "a passkey was not accepted");
                let problem = visit.app.shell(None, Nav::None).for_visitor(&visit.visitor).sentence(&error);
                visit.page(Some(form.username), Some(problem)).await
            }
            outcome => outcome,
        },
        (LinkKind::Claim, None) => claim(&visit, form.csrf.as_deref().unwrap_or_default(), request_id).await,
        (LinkKind::Invitation, None) => Err(Error::field("credential", "must be given")),
    }
}

async fn enter_by_link(visit: &Visit, request_id: RequestId, jar: CookieJar) -> Result<Response> {
    let command = EnterByLink { link: visit.secret.hash(), request_id };
    let (member, identity) = visit.app.books.execute(command).await?;
    let sign_in = SignIn { member, identity, roles: Vec::new(), method: Method::Link, vouched: None };
    let cookie = visit.app.sign_in(sign_in, &visit.headers).await?;
    let next = if visit.app.passkeys.is_some() { "/profile/passkeys?said=link" } else { "/" };
    Ok((jar.add(cookie), Redirect::to(next)).into_response())
}

async fn join(
    visit: &Visit,
    credential: &str,
    passkey_name: &str,
    request_id: RequestId,
    jar: CookieJar,
) -> Result<Response> {
    let (app, hash) = (&visit.app, visit.secret.hash());
    let is_ours = |purpose: &Purpose| matches!(purpose, Purpose::Newcomer(link, _) if *link == hash);
    let new = in_use(app)?.check_new(&challenge(app, &visit.headers)?, credential, is_ours)?;
    let Purpose::Newcomer(_, username) = new.purpose else { return Err(link::link_not_found()) };
    let command = Join {
        link: hash,
        username,
        handle: new.handle,
        passkey_name: called(passkey_name.to_owned(), visit.visitor.language),
        passkey: new.passkey,
        codes: Codes::random()?,
        others_operate: visit.others_operate(),
        request_id,
    };
    let (member, codes) = app.books.execute(command).await?;
    let identity = local_identity(new.handle);
    let sign_in = SignIn { member, identity, roles: Vec::new(), method: Method::Passkey, vouched: None };
    let cookie = app.sign_in(sign_in, &visit.headers).await?;
    // The link is used up: there is no page to come back to.
    let shell = app.shell(None, Nav::None).in_language(visit.visitor.language);
    Ok((jar.add(cookie), codes_page(shell, &codes)).into_response())
}

async fn claim(visit: &Visit, csrf: &str, request_id: RequestId) -> Result<Response> {
    let Some(session) = &visit.session else {
        return Err(Error::new(Code::Forbidden, "Sign in first, and then open the link again.")
            .in_words("refusal-claim-sign-in"));
    };
    session.check(csrf)?;
    let command = Claim {
        link: visit.secret.hash(),
        user_id: session.member.id,
        others_operate: visit.others_operate(),
        request_id,
    };
    visit.app.books.execute(command).await?;
    Ok(Redirect::to("/profile").into_response())
}
