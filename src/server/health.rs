//! Whether the program can do its work: read and write.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Result};
use crate::ledger::{Command, Ledger};
use crate::web::{App, Calls, Warning, calls};

/// The route of this file.
pub(super) fn routes() -> Calls {
    calls!(health)
}

/// Passes through the writer and changes nothing.
struct Pulse;

impl Command for Pulse {
    type Output = ();
    fn run(self, _: &mut Ledger<'_>) -> Result<()> {
        Ok(())
    }
}

/// To have much to do is not to fail: whoever watches must not end the program for it.
fn works<T>(outcome: &Result<T>) -> bool {
    outcome.as_ref().err().is_none_or(|error| error.code == Code::Overloaded)
}

/// How the program is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`, or `failing`.
    status: &'static str,
    /// Whether the database can be read.
    can_read: bool,
    /// Whether the ledger can be written.
    can_write: bool,
    /// What fails, in a sentence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<&'static str>,
    /// What somebody should see to although the program can do its work, in a sentence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<&'static str>,
    /// The release of this program.
    version: &'static str,
    /// The SQLite release inside it.
    sqlite_version: &'static str,
}

/// Health
///
/// 200 when the ledger can be read and written, else 503, naming what fails.
#[utoipa::path(get, path = "/health", tag = "Program", security(()), responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn health(State(app): State<App>) -> Response {
    let read = app.books.look_up(|conn| Ok(conn.query_row("SELECT only FROM ledger", [], |row| row.get::<_, i64>(0))?));
    let can_read = works(&read.await);
    let can_write = works(&app.books.execute(Pulse).await) && app.books.write_failure().is_none();
    let mut failures = Vec::new();
    if !can_read {
        failures.push("The database cannot be read.");
    }
    if !can_write {
        failures.push("The ledger cannot be written; the log says why.");
    }
    let well = failures.is_empty();
    let health = Health {
        status: if well { "ok" } else { "failing" },
        can_read,
        can_write,
        failures,
        warnings: app.warnings().into_iter().map(Warning::sentence).collect(),
        version: env!("CARGO_PKG_VERSION"),
        sqlite_version: rusqlite::version(),
    };
    (if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health)).into_response()
}
