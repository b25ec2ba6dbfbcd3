//! The page of the monthly report: to be read in a meeting, and to be printed.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::effect::Asking;
use super::effect_pages;
use super::forecast::Foretold;
use super::pages::View;
use super::report::{Month, Report, month};
use super::report_api::made;
use super::sections::{Section, Words};
use super::supply_over_time;
use super::table::{Cell, named};
use super::users::Settled;
use super::velocity::velocity;
use crate::error::Result;
use crate::ledger::first_made_at;
use crate::web::{App, Nav, Pages, PathText, Session, Shell, page};

/// The routes of this page.
pub(super) fn routes(settled: &Arc<Settled>, foretold: &Arc<Foretold>) -> Pages {
    let known = (Extension(Arc::clone(settled)), Extension(Arc::clone(foretold)));
    Pages::new().route("/statistics/report/{month}", get(monthly).layer(known))
}

#[derive(Template)]
#[template(path = "statistics/report.html")]
pub(super) struct ReportPage {
    pub(super) shell: Shell,
    pub(super) calendar: Calendar,
    pub(super) report: Report,
    /// What the month is called, and the one before.
    pub(super) name: String,
    pub(super) before: Option<String>,
    views: Vec<View>,
    pub(super) compared: Vec<(&'static str, String, Option<String>)>,
    pub(super) sections: Vec<Section>,
    query: String,
    /// What its distributions did; their table is asked for by another query.
    pub(super) effects: Vec<Section>,
    effects_query: String,
}

async fn monthly(
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    PathText(written): PathText,
) -> Result<Response> {
    let asking = Asking { oversees: session.member.oversees(), now: app.books.now() };
    let shell = app.shell(Some(&session), Nav::Statistics);
    Ok(page(&ReportPage::made(&app, shell, (settled, foretold), Some(written), asking).await?))
}

/// What reports know beside the ledger.
pub(super) type Known = (Arc<Settled>, Arc<Foretold>);

impl ReportPage {
    /// All that is said of a month, in the language of this shell: for the page, and for the paper.
    pub(super) async fn made(
        app: &App,
        shell: Shell,
        (settled, foretold): Known,
        written: Option<String>,
        asking: Asking,
    ) -> Result<Self> {
        let calendar = Calendar::from(&app.config.community);
        let period = month(&calendar, written.as_deref(), asking.now)?;
        let report = made(app, Arc::clone(&settled), foretold, written, asking, shell.language).await?;
        let clock = calendar.clone();
        let (from, to) = (period.from(), period.until() - 1);
        let days = calendar.period(Bucket::Day, Some(from), Some(to), asking.now)?;
        let (supply, paid, first) = app
            .books
            .read(move |conn| {
                let folded = settled.recent.open(conn)?;
                let paid = velocity(&folded, &clock, &days, asking.now)?;
                Ok((supply_over_time(&folded, &days, asking.now)?, paid, first_made_at(conn)?))
            })
            .await?;
        let words = Words { shell: &shell, calendar: &calendar };
        let effects = if report.distributions.distributions == 0 {
            Vec::new()
        } else {
            effect_pages::sections(&report.distributions, &shell, &calendar)
        };
        let called = |month: &Month| named(&shell, &calendar, Bucket::Month, month.from_time);
        Ok(Self {
            name: called(&report.figures),
            before: report.previous.as_ref().map(called),
            views: views(&shell, &calendar, (from, to), first, asking.now),
            compared: compared(&report, &shell, &calendar),
            sections: vec![words.payments(&paid), words.supply(&supply)],
            query: format!("bucket=day&from_time={from}&to_time={to}"),
            effects,
            effects_query: format!("from_time={from}&to_time={to}"),
            report,
            calendar,
            shell,
        })
    }

    pub(super) fn tokens(&self, tokens: i128) -> String {
        self.shell.sum(tokens)
    }
}

/// The month before, this one, and the one after, as far as there is one.
fn views(shell: &Shell, calendar: &Calendar, (from, to): (i64, i64), first: Option<i64>, now: i64) -> Vec<View> {
    let view =
        |key: &'static str, at: i64| View { name: shell.say(key).into(), address: calendar.month(at), is_shown: false };
    let earlier = first.filter(|first| *first < from).map(|_| view("statistics-month-before", from - 1));
    let later = (to < now).then(|| view("statistics-month-after", to + 1));
    earlier.into_iter().chain(later).collect()
}

/// The text of what a figure is called, and where it stands.
type Compared = (&'static str, fn(&Month) -> Cell);

/// Each figure of the month beside that of the month before.
fn compared(report: &Report, shell: &Shell, calendar: &Calendar) -> Vec<(&'static str, String, Option<String>)> {
    let rows: [Compared; 13] = [
        ("statistics-payments", |month| Cell::Count(month.payments)),
        ("statistics-report-volume", |month| Cell::Tokens(month.volume)),
        ("statistics-report-average", |month| Cell::Ratio(month.average)),
        ("statistics-report-median", |month| Cell::Ratio(month.median)),
        ("statistics-report-velocity", |month| Cell::Ratio(month.velocity)),
        ("statistics-members", |month| Cell::Count(month.members)),
        ("statistics-report-traders", |month| Cell::Count(month.active)),
        ("statistics-report-joined", |month| Cell::Count(month.joined)),
        ("statistics-report-left", |month| Cell::Count(month.left)),
        ("statistics-kind-distribution", |month| Cell::Tokens(month.distributed)),
        ("statistics-report-returned", |month| Cell::Tokens(month.returned)),
        ("statistics-report-with-members", |month| Cell::Tokens(month.circulating_supply.into())),
        ("statistics-report-in-accounts", |month| Cell::Tokens(month.system_pool.into())),
    ];
    let row = |(what, cell): Compared| {
        let shown = |month: &Month| cell(month).shown(shell, calendar);
        (what, shown(&report.figures), report.previous.as_ref().map(shown))
    };
    rows.into_iter().map(row).collect()
}
