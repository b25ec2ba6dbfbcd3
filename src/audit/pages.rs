//! The audit log as a page and as files.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::export::note_export;
use super::lines::{AuditView, did, lines};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, AuditEntry, AuditFilter, Page, PageRequest, audit_history};
use crate::web::spreadsheet::{harmless, row};
use crate::web::{
    App, Nav, Overseeing, Pages, Parameters, Pieces, RequestId, Section, Shell, download, form_status, page_with,
};

/// Lines on a page.
const LINES: usize = 30;
/// Lines of a file that are read at once.
const AT_ONCE: usize = 200;

/// The pages of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/audit", get(show))
        .route("/admin/audit.csv", get(table))
        .route("/admin/audit.json", get(json))
}

/// The filter as it is typed. It stays in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct FilterForm {
    operator: String,
    action: String,
    target: String,
    request_id: String,
    q: String,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
}

impl FilterForm {
    fn is_set(&self) -> bool {
        let typed = [&self.operator, &self.action, &self.target, &self.request_id, &self.q, &self.from, &self.to];
        typed.iter().any(|text| !text.trim().is_empty())
    }

    fn filter(&self, shell: &Shell) -> Result<AuditFilter> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |text: &str, read: &dyn Fn(&str) -> Option<i64>| match text.trim() {
            "" => Ok(None),
            day => read(day).map(Some).ok_or_else(|| {
                Error::new(Code::InvalidRequest, "A day is written as 2026-11-20.").in_words("rule-day")
            }),
        };
        Ok(AuditFilter {
            operator: typed(&self.operator),
            action: typed(&self.action),
            target: typed(&self.target),
            request_id: typed(&self.request_id),
            text: typed(&self.q),
            from_time: day(&self.from, &|day| shell.start_of(day))?,
            to_time: day(&self.to, &|day| shell.end_of(day))?,
        })
    }

    /// The address of the same lines elsewhere: of older ones, or of a file.
    fn query(&self, cursor: &str) -> String {
        let form = Self { cursor: cursor.to_owned(), ..self.clone() };
        format!("?{}", serde_urlencoded::to_string(form).unwrap_or_default())
    }
}

#[derive(Template)]
#[template(path = "audit/audit.html")]
struct AuditPage {
    shell: Shell,
    form: FilterForm,
    problem: Option<String>,
    actions: Vec<(&'static str, String)>,
    found: Vec<AuditView>,
    older: Option<String>,
    query: String,
    chain: Chain,
}

/// How far the log is chained and vouched for.
#[derive(Debug, Default)]
struct Chain {
    last: i64,
    unsealed: i64,
    covered: Option<i64>,
}

impl Chain {
    fn read(conn: &Connection) -> Result<Self> {
        Ok(conn
            .prepare_cached(
                "SELECT coalesce(max(sequence), 0), coalesce(max(sequence), 0) - (SELECT audit_sealed_sequence FROM ledger),
                        (SELECT audit_sequence FROM checkpoints ORDER BY sequence DESC LIMIT 1) FROM audit_log",
            )?
            .query_row([], |row| Ok(Self { last: row.get(0)?, unsealed: row.get(1)?, covered: row.get(2)? }))?)
    }
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(form): Parameters<FilterForm>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Admin(Section::Audit));
    let cursor = Some(form.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let read = match form.filter(&shell) {
        Ok(filter) => app.books.read(move |conn| lines(conn, &filter, &PageRequest { limit: LINES, cursor })).await,
        Err(error) => Err(error),
    };
    let (found, problem) = match read {
        Ok(found) => (found, None),
        Err(error) if error.is_refusal() => {
            (Page { items: Vec::new(), next_cursor: None }, Some(shell.of_others(&error)))
        }
        Err(error) => return Err(error),
    };
    let page = AuditPage {
        actions: AuditAction::ALL
            .iter()
            .map(|action| (action.as_str(), did(action.as_str(), shell.language)))
            .collect(),
        found: found.items,
        older: found.next_cursor.map(|cursor| format!("/admin/audit{}", form.query(&cursor))),
        query: form.query(""),
        chain: app.books.read(Chain::read).await?,
        form,
        problem,
        shell,
    };
    Ok(page_with(form_status(page.problem.is_some()), &page))
}

async fn table(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    request_id: RequestId,
    Parameters(form): Parameters<FilterForm>,
) -> Result<Response> {
    let filter = form.filter(&app.shell(Some(&session), Nav::None))?;
    note_export(&app, &session.member, &request_id, (AuditAction::ExportAuditLog, "audit-log.csv"), &form).await?;
    Ok(download("audit-log.csv", "text/csv; charset=utf-8", |pieces| write(app, filter, Format::Table, pieces)))
}

async fn json(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    request_id: RequestId,
    Parameters(form): Parameters<FilterForm>,
) -> Result<Response> {
    let filter = form.filter(&app.shell(Some(&session), Nav::None))?;
    note_export(&app, &session.member, &request_id, (AuditAction::ExportAuditLog, "audit-log.json"), &form).await?;
    Ok(download("audit-log.json", "application/json", |pieces| write(app, filter, Format::Json, pieces)))
}

/// How the lines are written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
}

const HEADINGS: [&str; 11] = [
    "line",
    "time",
    "operator",
    "action",
    "target",
    "reason",
    "details",
    "request_id",
    "first_transaction",
    "last_transaction",
    "hash",
];

/// The whole log as far as it matches, newest first, in bounded memory.
async fn write(app: App, filter: AuditFilter, format: Format, pieces: Pieces) -> Result<()> {
    let (mut text, mut cursor, mut is_first) = (Vec::new(), None, true);
    match format {
        Format::Table => row(&mut text, HEADINGS).map_err(Error::internal)?,
        Format::Json => text.push(b'['),
    }
    loop {
        let (wanted, page) = (filter.clone(), PageRequest { limit: AT_ONCE, cursor });
        let found = app.books.read(move |conn| audit_history(conn, &wanted, &page)).await?;
        for entry in &found.items {
            match format {
                Format::Table => line(&mut text, entry).map_err(Error::internal)?,
                Format::Json => {
                    text.extend_from_slice(if is_first { b"\n" } else { b",\n" });
                    serde_json::to_writer(&mut text, entry).map_err(Error::internal)?;
                }
            }
            is_first = false;
        }
        cursor = found.next_cursor;
        if cursor.is_none() && format == Format::Json {
            text.extend_from_slice(b"\n]\n");
        }
        pieces.send(std::mem::take(&mut text)).await?;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn line(out: &mut Vec<u8>, entry: &AuditEntry) -> std::io::Result<()> {
    let time = Timestamp::from_millisecond(entry.created_at).unwrap_or_default();
    let number = |sequence: Option<i64>| sequence.map(|sequence| sequence.to_string()).unwrap_or_default();
    row(
        out,
        [
            entry.sequence.to_string(),
            format!("{time:.3}"),
            harmless(&entry.operator),
            harmless(&entry.action),
            harmless(&entry.target),
            harmless(&entry.reason),
            entry.details.to_string(),
            entry.request_id.as_deref().map(harmless).unwrap_or_default(),
            number(entry.first_sequence),
            number(entry.last_sequence),
            entry.hash.map(|hash| hash.to_string()).unwrap_or_default(),
        ],
    )
}
