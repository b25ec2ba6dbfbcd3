//! Who opens a page: the member whose session cookie came with the request; and how a session begins
//! and ends on this browser.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::frame::REQUEST_ID;
use super::known::Known;
use super::{App, Client, told};
use crate::error::{Code, Error, FieldError, Result};
use crate::identity::session::{EndSessions, Method, OpenSession, SessionInfo, Vouched, Which};
use crate::identity::{Member, Role, Secret};
use crate::language::Language;
use crate::notices::unread;

/// The cookie of a session.
pub const SESSION: &str = "session";
/// The cookie that says what the wallet held, and when. It goes with the session.
const LAST_SEEN: &str = "last-seen";

/// A signed-in member on a page.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub member: Member,
    /// The session itself: how and when they signed in.
    pub info: SessionInfo,
    /// The issuer by whose word they came in.
    pub issuer: String,
    /// Whether they looked after the community by that word, and need it again to do so.
    pub has_lapsed: bool,
    /// The language of their pages.
    pub language: Language,
    /// What every form must bring back: bound to this session, unknown to any other site.
    pub csrf: String,
    /// How much they were told and have not read, counted up to ten.
    pub unread: i64,
    form: FormToken,
    /// With what the program signs what it shows to this session alone. No script can read the cookie
    /// from which it is made.
    sealing: hmac::Key,
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
    /// What the provider's word rests on, where one vouched for them.
    pub vouched: Option<Vouched>,
}

impl App {
    /// Whether members reach the pages by HTTPS.
    pub fn is_https(&self) -> bool {
        self.config.server.public_url.as_ref().is_some_and(|address| address.starts_with("https://"))
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
                vouched: sign_in.vouched,
                device,
                request_id: headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).map(str::to_owned),
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

    /// Ends this browser's session.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let ended = EndSessions { user: session.member.key, which: Which::One(session.info.id) };
        self.books.execute(ended).await?;
        Ok(())
    }

    /// Takes away from this browser what it kept of a session that has ended.
    pub fn signed_out(&self, jar: CookieJar) -> CookieJar {
        jar.add(self.no_cookie(SESSION)).add(self.no_cookie(LAST_SEEN))
    }

    /// Remembers on this browser what the wallet held just now, for the page without a connection.
    pub fn last_seen(&self, balance: i64) -> Cookie<'static> {
        let mut cookie = self.cookie(LAST_SEEN, format!("{balance}.{}", self.books.now()));
        // A script of ours reads it where no server can be asked.
        cookie.set_http_only(false);
        cookie.set_max_age(time::Duration::try_from(self.config.sessions.absolute).ok());
        cookie
    }

    /// The name of the cookie that remembers it.
    pub(super) fn last_seen_name(&self) -> String {
        self.cookie_name(LAST_SEEN)
    }

    /// What the member is called who is signed in on this browser. Counts nothing against its address: for
    /// the pages that count every visit.
    pub async fn signed_in(&self, headers: &HeaderMap) -> Result<Option<String>> {
        let Some(secret) = self.secret(headers) else { return Ok(None) };
        Ok(self.session(&secret).await?.map(|session| session.member.username))
    }

    pub(super) fn secret(&self, headers: &HeaderMap) -> Option<Secret> {
        CookieJar::from_headers(headers).get(&self.cookie_name(SESSION))?.value().parse().ok()
    }
}

/// A form with nothing in it but what every form brings back.
#[derive(Debug, Deserialize)]
pub struct BareForm {
    /// The session's token.
    pub csrf: String,
}

