//! The page of who trades with whom, and its tables as files.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::activity;
use super::calendar::Calendar;
use super::flow::{Connected, Network, network};
use super::network::{Drawing, draw};
use super::pages::View;
use super::range::Days;
use super::sections::{Section, file};
use super::table::{Cell, Table};
use crate::error::Result;
use crate::language::Language;
use crate::ledger::DAY_MS;
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, download, page};

const CONNECTIONS: &str = "/statistics/connections.csv";
const GROUPS: &str = "/statistics/groups.csv";

/// Connections that are drawn at most: more would be a ball of wool.
const DRAWN: usize = 60;

/// The routes of this page.
pub(super) fn routes() -> Pages {
    let pages = Pages::new().route("/statistics/flow", get(flow));
    [CONNECTIONS, GROUPS]
        .into_iter()
        .fold(pages, |pages, path| pages.route(path, get(move |app, session, days| table(path, app, session, days))))
}

#[derive(Template)]
#[template(path = "statistics/flow.html")]
struct FlowPage {
    shell: Shell,
    calendar: Calendar,
    views: Vec<View>,
    span: String,
    query: String,
    sentences: Vec<String>,
    drawing: Option<Drawing>,
    most: usize,
    sections: Vec<Section>,
}

async fn flow(State(app): State<App>, session: Session, Parameters(days): Parameters<Days>) -> Result<Response> {
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    let network = look(&app, &session, &calendar, days).await?;
    let now = network.calculated_at;
    Ok(page(&FlowPage {
        views: views(&shell, &calendar, &network, now)?,
        span: shell
            .say("date-span")
            .with("from", shell.day(&network.from_time))
            .with("to", shell.day(&network.to_time.min(now)))
            .into(),
        query: format!("from_time={}&to_time={}", network.from_time, network.to_time),
        sentences: sentences(&network, shell.language),
        drawing: draw(&network.strongest, |one| says(one, &shell)),
        most: DRAWN,
        sections: sections(&network),
        calendar,
        shell,
    }))
}

async fn table(
    path: &'static str,
    State(app): State<App>,
    session: Session,
    Parameters(days): Parameters<Days>,
) -> Result<Response> {
    let calendar = Calendar::from(&app.config.community);
    let network = look(&app, &session, &calendar, days).await?;
    let (name, content) = file(sections(&network), path, &calendar)?;
    Ok(download(name, "text/csv; charset=utf-8", |pieces| async move { pieces.send(content).await }))
}

async fn look(app: &App, session: &Session, calendar: &Calendar, days: Days) -> Result<Network> {
    let (now, named) = (app.books.now(), session.member.oversees());
    let period = days.period(calendar, now)?;
    app.books.read(move |conn| network(conn, &period, DRAWN, named, now)).await
}

/// The times to choose from, up to today.
fn views(shell: &Shell, calendar: &Calendar, shown: &Network, now: i64) -> Result<Vec<View>> {
    [(30, "statistics-view-days"), (90, "statistics-view-quarter"), (365, "statistics-view-months")]
        .into_iter()
        .map(|(days, key)| {
            let from = (now - (days - 1) * DAY_MS).max(0);
            let period = activity::days(calendar, Some(from), None, now)?;
            let is_shown = (period.from(), period.until() - 1) == (shown.from_time, shown.to_time);
            let name = shell.say(key).into();
            Ok(View { name, address: format!("from_time={}", period.from()), is_shown })
        })
        .collect()
}

/// What there is to see, in words.
fn sentences(network: &Network, language: Language) -> Vec<String> {
    let grouped = |number: i64| language.grouped(number);
    let percent = |share: f64| language.percent(share, 1);
    if network.connections == 0 {
        return vec!["No member paid another one in this time.".to_owned()];
    }
    let mut sentences = vec![format!(
        "{} members traded, by {} connections: a connection is one member who paid another, once or often.",
        grouped(network.members),
        grouped(network.connections),
    )];
    sentences.extend(network.density.map(|density| {
        format!("Of all the connections that these members could have, {} are there.", percent(density))
    }));
    sentences.extend(network.reciprocity.map(|both| format!("Of those there are, {} go both ways.", percent(both))));
    sentences.push(match network.clusters.as_slice() {
        [_] => "All of them are joined, directly or by way of others.".to_owned(),
        [largest, ..] => format!(
            "They form {} groups between which nothing was paid; the largest has {} members.",
            grouped(super::counted(network.clusters.len())),
            grouped(largest.members),
        ),
        [] => String::new(),
    });
    sentences
}

/// Who somebody is: a name where it may be seen, or else a number.
fn who(number: usize, name: Option<&String>) -> String {
    name.map_or_else(|| format!("member {number}"), |name| format!("{name} ({number})"))
}

fn says(one: &Connected, shell: &Shell) -> String {
    let tokens = shell.sum(one.volume);
    let (from, to) = (who(one.from, one.from_username.as_ref()), who(one.to, one.to_username.as_ref()));
    format!("{from} → {to}: {tokens} ({})", shell.grouped(one.count))
}

fn sections(network: &Network) -> Vec<Section> {
    let named = network.strongest.iter().any(|one| one.from_username.is_some() || one.to_username.is_some());
    let mut headings = vec![
        ("From".to_owned(), "from"),
        ("To".to_owned(), "to"),
        ("Payments".to_owned(), "count"),
        ("Paid".to_owned(), "volume"),
    ];
    if named {
        headings.extend([("Who paid".to_owned(), "from_username"), ("Who was paid".to_owned(), "to_username")]);
    }
    let connection = |one: &Connected| {
        let mut row = vec![
            Cell::Count(super::counted(one.from)),
            Cell::Count(super::counted(one.to)),
            Cell::Count(one.count),
            Cell::Tokens(one.volume),
        ];
        if named {
            let ends = [&one.from_username, &one.to_username];
            row.extend(ends.map(|name| Cell::Text(name.clone().unwrap_or_default())));
        }
        row
    };
    let group = |group: &super::flow::Cluster| {
        vec![Cell::Count(group.members), Cell::Count(group.count), Cell::Tokens(group.volume)]
    };
    if network.connections == 0 {
        return Vec::new();
    }
    vec![Section {
        id: "connections",
        heading: "In numbers".to_owned(),
        lead: String::new(),
        keys: Vec::new(),
        chart: None,
        empty: String::new(),
        note: String::new(),
        tables: vec![
            Table {
                path: CONNECTIONS,
                caption: "The strongest connections".to_owned(),
                headings,
                rows: network.strongest.iter().map(connection).collect(),
            },
            Table {
                path: GROUPS,
                caption: "Groups between which nothing was paid".to_owned(),
                headings: vec![
                    ("Members".to_owned(), "members"),
                    ("Payments".to_owned(), "count"),
                    ("Paid".to_owned(), "volume"),
                ],
                rows: network.clusters.iter().map(group).collect(),
            },
        ],
    }]
}
