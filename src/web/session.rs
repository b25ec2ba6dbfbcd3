//! Who opens a page: the member whose session cookie came with the request; and how a session begins
//! and ends on this browser.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::App;
use crate::error::{Code, Error, Result};
use crate::identity::session::{EndSessions, Method, OpenSession, SessionInfo, Which};
use crate::identity::{Member, Role, Secret};

/// A signed-in member on a page.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub member: Member,
    /// The session itself: how and when they signed in.
    pub info: SessionInfo,
    /// What every form must bring back: bound to this session, unknown to any other site.
    pub csrf: String,
}

/// Someone who has just shown who they are.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who.
    pub member: Member,
    /// The identity by which they came in: issuer and subject.
    pub identity: (String, String),
    /// The roles that the provider's claims give them.
    pub roles: Vec<Role>,
    /// How they showed it.
    pub method: Method,
}

impl App {
    /// Whether members reach the pages by HTTPS.
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// The name of the session cookie. Under HTTPS its prefix makes browsers refuse one that another
    /// host of the same domain, or an unprotected page, tries to set.
    pub fn session_cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-session" } else { "session" }
    }

    /// Opens a session on this browser. The one it had before ends, so that nobody keeps a cookie
    /// they planted.
    pub async fn sign_in(&self, sign_in: SignIn, headers: &HeaderMap) -> Result<Cookie<'static>> {
        let secret = Secret::random()?;
        let device = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        self.books
            .execute(OpenSession {
                user: sign_in.member.key,
                identity: sign_in.identity,
                roles: sign_in.roles,
                method: sign_in.method,
                device,
                replaces: self.secret(headers),
                secret: secret.clone(),
                now: self.books.now(),
            })
            .await?;
        Ok(self.cookie(secret.reveal().to_owned()))
    }

    /// Ends this browser's session; gives the cookie that says so.
    pub async fn sign_out(&self, session: &Session) -> Result<Cookie<'static>> {
        let ended = EndSessions { user: session.member.key, which: Which::One(session.info.id) };
        self.books.execute(ended).await?;
        Ok(self.expired_cookie())
    }

    /// The cookie that takes a session's cookie away.
    pub fn expired_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        cookie
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.session_cookie_name(), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https())
            .build()
    }

    fn secret(&self, headers: &HeaderMap) -> Option<Secret> {
        CookieJar::from_headers(headers).get(self.session_cookie_name())?.value().parse().ok()
    }
}

impl Session {
    async fn open(parts: &Parts, app: &App) -> Result<Option<Self>> {
        let Some(secret) = app.secret(&parts.headers) else { return Ok(None) };
        let Some(session) = app.session(&secret).await? else { return Ok(None) };
        Ok(Some(Self { member: session.member, info: session.info, csrf: csrf(&secret) }))
    }

    /// Refuses a form that did not come from one of our pages in this session.
    pub fn check(&self, csrf: &str) -> Result<()> {
        verify_slices_are_equal(self.csrf.as_bytes(), csrf.as_bytes()).map_err(|_| {
            Error::new(
                Code::Forbidden,
                "This form has expired. Open the page again and repeat what you did; nothing was changed.",
            )
        })
    }
}

fn csrf(secret: &Secret) -> String {
    let bytes = digest(&SHA256, format!("communitytoken form {}", secret.reveal()).as_bytes());
    URL_SAFE_NO_PAD.encode(&bytes.as_ref()[..18])
}

impl OptionalFromRequestParts<App> for Session {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        Self::open(parts, app).await
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = Response;

    /// Whoever is not signed in is sent to sign in, and then back to where they wanted to go.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::open(parts, app).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => {
                let wanted = parts.uri.path_and_query().map_or("/", |uri| uri.as_str());
                let query = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
                Err(Redirect::to(&format!("/login?{query}")).into_response())
            }
            Err(error) => Err(error.into_response()),
        }
    }
}
