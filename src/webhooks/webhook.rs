//! A webhook, and how it is read.

use ipnet::IpNet;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::{EventKind, Source};
use super::sign::SigningSecret;
use crate::error::{Code, Error, Result};

/// What is kept of an answer that took a message.
pub(super) const TAKEN: &str = "2xx";
/// How many a community may have.
pub(super) const MOST: i64 = 20;

/// Why a webhook is told nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// An operator stopped it.
    Operator,
    /// It has not taken a message for days.
    Failures,
    /// It answered 410: that it wants no more.
    Gone,
}

impl Stopped {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Failures => "failures",
            Self::Gone => "gone",
        }
    }
}

/// A webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Webhook {
    #[serde(skip)]
    pub(super) key: i64,
    /// How people refer to it.
    pub id: Uuid,
    /// Where messages are sent.
    pub url: String,
    /// Of what it is told.
    pub kinds: Vec<EventKind>,
    /// Whether the notes of payments are told, too.
    pub notes: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Until when messages are signed with the secret before this one, too, Unix milliseconds.
    pub old_secret_until: Option<i64>,
    /// Since when it is told nothing any more, Unix milliseconds.
    pub stopped_at: Option<i64>,
    /// Why.
    pub stopped_by: Option<Stopped>,
    /// Attempts so far at the message that is next.
    pub attempts: i64,
    /// When the next attempt is due, Unix milliseconds, where the last one failed.
    pub next_attempt_at: Option<i64>,
    /// Since when every attempt has failed, Unix milliseconds.
    pub failing_since: Option<i64>,
    /// What came of the last attempt: a status, or why nobody answered.
    pub last_answer: Option<String>,
    /// When that was, Unix milliseconds.
    pub last_answer_at: Option<i64>,
    /// Messages set apart: refused too often, or waiting to be sent again.
    pub set_apart: i64,
    #[serde(skip)]
    pub(super) places: Places,
    #[serde(skip)]
    secrets: (SigningSecret, Option<SigningSecret>),
}

/// How far a webhook has come in each table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places(pub(super) [i64; 5]);

impl Places {
    /// At the end of each.
    pub(super) fn heads(conn: &Connection) -> Result<Self> {
        let mut heads = [0; 5];
        for (head, source) in heads.iter_mut().zip(Source::ALL) {
            let (table, column) = source.table();
            *head = conn
                .prepare_cached(&format!("SELECT coalesce(max({column}), 0) FROM {table}"))?
                .query_row([], |row| row.get(0))?;
        }
        Ok(Self(heads))
    }

    pub(super) const fn of(&self, source: Source) -> i64 {
        self.0[source as usize]
    }

    pub(super) const fn set(&mut self, source: Source, place: i64) {
        self.0[source as usize] = place;
    }
}

impl Webhook {
    /// The signatures of a message sent now: one, or two while a renewed secret still counts.
    pub(super) fn signatures(&self, id: &str, now: i64, body: &str) -> String {
        let old = self.secrets.1.as_ref().filter(|_| self.old_secret_until.is_some_and(|until| now < until));
        let signatures: Vec<String> = [Some(&self.secrets.0), old]
            .into_iter()
            .flatten()
            .map(|secret| secret.sign(id, now / 1000, body))
            .collect();
        signatures.join(" ")
    }

    /// Where it leads, as far as the audit log should know: what follows may be a secret.
    pub(super) fn origin(url: &Url) -> String {
        url.origin().ascii_serialization()
    }

    /// The address, read; unless what may be reached has changed since it was put in.
    pub(super) fn address(&self, allowed: &[IpNet]) -> Result<Url, String> {
        crate::outgoing::check(&self.url, allowed).map_err(|error| error.detail)
    }

    /// Whether the last message sent to it was not taken.
    pub(super) fn has_refused(&self) -> bool {
        self.last_answer.as_deref().is_some_and(|answer| answer != TAKEN)
    }

    /// Whether it waits after a failure.
    pub(super) fn waits(&self, now: i64) -> bool {
        self.next_attempt_at.is_some_and(|due| due > now)
    }
}

const COLUMNS: &str = "key, id, url, kinds, notes, created_at, old_until, stopped_at, stopped_by, attempts,
    iif(attempts > 0, due_at, NULL), failing_since, answer, answered_at, transactions, audit_log, users, checkpoints,
    secret, old_secret, alerts, (SELECT count(*) FROM webhook_letters WHERE webhook = webhooks.key)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    fn word<T: for<'de> Deserialize<'de>>(text: &str) -> rusqlite::Result<T> {
        serde_json::from_str(text).map_err(|_| rusqlite::Error::InvalidQuery)
    }
    let (id, kinds, stopped_by): (String, String, Option<String>) = (row.get(1)?, row.get(3)?, row.get(8)?);
    Ok(Webhook {
        key: row.get(0)?,
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        url: row.get(2)?,
        kinds: word(&kinds)?,
        notes: row.get(4)?,
        created_at: row.get(5)?,
        old_secret_until: row.get(6)?,
        stopped_at: row.get(7)?,
        stopped_by: stopped_by.map(|by| word(&format!("\"{by}\""))).transpose()?,
        attempts: row.get(9)?,
        next_attempt_at: row.get(10)?,
        failing_since: row.get(11)?,
        last_answer: row.get(12)?,
        last_answer_at: row.get(13)?,
        places: Places([row.get(14)?, row.get(15)?, row.get(16)?, row.get(17)?, row.get(20)?]),
        secrets: (SigningSecret(row.get(18)?), row.get::<_, Option<[u8; 32]>>(19)?.map(SigningSecret)),
        set_apart: row.get(21)?,
    })
}

/// The refusal for a webhook nobody knows.
pub fn webhook_not_found() -> Error {
    Error::new(Code::WebhookNotFound, "There is no webhook with this id.")
}

/// The webhook with this id.
pub fn by_id(conn: &Connection, id: Uuid) -> Result<Webhook> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM webhooks WHERE id = ?1"))?
        .query_row([id.hyphenated().to_string()], from_row)
        .optional()?
        .ok_or_else(webhook_not_found)
}

/// The webhook in this row, if it is there still.
pub(super) fn by_key(conn: &Connection, key: i64) -> Result<Option<Webhook>> {
    Ok(conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM webhooks WHERE key = ?1"))?
        .query_row([key], from_row)
        .optional()?)
}

/// All of them, the newest first.
pub fn list(conn: &Connection) -> Result<Vec<Webhook>> {
    Ok(conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM webhooks ORDER BY key DESC"))?
        .query_map([], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}
