//! The operators' JSON routes for schedules.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::plan::{Bounds, Plan};
use super::schedule::{self, Schedule};
use super::terms::{HowMuch, Terms, Whom};
use super::{ChangeSchedule, CreateSchedule, PauseSchedule, RemoveSchedule, ResumeSchedule, Run, ScheduleId, runs};
use crate::error::Result;
use crate::ledger::{Note, Page, PageRequest, Reason};
use crate::web::{
    App, Body, Calls, Object, OperatorCaller, OverseerCaller, Parameters, PathId, RequestId, Why, authority, calls,
};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(list, create, show, change, remove, pause, resume, preview, history)
}

/// What a schedule is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleRequest {
    /// What it is called; no other may be called the same.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// When: minute, hour, day of the month, month, day of the week; at most once an hour.
    #[schema(min_length = 9, max_length = 100, example = "0 9 * * 1")]
    cron: String,
    /// On the clock of which zone, as in `Europe/Berlin`; the community's when nothing is said.
    #[schema(min_length = 1, max_length = 64)]
    time_zone: Option<String>,
    /// To whom.
    #[schema(value_type = Whom)]
    recipients: Object<Whom>,
    /// How much.
    #[schema(value_type = HowMuch)]
    amount: Object<HowMuch>,
    /// From which system account; the community's own when nothing is said.
    system_account: Option<String>,
    /// What the members read beside it.
    note: Option<Note>,
    /// What one run may issue at most; a run for which more would have to be issued fails.
    #[schema(minimum = 0)]
    issued_max: i64,
    /// Why, for the audit log.
    reason: Reason,
}

impl ScheduleRequest {
    fn terms(self, app: &App) -> (Terms, Reason) {
        let terms = Terms {
            name: self.name,
            cron: self.cron,
            time_zone: self.time_zone.unwrap_or_else(|| app.config.community.time_zone_name.clone()),
            recipients: self.recipients.0,
            amount: self.amount.0,
            system_account: self.system_account,
            note: self.note,
            issued_max: self.issued_max,
        };
        (terms, self.reason)
    }
}

/// All schedules
///
/// The newest first, with what came of each last.
#[utoipa::path(get, path = "/v1/admin/schedules", tag = "Operators", responses((status = 200, body = Page<Schedule>)))]
async fn list(State(app): State<App>, _caller: OverseerCaller) -> Result<Json<Page<Schedule>>> {
    let items = app.books.read(schedule::list).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Make a schedule
///
/// A distribution that happens by itself, each time that is due once. An hour that the clock leaves out or
/// shows twice counts once; what was missed while the program did not run happens once when it is back.
/// Refused with 404: `system_account_not_found`; with 409: `too_many_schedules`.
#[utoipa::path(post, path = "/v1/admin/schedules", tag = "Operators", request_body = ScheduleRequest,
    responses((status = 201, body = Schedule), (status = 409, description = "Refused: too_many_schedules")))]
async fn create(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    request_id: RequestId,
    Body(new): Body<ScheduleRequest>,
) -> Result<(StatusCode, Json<Schedule>)> {
    let (terms, reason) = new.terms(&app);
    let authority = authority(&operator, reason, &request_id)?;
    let made = app.books.execute(CreateSchedule { terms, now: app.books.now(), authority }).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// A schedule
#[utoipa::path(get, path = "/v1/admin/schedules/{id}", tag = "Operators", params(("id" = Uuid, Path)), responses((status = 200, body = Schedule)))]
async fn show(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
) -> Result<Json<Schedule>> {
    app.books.read(move |conn| schedule::by_id(conn, id)).await.map(Json)
}

/// Change a schedule
///
/// All that it says. It is due by that from now on.
#[utoipa::path(put, path = "/v1/admin/schedules/{id}", tag = "Operators", params(("id" = Uuid, Path)), request_body = ScheduleRequest,
    responses((status = 200, body = Schedule)))]
async fn change(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
    request_id: RequestId,
    Body(new): Body<ScheduleRequest>,
) -> Result<Json<Schedule>> {
    let (terms, reason) = new.terms(&app);
    let authority = authority(&operator, reason, &request_id)?;
    app.books.execute(ChangeSchedule { id, terms, now: app.books.now(), authority }).await.map(Json)
}

/// Remove a schedule
///
/// With what is kept of its runs. What it distributed stays in the ledger.
#[utoipa::path(delete, path = "/v1/admin/schedules/{id}", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 204, description = "It is gone.")))]
async fn remove(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<StatusCode> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(RemoveSchedule { id, authority }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a schedule rest
///
/// Nothing of it is due until it goes on, and nothing is made up for then. One that rests stays so.
#[utoipa::path(post, path = "/v1/admin/schedules/{id}/pause", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Schedule)))]
async fn pause(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Schedule>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(PauseSchedule { id, authority }).await.map(Json)
}

/// Let a schedule go on
///
/// From the next time that comes. One that does not rest stays as it is.
#[utoipa::path(post, path = "/v1/admin/schedules/{id}/resume", tag = "Operators", params(("id" = Uuid, Path)), request_body = Why,
    responses((status = 200, body = Schedule)))]
async fn resume(
    State(app): State<App>,
    OperatorCaller(operator): OperatorCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
    request_id: RequestId,
    Body(why): Body<Why>,
) -> Result<Json<Schedule>> {
    let authority = authority(&operator, why.reason, &request_id)?;
    app.books.execute(ResumeSchedule { id, now: app.books.now(), authority }).await.map(Json)
}

/// What the next run would do.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// When it is due, and twice more, Unix milliseconds; nothing while it rests.
    due: Vec<i64>,
    /// Who would get what, as things stand now.
    #[serde(flatten)]
    plan: Plan,
    /// Why it would fail: the code of a refusal.
    code: Option<String>,
    /// The same as a sentence.
    sentence: Option<String>,
}

/// What the next run would do
///
/// Worked out as the run itself does it, as things stand now.
#[utoipa::path(get, path = "/v1/admin/schedules/{id}/preview", tag = "Operators", params(("id" = Uuid, Path)),
    responses((status = 200, body = Preview)))]
async fn preview(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
) -> Result<Json<Preview>> {
    let (bounds, now) = (Bounds::from(&app.config), app.books.now());
    let found = app.books.read(move |conn| {
        let found = schedule::by_id(conn, id)?;
        Ok((Plan::make(conn, &found.terms, &bounds, now)?, found))
    });
    let (plan, found) = found.await?;
    let due = found.following();
    let code = plan.refusal.as_ref().map(|refusal| refusal.code.as_str().to_owned());
    let sentence = plan.refusal.as_ref().map(|refusal| refusal.detail.clone());
    Ok(Json(Preview { due, plan, code, sentence }))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RunsQuery {
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The runs of a schedule
///
/// Each time that was due, the newest first: what was distributed, that there was nobody, or why it failed.
#[utoipa::path(get, path = "/v1/admin/schedules/{id}/runs", tag = "Operators", params(("id" = Uuid, Path), RunsQuery),
    responses((status = 200, body = Page<Run>)))]
async fn history(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(ScheduleId(id)): PathId<ScheduleId>,
    Parameters(query): Parameters<RunsQuery>,
) -> Result<Json<Page<Run>>> {
    let page = PageRequest::new(query.limit, query.cursor)?;
    app.books.read(move |conn| runs(conn, &schedule::by_id(conn, id)?, &page)).await.map(Json)
}
