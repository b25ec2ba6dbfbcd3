//! The page of what distributions did, and its table as a file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::effect::{Asking, DistributionEffect, Effects, effects};
use super::range::Made;
use super::sections::{Section, downloaded, file};
use super::table::{Cell, Table, briefly, named};
use super::transactions::ratio;
use crate::error::Result;
use crate::web::chart::{self, Point};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, page};

const DISTRIBUTIONS: &str = "/statistics/distributions.csv";

/// The routes of this page.
pub(super) fn routes() -> Pages {
    Pages::new().route("/statistics/distributions", get(distributions)).route(DISTRIBUTIONS, get(table))
}

#[derive(Template)]
#[template(path = "statistics/distributions.html")]
struct DistributionsPage {
    shell: Shell,
    calendar: Calendar,
    /// What is shown, as an address says it, and what was before it.
    query: String,
    earlier: Option<String>,
    sections: Vec<Section>,
}

async fn distributions(
    State(app): State<App>,
    session: Session,
    Parameters(made): Parameters<Made>,
) -> Result<Response> {
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    let effects = look(&app, &session, &made).await?;
    let now = effects.calculated_at;
    let sections = if effects.distributions == 0 { Vec::new() } else { sections(&effects, &shell, &calendar) };
    let earlier = effects.page.next_cursor.map(|cursor| made.behind(cursor, now));
    Ok(page(&DistributionsPage { query: made.query(now), earlier, sections, calendar, shell }))
}

async fn table(State(app): State<App>, session: Session, Parameters(made): Parameters<Made>) -> Result<Response> {
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    let effects = look(&app, &session, &made).await?;
    Ok(downloaded(file(sections(&effects, &shell, &calendar), DISTRIBUTIONS, &calendar)?))
}

async fn look(app: &App, session: &Session, made: &Made) -> Result<Effects> {
    let asking = Asking { oversees: session.member.oversees(), now: app.books.now() };
    let (time, page) = made.meant(asking.now)?;
    let books = app.books.clone();
    app.books.read(move |conn| effects(conn, &*books.trail().newest(conn)?, time, &page, asking)).await
}

