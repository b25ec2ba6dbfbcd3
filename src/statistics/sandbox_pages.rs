//! The page on which members try out rules, and its tables as files. The address holds the question.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::sandbox::{Asked, FanPoint, Outcomes, Question, Turns, assumptions, runs_max};
use super::sections::{Section, downloaded, file};
use super::table::{Cell, Table, briefly, named};
use crate::error::{Code, Error, FieldError, Result};
use crate::language::Language;
use crate::web::chart::{self, drawn};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, form_status, note_refusal, page_with};

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
    problems: Vec<(String, String, String)>,
    told: Option<Told>,
}

/// What came of it.
struct Told {
    assumptions: Vec<String>,
    missed: Option<String>,
    runs: i64,
    sections: Vec<Section>,
}

/// What a field is called on the page: a text of ours.
fn label(field: &str) -> &'static str {
    match field {
        "distribute" => "statistics-ask-tokens",
        "distribute_to" => "statistics-ask-to",
        "every" => "statistics-ask-every",
        "fee_percent" => "statistics-ask-fee-percent",
        "fee_tokens" => "statistics-ask-fee-tokens",
        "demurrage_percent" => "statistics-ask-demurrage",
        "issue" => "statistics-ask-issue",
        "joining_per_month" => "statistics-ask-joining",
        "leaving_per_month" => "statistics-ask-leaving",
        "months" => "statistics-ask-months",
        "seed" => "statistics-ask-seed",
        _ => "statistics-ask-runs",
    }
}

/// What must be typed into a field.
fn rule(field: &str, shell: &Shell) -> String {
    let bounds = Question::default().bounds();
    let rule = match bounds.into_iter().find(|(name, ..)| *name == field) {
        Some((_, _, least, i64::MAX)) => shell.say("statistics-rule-from").with("least", least),
        Some((_, _, least, most)) => shell.say("statistics-rule-between").with("least", least).with("most", most),
        None if field.ends_with("_percent") => shell.say("statistics-rule-percent"),
        None => shell.say("statistics-rule-choice"),
    };
    rule.into()
}

