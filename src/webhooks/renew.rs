//! What operators do with a webhook that is there: stop it, let it go on, renew its secret, remove it.

use serde_json::json;
use uuid::Uuid;

use super::sign::SigningSecret;
use super::webhook::{Stopped, Webhook, by_id};
use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Command, DAY_MS, Ledger};

/// For how long the secret before still signs: receivers need not be told in the same moment.
const BOTH: i64 = DAY_MS;

/// Gives a webhook a new secret. For a day messages carry a signature by the old one, too.
///
/// Refused: `webhook_not_found`.
#[derive(Debug, Clone)]
pub struct RotateWebhook {
    /// Which.
    pub id: Uuid,
    /// What messages are signed with from now on.
    pub secret: SigningSecret,
    /// Who and why.
    pub authority: Authority,
}

impl Command for RotateWebhook {
    type Output = Webhook;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Webhook> {
        let found = by_id(ledger.conn, self.id)?;
        let until = ledger.now() + BOTH;
        let audit =
            ledger.note(&self.authority, AuditAction::WebhookRotate, self.id, json!({ "old_secret_until": until }))?;
        ledger.conn.execute(
            "UPDATE webhooks SET old_secret = secret, old_until = ?2, secret = ?3, audit = ?4 WHERE key = ?1",
            (found.key, until, self.secret.0, audit),
        )?;
        by_id(ledger.conn, self.id)
    }
}

/// Stops a webhook: it is told nothing, and misses nothing either. One that is stopped already stays so,
/// and nothing is logged.
///
/// Refused: `webhook_not_found`.
#[derive(Debug, Clone)]
pub struct StopWebhook {
    /// Which.
    pub id: Uuid,
    /// Why it is told nothing any more.
    pub by: Stopped,
    /// Who and why.
    pub authority: Authority,
}

impl Command for StopWebhook {
    type Output = Webhook;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Webhook> {
        let found = by_id(ledger.conn, self.id)?;
        if found.stopped_at.is_some() {
            return Ok(found);
        }
        let details = json!({ "by": self.by, "last_answer": found.last_answer });
        let audit = ledger.note(&self.authority, AuditAction::WebhookStop, self.id, details)?;
        ledger.conn.execute(
            "UPDATE webhooks SET stopped_at = ?2, stopped_by = ?3, audit = ?4 WHERE key = ?1",
            (found.key, ledger.now(), self.by.as_str(), audit),
        )?;
        by_id(ledger.conn, self.id)
    }
}

/// Lets a webhook go on where it was stopped: what happened since is told first. One that is at work is
/// tried at once, and nothing is logged.
///
/// Refused: `webhook_not_found`.
#[derive(Debug, Clone)]
pub struct ResumeWebhook {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for ResumeWebhook {
    type Output = Webhook;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Webhook> {
        let found = by_id(ledger.conn, self.id)?;
        if found.stopped_at.is_some() {
            let audit = ledger.note(&self.authority, AuditAction::WebhookResume, self.id, json!({}))?;
            ledger.conn.execute(
                "UPDATE webhooks SET stopped_at = NULL, stopped_by = NULL, attempts = 0, failing_since = NULL, audit = ?2
                  WHERE key = ?1",
                (found.key, audit),
            )?;
        }
        ledger.conn.execute("UPDATE webhooks SET due_at = 0 WHERE key = ?1", [found.key])?;
        by_id(ledger.conn, self.id)
    }
}

/// Removes a webhook with its secrets and the messages set apart. The audit log keeps that it was there.
///
/// Refused: `webhook_not_found`.
#[derive(Debug, Clone)]
pub struct RemoveWebhook {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for RemoveWebhook {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let found = by_id(ledger.conn, self.id)?;
        let details = json!({ "set_apart": found.set_apart });
        ledger.note(&self.authority, AuditAction::WebhookRemove, self.id, details)?;
        ledger.conn.execute("DELETE FROM webhook_letters WHERE webhook = ?1", [found.key])?;
        ledger.conn.execute("DELETE FROM webhooks WHERE key = ?1", [found.key])?;
        Ok(())
    }
}