/// How soon, and where it is now.
pub(super) fn sections(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Vec<Section> {
    vec![soon(effects, shell, calendar), places(effects, shell, calendar)]
}

/// The words below the columns: when each was made, the oldest first.
fn below(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Vec<String> {
    effects.page.items.iter().rev().map(|one| briefly(shell, calendar, Bucket::Day, one.created_at)).collect()
}

/// The columns, each a distribution made of parts: their names in the stylesheet, what they are, how many tokens.
fn columns(
    effects: &Effects,
    shell: &Shell,
    calendar: &Calendar,
    parts: impl Fn(&DistributionEffect) -> Vec<(&'static str, &'static str, i128)>,
) -> Vec<Vec<(&'static str, Point)>> {
    let column = |one: &DistributionEffect| {
        let made = named(shell, calendar, Bucket::Day, one.created_at);
        let part = |(class, key, amount): (&'static str, &'static str, i128)| {
            let says = shell
                .say("statistics-effect-says")
                .with("when", &made)
                .with("what", shell.say(key))
                .with("amount", shell.sum(amount))
                .into();
            (class, Point { value: ratio(amount, 1), says })
        };
        parts(one).into_iter().map(part).collect()
    };
    effects.page.items.iter().rev().map(column).collect()
}

fn soon(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Section {
    let say = |key: &'static str| -> String { shell.say(key).into() };
    let total = &effects.total;
    let share = |part: i128| shell.language.percent(ratio(part, total.distributed.max(1)), 1);
    let lead: String = shell
        .say("statistics-soon-lead")
        .with("distributed", shell.sum(total.distributed))
        .with("week", share(total.spent_7d))
        .with("month", share(total.spent_30d))
        .with("quarter", share(total.spent_90d))
        .into();
    let columns = columns(effects, shell, calendar, |one| {
        let of = &one.tokens;
        vec![
            ("strength-5", "statistics-spent-7", of.spent_7d),
            ("strength-3", "statistics-spent-30", of.spent_30d - of.spent_7d),
            ("strength-2", "statistics-spent-90", of.spent_90d - of.spent_30d),
            ("strength-1", "statistics-spent-later", of.spent - of.spent_90d),
            ("pool", "statistics-lies-still", of.still),
            ("back", "statistics-taken-back", of.taken_back),
        ]
    });
    Section {
        id: "how-soon",
        heading: say("statistics-soon"),
        keys: vec![
            ("strength-5", say("statistics-within-7")),
            ("strength-3", say("statistics-within-30")),
            ("strength-2", say("statistics-within-90")),
            ("strength-1", say("statistics-later")),
            ("pool", say("statistics-lies-still")),
            ("back", say("statistics-taken-back")),
        ],
        chart: chart::stacks(shell.language, lead.clone(), columns, &below(effects, shell, calendar)),
        lead,
        empty: say("statistics-soon-empty"),
        note: say("statistics-soon-note"),
        tables: Vec::new(),
    }
}

fn places(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Section {
    let say = |key: &'static str| -> String { shell.say(key).into() };
    let total = &effects.total;
    let key = if total.out_of_reach > 0 { "statistics-places-lead-reach" } else { "statistics-places-lead" };
    let lead: String = shell
        .say(key)
        .with("still", shell.sum(total.still))
        .with("unreachable", shell.sum(total.out_of_reach))
        .with("returned", shell.sum(total.returned))
        .into();
    let columns = columns(effects, shell, calendar, |one| {
        let of = &one.tokens;
        vec![
            ("pool", "statistics-lies-still", of.still),
            ("members", "statistics-with-others", of.distributed - of.still - of.returned),
            ("back", "statistics-came-back", of.returned),
        ]
    });
    Section {
        id: "where-it-is",
        heading: say("statistics-places"),
        keys: vec![
            ("pool", say("statistics-lies-still")),
            ("members", say("statistics-with-others")),
            ("back", say("statistics-came-back")),
        ],
        chart: chart::stacks(shell.language, lead.clone(), columns, &below(effects, shell, calendar)),
        lead,
        empty: String::new(),
        note: say("statistics-places-note"),
        tables: vec![table_of(effects, shell)],
    }
}

fn table_of(effects: &Effects, shell: &Shell) -> Table {
    let reasons = effects.page.items.iter().any(|one| one.reason.is_some());
    let mut headings = vec![
        ("statistics-made", "created_at"),
        ("statistics-account", "system_account"),
        ("statistics-members", "recipients"),
        ("statistics-account-distributed", "distributed"),
        ("statistics-spent-7", "spent_7d"),
        ("statistics-spent-30", "spent_30d"),
        ("statistics-spent-90", "spent_90d"),
        ("statistics-spent-by-now", "spent"),
        ("statistics-spenders-7", "spenders_7d"),
        ("statistics-spenders-30", "spenders_30d"),
        ("statistics-spenders-90", "spenders_90d"),
        ("statistics-spenders-by-now", "spenders"),
        ("statistics-taken-back", "taken_back"),
        ("statistics-lies-still", "still"),
        ("statistics-out-of-reach", "out_of_reach"),
        ("statistics-came-back", "returned"),
    ];
    if reasons {
        headings.insert(1, ("statistics-what-for", "reason"));
    }
    let row = |one: &DistributionEffect| {
        let of = &one.tokens;
        let mut row = vec![
            Cell::Start(one.created_at, Bucket::Day),
            Cell::Text(one.system_account.clone()),
            Cell::Count(one.recipients),
            Cell::Tokens(of.distributed),
            Cell::Tokens(of.spent_7d),
            Cell::Tokens(of.spent_30d),
            Cell::Tokens(of.spent_90d),
            Cell::Tokens(of.spent),
            Cell::Count(one.spenders_7d),
            Cell::Count(one.spenders_30d),
            Cell::Count(one.spenders_90d),
            Cell::Count(one.spenders),
            Cell::Tokens(of.taken_back),
            Cell::Tokens(of.still),
            Cell::Tokens(of.out_of_reach),
            Cell::Tokens(of.returned),
        ];
        if reasons {
            row.insert(1, Cell::Text(one.reason.clone().unwrap_or_default()));
        }
        row
    };
    Table {
        path: DISTRIBUTIONS,
        caption: shell.say("statistics-each-distribution").into(),
        headings: headings.into_iter().map(|(key, name)| (shell.say(key).into(), name)).collect(),
        rows: effects.page.items.iter().map(row).collect(),
    }
}
