//! The JSON route of the monthly report.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::calendar::Calendar;
use super::effect::Asking;
use super::forecast::Foretold;
use super::report::{Knowing, Report, month, report};
use super::users::Settled;
use crate::error::Result;
use crate::language::Language;
use crate::web::{App, Calls, Parameters, StatisticsReader, calls};

/// The routes of this use case.
pub(super) fn routes(settled: Arc<Settled>, foretold: Arc<Foretold>) -> Calls {
    calls!(monthly).with(settled).with(foretold)
}

/// Which month.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The month, as `2026-10`; the newest that is over when nothing is said.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub(super) month: Option<String>,
}

/// Monthly report
///
/// A month as a community meeting reads it: sentences, the month's figures beside those of the month before, its
/// distributions and what they did, income and expense of the system accounts, and what may come.
#[utoipa::path(get, path = "/v1/statistics/report", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Which), responses((status = 200, body = Report)))]
async fn monthly(
    State(app): State<App>,
    caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(which): Parameters<Which>,
) -> Result<Json<Report>> {
    let asking = Asking { oversees: caller.oversees, now: app.books.now() };
    made(&app, settled, foretold, which.month, asking, Language::English).await.map(Json)
}

/// The report that is asked for, in this language.
pub(super) async fn made(
    app: &App,
    settled: Arc<Settled>,
    foretold: Arc<Foretold>,
    name: Option<String>,
    asking: Asking,
    language: Language,
) -> Result<Report> {
    let (books, calendar) = (app.books.clone(), Calendar::from(&app.config.community));
    let symbol = app.config.community.token_symbol.clone();
    let read = move |conn: &_| {
        let month = month(&calendar, name.as_deref(), asking.now)?;
        let trail = books.trail().newest(conn)?;
        let (calendar, settled, foretold) = (&calendar, &*settled, &*foretold);
        report(conn, &trail, &month, Knowing { calendar, symbol: &symbol, language, settled, foretold, asking })
    };
    app.books.read(read).await
}
