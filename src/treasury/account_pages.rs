//! The system accounts on a page: what each holds, issuing into one, moving tokens between two, and making another.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::consents::{Rules, Weighed, Weighing, place};
use super::{AddAccount, Issue, MoveBetween, SystemAccount};
use crate::error::Result;
use crate::ledger::{IdempotencyKey, Once, REASON_CHARS_MAX, SYSTEM_ACCOUNT};
use crate::web::{
    App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, Section, Session, Shell, form_status,
    page_with,
};

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/accounts", get(show).post(add))
        .route("/admin/accounts/transfers", get(show).post(move_between))
        .route("/admin/issuances", get(show).post(issue))
}

#[derive(Template)]
#[template(path = "treasury/accounts.html")]
struct AccountsPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    said: Option<&'static str>,
    accounts: Vec<SystemAccount>,
    filled: Filled,
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

#[derive(Debug, Default, Deserialize)]
struct MoveForm {
    csrf: String,
    key: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    reason: String,
}

/// What was written into the forms, and what is wrong with each.
#[derive(Debug, Default)]
struct Filled {
    issuance: IssueForm,
    issuance_problem: Option<String>,
    transfer: MoveForm,
    transfer_problem: Option<String>,
    new: AccountForm,
    new_problem: Option<String>,
}

/// What was just done.
#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn accounts_page(app: &App, session: &Session, said: Option<&'static str>, filled: Filled) -> Result<Response> {
    let problems = [&filled.issuance_problem, &filled.transfer_problem, &filled.new_problem];
    let status = form_status(problems.into_iter().any(Option::is_some));
    let page = AccountsPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Accounts)),
        may: MayAct::beside_form(status, session, app),
        place: "/admin/accounts",
        said,
        accounts: app.books.read(SystemAccount::list).await?,
        key: IdempotencyKey::fresh().as_str().to_owned(),
        filled,
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
        Some("issued") => Some("treasury-issued"),
        Some("moved") => Some("treasury-moved"),
        Some("made") => Some("treasury-made"),
        _ => None,
    };
    accounts_page(&app, &session, said, Filled::default()).await
}

/// A second tap on the button brings the same key, and issues once.
async fn issue(State(app): State<App>, operating: Operating, FormBody(form): FormBody<IssueForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match execute(&app, &operating, &form).await {
        Ok(place) => Ok(Redirect::to(&place).into_response()),
        Err(error) if error.is_refusal() => {
            let issuance_problem = Some(operating.told(&app, &error));
            let filled = Filled { issuance: form, issuance_problem, ..Filled::default() };
            accounts_page(&app, &operating.session, None, filled).await
        }
        Err(error) => Err(error),
    }
}

/// Where to read what came of it.
async fn execute(app: &App, operating: &Operating, form: &IssueForm) -> Result<String> {
    let command = Issue {
        amount: operating.session.language.digits(&form.amount).parse()?,
        system_account: Some(form.account.clone()).filter(|account| !account.is_empty()),
        authority: operating.authority(&form.reason)?,
    };
    let key = IdempotencyKey::new(&form.key)?;
    let command = Once::new(operating.session.member.key, &key, command);
    Ok(match app.books.execute(Weighed { rules: Rules::of(&app.config), command }).await? {
        Weighing::Done(_) => "/admin/accounts?done=issued".to_owned(),
        Weighing::Waits(waits) => place(&waits.output),
    })
}

/// A second tap on the button brings the same key, and moves once.
async fn move_between(
    State(app): State<App>,
    operating: Operating,
    FormBody(form): FormBody<MoveForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match execute_move(&app, &operating, &form).await {
        Ok(()) => Ok(Redirect::to("/admin/accounts?done=moved").into_response()),
        Err(error) if error.is_refusal() => {
            let transfer_problem = Some(operating.told(&app, &error));
            let filled = Filled { transfer: form, transfer_problem, ..Filled::default() };
            accounts_page(&app, &operating.session, None, filled).await
        }
        Err(error) => Err(error),
    }
}

async fn execute_move(app: &App, operating: &Operating, form: &MoveForm) -> Result<()> {
    let command = MoveBetween {
        amount: operating.session.language.digits(&form.amount).parse()?,
        from: Some(form.from.clone()),
        to: Some(form.to.clone()),
        authority: operating.authority(&form.reason)?,
    };
    let key = IdempotencyKey::new(&form.key)?;
    app.books.execute(Once::new(operating.session.member.key, &key, command)).await?;
    Ok(())
}

async fn add(State(app): State<App>, operating: Operating, FormBody(form): FormBody<AccountForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let add = |authority| app.books.execute(AddAccount { name: form.name.trim().to_owned(), authority });
    match operating.act(&form.reason, add).await {
        Ok(_) => Ok(Redirect::to("/admin/accounts?done=made").into_response()),
        Err(error) if error.is_refusal() => {
            let new_problem = Some(operating.told(&app, &error));
            let filled = Filled { new: form, new_problem, ..Filled::default() };
            accounts_page(&app, &operating.session, None, filled).await
        }
        Err(error) => Err(error),
    }
}
