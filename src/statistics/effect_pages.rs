//! The page of what distributions did, and its table as a file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::calendar::{Bucket, Calendar};
use super::chart::{self, Point};
use super::effect::{Asking, DistributionEffect, Effects, effects};
use super::range::Made;
use super::sections::{Section, file};
use super::table::{Cell, Table, briefly, named, percent};
use super::transactions::ratio;
use crate::error::Result;
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, download, grouped, page};

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
    let (name, content) = file(sections(&effects, &shell, &calendar), DISTRIBUTIONS, &calendar)?;
    Ok(download(name, "text/csv; charset=utf-8", |pieces| async move { pieces.send(content).await }))
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

fn tokens(shell: &Shell, tokens: i128) -> String {
    format!("{}\u{a0}{}", grouped(tokens), shell.symbol)
}

/// The words below the columns: when each was made, the oldest first.
fn below(effects: &Effects, calendar: &Calendar) -> Vec<String> {
    effects.page.items.iter().rev().map(|one| briefly(calendar, Bucket::Day, one.created_at)).collect()
}

/// The columns, each a distribution made of parts: their names in the stylesheet, what they are, how many tokens.
fn columns(
    effects: &Effects,
    shell: &Shell,
    calendar: &Calendar,
    parts: impl Fn(&DistributionEffect) -> Vec<(&'static str, &'static str, i128)>,
) -> Vec<Vec<(&'static str, Point)>> {
    let column = |one: &DistributionEffect| {
        let made = named(calendar, Bucket::Day, one.created_at);
        let part = |(class, what, amount): (&'static str, &'static str, i128)| {
            let says = format!("{made}, {what}: {}", tokens(shell, amount));
            (class, Point { value: ratio(amount, 1), says })
        };
        parts(one).into_iter().map(part).collect()
    };
    effects.page.items.iter().rev().map(column).collect()
}

fn soon(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Section {
    let total = &effects.total;
    let share = |part: i128| percent(ratio(part, total.distributed.max(1)));
    let lead = format!(
        "{} were distributed. Of these, {} were spent within 7 days, {} within 30 and {} within 90.",
        tokens(shell, total.distributed),
        share(total.spent_7d),
        share(total.spent_30d),
        share(total.spent_90d),
    );
    let columns = columns(effects, shell, calendar, |one| {
        let of = &one.tokens;
        vec![
            ("strength-5", "spent within 7 days", of.spent_7d),
            ("strength-3", "spent within 30 days", of.spent_30d - of.spent_7d),
            ("strength-2", "spent within 90 days", of.spent_90d - of.spent_30d),
            ("strength-1", "spent later", of.spent - of.spent_90d),
            ("pool", "lies still", of.still),
            ("back", "taken back", of.taken_back),
        ]
    });
    Section {
        id: "how-soon",
        heading: "How soon it was spent",
        keys: vec![
            ("strength-5", "Within 7 days"),
            ("strength-3", "30 days"),
            ("strength-2", "90 days"),
            ("strength-1", "Later"),
            ("pool", "Lies still"),
            ("back", "Taken back"),
        ],
        chart: chart::stacks(lead.clone(), columns, &below(effects, calendar)),
        lead,
        empty: "Nothing was distributed in this time.".to_owned(),
        note: "Spent is what a member paid of it to anyone, the first time it left their hands. The newest distributions have had less time than the others. Taken back is what corrections took.",
        tables: Vec::new(),
    }
}

fn places(effects: &Effects, shell: &Shell, calendar: &Calendar) -> Section {
    let total = &effects.total;
    let lead = if total.out_of_reach > 0 {
        format!(
            "{} lie still with the members who received them; {} of these cannot be spent now, in frozen wallets or those of members who left. {} came back to the community’s accounts.",
            tokens(shell, total.still),
            tokens(shell, total.out_of_reach),
            tokens(shell, total.returned),
        )
    } else {
        format!(
            "{} lie still with the members who received them. {} came back to the community’s accounts.",
            tokens(shell, total.still),
            tokens(shell, total.returned),
        )
    };
    let columns = columns(effects, shell, calendar, |one| {
        let of = &one.tokens;
        vec![
            ("pool", "lie still", of.still),
            ("members", "with other members", of.distributed - of.still - of.returned),
            ("back", "came back", of.returned),
        ]
    });
    Section {
        id: "where-it-is",
        heading: "Where it is now",
        keys: vec![("pool", "Lies still"), ("members", "With other members"), ("back", "Came back")],
        chart: chart::stacks(lead.clone(), columns, &below(effects, calendar)),
        lead,
        empty: String::new(),
        note: "What came back was paid to the community’s accounts by whoever had it by then.",
        tables: vec![table_of(effects)],
    }
}

fn table_of(effects: &Effects) -> Table {
    let reasons = effects.page.items.iter().any(|one| one.reason.is_some());
    let mut headings = vec![
        ("Made", "created_at"),
        ("From", "system_account"),
        ("Members", "recipients"),
        ("Distributed", "distributed"),
        ("Spent in 7 days", "spent_7d"),
        ("Spent in 30 days", "spent_30d"),
        ("Spent in 90 days", "spent_90d"),
        ("Spent up to now", "spent"),
        ("By members in 7 days", "spenders_7d"),
        ("By members in 30 days", "spenders_30d"),
        ("By members in 90 days", "spenders_90d"),
        ("By members up to now", "spenders"),
        ("Taken back", "taken_back"),
        ("Lies still", "still"),
        ("Out of reach", "out_of_reach"),
        ("Came back", "returned"),
    ];
    if reasons {
        headings.insert(1, ("What for", "reason"));
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
        caption: "Each distribution",
        headings,
        rows: effects.page.items.iter().map(row).collect(),
    }
}
