//! The pages of alerts: which are open, what was seen to, what is muted, and each with its numbers.

use askama::Template;
use axum::extract::State as AppState;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use rusqlite::Connection;
use serde::Deserialize;

use super::alert::{self, Alert, AlertFilter, State, failing_invariant};
use super::finding::Rule;
use super::mute::{Mute, mutes};
use super::{AcknowledgeAlert, AlertId, MuteAlerts, MuteId, UnmuteAlerts};
use crate::error::{Error, Result};
use crate::ledger::{Authority, DAY_MS, PageRequest, REASON_CHARS_MAX};
use crate::web::{
    App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, ReasonForm, Section, Session, Shell,
    form_status, page_with,
};

/// The pages of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/alerts", get(show))
        .route("/admin/alerts/{id}", get(show_one).post(act))
        .route("/admin/alerts/mutes/{id}", post(unmute))
}

/// Open ones on the page at most: they come before all others.
const OPEN: usize = 100;
/// Others on a page.
const FORMER: usize = 30;
/// For how many days something can be muted by the form; none: for good.
const MUTE_DAYS: [(&str, Option<i64>); 4] = [("7", Some(7)), ("30", Some(30)), ("365", Some(365)), ("", None)];

#[derive(Template)]
#[template(path = "alerts/alerts.html")]
struct AlertsPage {
    shell: Shell,
    on: bool,
    may: MayAct,
    said: Option<&'static str>,
    problem: Option<String>,
    filter: FilterForm,
    failing: Option<Alert>,
    open: Vec<Alert>,
    former: Vec<Alert>,
    older: Option<String>,
    mutes: Vec<Mute>,
    reason: String,
    reason_max: usize,
}

#[derive(Template)]
#[template(path = "alerts/alert.html")]
struct AlertPage {
    shell: Shell,
    may: MayAct,
    place: String,
    said: Option<&'static str>,
    problem: Option<String>,
    alert: Alert,
    days: String,
    reason: String,
    reason_max: usize,
}

/// The filter as it is chosen. It stays in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct FilterForm {
    rule: String,
    state: String,
    cursor: Option<String>,
    done: Option<String>,
}

impl FilterForm {
    fn rule(&self) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.as_str() == self.rule)
    }

    /// Whether those in a state are shown.
    fn shows(&self, state: &str) -> bool {
        self.state.is_empty() || self.state == state
    }
}

impl Alert {
    /// Its sentence as the page says it.
    fn said(&self, shell: &Shell) -> String {
        self.sentence(shell.language, &shell.symbol)
    }
}

async fn alerts_page(
    app: &App,
    session: &Session,
    filter: FilterForm,
    (reason, problem): (String, Option<String>),
) -> Result<Response> {
    let (fails, now) = (!app.books.adds_up(), app.books.now());
    let (rule, wants_open, wants_former) = (filter.rule(), filter.shows("open"), filter.shows("acknowledged"));
    let page = PageRequest { limit: FORMER, cursor: filter.cursor.clone() };
    let read = move |conn: &Connection| {
        let list = |state, page: &PageRequest| alert::list(conn, AlertFilter { rule, state: Some(state) }, page);
        let all_open = PageRequest { limit: OPEN, cursor: None };
        let open = if wants_open { list(State::Open, &all_open)?.items } else { Vec::new() };
        let former = if wants_former { Some(list(State::Acknowledged, &page)?) } else { None };
        let failing = fails.then(|| failing_invariant(conn, now)).transpose()?;
        Ok((failing, open, former, mutes(conn, now)?))
    };
    let (failing, open, former, mutes) = app.books.read(read).await?;
    let (former, cursor) = former.map_or((Vec::new(), None), |page| (page.items, page.next_cursor));
    let older = cursor.map(|cursor| {
        let query = [("rule", filter.rule.as_str()), ("state", &filter.state), ("cursor", &cursor)];
        format!("/admin/alerts?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    });
    let status = form_status(problem.is_some());
    let page = AlertsPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Alerts)),
        on: app.config.alerts.on,
        may: MayAct::beside_form(status, session, app),
        said: filter.done.as_ref().map(|_| "alerts-said-heard"),
        problem,
        filter,
        failing,
        open,
        former,
        older,
        mutes,
        reason,
        reason_max: REASON_CHARS_MAX,
    };
    Ok(page_with(status, &page))
}

