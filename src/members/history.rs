//! What members take home of their own: everything held about them, and their history as a table.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;

use super::data;
use crate::error::{Error, Result};
use crate::identity::Member;
use crate::ledger::{Direction, Transaction};
use crate::web::spreadsheet::{harmless, row};
use crate::web::{App, Pages, Pieces, Session, download};

/// The downloads of this slice.
pub(super) fn routes() -> Pages {
    Pages::new().route("/profile/data.json", get(everything)).route("/profile/history.csv", get(table))
}

/// Everything held about a member, as a file.
pub(super) fn data_file(app: &App, member: Member) -> Response {
    let app = app.clone();
    download("my-data.json", "application/json", |pieces| data::write(app, member, pieces))
}

async fn everything(State(app): State<App>, session: Session) -> Response {
    data_file(&app, session.member)
}

async fn table(State(app): State<App>, session: Session) -> Response {
    download("history.csv", "text/csv; charset=utf-8", |pieces| write(app, session.member, pieces))
}

const HEADINGS: [&str; 13] = [
    "time",
    "id",
    "kind",
    "direction",
    "amount",
    "balance_after",
    "other_name",
    "other_wallet_id",
    "note",
    "by_program",
    "reverses",
    "category",
    "fee_of",
];

async fn write(app: App, member: Member, pieces: Pieces) -> Result<()> {
    let mut text = Vec::new();
    table_headings(&mut text).map_err(Error::internal)?;
    let mut cursor = None;
    loop {
        let page = data::transactions(&app, &member, cursor).await?;
        for transaction in &page.items {
            table_line(&mut text, transaction).map_err(Error::internal)?;
        }
        pieces.send(std::mem::take(&mut text)).await?;
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// The headings of a history as a table.
pub fn table_headings(out: &mut Vec<u8>) -> std::io::Result<()> {
    row(out, HEADINGS)
}

/// A transaction as a line of it.
pub fn table_line(out: &mut Vec<u8>, transaction: &Transaction) -> std::io::Result<()> {
    let time = Timestamp::from_millisecond(transaction.created_at).unwrap_or_default();
    let (direction, other) = match transaction.direction {
        Some(Direction::In) => ("in", &transaction.from),
        _ => ("out", &transaction.to),
    };
    row(
        out,
        [
            format!("{time:.3}"),
            transaction.id.to_string(),
            transaction.kind.as_str().to_owned(),
            direction.to_owned(),
            transaction.amount.to_string(),
            transaction.balance_after.map(|balance| balance.to_string()).unwrap_or_default(),
            harmless(&other.name),
            other.wallet_id.to_string(),
            transaction.note.as_deref().map(harmless).unwrap_or_default(),
            transaction.client.as_deref().map(harmless).unwrap_or_default(),
            transaction.reverses.map(|id| id.to_string()).unwrap_or_default(),
            transaction.category.as_deref().map(harmless).unwrap_or_default(),
            transaction.fee_of_id().map(|id| id.to_string()).unwrap_or_default(),
        ],
    )
}
