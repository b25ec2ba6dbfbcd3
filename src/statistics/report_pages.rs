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
use super::report::{Month, Report, address, month};
use super::report_api::made;
use super::sections::{Section, Words};
use super::supply_over_time;
use super::table::{Cell, named};
use super::users::Settled;
use super::velocity::velocity;
use crate::error::Result;
use crate::ledger::{Folded, first_made_at};
use crate::web::{App, Nav, Pages, PathText, Session, Shell, page};

/// The routes of this page.
pub(super) fn routes(settled: &Arc<Settled>, foretold: &Arc<Foretold>) -> Pages {
    let known = (Extension(Arc::clone(settled)), Extension(Arc::clone(foretold)));
    Pages::new().route("/statistics/report/{month}", get(monthly).layer(known))
}

#[derive(Template)]
#[template(path = "statistics/report.html")]
struct ReportPage {
    shell: Shell,
    calendar: Calendar,
    report: Report,
    /// What the month is called, and the one before.
    name: String,
    before: Option<String>,
    views: Vec<View>,
    compared: Vec<(&'static str, String, Option<String>)>,
    sections: Vec<Section>,
    query: String,
    /// What its distributions did; their table is asked for by another query.
    effects: Vec<Section>,
    effects_query: String,
}

impl ReportPage {
    fn tokens(&self, tokens: i128) -> String {
        self.shell.sum(tokens)
    }
}

async fn monthly(
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    PathText(written): PathText,
) -> Result<Response> {
    let asking = Asking { oversees: session.member.oversees(), now: app.books.now() };
    let (calendar, shell) = (Calendar::from(&app.config.community), app.shell(Some(&session), Nav::Statistics));
    let period = month(&calendar, Some(&written), asking.now)?;
    let report = made(&app, settled, foretold, Some(written), asking).await?;
    let clock = calendar.clone();
    let (from, to) = (period.from(), period.until() - 1);
    let days = calendar.period(Bucket::Day, Some(from), Some(to), asking.now)?;
    let (supply, paid, first) = app
        .books
        .read(move |conn| {
            let folded = Folded::open(conn)?;
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
    Ok(page(&ReportPage {
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
    }))
}

/// The month before, this one, and the one after, as far as there is one.
fn views(shell: &Shell, calendar: &Calendar, (from, to): (i64, i64), first: Option<i64>, now: i64) -> Vec<View> {
    let view = |key: &'static str, at: i64| View {
        name: shell.say(key).into(),
        address: address(calendar, at),
        is_shown: false,
    };
    let earlier = first.filter(|first| *first < from).map(|_| view("statistics-month-before", from - 1));
    let later = (to < now).then(|| view("statistics-month-after", to + 1));
    earlier.into_iter().chain(later).collect()
}

/// What a figure is called, and where it stands.
type Compared = (&'static str, fn(&Month) -> Cell);

/// Each figure of the month beside that of the month before.
fn compared(report: &Report, shell: &Shell, calendar: &Calendar) -> Vec<(&'static str, String, Option<String>)> {
    let rows: [Compared; 13] = [
        ("Payments between members", |month| Cell::Count(month.payments)),
        ("What they moved", |month| Cell::Tokens(month.volume)),
        ("A payment on average", |month| Cell::Ratio(month.average)),
        ("A payment in the middle", |month| Cell::Ratio(month.median)),
        ("Times a token changes hands in a year", |month| Cell::Ratio(month.velocity)),
        ("Members", |month| Cell::Count(month.members)),
        ("Members who traded", |month| Cell::Count(month.active)),
        ("Members who joined", |month| Cell::Count(month.joined)),
        ("Members who left", |month| Cell::Count(month.left)),
        ("Distributed to members", |month| Cell::Tokens(month.distributed)),
        ("Paid to the community’s accounts", |month| Cell::Tokens(month.returned)),
        ("With members at the end", |month| Cell::Tokens(month.circulating_supply.into())),
        ("In the community’s accounts at the end", |month| Cell::Tokens(month.system_pool.into())),
    ];
    let row = |(what, cell): Compared| {
        let shown = |month: &Month| cell(month).shown(shell, calendar);
        (what, shown(&report.figures), report.previous.as_ref().map(shown))
    };
    rows.into_iter().map(row).collect()
}
