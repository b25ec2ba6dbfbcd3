//! How the program is set up: its release, its settings in force with where each came from, and how the
//! ledger is copied. Secrets are hidden, as on the command line.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::config::{Origin, Setting};
use crate::web::{App, Nav, Overseeing, Pages, Section, Shell, page};

/// The page of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/program", get(show))
}

#[derive(Template)]
#[template(path = "operators/program.html")]
struct ProgramPage {
    shell: Shell,
    version: &'static str,
    sqlite: &'static str,
    database: String,
    /// Bytes of the database file; `None`: it cannot be looked at.
    bytes: Option<i64>,
    /// The settings by the table in which they lie.
    settings: Vec<(String, Vec<Setting>)>,
}

impl ProgramPage {
    /// Where a value came from.
    fn origin(&self, origin: &Origin) -> String {
        match origin {
            Origin::Default => return String::new(),
            Origin::File(path) => self.shell.say("operators-origin-file").with("path", path.display().to_string()),
            Origin::Environment(name) => self.shell.say("operators-origin-environment").with("name", name),
            Origin::Flag(name) => self.shell.say("operators-origin-flag").with("name", *name),
        }
        .into()
    }
}

async fn show(State(app): State<App>, Overseeing(session): Overseeing) -> Response {
    let mut settings: Vec<(String, Vec<Setting>)> = Vec::new();
    for setting in app.config.report() {
        let section = setting.key.split('.').next().unwrap_or_default();
        match settings.last_mut() {
            Some((name, group)) if name == section => group.push(setting.clone()),
            _ => settings.push((section.to_owned(), vec![setting.clone()])),
        }
    }
    let database = app.books.path();
    page(&ProgramPage {
        shell: app.shell(Some(&session), Nav::Admin(Section::Program)),
        version: env!("CARGO_PKG_VERSION"),
        sqlite: rusqlite::version(),
        bytes: std::fs::metadata(database).ok().and_then(|file| i64::try_from(file.len()).ok()),
        database: database.display().to_string(),
        settings,
    })
}
