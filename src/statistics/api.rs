//! The JSON routes of the statistics.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use rusqlite::Connection;

use super::accounts::{Accounts, accounts};
use super::activity::Activity;
use super::calendar::{Bucket, Calendar};
use super::concentration::{Concentration, concentration};
use super::flow::{Network, STRONGEST, network};
use super::forecast::{Forecast, Foretold};
use super::range::{Ahead, Days, Range};
use super::sandbox::{Outcomes, Question, Turns};
use super::supply::{SupplyOverTime, supply_over_time};
use super::transactions::Transactions;
use super::users::{Settled, Users};
use super::velocity::Velocity;
use crate::error::{Error, Result};
use crate::web::{App, Body, Calls, Parameters, StatisticsReader, calls};

/// The routes of this slice.
pub(super) fn routes(settled: Arc<Settled>, foretold: Arc<Foretold>, turns: Arc<Turns>) -> Calls {
    calls!(supply, transactions, users, velocity, distribution, activity, flow, system_accounts, forecast, sandbox)
        .with(settled)
        .with(foretold)
        .with(turns)
}

/// Reads at this moment, with the community's calendar.
async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&Connection, &Calendar, i64) -> Result<T> + Send + 'static,
) -> Result<Json<T>> {
    let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
    app.books.read(move |conn| read(conn, &calendar, now)).await.map(Json)
}

/// The supply
///
/// Counted from the rows at this moment: total issuance is what members hold plus what is in the
/// pool, and `is_consistent` says whether it is, now and at the end of each bucket.
#[utoipa::path(get, path = "/v1/statistics/supply", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Range), responses((status = 200, body = SupplyOverTime)))]
async fn supply(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Json<SupplyOverTime>> {
    read(&app, move |conn, calendar, now| {
        let period = range.period(calendar, Bucket::Day, now)?;
        supply_over_time(&settled.recent.open(conn)?, &period, now)
    })
    .await
}

/// Transactions
///
/// Count, volume, average and median by kind and type, bucket by bucket, and the same for as much time before.
#[utoipa::path(get, path = "/v1/statistics/transactions", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Range), responses((status = 200, body = Transactions)))]
async fn transactions(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Json<Transactions>> {
    read(&app, move |conn, calendar, now| {
        let period = range.period(calendar, Bucket::Day, now)?;
        super::transactions(&settled.recent.open(conn)?, calendar, &period, now)
    })
    .await
}

/// Members
///
/// How many there are, hold tokens, trade, join, leave and stay. To trade is to pay someone or to be paid by
/// a member. Buckets are days, weeks or months; months when nothing is said.
#[utoipa::path(get, path = "/v1/statistics/users", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Range), responses((status = 200, body = Users)))]
async fn users(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Json<Users>> {
    read(&app, move |conn, calendar, now| {
        let period = range.period(calendar, Bucket::Month, now)?;
        if period.bucket == Bucket::Hour {
            return Err(Error::field("bucket", "must be day, week or month here"));
        }
        super::users(&settled.recent.open(conn)?, calendar, &settled, &period, now)
    })
    .await
}

/// Velocity
///
/// How often a token changes hands between members: the volume of their payments over the average circulation.
/// Months when nothing is said.
#[utoipa::path(get, path = "/v1/statistics/velocity", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Range), responses((status = 200, body = Velocity)))]
async fn velocity(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Json<Velocity>> {
    read(&app, move |conn, calendar, now| {
        let period = range.period(calendar, Bucket::Month, now)?;
        super::velocity(&settled.recent.open(conn)?, calendar, &period, now)
    })
    .await
}

/// Concentration
///
/// How evenly tokens are spread over the members at this moment. Only operators and auditors see names.
#[utoipa::path(get, path = "/v1/statistics/distribution", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), responses((status = 200, body = Concentration)))]
async fn distribution(State(app): State<App>, caller: StatisticsReader) -> Result<Json<Concentration>> {
    read(&app, move |conn, _, now| concentration(conn, caller.oversees, now)).await
}

/// Activity
///
/// When members pay, by weekday and hour on the community's clock.
#[utoipa::path(get, path = "/v1/statistics/activity", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Days), responses((status = 200, body = Activity)))]
async fn activity(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(days): Parameters<Days>,
) -> Result<Json<Activity>> {
    read(&app, move |conn, calendar, now| {
        let period = days.period(calendar, now)?;
        super::activity(&settled.recent.open(conn)?, calendar, &settled, &period, now)
    })
    .await
}

/// Flow
///
/// Who trades with whom, as a network without names; only operators and auditors see them.
#[utoipa::path(get, path = "/v1/statistics/flow", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Days), responses((status = 200, body = Network)))]
async fn flow(
    State(app): State<App>,
    caller: StatisticsReader,
    Parameters(days): Parameters<Days>,
) -> Result<Json<Network>> {
    read(&app, move |conn, calendar, now| {
        let period = days.period(calendar, now)?;
        network(conn, &period, STRONGEST, caller.oversees, now)
    })
    .await
}

/// System accounts
///
/// Income and expense of each system account. Months when nothing is said.
#[utoipa::path(get, path = "/v1/statistics/accounts", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Range), responses((status = 200, body = Accounts)))]
async fn system_accounts(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Json<Accounts>> {
    read(&app, move |conn, calendar, now| {
        let period = range.period(calendar, Bucket::Month, now)?;
        accounts(&settled.recent.open(conn)?, &period, now)
    })
    .await
}

/// Forecast
///
/// Where the community is heading: trend and season carried on, with an interval, and with how far off the same
/// way of looking ahead was before. Where there is too little to go by, it says how much is missing.
#[utoipa::path(get, path = "/v1/statistics/forecast", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Ahead), responses((status = 200, body = Forecast)))]
async fn forecast(
    State(app): State<App>,
    _caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(ahead): Parameters<Ahead>,
) -> Result<Json<Forecast>> {
    read(&app, move |conn, calendar, now| foretold.forecast(conn, calendar, &settled, ahead.bucket(), now)).await
}

/// Sandbox
///
/// What would become of the community, if: its own history lived on many times under the rules that are asked
/// for, and what came of it from the lowest outcomes to the highest. Nothing is changed. One question is worked
/// on at a time; who comes while another is, waits two seconds and is then told to come back (429).
#[utoipa::path(post, path = "/v1/statistics/sandbox", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), request_body = Question, responses((status = 200, body = Outcomes)))]
async fn sandbox(
    State(app): State<App>,
    caller: StatisticsReader,
    Extension(turns): Extension<Arc<Turns>>,
    Body(question): Body<Question>,
) -> Result<Json<Outcomes>> {
    let outcomes = turns.ask(&app, question, caller.oversees).await?;
    Ok(Json(Outcomes::clone(&outcomes)))
}
