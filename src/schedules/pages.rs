//! The operators' pages of schedules: which there are, what one says, would do next and has done, and the form
//! for a new one or another wording.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rusqlite::Connection;
use serde::Deserialize;

use super::form::TermsForm;
use super::plan::{Bounds, Plan, Why};
use super::runs::{Outcome, Run, runs};
use super::schedule::{self, Schedule};
use super::terms::{HowMuch, LISTED_MAX, NAME_CHARS_MAX, Terms, Whom};
use super::when::CRON_CHARS_MAX;
use super::{ChangeSchedule, CreateSchedule, PauseSchedule, RemoveSchedule, ResumeSchedule, ScheduleId};
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::{Authority, NOTE_CHARS_MAX, PageRequest, REASON_CHARS_MAX};
use crate::treasury::SystemAccount;
use crate::web::{
    ActForm, App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, Section, Session, Shell,
    form_status, page, page_with,
};

/// Of those who would get something, so many are shown.
const SHOWN_MAX: usize = 100;

pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/schedules", get(show).post(create))
        .route("/admin/schedules/new", get(begin))
        .route("/admin/schedules/{id}", get(show_one).post(act))
        .route("/admin/schedules/{id}/change", get(show_terms).post(change))
}

#[derive(Template)]
#[template(path = "schedules/schedules.html")]
struct SchedulesPage {
    shell: Shell,
    is_operator: bool,
    schedules: Vec<Schedule>,
}

#[derive(Template)]
#[template(path = "schedules/form.html")]
struct FormPage {
    shell: Shell,
    may: MayAct,
    /// Where the form is sent.
    action: String,
    /// Where to go instead.
    back: String,
    /// Where to come back to after signing in once more.
    place: String,
    is_new: bool,
    form: TermsForm,
    accounts: Vec<SystemAccount>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "schedules/schedule.html")]
struct SchedulePage {
    shell: Shell,
    may: MayAct,
    place: String,
    said: Option<&'static str>,
    problem: Option<String>,
    schedule: Schedule,
    due: Vec<i64>,
    plan: Plan,
    /// Those who would get something and are not shown.
    more: usize,
    runs: Vec<Run>,
    older: Option<String>,
    reason: String,
}

/// To whom, in words.
fn to_whom(shell: &Shell, terms: &Terms) -> String {
    match &terms.recipients {
        Whom::Everyone {} => shell.say("schedules-to-everyone").into(),
        Whom::Active { days } => shell.say("schedules-to-active").with("days", *days).into(),
        Whom::Role { role } => shell.say("schedules-to-role").with("role", shell.role(role.as_str())).into(),
        Whom::List { user_ids } => shell.say("schedules-to-list").with("count", user_ids.len()).into(),
    }
}

/// How much, in words.
fn how_much(shell: &Shell, terms: &Terms) -> String {
    match &terms.amount {
        HowMuch::Fixed { tokens } => shell.say("schedules-gives-fixed").with("amount", shell.tokens(&tokens.get())),
        HowMuch::PerPayment { tokens, days, most } => shell
            .say("schedules-gives-per-payment")
            .with("amount", shell.tokens(&tokens.get()))
            .with("days", *days)
            .with("most", shell.tokens(&most.get())),
        HowMuch::Shared { tokens, days } => {
            shell.say("schedules-gives-shared").with("amount", shell.tokens(&tokens.get())).with("days", *days)
        }
    }
    .into()
}

/// What came of a run, in words.
fn came(shell: &Shell, run: &Run) -> String {
    match (run.outcome, run.refusal()) {
        (Outcome::Distributed, _) => shell
            .say("schedules-came-distributed")
            .with("amount", shell.tokens(&run.distributed))
            .with("count", run.recipients)
            .into(),
        (Outcome::Nobody, _) => shell.say("schedules-came-nobody").into(),
        (Outcome::Failed, Some(refusal)) => {
            shell.say("schedules-came-failed").with("why", shell.sentence(&refusal)).into()
        }
        (Outcome::Failed, None) => {
            let why = run.sentence.clone().unwrap_or_default();
            shell.say("schedules-came-failed").with("why", why).into()
        }
    }
}

async fn show(State(app): State<App>, Overseeing(session): Overseeing) -> Result<Response> {
    Ok(page(&SchedulesPage {
        shell: app.shell(Some(&session), Nav::Admin(Section::Distribution)),
        is_operator: session.member.has(Role::Operator),
        schedules: app.books.read(schedule::list).await?,
    }))
}

/// The form; for a schedule that is there, where it is to say something else.
async fn form_page(
    app: &App,
    session: &Session,
    id: Option<ScheduleId>,
    form: TermsForm,
    problem: Option<String>,
) -> Result<Response> {
    let status = form_status(problem.is_some());
    let back = id.map_or("/admin/schedules".to_owned(), |ScheduleId(id)| format!("/admin/schedules/{id}"));
    let (action, place) = match id {
        Some(_) => (format!("{back}/change"), format!("{back}/change")),
        None => (back.clone(), format!("{back}/new")),
    };
    let page = FormPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Distribution)),
        may: MayAct::beside_form(status, session, app),
        action,
        back,
        place,
        is_new: id.is_none(),
        form,
        accounts: app.books.read(SystemAccount::list).await?,
        problem,
    };
    Ok(page_with(status, &page))
}

