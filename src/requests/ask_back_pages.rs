//! The page on which a member asks for one of their payments back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use uuid::Uuid;

use super::Wanted;
use super::api::execute;
use crate::error::{Code, Error, Result};
use crate::ledger::{Direction, IdempotencyKey, Transaction, TransactionId, by_id};
use crate::transfers::{typed_amount, typed_note};
use crate::web::{App, FormBody, Nav, Pages, PathId, Session, Shell, page, page_with};

/// The routes of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/transactions/{id}/ask-back", get(show).post(ask))
}

#[derive(Template)]
#[template(path = "requests/ask_back.html")]
struct AskBackPage {
    shell: Shell,
    transaction: Transaction,
    problem: Option<String>,
    left: i64,
    amount: String,
    note: String,
    key: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AskBackForm {
    csrf: String,
    key: String,
    amount: String,
    note: String,
}

async fn show(State(app): State<App>, session: Session, PathId(id): PathId<TransactionId>) -> Result<Response> {
    Ok(page(&form(&app, &session, id, None, None).await?))
}

async fn form(
    app: &App,
    session: &Session,
    id: TransactionId,
    typed: Option<AskBackForm>,
    problem: Option<String>,
) -> Result<AskBackPage> {
    let wallet = session.member.wallet_key;
    let transaction = app.books.read(move |conn| by_id(conn, id, Some(wallet))).await?;
    if transaction.direction != Some(Direction::Out) {
        return Err(Error::new(
            Code::Forbidden,
            "Only the one who paid can ask for a payment back. On the receipt you can give it back instead.",
        )
        .in_words("refusal-not-payer"));
    }
    let left = transaction.amount - transaction.reversed_amount.unwrap_or(0);
    Ok(AskBackPage {
        shell: app.shell(Some(session), Nav::History),
        transaction,
        problem,
        left,
        amount: typed.as_ref().map_or_else(|| left.to_string(), |form| form.amount.clone()),
        note: typed.map(|form| form.note).unwrap_or_default(),
        key: IdempotencyKey::fresh().as_str().to_owned(),
    })
}

async fn ask(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TransactionId>,
    FormBody(typed): FormBody<AskBackForm>,
) -> Result<Response> {
    session.check(&typed.csrf)?;
    match post(&app, &session, id, &typed).await {
        Ok(id) => Ok(Redirect::to(&format!("/requests/{id}?asked=1")).into_response()),
        Err(error) if error.is_refusal() && !matches!(error.code, Code::TransactionNotFound | Code::Forbidden) => {
            let problem = app.shell(Some(&session), Nav::History).problem(&error);
            let page = form(&app, &session, id, Some(typed), Some(problem)).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error),
    }
}

async fn post(app: &App, session: &Session, transaction_id: TransactionId, typed: &AskBackForm) -> Result<Uuid> {
    let wrong = |field: &'static str| move |message: String| Error::field(field, message);
    // Whether it is theirs to ask for comes first: what is typed concerns nobody else.
    let wallet = session.member.wallet_key;
    app.books.read(move |conn| by_id(conn, transaction_id, Some(wallet)).map(drop)).await?;
    let amount = Some(typed_amount(&typed.amount, session.language).map_err(wrong("amount"))?);
    let note = typed_note(&typed.note, session.language).map_err(wrong("note"))?;
    let key = IdempotencyKey::new(&typed.key)?;
    Ok(execute(app, &session.member, key, Wanted::Back { transaction_id, amount }, note).await?.output.id)
}
