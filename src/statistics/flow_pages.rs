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
use super::sections::{Section, downloaded, file};
use super::table::{Cell, Table};
use crate::error::Result;
use crate::ledger::DAY_MS;
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, page};

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
        sentences: sentences(&network, &shell),
        drawing: draw(&network.strongest, |one| says(one, &shell)),
        most: DRAWN,
        sections: sections(&network, &shell),
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
    let (shell, calendar) = (app.shell(Some(&session), Nav::Statistics), Calendar::from(&app.config.community));
    let network = look(&app, &session, &calendar, days).await?;
    Ok(downloaded(file(sections(&network, &shell), path, &calendar)?))
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
fn sentences(network: &Network, shell: &Shell) -> Vec<String> {
    let percent = |share: f64| shell.language.percent(share, 1);
    if network.connections == 0 {
        return vec![shell.say("statistics-flow-none").into()];
    }
    let traded = shell.say("statistics-flow-traded");
    let mut says = vec![traded.with("members", network.members).with("count", network.connections)];
    let share = |key: &'static str, share: f64| shell.say(key).with("share", percent(share));
    says.extend(network.density.map(|density| share("statistics-flow-density", density)));
    says.extend(network.reciprocity.map(|both| share("statistics-flow-mutual", both)));
    match network.clusters.as_slice() {
        [_] => says.push(shell.say("statistics-flow-joined")),
        [largest, ..] => says.push(
            shell.say("statistics-flow-groups").with("groups", network.clusters.len()).with("members", largest.members),
        ),
        [] => {}
    }
    says.into_iter().map(String::from).collect()
}

/// Who somebody is: a name where it may be seen, or else a number.
fn who(number: usize, name: Option<&String>, shell: &Shell) -> String {
    let unnamed = || shell.say("statistics-flow-member").with("number", number).into();
    name.map_or_else(unnamed, |name| format!("{name} ({number})"))
}

fn says(one: &Connected, shell: &Shell) -> String {
    shell
        .say("statistics-flow-says")
        .with("from", who(one.from, one.from_username.as_ref(), shell))
        .with("to", who(one.to, one.to_username.as_ref(), shell))
        .with("volume", shell.sum(one.volume))
        .with("count", one.count)
        .into()
}

fn sections(network: &Network, shell: &Shell) -> Vec<Section> {
    let say = |key: &'static str| String::from(shell.say(key));
    let named = network.strongest.iter().any(|one| one.from_username.is_some() || one.to_username.is_some());
    let mut headings = vec![
        (say("statistics-flow-from"), "from"),
        (say("statistics-flow-to"), "to"),
        (say("statistics-flow-payments"), "count"),
        (say("statistics-paid"), "volume"),
    ];
    if named {
        headings.push((say("statistics-flow-who-paid"), "from_username"));
        headings.push((say("statistics-flow-who-was-paid"), "to_username"));
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
        heading: say("statistics-flow-numbers"),
        lead: String::new(),
        keys: Vec::new(),
        chart: None,
        empty: String::new(),
        note: String::new(),
        tables: vec![
            Table {
                path: CONNECTIONS,
                caption: say("statistics-flow-strongest"),
                headings,
                rows: network.strongest.iter().map(connection).collect(),
            },
            Table {
                path: GROUPS,
                caption: say("statistics-flow-groups-table"),
                headings: vec![
                    (say("statistics-members"), "members"),
                    (say("statistics-flow-payments"), "count"),
                    (say("statistics-paid"), "volume"),
                ],
                rows: network.clusters.iter().map(group).collect(),
            },
        ],
    }]
}
