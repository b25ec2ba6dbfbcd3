//! Being paid: one's own code and link. Whoever opens it finds the send form filled in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::pages::{typed_amount, typed_note};
use crate::error::{FieldError, Result};
use crate::web::assets::link_script_url;
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, Square, form_status, page_with_script};

/// The routes of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/receive", get(receive))
}

#[derive(Template)]
#[template(path = "transfers/receive.html")]
struct ReceivePage {
    shell: Shell,
    script: &'static str,
    name: String,
    /// What the link holds, said above it.
    says: Option<i64>,
    problems: Vec<FieldError>,
    amount: String,
    note: String,
    url: String,
    path: String,
    /// The square and its side; none where the link is longer than a square can hold.
    square: Option<(usize, String)>,
}

/// What the link is to hold, if anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    amount: String,
    note: String,
}

/// The query of the link, without what is not said.
#[derive(Debug, Default, Serialize)]
struct LinkQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

async fn receive(State(app): State<App>, session: Session, Parameters(form): Parameters<CodeForm>) -> Result<Response> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, message| problems.push(FieldError { field: field.into(), message });
    let amount = match form.amount.trim() {
        "" => None,
        typed => typed_amount(typed, session.language).map_err(|message| problem("amount", message)).ok(),
    };
    let note = typed_note(&form.note, session.language).unwrap_or_else(|message| {
        problem("note", message);
        None
    });
    let says = amount.map(crate::ledger::Amount::get);
    let query = LinkQuery { amount: says, note: note.map(|note| note.to_string()) };
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let separator = if query.is_empty() { "" } else { "?" };
    let path = format!("/pay/{}{separator}{query}", session.member.wallet_id);
    let url = format!("{}{path}", app.public_url());
    let page = ReceivePage {
        shell: app.shell(Some(&session), Nav::Wallet),
        script: link_script_url(),
        name: session.member.username.clone(),
        says,
        amount: form.amount,
        note: form.note,
        square: Square::of(&url).ok().map(|square| (square.side, square.path())),
        url,
        path,
        problems,
    };
    let status: StatusCode = form_status(!page.problems.is_empty());
    Ok(page_with_script(status, &page))
}
