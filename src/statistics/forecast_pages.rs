//! The page of what may come, and its tables as files.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::chart::{self, Point};
use super::forecast::{Forecast, Foretold};
use super::outlook::Outlook;
use super::pages::View;
use super::range::Ahead;
use super::sections::{Section, file};
use super::table::{Cell, Table, briefly, named};
use super::users::Settled;
use crate::error::Result;
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, download, grouped, page};

const ISSUANCE: &str = "/statistics/forecast/issuance.csv";
const CIRCULATION: &str = "/statistics/forecast/circulation.csv";
const PAYMENTS: &str = "/statistics/forecast/payments.csv";
const MEMBERS: &str = "/statistics/forecast/members.csv";

/// The routes of this page.
pub(super) fn routes(settled: &Arc<Settled>, foretold: &Arc<Foretold>) -> Pages {
    let known = || (Extension(Arc::clone(settled)), Extension(Arc::clone(foretold)));
    let pages = Pages::new().route("/statistics/forecast", get(forecast).layer(known()));
    [ISSUANCE, CIRCULATION, PAYMENTS, MEMBERS].into_iter().fold(pages, |pages, path| {
        let file = move |app, session, settled, foretold, ahead| table(path, app, session, settled, foretold, ahead);
        pages.route(path, get(file).layer(known()))
    })
}

#[derive(Template)]
#[template(path = "statistics/forecast.html")]
struct ForecastPage {
    shell: Shell,
    calendar: Calendar,
    views: Vec<View>,
    query: String,
    sections: Vec<Section>,
}

async fn forecast(
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(ahead): Parameters<Ahead>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Statistics);
    let (calendar, forecast) = look(&app, settled, foretold, ahead).await?;
    let bucket = forecast.bucket;
    let views = [(Bucket::Day, "14 days"), (Bucket::Week, "8 weeks"), (Bucket::Month, "6 months")];
    let view = |(other, name): (Bucket, &'static str)| View { name, address: query(other), is_shown: other == bucket };
    Ok(page(&ForecastPage {
        views: views.into_iter().map(view).collect(),
        query: query(bucket),
        sections: sections(&forecast, &shell, &calendar),
        calendar,
        shell,
    }))
}

async fn table(
    path: &'static str,
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(ahead): Parameters<Ahead>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Statistics);
    let (calendar, forecast) = look(&app, settled, foretold, ahead).await?;
    let (name, content) = file(sections(&forecast, &shell, &calendar), path, &calendar)?;
    Ok(download(name, "text/csv; charset=utf-8", |pieces| async move { pieces.send(content).await }))
}

async fn look(app: &App, settled: Arc<Settled>, foretold: Arc<Foretold>, ahead: Ahead) -> Result<(Calendar, Forecast)> {
    let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
    let clock = calendar.clone();
    let forecast = app.books.read(move |conn| foretold.forecast(conn, &clock, &settled, ahead.bucket(), now)).await?;
    Ok((calendar, forecast))
}

fn query(bucket: Bucket) -> String {
    format!("bucket={}", bucket.as_str())
}

/// One part of the page for each figure.
fn sections(forecast: &Forecast, shell: &Shell, calendar: &Calendar) -> Vec<Section> {
    let words = Words { bucket: forecast.bucket, shell, calendar };
    vec![
        words.section(("payments-ahead", "Payments between members", PAYMENTS), true, &forecast.volume),
        words.section(("members-ahead", "Members who take part", MEMBERS), false, &forecast.active_users),
        words.section(("circulation-ahead", "In members’ hands", CIRCULATION), true, &forecast.circulating_supply),
        words.section(("issuance-ahead", "Issued in all", ISSUANCE), true, &forecast.total_issuance),
    ]
}

struct Words<'a> {
    bucket: Bucket,
    shell: &'a Shell,
    calendar: &'a Calendar,
}

impl Words<'_> {
    fn section(
        &self,
        (id, heading, path): (&'static str, &'static str, &'static str),
        is_tokens: bool,
        outlook: &Outlook,
    ) -> Section {
        let cell = |number: f64| if is_tokens { Cell::EstimatedTokens(number) } else { Cell::Estimated(number) };
        let said = |number: f64| cell(number).shown(self.shell, self.calendar);
        let name = |start: i64| named(self.calendar, self.bucket, start);
        let mut lead = String::new();
        if let (Some(last), Some(before)) = (outlook.series.last(), &outlook.backtest) {
            let off = said(before.mean_absolute_error);
            let unchanged = said(before.mean_absolute_error_unchanged);
            let compared = if before.mean_absolute_error < before.mean_absolute_error_unchanged {
                format!("to say that nothing changes, by {unchanged}.")
            } else {
                format!("to say that nothing changes was no worse ({unchanged}), so take it lightly.")
            };
            lead = format!(
                "{}: about {}, four times of five between {} and {}. Looking ahead from earlier times was off by {off} on average; {compared}",
                name(last.start_at),
                said(last.value),
                said(last.lower),
                said(last.upper),
            );
        }
        let table = Table {
            path,
            caption: "What is to be expected, and within what",
            headings: vec![("From", "start_at"), ("Expected", "value"), ("At least", "lower"), ("At most", "upper")],
            rows: outlook
                .series
                .iter()
                .map(|point| {
                    let start = Cell::Start(point.start_at, self.bucket);
                    vec![start, cell(point.value), cell(point.lower), cell(point.upper)]
                })
                .collect(),
        };
        let was = outlook
            .lately
            .iter()
            .map(|(start, value)| Point { value: *value, says: format!("{}: {}", name(*start), said(*value)) });
        let may_be = outlook.series.iter().map(|point| {
            let says = format!("{}: {} to {}", name(point.start_at), said(point.lower), said(point.upper));
            ([point.lower, point.value, point.upper], says)
        });
        let starts =
            outlook.lately.iter().map(|(start, _)| *start).chain(outlook.series.iter().map(|point| point.start_at));
        let below: Vec<String> = starts.map(|start| briefly(self.calendar, self.bucket, start)).collect();
        Section {
            id,
            heading,
            keys: Vec::new(),
            chart: if outlook.series.is_empty() {
                None
            } else {
                chart::ahead(lead.clone(), was.collect(), may_be.collect(), &below)
            },
            lead,
            empty: if outlook.missing > 0 {
                format!(
                    "Too little has happened yet to look ahead: {} are over since the community began, and {} more must be.",
                    self.buckets(outlook.history),
                    grouped(outlook.missing),
                )
            } else {
                "There was none, and none is to be expected.".to_owned()
            },
            note: "",
            tables: vec![table],
        }
    }

    /// `30 whole days`.
    fn buckets(&self, count: i64) -> String {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} whole {}{plural}", grouped(count), self.bucket.as_str())
    }
}
