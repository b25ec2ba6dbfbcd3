//! The first page of operators and auditors: whether all is well, and what changed lately.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use tokio::task::spawn_blocking;

use crate::alerts::open_by_rule;
use crate::audit::{AuditView, lines};
use crate::backups;
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::proof::{Newest, newest};
use crate::ledger::{AuditFilter, PageRequest, Supply, supply};
use crate::treasury::consents::waiting;
use crate::web::{App, Nav, Overseeing, Pages, Section, Shell, Warning, page};

/// Audit lines shown.
const LATELY: usize = 6;

/// The page of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin", get(show))
}

#[derive(Template)]
#[template(path = "operators/overview.html")]
struct OverviewPage {
    shell: Shell,
    is_operator: bool,
    can_write: bool,
    /// What `/health` warns of, too.
    warnings: Vec<Warning>,
    /// How many hours ago the newest good backup was written.
    backup_hours: Option<i64>,
    supply: Supply,
    checkpoint: Option<Newest>,
    sequence: i64,
    log: Vec<AuditView>,
    /// How many acts wait for a second operator.
    waiting: i64,
    /// How many alerts nobody has seen to.
    alerts: i64,
}

async fn show(State(app): State<App>, Overseeing(session): Overseeing) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Admin(Section::Overview));
    let is_operator = session.member.has(Role::Operator);
    let (can_write, now) = (app.books.write_failure().is_none(), app.books.now());
    let warnings = app.warnings();
    let folder = app.config.backup.folder.clone();
    // A folder that cannot be read holds nothing that anybody could go back to.
    let backup = spawn_blocking(move || backups::newest(&folder)).await.map_err(Error::internal)?.ok().flatten();
    let backup_hours = backup.map(|backup| (now - backup.written_at()).max(0) / 3_600_000);
    let read = move |conn: &rusqlite::Connection| {
        let latest = PageRequest { limit: LATELY, cursor: None };
        Ok(OverviewPage {
            shell,
            is_operator,
            can_write,
            warnings,
            backup_hours,
            supply: supply(conn, now)?,
            checkpoint: newest(conn)?,
            sequence: conn
                .prepare_cached("SELECT coalesce(max(sequence), 0) FROM transactions")?
                .query_row([], |row| row.get(0))?,
            waiting: waiting(conn, now)?,
            // That the ledger does not add up stands above already.
            alerts: open_by_rule(conn, true)?.iter().map(|(_, count)| count).sum(),
            log: lines(conn, &AuditFilter::default(), &latest)?.items,
        })
    };
    Ok(page(&app.books.read(read).await?))
}
