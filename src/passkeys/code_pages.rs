//! The pages of recovery codes: making them, and coming in with one.
//!
//! New codes are the answer to the form itself and are shown this once: kept anywhere for a page of
//! their own, they would be there for someone else, too.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::pages::sign_in_again;
use super::{Codes, NewCodes, UseCode, authority_in, in_use};
use crate::error::{Code, Result};
use crate::identity::session::Method;
use crate::web::{
    App, BareForm, Client, FormBody, Nav, Pages, RequestId, Session, Shell, SignIn, Visitor, page, page_with,
};

pub(super) fn routes() -> Pages {
    Pages::new().route("/profile/recovery-codes", post(renew)).open("/login/recovery", get(form).post(enter))
}

#[derive(Template)]
#[template(path = "passkeys/codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
    /// The same as a file.
    file: String,
}

/// The page that shows new codes, once.
pub(crate) fn codes_page(shell: Shell, codes: &Codes) -> Response {
    let codes = codes.shown();
    let (title, rule) =
        (shell.say("passkeys-file-title").with("community", &shell.community), shell.say("passkeys-file-rule"));
    let text = format!("{title}\n{rule}\n\n{}\n", codes.join("\n"));
    let encoded = serde_urlencoded::to_string([("", text)]).unwrap_or_default().replace('+', "%20");
    let file = format!("data:text/plain;charset=utf-8,{}", encoded.trim_start_matches('='));
    page(&CodesPage { shell, codes, file })
}

async fn renew(
    State(app): State<App>,
    session: Session,
    request_id: RequestId,
    FormBody(form): FormBody<BareForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    in_use(&app)?;
    if !session.is_fresh(&app) {
        return Ok(sign_in_again());
    }
    let authority = authority_in(&session, "The member made new recovery codes", &request_id)?;
    let command = NewCodes { user_id: session.member.id, codes: Codes::random()?, authority };
    let codes = app.books.execute(command).await?;
    Ok(codes_page(app.shell(Some(&session), Nav::Profile), &codes))
}

#[derive(Template)]
#[template(path = "passkeys/recovery.html")]
struct RecoveryPage {
    shell: Shell,
    problem: Option<String>,
}

async fn form(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    in_use(&app)?;
    Ok(page(&RecoveryPage { shell: app.shell(None, Nav::None).for_visitor(&visitor), problem: None }))
}

#[derive(Debug, Deserialize)]
struct CodeForm {
    code: String,
}

async fn enter(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    request_id: RequestId,
    headers: HeaderMap,
    visitor: Visitor,
    jar: CookieJar,
    FormBody(form): FormBody<CodeForm>,
) -> Result<Response> {
    in_use(&app)?;
    app.count_guess(client)?;
    match app.books.execute(UseCode { typed: form.code, request_id }).await {
        Ok((member, identity)) => {
            let sign_in = SignIn { member, identity, roles: Vec::new(), method: Method::RecoveryCode, vouched: None };
            let cookie = app.sign_in(sign_in, &headers).await?;
            Ok((jar.add(cookie), Redirect::to("/profile/passkeys?said=code")).into_response())
        }
        // What was typed is not shown again: it may be a code of another place.
        Err(error) if error.code == Code::CodeRefused => {
            let shell = app.shell(None, Nav::None).for_visitor(&visitor);
            let page = RecoveryPage { problem: Some(shell.sentence(&error)), shell };
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error),
    }
}
