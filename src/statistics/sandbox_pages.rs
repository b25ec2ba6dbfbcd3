//! The page on which members try out rules, and its tables as files. The address holds the question.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::chart;
use super::sandbox::{Asked, FanPoint, Outcomes, Turns};
use super::sections::{Section, file};
use super::table::{Cell, Table, briefly, named, percent};
use crate::error::{Error, Result};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, download, form_status, grouped, page_with};

const CIRCULATION: &str = "/statistics/sandbox/circulation.csv";
const POOL: &str = "/statistics/sandbox/pool.csv";
const ISSUANCE: &str = "/statistics/sandbox/issuance.csv";
const PAYMENTS: &str = "/statistics/sandbox/payments.csv";
const VELOCITY: &str = "/statistics/sandbox/velocity.csv";
const UNEVENNESS: &str = "/statistics/sandbox/unevenness.csv";

/// The routes of this page.
pub(super) fn routes(turns: &Arc<Turns>) -> Pages {
    let known = || Extension(Arc::clone(turns));
    let pages = Pages::new().route("/statistics/sandbox", get(sandbox).layer(known()));
    [CIRCULATION, POOL, ISSUANCE, PAYMENTS, VELOCITY, UNEVENNESS].into_iter().fold(pages, |pages, path| {
        let file = move |app, session, turns, asked| table(path, app, session, turns, asked);
        pages.route(path, get(file).layer(known()))
    })
}

#[derive(Template)]
#[template(path = "statistics/sandbox.html")]
struct SandboxPage {
    shell: Shell,
    calendar: Calendar,
    asked: Asked,
    /// Whether something is asked that is not seen at first.
    more: bool,
    /// The question, as an address says it.
    query: String,
    /// What is wrong with it: the field, what it is called on the page, and why.
    problems: Vec<(String, &'static str, String)>,
    told: Option<Told>,
}

/// What came of it.
struct Told {
    assumptions: Vec<String>,
    missed: String,
    runs: String,
    sections: Vec<Section>,
}

/// What a field is called on the page.
fn label(field: &str) -> &'static str {
    match field {
        "distribute" => "Tokens each time",
        "distribute_to" => "To",
        "every" => "How often",
        "fee_percent" => "Fee in percent",
        "fee_tokens" => "Fee in tokens",
        "demurrage_percent" => "Back to the pool each month",
        "issue" => "Issued once",
        "joining_per_month" => "Members who join",
        "leaving_per_month" => "Members who leave",
        "months" => "Months to look ahead",
        "seed" => "Where chance begins",
        _ => "How many futures",
    }
}