/// What was typed, as it is read in every language.
fn plain(asked: &Asked, language: Language) -> Asked {
    let whole = |text: &String| language.digits(text);
    let percent = |text: &String| text.trim().replace(',', ".");
    Asked {
        months: whole(&asked.months),
        runs: whole(&asked.runs),
        seed: whole(&asked.seed),
        distribute: whole(&asked.distribute),
        fee_percent: percent(&asked.fee_percent),
        fee_tokens: whole(&asked.fee_tokens),
        demurrage_percent: percent(&asked.demurrage_percent),
        issue: whole(&asked.issue),
        joining_per_month: whole(&asked.joining_per_month),
        leaving_per_month: whole(&asked.leaving_per_month),
        ..asked.clone()
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
            let most = runs_max(session.member.oversees());
            let question = plain(&asked, session.language).question();
            note_refusal(refusal.code);
            let problem = |one: FieldError| {
                let rule = match refusal.code {
                    Code::SimulationTooLarge if question.as_ref().is_ok_and(|question| question.runs > most) => {
                        shell.say("statistics-rule-members").with("most", most).into()
                    }
                    Code::SimulationTooLarge => shell.say("statistics-rule-effort").into(),
                    _ => rule(&one.field, &shell),
                };
                (one.field.clone(), shell.say(label(&one.field)).into(), rule)
            };
            (None, refusal.errors.into_iter().map(problem).collect())
        }
    };
    let told = outcomes.map(|outcomes| Told {
        assumptions: assumptions(&outcomes.learnt, &outcomes.question, shell.language),
        missed: missed(outcomes.missed_share, &shell),
        runs: outcomes.question.runs,
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
    turns.ask(app, plain(asked, session.language).question()?, session.member.oversees()).await
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
    Ok(downloaded(file(sections(&outcomes, &shell, &calendar), path, &calendar)?))
}

/// How often tokens were missing.
fn missed(share: Option<f64>, shell: &Shell) -> Option<String> {
    let share = shell.language.percent(share.filter(|share| *share >= 0.0005)?, 1);
    Some(shell.say("statistics-missed").with("share", share).into())
}

/// One part of the page for each figure.
fn sections(outcomes: &Outcomes, shell: &Shell, calendar: &Calendar) -> Vec<Section> {
    let fans = Fans { months: outcomes.question.months, shell, calendar };
    let tokens = |tokens: i64| (Cell::Tokens(tokens.into()), drawn(tokens));
    let ratio = |ratio: f64| (Cell::Ratio(Some(ratio)), ratio);
    vec![
        fans.section(
            ("circulation", "statistics-with-members", CIRCULATION),
            &outcomes.circulating_supply,
            tokens,
            None,
        ),
        fans.section(("pool", "statistics-in-pool", POOL), &outcomes.system_pool, tokens, None),
        fans.section(("issuance", "statistics-issued", ISSUANCE), &outcomes.total_issuance, tokens, None),
        fans.section(("payments", "statistics-paid-monthly", PAYMENTS), &outcomes.volume, tokens, None),
        fans.section(
            ("velocity", "statistics-velocity-monthly", VELOCITY),
            &outcomes.velocity,
            ratio,
            Some("statistics-velocity-meaning"),
        ),
        fans.section(
            ("unevenness", "statistics-unevenness", UNEVENNESS),
            &outcomes.gini,
            ratio,
            Some("statistics-unevenness-meaning"),
        ),
    ]
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
        note: Option<&'static str>,
    ) -> Section {
        let say = |key: &'static str| -> String { self.shell.say(key).into() };
        let said = |value: T| cell(value).0.shown(self.shell, self.calendar);
        let lead = points.last().map_or_else(String::new, |end| {
            let (low, middle, high) = (said(end.p5), said(end.p50), said(end.p95));
            let lead = if low == high { "statistics-futures-certain" } else { "statistics-futures-lead" };
            self.shell
                .say(lead)
                .with("months", self.months)
                .with("low", low)
                .with("middle", middle)
                .with("high", high)
                .into()
        });
        let says = |point: &FanPoint<T>| {
            self.shell
                .say("statistics-futures-says")
                .with("when", named(self.shell, self.calendar, Bucket::Day, point.at))
                .with("low", said(point.p5))
                .with("high", said(point.p95))
                .with("middle", said(point.p50))
                .into()
        };
        let values = |point: &FanPoint<T>| [point.p5, point.p25, point.p50, point.p75, point.p95];
        let drawn = points.iter().map(|point| (values(point).map(|value| cell(value).1), says(point)));
        let below: Vec<String> =
            points.iter().map(|point| briefly(self.shell, self.calendar, Bucket::Month, point.at)).collect();
        let is_whole = points.first().is_some_and(|point| matches!(cell(point.p50).0, Cell::Tokens(_)));
        Section {
            id,
            heading: say(heading),
            keys: vec![
                ("gap", say("statistics-futures-most")),
                ("inner", say("statistics-futures-half")),
                ("curve", say("statistics-futures-middle")),
            ],
            chart: chart::fan(self.shell.language, lead.clone(), drawn.collect(), &below, is_whole),
            lead,
            empty: say("statistics-futures-empty"),
            note: note.map(say).unwrap_or_default(),
            tables: vec![Table {
                path,
                caption: say("statistics-futures-table"),
                headings: vec![
                    (say("statistics-day"), "at"),
                    (say("statistics-futures-p5"), "p5"),
                    (say("statistics-futures-p25"), "p25"),
                    (say("statistics-futures-p50"), "p50"),
                    (say("statistics-futures-p75"), "p75"),
                    (say("statistics-futures-p95"), "p95"),
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
