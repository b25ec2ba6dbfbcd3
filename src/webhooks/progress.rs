//! Keeping how far a webhook has come, and what became of an attempt.

use rusqlite::Connection;
use serde_json::json;

use super::letters::{Letter, set_apart};
use super::pending::Message;
use super::renew::StopWebhook;
use super::webhook::{Places, Stopped, TAKEN, Webhook, by_key};
use crate::error::Result;
use crate::identity::{Overseers, Role};
use crate::ledger::{Authority, Command, DAY_MS, Ledger};
use crate::notices::{NoticeKind, tell};
use crate::outgoing::doubled;

/// The wait after the first failed attempt; each after it is twice as long.
const FIRST_WAIT: i64 = 2_000;
/// No wait is longer.
const LONGEST_WAIT: i64 = 60 * 60_000;
/// A message that was refused so often is set apart, after a minute.
const REFUSED_MOST: i64 = 6;
/// The same where the receiver has a trouble of its own, after an hour.
const TROUBLED_MOST: i64 = 12;
/// A webhook that took nothing for so long is stopped.
const FAILS_FOR: i64 = 5 * DAY_MS;
/// Of what nobody answered, so much is kept.
const ANSWER_CHARS: usize = 200;

/// Why a message was not taken.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// The receiver does not want it.
    Refused(u16),
    /// The receiver wants nothing any more.
    Gone,
    /// Another answer than that it was taken.
    Troubled(u16),
    /// Nobody answered. It says nothing against the message, which stays first, however long it takes.
    Unreached(String),
}

impl Failure {
    /// What an answer means, if the message was not taken.
    pub(super) fn of(status: u16) -> Option<Self> {
        match status {
            200..300 => None,
            410 => Some(Self::Gone),
            // It came too early, too slowly, or too many others came with it.
            408 | 425 | 429 => Some(Self::Troubled(status)),
            400..500 => Some(Self::Refused(status)),
            _ => Some(Self::Troubled(status)),
        }
    }

    /// Attempts that are made before the message is set apart.
    pub(super) const fn patience(&self) -> i64 {
        match self {
            Self::Refused(_) => REFUSED_MOST,
            Self::Troubled(_) => TROUBLED_MOST,
            Self::Gone | Self::Unreached(_) => i64::MAX,
        }
    }

    /// As it is kept and shown.
    pub(super) fn answer(&self) -> String {
        match self {
            Self::Refused(status) | Self::Troubled(status) => status.to_string(),
            Self::Gone => "410".to_owned(),
            Self::Unreached(why) => why.chars().take(ANSWER_CHARS).collect(),
        }
    }
}

fn keep(
    conn: &Connection,
    webhook: i64,
    Places([transactions, audit_log, users, checkpoints, alerts]): Places,
) -> Result<()> {
    conn.prepare_cached(
        "UPDATE webhooks SET transactions = ?2, audit_log = ?3, users = ?4, checkpoints = ?5, alerts = ?6 WHERE key = ?1",
    )?
    .execute((webhook, transactions, audit_log, users, checkpoints, alerts))?;
    Ok(())
}

/// Everything up to these places is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) webhook: i64,
    pub(super) places: Places,
    /// When the last message was taken; none: there was none to tell on the way.
    pub(super) taken_at: Option<i64>,
}

impl Command for Told {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        keep(ledger.conn, self.webhook, self.places)?;
        if let Some(at) = self.taken_at {
            works(ledger.conn, self.webhook, at)?;
        }
        Ok(())
    }
}

/// It took a message just now.
fn works(conn: &Connection, webhook: i64, at: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE webhooks SET attempts = 0, due_at = 0, failing_since = NULL, answer = ?3, answered_at = ?2 WHERE key = ?1",
    )?
    .execute((webhook, at, TAKEN))?;
    Ok(())
}

/// The message that was next was not taken.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) webhook: i64,
    /// Where it stands: everything before is told.
    pub(super) places: Places,
    pub(super) message: Message,
    /// Where it stands once the message is told or set apart.
    pub(super) after: Places,
    pub(super) failure: Failure,
    /// By the clock.
    pub(super) now: i64,
    /// Who is told when the webhook is stopped for it.
    pub(super) overseers: Overseers,
}

impl Command for Failed {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let (conn, now, answer) = (ledger.conn, self.now, self.failure.answer());
        keep(conn, self.webhook, self.places)?;
        let Some(webhook) = by_key(conn, self.webhook)? else { return Ok(()) };
        let attempts = webhook.attempts + 1;
        let since = webhook.failing_since.unwrap_or(now);
        let is_set_apart = attempts >= self.failure.patience();
        if is_set_apart {
            set_apart(conn, webhook.key, &self.message, attempts, Some(&answer))?;
            keep(conn, webhook.key, self.after)?;
        }
        let wait = doubled(FIRST_WAIT, attempts - 1, LONGEST_WAIT);
        let (attempts, due_at) = if is_set_apart { (0, 0) } else { (attempts, now + wait) };
        conn.prepare_cached(
            "UPDATE webhooks SET attempts = ?2, due_at = ?3, failing_since = ?4, answer = ?5, answered_at = ?6 WHERE key = ?1",
        )?
        .execute((webhook.key, attempts, due_at, since, &answer, now))?;
        match self.failure {
            Failure::Gone => stop(ledger, &webhook, Stopped::Gone, &self.overseers, now),
            _ if now - since >= FAILS_FOR => stop(ledger, &webhook, Stopped::Failures, &self.overseers, now),
            _ => Ok(()),
        }
    }
}

/// Stops a webhook by the program's own hand, and tells the operators.
fn stop(ledger: &mut Ledger<'_>, webhook: &Webhook, by: Stopped, overseers: &Overseers, now: i64) -> Result<()> {
    let why = match by {
        Stopped::Gone => "It answered that it wants no more messages",
        Stopped::Failures | Stopped::Operator => "It has taken no message for five days",
    };
    let authority = Authority::of_the_program(why)?;
    StopWebhook { id: webhook.id, by, authority }.run(ledger)?;
    let operators = overseers.told(ledger.conn, Role::Operator, now)?;
    let details = json!({ "webhook_id": webhook.id, "what": by });
    for operator in operators {
        tell(ledger, operator.key, NoticeKind::WebhookStopped, &details)?;
    }
    Ok(())
}

/// What became of a message that was sent again.
#[derive(Debug, Clone)]
pub(super) struct SentAgain {
    pub(super) webhook: i64,
    pub(super) letter: Letter,
    /// `None`: it was taken, or there is nothing to send any more.
    pub(super) failure: Option<Failure>,
    /// By the clock.
    pub(super) now: i64,
}

impl Command for SentAgain {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let conn = ledger.conn;
        let Some(failure) = self.failure else {
            conn.prepare_cached("DELETE FROM webhook_letters WHERE key = ?1")?.execute([self.letter.key])?;
            return works(conn, self.webhook, self.now);
        };
        conn.prepare_cached(
            "UPDATE webhook_letters SET again = 0, attempts = attempts + 1, answer = ?2 WHERE key = ?1",
        )?
        .execute((self.letter.key, failure.answer()))?;
        conn.prepare_cached("UPDATE webhooks SET answer = ?2, answered_at = ?3 WHERE key = ?1")?.execute((
            self.webhook,
            failure.answer(),
            self.now,
        ))?;
        Ok(())
    }
}
