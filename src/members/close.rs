//! Closing one's own account, on a page and by the API.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use rusqlite::Connection;
use serde::Deserialize;

use super::{By, Erase, Farewell, Remaining};
use crate::error::Result;
use crate::identity::{Member, Role};
use crate::ledger::{UserId, Wallet};
use crate::web::{App, FormBody, Nav, Pages, RequestId, Session, Shell, Visitor, form_status, page, page_with};

/// The pages of this use case.
pub(super) fn routes() -> Pages {
    Pages::new().route("/profile/close", get(ask).post(close)).route("/profile/closed", get(closed))
}

/// A member leaves for good.
pub(super) async fn leave(app: &App, member: &Member, remaining: Remaining, request_id: RequestId) -> Result<Farewell> {
    let configured = app.config.identity.operators.clone();
    let by = By::Themselves(request_id.0);
    let farewell = app.books.execute(Erase { user_id: member.id, remaining, configured, by }).await?;
    app.forget(member.key);
    Ok(farewell)
}

#[derive(Template)]
#[template(path = "members/close.html")]
struct ClosePage {
    shell: Shell,
    username: String,
    balance: i64,
    /// Whether they are or were an operator: what operators do stays in the audit log under their name.
    operated: bool,
    passkeys: bool,
    providers: bool,
    form: CloseForm,
    /// What is wrong with the name they typed.
    problem: Option<String>,
    /// Why they cannot leave now.
    refusal: Option<String>,
}

#[derive(Template)]
#[template(path = "members/closed.html")]
struct ClosedPage {
    shell: Shell,
}

fn was_operator(conn: &Connection, user: UserId) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM audit_log
                             WHERE target = ?1 AND action = 'role.grant' AND details ->> 'role' = 'operator')",
        )?
        .query_row([user], |row| row.get(0))?)
}

/// What is wrong with a form that was sent.
#[derive(Default)]
struct Wrong {
    problem: Option<String>,
    refusal: Option<String>,
}

async fn show(app: &App, session: &Session, form: CloseForm, wrong: Wrong) -> Result<Response> {
    let (wallet, id) = (session.member.wallet_key, session.member.id);
    let (balance, was_operator) =
        app.books.look_up(|conn| Ok((Wallet::by_key(conn, wallet)?.balance, was_operator(conn, id)?))).await?;
    let is_wrong = wrong.problem.is_some() || wrong.refusal.is_some();
    let page = ClosePage {
        shell: app.shell(Some(session), Nav::Profile),
        username: session.member.username.clone(),
        balance,
        operated: was_operator || session.member.has(Role::Operator),
        passkeys: app.passkeys.is_some(),
        providers: !app.config.identity.providers.is_empty(),
        form,
        problem: wrong.problem,
        refusal: wrong.refusal,
    };
    Ok(page_with(form_status(is_wrong), &page))
}

async fn ask(State(app): State<App>, session: Session) -> Result<Response> {
    show(&app, &session, CloseForm::default(), Wrong::default()).await
}

#[derive(Debug, Default, Deserialize)]
struct CloseForm {
    csrf: String,
    #[serde(default)]
    confirm: String,
    remaining: Remaining,
}

async fn close(
    State(app): State<App>,
    session: Session,
    jar: CookieJar,
    request_id: RequestId,
    FormBody(form): FormBody<CloseForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    if form.confirm.trim() != session.member.username {
        let problem = session.language.say("members-close-not-confirmed").to_string();
        return show(&app, &session, form, Wrong { problem: Some(problem), refusal: None }).await;
    }
    match leave(&app, &session.member, form.remaining, request_id).await {
        Ok(_) => Ok((app.signed_out(jar), Redirect::to("/profile/closed")).into_response()),
        Err(error) if error.is_refusal() => {
            let refusal = app.shell(Some(&session), Nav::Profile).sentence(&error);
            show(&app, &session, form, Wrong { problem: None, refusal: Some(refusal) }).await
        }
        Err(error) => Err(error),
    }
}

async fn closed(State(app): State<App>, visitor: Visitor) -> Response {
    page(&ClosedPage { shell: app.shell(None, Nav::None).for_visitor(&visitor) })
}
