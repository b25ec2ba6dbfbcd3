//! The page of the statistics, and its tables as files.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar, Period};
use super::figures::{Figures, Look};
use super::range::Range;
use super::sections::{FILES, Section, downloaded, file};
use super::users::Settled;
use crate::error::Result;
use crate::ledger::proof::{Newest, newest};
use crate::ledger::{self, Supply};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, page};

/// The routes of this slice.
pub(super) fn routes(settled: &Arc<Settled>) -> Pages {
    let pages = Pages::new().route("/statistics", get(statistics).layer(Extension(Arc::clone(settled))));
    FILES.into_iter().fold(pages, |pages, path| {
        let file = move |app, session, known, range| table(path, app, session, known, range);
        pages.route(path, get(file).layer(Extension(Arc::clone(settled))))
    })
}

#[derive(Template)]
#[template(path = "statistics/statistics.html")]
struct StatisticsPage {
    shell: Shell,
    calendar: Calendar,
    supply: Supply,
    checkpoint: Option<Newest>,
    head: String,
    in_members_hands: String,
    in_pool: String,
    bar: i128,
    total_users: i64,
    active_users: i64,
    views: Vec<View>,
    span: String,
    /// The newest month that is over, as an address says it.
    last_month: String,
    /// The time that is shown, as an address says it.
    query: String,
    sections: Vec<Section>,
}

/// Another time to look at.
pub(super) struct View {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) is_shown: bool,
}

async fn statistics(
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Response> {
    let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
    let (names, clock) = (session.member.oversees(), calendar.clone());
    let (figures, checkpoint, period) = app
        .books
        .read(move |conn| {
            let period = range.period(&clock, Bucket::Day, now)?;
            let (calendar, settled, period) = (&clock, &*settled, &period);
            let look = Look { conn, calendar, settled, period, named: names, now };
            Ok((Figures::read(&look)?, newest(conn)?, period.clone()))
        })
        .await?;
    let shell = app.shell(Some(&session), Nav::Statistics);
    let supply = figures.supply.supply.clone();
    let total = i128::from(supply.total_issuance).max(1);
    let share = |part: i64, of: i128| (i128::from(part) * of + total / 2) / total;
    Ok(page(&StatisticsPage {
        in_members_hands: shell.grouped(share(supply.circulating_supply, 100)),
        in_pool: shell.grouped(share(supply.system_pool, 100)),
        bar: share(supply.circulating_supply, 1000),
        total_users: supply.total_users,
        active_users: supply.active_users,
        // Enough to compare by eye; the file has all of it.
        head: checkpoint.as_ref().map_or_else(String::new, |checkpoint| ledger::hex(&checkpoint.hash[..8])),
        checkpoint,
        views: views(&shell, &calendar, &period, figures.first, now),
        span: shell
            .say("date-span")
            .with("from", shell.day(&period.from()))
            .with("to", shell.day(&(period.until() - 1).min(now)))
            .into(),
        last_month: calendar.month(calendar.start(Bucket::Month, now) - 1),
        query: query(period.bucket, period.from(), period.until() - 1),
        // Before there is anything, there is nothing to draw.
        sections: figures.first.map(|_| figures.sections(&shell, &calendar)).unwrap_or_default(),
        supply,
        calendar,
        shell,
    }))
}

/// A table as a file, of the same numbers as the page at the same address.
async fn table(
    path: &'static str,
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Parameters(range): Parameters<Range>,
) -> Result<Response> {
    let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
    let (names, shell) = (session.member.oversees(), app.shell(Some(&session), Nav::Statistics));
    let file = app
        .books
        .read(move |conn| {
            let period = range.period(&calendar, Bucket::Day, now)?;
            let (calendar, settled, period) = (&calendar, &*settled, &period);
            let look = Look { conn, calendar, settled, period, named: names, now };
            file(vec![look.section(path, &shell)?], path, calendar)
        })
        .await?;
    Ok(downloaded(file))
}

/// A time, as the address of the page and of the API says it.
fn query(bucket: Bucket, from: i64, to: i64) -> String {
    format!("bucket={}&from_time={from}&to_time={to}", bucket.as_str())
}

/// The times to choose from: the usual ones, all there is, and those beside what is shown.
fn views(shell: &Shell, calendar: &Calendar, shown: &Period, first: Option<i64>, now: i64) -> Vec<View> {
    let usual = [
        (Bucket::Hour, "statistics-view-hours"),
        (Bucket::Day, "statistics-view-days"),
        (Bucket::Week, "statistics-view-weeks"),
        (Bucket::Month, "statistics-view-months"),
    ];
    let mut views: Vec<View> = usual
        .into_iter()
        .map(|(bucket, name)| View {
            name: shell.say(name).into(),
            address: format!("bucket={}", bucket.as_str()),
            is_shown: calendar.period(bucket, None, None, now).is_ok_and(|period| period == *shown),
        })
        .collect();
    let everything = first.and_then(|first| calendar.period(Bucket::Month, Some(first), None, now).ok());
    if let Some(everything) = everything {
        let address = format!("bucket=month&from_time={}", everything.from());
        views.push(View { name: shell.say("statistics-view-all").into(), address, is_shown: everything == *shown });
    }
    if first.is_some_and(|first| first < shown.from()) {
        let (from, until) = calendar.before(shown);
        views.push(View {
            name: shell.say("statistics-view-earlier").into(),
            address: query(shown.bucket, from, until - 1),
            is_shown: false,
        });
    }
    if shown.until() <= now {
        let end = shown.buckets().fold(shown.until(), |end, _| calendar.next(shown.bucket, end));
        views.push(View {
            name: shell.say("statistics-view-later").into(),
            address: query(shown.bucket, shown.until(), end - 1),
            is_shown: false,
        });
    }
    views
}
