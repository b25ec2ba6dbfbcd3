//! Who opens a page: the member whose session cookie came with the request. The cookie holds a
//! token of the developer identity, checked by the same verifier as any other.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::App;
use crate::error::{Code, Error, Result};
use crate::identity::Member;

/// The name of the cookie.
pub const SESSION_COOKIE: &str = "session";

/// A signed-in member on a page.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub member: Member,
    /// What every form must bring back: bound to this session, unknown to any other site.
    pub csrf: String,
}

impl Session {
    async fn open(parts: &Parts, app: &App) -> Result<Option<Self>> {
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(token) = jar.get(SESSION_COOKIE).map(Cookie::value) else { return Ok(None) };
        match app.member(token).await {
            Ok(member) => Ok(Some(Self { member, csrf: csrf(token) })),
            Err(error) if matches!(error.code, Code::Unauthorized | Code::Forbidden) => Ok(None),
            Err(error) => Err(error),
        }
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

fn csrf(token: &str) -> String {
    let bytes = digest(&SHA256, format!("communitytoken form {token}").as_bytes());
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

/// The cookie of a new session.
pub fn session_cookie(token: String, secure: bool) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, token)).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).build()
}

/// The cookie that ends a session.
pub fn expired_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build((SESSION_COOKIE, "")).path("/").http_only(true).same_site(SameSite::Lax).build();
    cookie.make_removal();
    cookie
}
