//! The page on which a member says which programs may act for them.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::{ClientId, Permission, Permit, permissions};
use crate::error::Result;
use crate::identity::member;
use crate::web::{App, FormBody, Nav, Pages, RequestId, Session, Shell, page};

/// The pages of this slice.
pub(super) fn routes() -> Pages {
    Pages::new().route("/profile/clients", get(clients).post(change))
}

#[derive(Template)]
#[template(path = "clients/clients.html")]
struct ClientsPage {
    shell: Shell,
    clients: Vec<Permission>,
    /// What a program calls the member by: `issuer|subject`.
    identities: Vec<String>,
}

async fn clients(State(app): State<App>, session: Session) -> Result<Response> {
    let user = session.member.key;
    let (clients, identities) =
        app.books.read(move |conn| Ok((permissions(conn, user)?, member::identities(conn, user)?))).await?;
    let identities = identities.into_iter().map(|(issuer, subject)| format!("{issuer}|{subject}")).collect();
    Ok(page(&ClientsPage { shell: app.shell(Some(&session), Nav::Profile), clients, identities }))
}

#[derive(Debug, Deserialize)]
struct PermitForm {
    csrf: String,
    client: String,
    allowed: bool,
}

async fn change(
    State(app): State<App>,
    session: Session,
    RequestId(request_id): RequestId,
    FormBody(form): FormBody<PermitForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    let ClientId(client) = form.client.parse()?;
    let user = session.member.key;
    app.books.execute(Permit { user, client, allowed: form.allowed, request_id }).await?;
    Ok(Redirect::to("/profile/clients").into_response())
}
