//! The copies of the ledger: which there are, how old the newest good one is, and taking one now. None can be
//! fetched here: it holds everything, and whoever has it has it all.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::audit::LeaveLine;
use crate::backups::{self, Listed, Stage};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, REASON_CHARS_MAX};
use crate::web::{
    App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, ReasonForm, Section, Session, Shell,
    form_status, page_with,
};

/// The page of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/backups", get(show).post(take))
}

#[derive(Template)]
#[template(path = "operators/backups.html")]
struct BackupsPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    has_begun: bool,
    progress: Option<(Stage, u64)>,
    is_failing: bool,
    found: Vec<Listed>,
    /// The newest that was proven, and how many hours ago that was.
    newest: Option<(Listed, i64)>,
    every_hours: u32,
    keep: usize,
    folder: String,
    reason: String,
    reason_max: usize,
    problem: Option<String>,
}

/// What was just begun.
#[derive(Debug, Default, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn backups_page(
    app: &App,
    session: &Session,
    has_begun: bool,
    (reason, problem): (String, Option<String>),
) -> Result<Response> {
    let settings = app.config.backup.clone();
    let folder = settings.folder.clone();
    let found = spawn_blocking(move || backups::listed(&folder)).await.map_err(Error::internal)?;
    // A folder that cannot be read holds nothing that anybody could go back to.
    let found = found.unwrap_or_default();
    let now = app.books.now();
    let newest = found.iter().find(|backup| backup.is_proven).cloned();
    let status = form_status(problem.is_some());
    let page = BackupsPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Program)),
        may: MayAct::beside_form(status, session, app),
        place: "/admin/backups",
        has_begun,
        progress: app.backups.progress(),
        is_failing: app.backups.is_failing(),
        newest: newest.map(|backup| {
            let hours = (now - backup.at).max(0) / 3_600_000;
            (backup, hours)
        }),
        found,
        every_hours: settings.every_hours,
        keep: settings.keep,
        folder: std::path::absolute(&settings.folder).unwrap_or(settings.folder).display().to_string(),
        reason,
        reason_max: REASON_CHARS_MAX,
        problem,
    };
    Ok(page_with(status, &page))
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(query): Parameters<Done>,
) -> Result<Response> {
    backups_page(&app, &session, query.done.is_some(), Default::default()).await
}

async fn take(State(app): State<App>, operating: Operating, FormBody(form): FormBody<ReasonForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    match operating.act(&form.reason, |authority| begin(&app, authority)).await {
        Ok(()) => Ok(Redirect::to("/admin/backups?done=1").into_response()),
        Err(error) if error.is_refusal() => {
            let problem = operating.told(&app, &error);
            backups_page(&app, &operating.session, false, (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

/// Begins one, which goes on while the operator does something else. Its line is written first, so that the
/// backup itself says who wanted it.
async fn begin(app: &App, authority: Authority) -> Result<()> {
    let Some(running) = app.backups.begin() else {
        return Err(
            Error::new(Code::InvalidRequest, "A backup is being taken already.").in_words("operators-backups-busy")
        );
    };
    let name = backups::scheduled_name(app.books.now());
    let (action, target, details) = (AuditAction::BackupTake, name.clone(), json!({}));
    app.books.execute(LeaveLine { action, target, details, authority }).await?;
    let app = app.clone();
    // What goes wrong is in the log, and on this page.
    drop(spawn_blocking(move || backups::keep(&app.config.backups(), &name, &app.backups, &running)));
    Ok(())
}
