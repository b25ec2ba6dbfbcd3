//! The forms by which a member puts in, confirms and takes away the address for their mail.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::deliver::code_hash;
use super::pages::choices_page;
use crate::error::{Code, Error, Result};
use crate::mail::is_address;
use crate::notices::{Confirm, PutAddress, RemoveAddress};
use crate::web::{App, BareForm, FormBody, Nav, Pages, Session};

/// The routes of these forms.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/profile/mail", post(put))
        .route("/profile/mail/confirm", post(confirm))
        .route("/profile/mail/remove", post(remove))
}

/// What there is to say about a form that was sent.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What was typed.
    pub(super) typed: String,
    /// What is wrong with the address.
    pub(super) address: Option<String>,
    /// What is wrong with the code.
    pub(super) code: Option<String>,
}

impl Notes {
    pub(super) const fn is_problem(&self) -> bool {
        self.address.is_some() || self.code.is_some()
    }
}

/// Refused where nobody is written to.
fn offered(app: &App) -> Result<()> {
    if app.config.mail.is_some() {
        return Ok(());
    }
    Err(Error::new(Code::NotFound, "This community sends no mail.").in_words("refusal-no-mail"))
}

#[derive(Debug, Deserialize)]
struct AddressForm {
    csrf: String,
    #[serde(default)]
    address: String,
}

async fn put(State(app): State<App>, session: Session, FormBody(form): FormBody<AddressForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    offered(&app)?;
    let address = form.address.trim().to_owned();
    let problem = if is_address(&address) {
        app.count_letter(session.member.key).err().map(|error| app.shell(Some(&session), Nav::Profile).sentence(&error))
    } else {
        Some(session.language.say("notifications-not-an-address").into())
    };
    if problem.is_some() {
        let notes = Notes { typed: form.address, address: problem, code: None };
        return choices_page(&app, &session, false, notes).await;
    }
    app.books.execute(PutAddress { user: session.member.key, address }).await?;
    Ok(Redirect::to("/profile/notifications#mail").into_response())
}

#[derive(Debug, Deserialize)]
struct CodeForm {
    csrf: String,
    #[serde(default)]
    code: String,
}

async fn confirm(State(app): State<App>, session: Session, FormBody(form): FormBody<CodeForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    offered(&app)?;
    let user = session.member.key;
    if app.books.execute(Confirm { user, code_hash: code_hash(user, &form.code) }).await? {
        return Ok(Redirect::to("/profile/notifications?saved=1#mail").into_response());
    }
    let problem = session.language.say("notifications-wrong-code").into();
    choices_page(&app, &session, false, Notes { code: Some(problem), ..Notes::default() }).await
}

async fn remove(State(app): State<App>, session: Session, FormBody(form): FormBody<BareForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    app.books.execute(RemoveAddress { user: session.member.key }).await?;
    Ok(Redirect::to("/profile/notifications?saved=1#mail").into_response())
}