impl Session {
    /// The session of a browser, if it has one. Counts nothing against its address.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>> {
        let Some(secret) = app.secret(headers) else { return Ok(None) };
        let Some(session) = app.session(&secret).await? else { return Ok(None) };
        let (issuer, has_lapsed) = (session.identity.0, !session.lapsed.is_empty());
        let form = FormToken::of(&secret);
        let language = app.language(Some(&session.member), headers);
        let csrf = form.masked()?;
        let key = format!("communitytoken seal {}", secret.reveal());
        let sealing = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let member = session.member;
        let unread = app.books.look_up(|conn| unread(conn, member.key, member.wallet_key)).await?;
        Ok(Some(Self { member, info: session.info, issuer, has_lapsed, language, csrf, unread, form, sealing }))
    }

    async fn open(parts: &Parts, app: &App) -> Result<Option<Self>> {
        let session = Self::of(app, &parts.headers).await?;
        match &session {
            Some(session) => Known::of(&parts.extensions).note_session(session),
            None => app.count_stranger(Client::of(parts))?,
        }
        Ok(session)
    }

    /// Whether they signed in lately enough to act as an operator, or to add or take away a way in.
    pub fn is_fresh(&self, app: &App) -> bool {
        self.age(app) <= app.config.sessions.fresh.as_millis()
    }

    /// Whether they were fresh when they opened a form, if they filled it in within the same time: what is
    /// typed in good time is not lost.
    pub fn was_fresh(&self, app: &App) -> bool {
        self.age(app) <= 2 * app.config.sessions.fresh.as_millis()
    }

    /// Milliseconds since they signed in.
    fn age(&self, app: &App) -> u128 {
        app.books.now().saturating_sub(self.info.signed_in_at).max(0).unsigned_abs().into()
    }

    /// A seal on what a form shows and brings back, so that what is done is what was shown.
    pub fn seal(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.sealing, text.as_bytes()))
    }

    /// Whether the seal is this session's on this text.
    pub fn is_sealed(&self, text: &str, seal: &str) -> bool {
        URL_SAFE_NO_PAD.decode(seal).is_ok_and(|seal| hmac::verify(&self.sealing, text.as_bytes(), &seal).is_ok())
    }

    /// What is said above a form that had expired, and that is shown again with what was typed into it.
    pub fn form_kept(&self) -> FieldError {
        told::note(Code::Forbidden);
        FieldError { field: String::new(), message: self.language.say("layout-form-kept").into() }
    }

    /// Refuses a form that did not come from one of our pages in this session.
    pub fn check(&self, csrf: &str) -> Result<()> {
        if self.form.is_meant_by(csrf) {
            return Ok(());
        }
        Err(Error::new(
            Code::Forbidden,
            "This form has expired. Open the page again and repeat what you did; nothing was changed.",
        )
        .in_words("refusal-form-expired"))
    }
}

/// The way to a form that takes a while to fill in, for whoever was signed out meanwhile: they sign in, and find
/// in it what they had typed.
pub fn sign_in_and_go_on(app: &App, place: &str, typed: &[(&str, &str)]) -> Response {
    let typed: Vec<_> = typed.iter().filter(|(_, text)| !text.is_empty()).chain([&("expired", "1")]).collect();
    to_login(app, &format!("{place}?{}", serde_urlencoded::to_string(typed).unwrap_or_default()))
}

/// What a session's forms bring back. Pages are compressed, and one that repeats what it was asked with
/// would tell by its length how much of that stands in it already: so no page shows the token itself,
/// but each another mask, and the token under it.
#[derive(Clone, Copy)]
struct FormToken([u8; FormToken::BYTES]);

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken")
    }
}

impl FormToken {
    const BYTES: usize = 18;

    fn of(secret: &Secret) -> Self {
        let hash = digest(&SHA256, format!("communitytoken form {}", secret.reveal()).as_bytes());
        let mut token = [0; Self::BYTES];
        token.copy_from_slice(&hash.as_ref()[..Self::BYTES]);
        Self(token)
    }

    fn under(self, mask: &[u8]) -> Vec<u8> {
        self.0.iter().zip(mask).map(|(token, mask)| token ^ mask).collect()
    }

    fn masked(self) -> Result<String> {
        let mut mask = [0; Self::BYTES];
        rand::fill(&mut mask).map_err(|_| Error::internal("the system gave no random bytes"))?;
        Ok(URL_SAFE_NO_PAD.encode([&mask[..], &self.under(&mask)].concat()))
    }

    fn is_meant_by(self, text: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return false };
        let Some((mask, masked)) = bytes.split_at_checked(Self::BYTES) else { return false };
        verify_slices_are_equal(&self.under(mask), masked).is_ok()
    }
}

/// Where a request wants to go.
pub(super) fn wanted(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or("/", |address| address.as_str()).to_owned()
}

/// Whoever is not signed in is sent to sign in, and then back to where they wanted to go. A browser whose
/// session was ended elsewhere does not keep what the wallet held.
pub(super) fn to_login(app: &App, wanted: &str) -> Response {
    let query = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
    // The session's own cookie stays: it is good again when the community trusts its provider again.
    let forgotten = CookieJar::new().add(app.no_cookie(LAST_SEEN));
    (forgotten, Redirect::to(&format!("/login?{query}"))).into_response()
}

impl OptionalFromRequestParts<App> for Session {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        Self::open(parts, app).await
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::open(parts, app).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(to_login(app, &wanted(parts))),
            Err(error) => Err(error.into_response()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form's token is never written twice in the same way, and another session's is never meant.
    #[test]
    fn form_tokens_wear_masks() {
        let (one, other) = (FormToken::of(&Secret::random().unwrap()), FormToken::of(&Secret::random().unwrap()));
        let texts = [one.masked().unwrap(), one.masked().unwrap()];
        assert_ne!(texts[0], texts[1]);
        for text in &texts {
            assert!(one.is_meant_by(text) && !other.is_meant_by(text), "{text}");
        }
        for wrong in ["", "A", &texts[0][..24], &texts[0][..47], &format!("{}AAAA", texts[0]), &"A".repeat(48), "é"] {
            assert!(!one.is_meant_by(wrong), "{wrong}");
        }
    }
}
