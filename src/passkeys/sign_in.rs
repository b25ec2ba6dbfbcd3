//! Signing in with a passkey.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;
use webauthn_rs::prelude::Passkey;

use super::{in_use, stored};
use crate::error::{Code, Error, Result};
use crate::identity::session::Method;
use crate::identity::{Secret, local_identity};
use crate::ledger::{Command, Ledger};
use crate::sign_in::safe;
use crate::web::{App, FormBody, Pages, SignIn};

pub(super) fn routes() -> Pages {
    Pages::new().open("/login/passkey/challenge", post(ask)).open("/login/passkey", post(enter))
}

/// The cookie that holds a challenge's secret.
const CHALLENGE: &str = "passkey";

/// The challenge that this browser was given.
pub(crate) fn challenge(app: &App, headers: &HeaderMap) -> Result<Secret> {
    CookieJar::from_headers(headers)
        .get(&app.cookie_name(CHALLENGE))
        .and_then(|cookie| cookie.value().parse().ok())
        .ok_or_else(|| Error::new(Code::PasskeyRefused, "Your browser did not bring the cookie back that belongs to this. Allow cookies for this site and try again.").in_words("refusal-passkey-cookie"))
}

/// What the page's script hands to the browser, and the cookie that belongs to it.
pub(crate) fn challenge_answer(app: &App, secret: &Secret, options: Value) -> Response {
    let mut cookie = app.cookie(CHALLENGE, secret.reveal().to_owned());
    cookie.set_same_site(SameSite::Strict);
    (CookieJar::new().add(cookie), [(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(options))
        .into_response()
}

/// Everyone gets the same question, members and strangers alike.
async fn ask(State(app): State<App>) -> Result<Response> {
    let (secret, options) = in_use(&app)?.ask_for_any()?;
    Ok(challenge_answer(&app, &secret, options))
}

#[derive(Debug, Deserialize)]
struct EnterForm {
    credential: String,
    #[serde(default)]
    next: String,
}

async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    FormBody(form): FormBody<EnterForm>,
) -> Result<Response> {
    let next = safe(&form.next);
    match open(&app, &headers, &form.credential).await {
        Ok(cookie) => Ok((jar.add(cookie), Redirect::to(if next.is_empty() { "/" } else { &next })).into_response()),
        Err(error) if error.code == Code::PasskeyRefused => {
            tracing::info!(cause = error.cause(), "a passkey was not accepted");
            let query = serde_urlencoded::to_string([("problem", "passkey"), ("next", &next)]).unwrap_or_default();
            Ok(Redirect::to(&format!("/login?{query}")).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn open(app: &App, headers: &HeaderMap, credential: &str) -> Result<Cookie<'static>> {
    let passkeys = in_use(app)?;
    let cookie = challenge(app, headers)?;
    let (_, passkey, (member, handle)) = passkeys
        .check_shown(&cookie, credential, async |handle, id| {
            let found = app.books.look_up(|conn: &Connection| stored::find(conn, handle, &id)).await?;
            Ok(found.map(|(passkey, member)| (passkey, (member, handle))))
        })
        .await?;
    app.books.execute(UsePasskey { passkey }).await?;
    let sign_in =
        SignIn { member, identity: local_identity(handle), roles: Vec::new(), method: Method::Passkey, vouched: None };
    app.sign_in(sign_in, headers).await
}

/// Writes down that a passkey opened the door, with its counter and flags as they are now.
///
/// Refused: `passkey_refused` when it was removed meanwhile, or its counter has been seen before.
struct UsePasskey {
    passkey: Passkey,
}

impl Command for UsePasskey {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let credential = serde_json::to_string(&self.passkey).map_err(Error::internal)?;
        // Of two answers at the same moment with the same counter, one is a copy. Most passkeys do not
        // count, and stay at zero.
        let used = ledger
            .conn
            .prepare_cached(
                "UPDATE passkeys SET credential = ?2, used_at = ?3
                  WHERE credential_id = ?1
                    AND (?2 ->> '$.cred.counter' = 0 OR credential ->> '$.cred.counter' < ?2 ->> '$.cred.counter')",
            )?
            .execute((self.passkey.cred_id(), credential, ledger.now()))?;
        if used == 1 {
            return Ok(());
        }
        Err(Error::new(Code::PasskeyRefused, "This passkey was not accepted. Try again.")
            .because("removed or used meanwhile"))
    }
}