async fn sandbox(
    State(app): State<App>,
    session: Session,
    Extension(turns): Extension<Arc<Turns>>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response> {
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    // Whoever only opens the page has asked nothing yet.
    let told = if asked == Asked::default() { Ok(None) } else { ask(&app, &session, &turns, &asked).await.map(Some) };
    let (outcomes, problems) = match told {
        Ok(outcomes) => (outcomes, Vec::new()),
        Err(refusal) if refusal.errors.is_empty() => return Err(refusal),
        Err(refusal) => {
            let problem = |one: crate::error::FieldError| (label(&one.field), one.field, one.message);
            let problems = refusal.errors.into_iter().map(problem);
            (None, problems.map(|(label, field, message)| (field, label, message)).collect())
        }
    };
    let told = outcomes.map(|outcomes| Told {
        assumptions: outcomes.assumptions.clone(),
        missed: missed(outcomes.missed_share),
        runs: grouped(outcomes.question.runs),
        sections: sections(&outcomes, &shell, &calendar),
    });
    let status = form_status(!problems.is_empty());
    let more = Asked {
        distribute: String::new(),
        distribute_to: String::new(),
        every: String::new(),
        fee_percent: String::new(),
        fee_tokens: String::new(),
        ..asked.clone()
    };
    Ok(page_with(
        status,
        &SandboxPage {
            more: more != Asked::default(),
            query: serde_urlencoded::to_string(&asked).map_err(Error::internal)?,
            problems,
            told,
            asked,
            calendar,
            shell,
        },
    ))
}

async fn ask(app: &App, session: &Session, turns: &Turns, asked: &Asked) -> Result<Arc<Outcomes>> {
    turns.ask(app, asked.question()?, session.member.oversees()).await
}

async fn table(
    path: &'static str,
    State(app): State<App>,
    session: Session,
    Extension(turns): Extension<Arc<Turns>>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response> {
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    let outcomes = ask(&app, &session, &turns, &asked).await?;
    let (name, content) = file(sections(&outcomes, &shell, &calendar), path, &calendar)?;
    Ok(download(name, "text/csv; charset=utf-8", |pieces| async move { pieces.send(content).await }))
}

/// How often tokens were missing.
fn missed(share: Option<f64>) -> String {
    match share {
        Some(share) if share >= 0.0005 => {
            format!("Of all payments {} were not made, because whoever wanted to pay had too little.", percent(share))
        }
        _ => String::new(),
    }
}

/// One part of the page for each figure.
fn sections(outcomes: &Outcomes, shell: &Shell, calendar: &Calendar) -> Vec<Section> {
    let fans = Fans { months: outcomes.question.months, shell, calendar };
    let tokens = |tokens: i64| (Cell::Tokens(tokens.into()), drawn(tokens));
    let ratio = |ratio: f64| (Cell::Ratio(Some(ratio)), ratio);
    vec![
        fans.section(("circulation", "In members’ hands", CIRCULATION), &outcomes.circulating_supply, tokens, ""),
        fans.section(("pool", "In the pool", POOL), &outcomes.system_pool, tokens, ""),
        fans.section(("issuance", "Issued in all", ISSUANCE), &outcomes.total_issuance, tokens, ""),
        fans.section(("payments", "Paid between members in a month", PAYMENTS), &outcomes.volume, tokens, ""),
        fans.section(
            ("velocity", "How often a token changes hands in a month", VELOCITY),
            &outcomes.velocity,
            ratio,
            "What members paid each other in the month, over what they held in it on average.",
        ),
        fans.section(
            ("unevenness", "How unevenly it is held", UNEVENNESS),
            &outcomes.gini,
            ratio,
            "The Gini coefficient: 0 where all hold the same, near 1 where one holds everything.",
        ),
    ]
}

/// For drawing, where a pixel is coarser than what is lost.
fn drawn(tokens: i64) -> f64 {
    super::transactions::ratio(tokens.into(), 1)
}

struct Fans<'a> {
    months: i64,
    shell: &'a Shell,
    calendar: &'a Calendar,
}

impl Fans<'_> {
    fn section<T: Copy>(
        &self,
        (id, heading, path): (&'static str, &'static str, &'static str),
        points: &[FanPoint<T>],
        cell: impl Fn(T) -> (Cell, f64),
        note: &'static str,
    ) -> Section {
        let said = |value: T| cell(value).0.shown(self.shell, self.calendar);
        let lead = points.last().map_or_else(String::new, |end| {
            let (low, middle, high) = (said(end.p5), said(end.p50), said(end.p95));
            if low == high {
                format!("After {} months: {middle}, whatever chance does.", self.months)
            } else {
                format!(
                    "After {} months there are in nine of ten futures between {low} and {high}; in half of them at most {middle}.",
                    self.months
                )
            }
        });
        let says = |point: &FanPoint<T>| {
            let name = named(self.calendar, Bucket::Day, point.at);
            format!("{name}: {} to {}, half of them at most {}", said(point.p5), said(point.p95), said(point.p50))
        };
        let values = |point: &FanPoint<T>| [point.p5, point.p25, point.p50, point.p75, point.p95];
        let drawn = points.iter().map(|point| (values(point).map(|value| cell(value).1), says(point)));
        let below: Vec<String> = points.iter().map(|point| briefly(self.calendar, Bucket::Month, point.at)).collect();
        let is_whole = points.first().is_some_and(|point| matches!(cell(point.p50).0, Cell::Tokens(_)));
        Section {
            id,
            heading,
            keys: vec![("gap", "nine of ten futures"), ("inner", "half of them"), ("curve", "the middle")],
            chart: chart::fan(lead.clone(), drawn.collect(), &below, is_whole),
            lead,
            empty: "There is none in any future.".to_owned(),
            note,
            tables: vec![Table {
                path,
                caption: "The futures, month by month",
                headings: vec![
                    ("On", "at"),
                    ("One of twenty at most", "p5"),
                    ("One of four at most", "p25"),
                    ("Half of them at most", "p50"),
                    ("Three of four at most", "p75"),
                    ("Nineteen of twenty at most", "p95"),
                ],
                rows: points
                    .iter()
                    .map(|point| {
                        let at = Cell::Start(point.at, Bucket::Day);
                        std::iter::once(at).chain(values(point).into_iter().map(|value| cell(value).0)).collect()
                    })
                    .collect(),
            }],
        }
    }
}
