//! The page of what may come, and its tables as files.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::forecast::{Forecast, Foretold};
use super::outlook::Outlook;
use super::pages::View;
use super::range::Ahead;
use super::sections::{Section, downloaded, file, says, sentences};
use super::table::{Cell, Table, briefly, named};
use super::users::Settled;
use crate::error::Result;
use crate::web::chart::{self, Point};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, page};

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
    let views = [
        (Bucket::Day, "statistics-ahead-days"),
        (Bucket::Week, "statistics-ahead-weeks"),
        (Bucket::Month, "statistics-ahead-months"),
    ];
    let view = |(other, name): (Bucket, &'static str)| View {
        name: shell.say(name).into(),
        address: query(other),
        is_shown: other == bucket,
    };
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
    Ok(downloaded(file(sections(&forecast, &shell, &calendar), path, &calendar)?))
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
        words.section(("payments-ahead", "statistics-payments", PAYMENTS), true, &forecast.volume),
        words.section(("members-ahead", "statistics-active", MEMBERS), false, &forecast.active_users),
        words.section(("circulation-ahead", "statistics-circulation", CIRCULATION), true, &forecast.circulating_supply),
        words.section(("issuance-ahead", "statistics-issued", ISSUANCE), true, &forecast.total_issuance),
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
        let name = |start: i64| named(self.shell, self.calendar, self.bucket, start);
        let mut lead = String::new();
        if let (Some(last), Some(before)) = (outlook.series.last(), &outlook.backtest) {
            let is_better = before.mean_absolute_error < before.mean_absolute_error_unchanged;
            let expected = self
                .shell
                .say("statistics-ahead-expected")
                .with("when", name(last.start_at))
                .with("value", said(last.value))
                .with("lower", said(last.lower))
                .with("upper", said(last.upper));
            let worth = self
                .shell
                .say(if is_better { "statistics-ahead-better" } else { "statistics-ahead-no-better" })
                .with("off", said(before.mean_absolute_error))
                .with("unchanged", said(before.mean_absolute_error_unchanged));
            lead = sentences(self.shell, expected, worth);
        }
        let heading_of = |key: &str, name| (self.shell.say(key).into(), name);
        let table = Table {
            path,
            caption: self.shell.say("statistics-ahead-table").into(),
            headings: vec![
                heading_of("statistics-from", "start_at"),
                heading_of("statistics-ahead-value", "value"),
                heading_of("statistics-ahead-lower", "lower"),
                heading_of("statistics-ahead-upper", "upper"),
            ],
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
            .map(|(start, value)| Point { value: *value, says: says(self.shell, &name(*start), &said(*value)) });
        let may_be = outlook.series.iter().map(|point| {
            let says = self
                .shell
                .say("statistics-ahead-says")
                .with("when", name(point.start_at))
                .with("lower", said(point.lower))
                .with("upper", said(point.upper))
                .into();
            ([point.lower, point.value, point.upper], says)
        });
        let starts =
            outlook.lately.iter().map(|(start, _)| *start).chain(outlook.series.iter().map(|point| point.start_at));
        let below: Vec<String> = starts.map(|start| briefly(self.shell, self.calendar, self.bucket, start)).collect();
        Section {
            id,
            heading: self.shell.say(heading).into(),
            keys: Vec::new(),
            chart: if outlook.series.is_empty() {
                None
            } else {
                chart::ahead(self.shell.language, lead.clone(), was.collect(), may_be.collect(), &below)
            },
            lead,
            empty: if outlook.missing > 0 {
                self.shell
                    .say(match self.bucket {
                        Bucket::Month => "statistics-ahead-missing-months",
                        Bucket::Week => "statistics-ahead-missing-weeks",
                        Bucket::Day | Bucket::Hour => "statistics-ahead-missing-days",
                    })
                    .with("over", outlook.history)
                    .with("missing", outlook.missing)
                    .into()
            } else {
                self.shell.say("statistics-ahead-none").into()
            },
            note: String::new(),
            tables: vec![table],
        }
    }
}
