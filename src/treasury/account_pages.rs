//! The system accounts on a page: what each holds, issuing into one, and making another.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::{AddAccount, Issue, SystemAccount};
use crate::error::Result;
use crate::ledger::{IdempotencyKey, Once, REASON_CHARS_MAX, SYSTEM_ACCOUNT};
use crate::web::{
    App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, Section, Session, Shell, form_status,
    page_with, said,
};

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/accounts", get(show).post(add)).route("/admin/issuances", get(show).post(issue))
}

#[derive(Template)]
#[template(path = "treasury/accounts.html")]
struct AccountsPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    said: Option<&'static str>,
    accounts: Vec<SystemAccount>,
    issuance: IssueForm,
    new: AccountForm,
    /// What is wrong with the issuance, and with the new account.
    problems: [Option<String>; 2],
    reason_max: usize,
    key: String,
}

#[derive(Debug, Default, Deserialize)]
struct IssueForm {
    csrf: String,
    key: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
struct AccountForm {
    csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    reason: String,
}

/// What was just done.
#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn accounts_page(
    app: &App,
    session: &Session,
    said: Option<&'static str>,
    (issuance, new): (IssueForm, AccountForm),
    problems: [Option<String>; 2],
) -> Result<Response> {
    let status = form_status(problems.iter().any(Option::is_some));
    let page = AccountsPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Accounts)),
        may: if status == StatusCode::OK { MayAct::of(session, app) } else { MayAct::Now },
        place: "/admin/accounts",
        said,
        accounts: app.books.read(SystemAccount::list).await?,
        key: IdempotencyKey::fresh().as_str().to_owned(),
        issuance,
        new,
        problems,
        reason_max: REASON_CHARS_MAX,
    };
    Ok(page_with(status, &page))
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(query): Parameters<Done>,
) -> Result<Response> {
    let said = match query.done.as_deref() {
        Some("issued") => Some("The tokens are issued."),
        Some("made") => Some("The account is made. Issuances and distributions can name it."),
        _ => None,
    };
    accounts_page(&app, &session, said, Default::default(), Default::default()).await
}

/// A second tap on the button brings the same key, and issues once.
async fn issue(State(app): State<App>, operating: Operating, FormBody(form): FormBody<IssueForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match execute(&app, &operating, &form).await {
        Ok(()) => Ok(Redirect::to("/admin/accounts?done=issued").into_response()),
        Err(error) if error.is_refusal() => {
            let problems = [Some(said(&error)), None];
            accounts_page(&app, &operating.session, None, (form, AccountForm::default()), problems).await
        }
        Err(error) => Err(error),
    }
}

async fn execute(app: &App, operating: &Operating, form: &IssueForm) -> Result<()> {
    let digits: String = form.amount.chars().filter(|character| !character.is_whitespace()).collect();
    let command = Issue {
        amount: digits.parse()?,
        system_account: Some(form.account.clone()).filter(|account| !account.is_empty()),
        authority: operating.authority(&form.reason)?,
    };
    let key = IdempotencyKey::new(&form.key)?;
    app.books.execute(Once { caller: operating.session.member.key, key, command }).await?;
    Ok(())
}

async fn add(State(app): State<App>, operating: Operating, FormBody(form): FormBody<AccountForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let outcome = match operating.authority(&form.reason) {
        Ok(authority) => app.books.execute(AddAccount { name: form.name.trim().to_owned(), authority }).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to("/admin/accounts?done=made").into_response()),
        Err(error) if error.is_refusal() => {
            let problems = [None, Some(said(&error))];
            accounts_page(&app, &operating.session, None, (IssueForm::default(), form), problems).await
        }
        Err(error) => Err(error),
    }
}