async fn show(
    AppState(app): AppState<App>,
    Overseeing(session): Overseeing,
    Parameters(filter): Parameters<FilterForm>,
) -> Result<Response> {
    alerts_page(&app, &session, filter, Default::default()).await
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn alert_page(
    app: &App,
    session: &Session,
    AlertId(id): AlertId,
    done: Done,
    (form, problem): (AnswerForm, Option<String>),
) -> Result<Response> {
    let alert = app.books.read(move |conn| alert::by_id(conn, id)).await?;
    let status = form_status(problem.is_some());
    let said = match done.done.as_deref() {
        Some("acknowledge") => Some("alerts-said-acknowledged"),
        Some("mute" | "mute-rule") => Some("alerts-said-muted"),
        _ => None,
    };
    let page = AlertPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Alerts)),
        may: MayAct::beside_form(status, session, app),
        place: format!("/admin/alerts/{id}"),
        said,
        problem,
        alert,
        days: form.days,
        reason: form.reason,
        reason_max: REASON_CHARS_MAX,
    };
    Ok(page_with(status, &page))
}

async fn show_one(
    AppState(app): AppState<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<AlertId>,
    Parameters(done): Parameters<Done>,
) -> Result<Response> {
    let form = AnswerForm { days: "30".to_owned(), ..AnswerForm::default() };
    alert_page(&app, &session, id, done, (form, None)).await
}

/// What is to be done, and why.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AnswerForm {
    csrf: String,
    act: String,
    days: String,
    reason: String,
}

async fn act(
    AppState(app): AppState<App>,
    operating: Operating,
    PathId(id): PathId<AlertId>,
    FormBody(form): FormBody<AnswerForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match operating.act(&form.reason, |authority| carry_out(&app, id, &form, authority)).await {
        Ok(()) => Ok(Redirect::to(&format!("/admin/alerts/{}?done={}", id.0, form.act)).into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = operating.told(&app, &error);
            alert_page(&app, &operating.session, id, Done::default(), (form, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(app: &App, AlertId(id): AlertId, form: &AnswerForm, authority: Authority) -> Result<()> {
    let books = &app.books;
    if form.act == "acknowledge" {
        return books.execute(AcknowledgeAlert { id, authority }).await.map(drop);
    }
    let now = books.now();
    let days = MUTE_DAYS.iter().find(|(word, _)| *word == form.days);
    let (_, days) = days.ok_or_else(|| Error::field("days", "is none of this page"))?;
    let alert = books.read(move |conn| alert::by_id(conn, id)).await?;
    let wallet = match form.act.as_str() {
        "mute" => alert.wallet.map(|wallet| wallet.wallet_id),
        "mute-rule" => None,
        _ => return Err(Error::field("act", "is none of this page")),
    };
    let until = days.map(|days| now + days * DAY_MS);
    books.execute(MuteAlerts { rule: alert.rule, wallet, until, now, authority }).await.map(drop)
}

async fn unmute(
    AppState(app): AppState<App>,
    operating: Operating,
    PathId(id): PathId<MuteId>,
    FormBody(form): FormBody<ReasonForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let unmute = |authority| app.books.execute(UnmuteAlerts { id: id.0, authority });
    match operating.act(&form.reason, unmute).await {
        Ok(()) => Ok(Redirect::to("/admin/alerts?done=unmute").into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = operating.told(&app, &error);
            alerts_page(&app, &operating.session, FilterForm::default(), (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}
