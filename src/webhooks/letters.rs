//! Messages set apart: those that a receiver refused too often, so that the ones behind them went on, and
//! those that an operator has asked for.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::EventKind;
use super::pending::{Message, again};
use super::webhook::{Webhook, by_id};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger, Page, PageRequest, bad_cursor};

/// What is kept for one webhook; what is older goes.
const KEPT: i64 = 1_000;

/// A message set apart.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Letter {
    #[serde(skip)]
    pub(super) key: i64,
    /// Its `webhook-id`.
    pub id: String,
    /// What it tells.
    pub kind: EventKind,
    /// When that happened, Unix milliseconds.
    pub created_at: i64,
    /// Attempts at it.
    pub attempts: i64,
    /// What came of the last one.
    pub last_answer: Option<String>,
    /// Whether it waits to be sent again.
    pub waits: bool,
    /// What it says, as it is sent; null where it cannot be made of the ledger any more, as after a restore.
    #[schema(value_type = Option<Object>)]
    pub content: Option<Value>,
    #[serde(skip)]
    pub(super) sequence: i64,
}

const COLUMNS: &str = "key, message, kind, created_at, attempts, answer, again, sequence";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Letter> {
    let kind: String = row.get(2)?;
    Ok(Letter {
        key: row.get(0)?,
        id: row.get(1)?,
        kind: serde_json::from_value(kind.into()).map_err(|_| rusqlite::Error::InvalidQuery)?,
        created_at: row.get(3)?,
        attempts: row.get(4)?,
        last_answer: row.get(5)?,
        waits: row.get(6)?,
        content: None,
        sequence: row.get(7)?,
    })
}

/// The messages of a webhook that are set apart, newest first.
pub fn letters(conn: &Connection, webhook: &Webhook, page: &PageRequest) -> Result<Page<Letter>> {
    let before: i64 = page.cursor.as_ref().map_or(Ok(i64::MAX), |cursor| cursor.parse().map_err(|_| bad_cursor()))?;
    let rows = conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM webhook_letters WHERE webhook = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3"
        ))?
        .query_map((webhook.key, before, page.rows()), from_row)?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = page.cut(rows, |last: &Letter| last.key.to_string());
    for letter in &mut found.items {
        letter.content = match letter.message(conn, webhook) {
            Ok(message) => message.map(|message| message.content()),
            Err(error) => {
                // One that cannot be read does not hide the others.
                tracing::warn!(message = letter.id, %error, cause = error.cause(), "what a message says cannot be read");
                None
            }
        };
    }
    Ok(found)
}

impl Letter {
    /// The message, made of its row once more; nothing where that is gone.
    fn message(&self, conn: &Connection, webhook: &Webhook) -> Result<Option<Message>> {
        again(conn, webhook, self.kind, self.sequence, self.created_at)
    }

    /// What it says, for people to read.
    pub fn written(&self) -> Option<String> {
        self.content.as_ref().map(|content| format!("{content:#}"))
    }
}

/// The next one that waits to be sent again, with what it says; without, where its row is gone.
pub(super) fn waiting(conn: &Connection, webhook: &Webhook) -> Result<Option<(Letter, Option<Message>)>> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM webhook_letters WHERE webhook = ?1 AND again ORDER BY key LIMIT 1"
        ))?
        .query_row([webhook.key], from_row)
        .optional()?;
    let Some(letter) = found else { return Ok(None) };
    let message = letter.message(conn, webhook)?;
    Ok(Some((letter, message)))
}

/// Sets a message apart.
pub(super) fn set_apart(
    conn: &Connection,
    webhook: i64,
    message: &Message,
    attempts: i64,
    answer: Option<&str>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO webhook_letters (webhook, message, kind, sequence, created_at, attempts, answer, again)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts, answer = excluded.answer",
    )?
    .execute((
        webhook,
        &message.id,
        message.kind.as_str(),
        message.sequence,
        message.at,
        attempts,
        answer,
        answer.is_none(),
    ))?;
    conn.prepare_cached(
        "DELETE FROM webhook_letters WHERE key IN
           (SELECT key FROM webhook_letters WHERE webhook = ?1 ORDER BY key DESC LIMIT 100 OFFSET ?2)",
    )?
    .execute((webhook, KEPT))?;
    Ok(())
}

/// Sends a message that is set apart once more, or all of them. They are tried at once, each one time.
///
/// Refused: `webhook_not_found`, `message_not_found`.
#[derive(Debug, Clone)]
pub struct SendAgain {
    /// Of which webhook.
    pub id: Uuid,
    /// Which one; none: all.
    pub message: Option<String>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for SendAgain {
    /// How many.
    type Output = i64;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<i64> {
        let webhook = by_id(ledger.conn, self.id)?;
        let which = "WHERE webhook = ?1 AND (?2 IS NULL OR message = ?2)";
        let count: i64 = ledger
            .conn
            .prepare_cached(&format!("SELECT count(*) FROM webhook_letters {which}"))?
            .query_row((webhook.key, &self.message), |row| row.get(0))?;
        if count == 0 {
            return Err(Error::new(Code::MessageNotFound, "No such message is set apart."));
        }
        let details = json!({ "message": self.message, "count": count });
        ledger.note(&self.authority, AuditAction::WebhookSendAgain, self.id, details)?;
        ledger
            .conn
            .prepare_cached(&format!("UPDATE webhook_letters SET again = 1 {which}"))?
            .execute((webhook.key, &self.message))?;
        ledger.conn.execute("UPDATE webhooks SET due_at = 0 WHERE key = ?1", [webhook.key])?;
        Ok(count)
    }
}

/// Sends a message that tells nothing, to see whether it arrives. It is tried once, at once, and stays where
/// messages are set apart if it does not.
///
/// Refused: `webhook_not_found`.
#[derive(Debug, Clone)]
pub struct TestWebhook {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for TestWebhook {
    /// The `webhook-id` of the message.
    type Output = String;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<String> {
        let webhook = by_id(ledger.conn, self.id)?;
        let line = ledger.note(&self.authority, AuditAction::WebhookTest, self.id, json!({}))?;
        let message = Message::test(line, ledger.now(), &webhook);
        set_apart(ledger.conn, webhook.key, &message, 0, None)?;
        ledger.conn.execute("UPDATE webhooks SET due_at = 0 WHERE key = ?1", [webhook.key])?;
        Ok(message.id)
    }
}
