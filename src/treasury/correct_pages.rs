//! Correcting a mistake on a page: what goes back, how much of it, and why.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::Correct;
use super::consents::{Rules, Weighed, Weighing, place};
use super::correct::fee_to_return;
use crate::error::{Code, Result};
use crate::ledger::{IdempotencyKey, Once, REASON_CHARS_MAX, Transaction, TransactionId, by_id};
use crate::web::{App, FormBody, Nav, Operating, Pages, PathId, Section, Shell, form_status, page_with};

/// The page of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/transactions/{id}/reverse", get(ask).post(correct))
}

#[derive(Template)]
#[template(path = "treasury/reverse.html")]
struct CorrectPage {
    shell: Shell,
    transaction: Transaction,
    /// How much of it has not gone back yet.
    left: i64,
    /// What of its fee goes back with it, where all of it does.
    fee: Option<i64>,
    amount: String,
    reason: String,
    reason_max: usize,
    key: String,
    problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct CorrectForm {
    csrf: String,
    key: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    reason: String,
}

async fn correct_page(
    app: &App,
    operating: &Operating,
    id: TransactionId,
    typed: Option<CorrectForm>,
    problem: Option<String>,
) -> Result<Response> {
    let (transaction, fee) = app
        .books
        .read(move |conn| {
            let transaction = by_id(conn, id, None)?;
            let fee = fee_to_return(conn, &transaction, None)?;
            Ok((transaction, fee.map(|fee| fee.amount - fee.reversed_amount.unwrap_or(0))))
        })
        .await?;
    let left = transaction.amount - transaction.reversed_amount.unwrap_or(0);
    let form = typed.unwrap_or_else(|| CorrectForm { amount: left.to_string(), ..CorrectForm::default() });
    let status = form_status(problem.is_some());
    let page = CorrectPage {
        shell: app.shell(Some(&operating.session), Nav::Admin(Section::Transactions)),
        transaction,
        left,
        fee,
        amount: form.amount,
        reason: form.reason,
        reason_max: REASON_CHARS_MAX,
        key: IdempotencyKey::fresh().as_str().to_owned(),
        problem,
    };
    Ok(page_with(status, &page))
}

async fn ask(State(app): State<App>, operating: Operating, PathId(id): PathId<TransactionId>) -> Result<Response> {
    correct_page(&app, &operating, id, None, None).await
}

async fn correct(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<TransactionId>,
    FormBody(form): FormBody<CorrectForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match execute(&app, &operating, id, &form).await {
        Ok(place) => Ok(Redirect::to(&place).into_response()),
        Err(error) if error.is_refusal() && error.code != Code::TransactionNotFound => {
            let problem = operating.told(&app, &error);
            correct_page(&app, &operating, id, Some(form), Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

/// Where to read what came of it.
async fn execute(app: &App, operating: &Operating, id: TransactionId, form: &CorrectForm) -> Result<String> {
    let command = Correct {
        transaction_id: id,
        amount: Some(operating.session.language.digits(&form.amount).parse()?),
        authority: operating.authority(&form.reason)?,
    };
    let key = IdempotencyKey::new(&form.key)?;
    let command = Once::new(operating.session.member.key, &key, command);
    Ok(match app.books.execute(Weighed { rules: Rules::of(&app.config), command }).await? {
        Weighing::Done(made) => format!("/admin/transactions/{}?done=1", made.output.id),
        Weighing::Waits(waits) => place(&waits.output),
    })
}
