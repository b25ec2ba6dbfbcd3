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

use super::{App, Client};
use crate::error::{Code, Error, Result};
use crate::identity::session::{EndSessions, Method, OpenSession, SessionInfo, Which};
use crate::identity::{Member, Role, Secret};

/// The cookie of a session.
const SESSION: &str = "session";
/// Whoever signed in longer ago than this, in milliseconds, does so again before they change how they
/// sign in: whoever finds an open browser must not be able to move in.
const FRESH: i64 = 10 * 60_000;

/// A signed-in member on a page.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub member: Member,
    /// The session itself: how and when they signed in.
    pub info: SessionInfo,
    /// The issuer by whose word they came in.
    pub issuer: String,
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

    /// The name of a cookie of ours. Under HTTPS its prefix makes browsers refuse one that another host
    /// of the same domain, or an unprotected page, tries to set.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_https() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A cookie of ours, which no script can read and no form of another site can use.
    pub fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build((self.cookie_name(name), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https())
            .build()
    }

    /// The cookie that takes one of ours away.
    pub fn no_cookie(&self, name: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, String::new());
        cookie.make_removal();
        cookie
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
                limits: self.config.sessions,
            })
            .await?;
        let mut cookie = self.cookie(SESSION, secret.reveal().to_owned());
        // Phones end browsers whenever they like; the session itself ends here, not there.
        cookie.set_max_age(time::Duration::try_from(self.config.sessions.absolute).ok());
        Ok(cookie)
    }

    /// Ends this browser's session; gives the cookie that says so.
    pub async fn sign_out(&self, session: &Session) -> Result<Cookie<'static>> {
        let ended = EndSessions { user: session.member.key, which: Which::One(session.info.id) };
        self.books.execute(ended).await?;
        Ok(self.expired_cookie())
    }

    /// The cookie that takes a session's cookie away.
    pub fn expired_cookie(&self) -> Cookie<'static> {
        self.no_cookie(SESSION)
    }

    fn secret(&self, headers: &HeaderMap) -> Option<Secret> {
        CookieJar::from_headers(headers).get(&self.cookie_name(SESSION))?.value().parse().ok()
    }
}

impl Session {
    async fn open(parts: &Parts, app: &App) -> Result<Option<Self>> {
        if let Some(secret) = app.secret(&parts.headers)
            && let Some(session) = app.session(&secret).await?
        {
            let issuer = session.identity.0;
            return Ok(Some(Self { member: session.member, info: session.info, issuer, csrf: csrf(&secret) }));
        }
        app.count_stranger(Client::of(parts))?;
        Ok(None)
    }

    /// Whether they signed in lately enough to add or take away a way in.
    pub const fn is_fresh(&self, now: i64) -> bool {
        now.saturating_sub(self.info.signed_in_at) <= FRESH
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