async fn begin(State(app): State<App>, Overseeing(session): Overseeing) -> Result<Response> {
    let form = TermsForm::usual(&app.config.community.time_zone_name);
    form_page(&app, &session, None, form, None).await
}

async fn show_terms(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<ScheduleId>,
) -> Result<Response> {
    let form = app.books.read(move |conn| TermsForm::of(conn, &schedule::by_id(conn, id.0)?.terms)).await?;
    form_page(&app, &session, Some(id), form, None).await
}

/// What the form says, and by whom.
async fn typed(app: &App, operating: &Operating, form: &TermsForm) -> Result<(Terms, Authority)> {
    let (own, language) = (form.clone(), operating.session.language);
    let terms = app.books.read(move |conn| own.read(conn, language)).await?;
    Ok((terms, operating.authority(&form.reason)?))
}

async fn create(State(app): State<App>, operating: Operating, FormBody(form): FormBody<TermsForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let now = app.books.now();
    let outcome = match typed(&app, &operating, &form).await {
        Ok((terms, authority)) => app.books.execute(CreateSchedule { terms, now, authority }).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(made) => Ok(Redirect::to(&format!("/admin/schedules/{}?done=made", made.id)).into_response()),
        Err(error) if error.is_refusal() => {
            let problem = operating.told(&app, &error);
            form_page(&app, &operating.session, None, form, Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

async fn change(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<ScheduleId>,
    FormBody(form): FormBody<TermsForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let now = app.books.now();
    let outcome = match typed(&app, &operating, &form).await {
        Ok((terms, authority)) => app.books.execute(ChangeSchedule { id: id.0, terms, now, authority }).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/admin/schedules/{}?done=changed", id.0)).into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = operating.told(&app, &error);
            form_page(&app, &operating.session, Some(id), form, Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Debug, Default, Deserialize)]
struct OneQuery {
    cursor: Option<String>,
    done: Option<String>,
}

async fn schedule_page(
    app: &App,
    session: &Session,
    ScheduleId(id): ScheduleId,
    query: OneQuery,
    (reason, problem): (String, Option<String>),
) -> Result<Response> {
    let page = PageRequest::new(None, query.cursor)?;
    let (bounds, now) = (Bounds::from(&app.config), app.books.now());
    let found = app.books.read(move |conn: &Connection| {
        let found = schedule::by_id(conn, id)?;
        let plan = Plan::make(conn, &found.terms, &bounds, now)?;
        let runs = runs(conn, &found, &page)?;
        Ok((found, plan, runs))
    });
    let (schedule, mut plan, runs) = found.await?;
    let more = plan.recipients.len().saturating_sub(SHOWN_MAX);
    plan.recipients.truncate(SHOWN_MAX);
    let status = form_status(problem.is_some());
    let said = match query.done.as_deref() {
        Some("made") => Some("schedules-said-made"),
        Some("changed") => Some("schedules-said-changed"),
        Some("pause") => Some("schedules-said-paused"),
        Some("resume") => Some("schedules-said-resumed"),
        _ => None,
    };
    let page = SchedulePage {
        shell: app.shell(Some(session), Nav::Admin(Section::Distribution)),
        may: MayAct::beside_form(status, session, app),
        place: format!("/admin/schedules/{id}"),
        said,
        problem,
        due: schedule.following(),
        schedule,
        plan,
        more,
        runs: runs.items,
        older: runs.next_cursor,
        reason,
    };
    Ok(page_with(status, &page))
}

async fn show_one(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<ScheduleId>,
    Parameters(query): Parameters<OneQuery>,
) -> Result<Response> {
    schedule_page(&app, &session, id, query, Default::default()).await
}

async fn act(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<ScheduleId>,
    FormBody(form): FormBody<ActForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let outcome = operating.act(&form.reason, |authority| carry_out(&app, id, &form.act, authority)).await;
    match outcome {
        Ok(()) if form.act == "remove" => Ok(Redirect::to("/admin/schedules").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/admin/schedules/{}?done={}", id.0, form.act)).into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = operating.told(&app, &error);
            schedule_page(&app, &operating.session, id, OneQuery::default(), (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(app: &App, ScheduleId(id): ScheduleId, act: &str, authority: Authority) -> Result<()> {
    let books = &app.books;
    match act {
        "pause" => books.execute(PauseSchedule { id, authority }).await.map(drop),
        "resume" => books.execute(ResumeSchedule { id, now: books.now(), authority }).await.map(drop),
        "remove" => books.execute(RemoveSchedule { id, authority }).await,
        _ => Err(Error::field("act", "is none of this page")),
    }
}
