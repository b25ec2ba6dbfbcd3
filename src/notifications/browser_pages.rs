//! A member puts in the browser they are in, or takes it out: forms that a script of the page sends, because
//! only a script can ask the browser for its address and key.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::error::{Code, Error, Result};
use crate::notices::{AddBrowser, RemoveBrowser};
use crate::outgoing;
use crate::outgoing::push::seal;
use crate::web::{App, BareForm, FormBody, Pages, Session};

/// The routes of these forms.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/profile/notifications/browser", post(add))
        .route("/profile/notifications/browser/remove", post(remove))
}

#[derive(Debug, Deserialize)]
struct BrowserForm {
    csrf: String,
    endpoint: String,
    public_key: String,
    secret: String,
}

fn bytes<const N: usize>(field: &str, text: &str) -> Result<[u8; N]> {
    let read = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok().and_then(|bytes| bytes.try_into().ok());
    read.ok_or_else(|| Error::field(field, "is none that a browser makes"))
}

async fn add(State(app): State<App>, session: Session, FormBody(form): FormBody<BrowserForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    if app.config.push.is_none() {
        return Err(Error::new(Code::NotFound, "This community does not tell its members in their browsers."));
    }
    let url = outgoing::check(&form.endpoint, &app.config.outgoing.allowed)?;
    let (public_key, secret) = (bytes("public_key", &form.public_key)?, bytes("secret", &form.secret)?);
    // What is no key is refused here rather than at the first message.
    seal(b"", &public_key, &secret).map_err(|_| Error::field("public_key", "is none that a browser makes"))?;
    let (user, session) = (session.member.key, session.info.id);
    app.books.execute(AddBrowser { user, session, endpoint: url.into(), public_key, secret }).await?;
    Ok(Redirect::to("/profile/notifications?saved=1#browser").into_response())
}

async fn remove(State(app): State<App>, session: Session, FormBody(form): FormBody<BareForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    app.books.execute(RemoveBrowser { session: session.info.id }).await?;
    Ok(Redirect::to("/profile/notifications?saved=1#browser").into_response())
}
