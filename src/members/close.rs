//! Closing one's own account, on a page and by the API.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{By, Erase, Farewell, Remaining};
use crate::error::Result;
use crate::identity::Member;
use crate::ledger::Wallet;
use crate::web::{App, FormBody, Nav, Pages, RequestId, Session, Shell, form_status, page, page_with};

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
    remaining: Remaining,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "members/closed.html")]
struct ClosedPage {
    shell: Shell,
}

async fn show(app: &App, session: &Session, remaining: Remaining, problem: Option<String>) -> Result<Response> {
    let wallet = session.member.wallet_key;
    let balance = app.books.look_up(|conn| Wallet::by_key(conn, wallet)).await?.balance;
    let status = form_status(problem.is_some());
    let shell = app.shell(Some(session), Nav::Profile);
    let username = session.member.username.clone();
    Ok(page_with(status, &ClosePage { shell, username, balance, remaining, problem }))
}

async fn ask(State(app): State<App>, session: Session) -> Result<Response> {
    show(&app, &session, Remaining::Pool, None).await
}

#[derive(Debug, Deserialize)]
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
        let problem = "Type your name here exactly as it is, to say that you mean it.".to_owned();
        return show(&app, &session, form.remaining, Some(problem)).await;
    }
    match leave(&app, &session.member, form.remaining, request_id).await {
        Ok(_) => Ok((jar.add(app.expired_cookie()), Redirect::to("/profile/closed")).into_response()),
        Err(error) if error.is_refusal() => show(&app, &session, form.remaining, Some(error.detail)).await,
        Err(error) => Err(error),
    }
}

async fn closed(State(app): State<App>) -> Response {
    page(&ClosedPage { shell: app.shell(None, Nav::None) })
}
