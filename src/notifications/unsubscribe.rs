//! The link at the foot of each letter. Opening it changes nothing, because scanners open every link; a
//! button does, and so does the mail program that is asked to (RFC 8058). Nobody signs in for it.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use crate::error::{Code, Error, Result};
use crate::identity::Secret;
use crate::notices::{LeaveList, NoticeKind, kind_of_exit};
use crate::web::{App, Nav, Pages, PathText, Shell, Visitor, page};

/// The routes of this page.
pub(super) fn routes() -> Pages {
    Pages::new().open("/unsubscribe/{secret}", get(ask).post(leave))
}

#[derive(Template)]
#[template(path = "notifications/unsubscribe.html")]
struct LeavePage {
    shell: Shell,
    kind: NoticeKind,
    /// Whether it is done.
    done: bool,
    all: bool,
}

fn hash(token: &str) -> Result<[u8; 32]> {
    let secret: Secret = token.parse().map_err(|()| {
        Error::new(
            Code::LinkNotFound,
            "This link is not whole. Sign in and choose on your profile what you want to hear.",
        )
        .in_words("refusal-exit-broken")
    })?;
    Ok(secret.hash())
}

async fn ask(State(app): State<App>, visitor: Visitor, PathText(token): PathText) -> Result<Response> {
    let (hash, now) = (hash(&token)?, app.books.now());
    let kind = app.books.look_up(|conn| kind_of_exit(conn, hash, now)).await?;
    Ok(page(&LeavePage {
        shell: app.shell(None, Nav::None).in_language(visitor.language),
        kind,
        done: false,
        all: false,
    }))
}

/// Bytes of a form at most; it holds some words.
const FORM_BYTES_MAX: usize = 4096;

/// What our own button may send. A mail program sends `List-Unsubscribe=One-Click`, as a form of either
/// kind (RFC 8058, 3.2); that it asks is all that counts.
#[derive(Debug, Default, Deserialize)]
struct LeaveForm {
    #[serde(default)]
    all: bool,
}

async fn leave(State(app): State<App>, visitor: Visitor, PathText(token): PathText, body: Body) -> Result<Response> {
    let bytes = to_bytes(body, FORM_BYTES_MAX)
        .await
        .map_err(|error| Error::new(Code::InvalidRequest, "The form did not arrive whole.").because(error))?;
    let form: LeaveForm = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let kind = app.books.execute(LeaveList { token_hash: hash(&token)?, all: form.all }).await?;
    Ok(page(&LeavePage {
        shell: app.shell(None, Nav::None).in_language(visitor.language),
        kind,
        done: true,
        all: form.all,
    }))
}
