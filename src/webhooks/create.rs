//! An operator makes a webhook, and gets its secret, once.

use ipnet::IpNet;
use serde_json::json;
use uuid::Uuid;

use super::event::EventKind;
use super::sign::SigningSecret;
use super::webhook::{MOST, Places, Webhook, by_id};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger};
use crate::outgoing;

/// Makes a webhook. It is told what happens from now on. Where it leads and what it is told never changes:
/// the audit log has it, but for what follows the name in the address, which may be a secret.
///
/// Refused: `invalid_request` for an address that may not be reached or for no kinds, `too_many_webhooks`.
#[derive(Debug, Clone)]
pub struct CreateWebhook {
    /// Where messages are sent.
    pub url: String,
    /// Of what; at least one kind.
    pub kinds: Vec<EventKind>,
    /// Whether the notes of payments are told, too.
    pub notes: bool,
    /// What messages are signed with. Made by the caller, so that it is never among what is given back.
    pub secret: SigningSecret,
    /// Networks that may be reached although they are not public.
    pub allowed: Vec<IpNet>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for CreateWebhook {
    type Output = Webhook;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Webhook> {
        let url = outgoing::check(self.url.trim(), &self.allowed)?;
        let kinds: Vec<EventKind> = EventKind::ALL.iter().copied().filter(|kind| self.kinds.contains(kind)).collect();
        if kinds.is_empty() {
            return Err(Error::field("kinds", "must name at least one"));
        }
        let there: i64 =
            ledger.conn.prepare_cached("SELECT count(*) FROM webhooks")?.query_row([], |row| row.get(0))?;
        if there >= MOST {
            return Err(Error::new(
                Code::TooManyWebhooks,
                format!("A community can have {MOST} webhooks. Remove one first."),
            ));
        }
        let (id, kinds) = (Uuid::new_v4(), json!(kinds));
        let details = json!({ "origin": Webhook::origin(&url), "kinds": kinds, "notes": self.notes });
        let audit = ledger.note(&self.authority, AuditAction::WebhookCreate, id, details)?;
        let Places([transactions, audit_log, users, checkpoints, alerts]) = Places::heads(ledger.conn)?;
        ledger.conn.execute(
            "INSERT INTO webhooks (id, url, kinds, notes, secret, created_at, audit, transactions, audit_log, users, checkpoints, alerts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            rusqlite::params![
                id.hyphenated().to_string(),
                url.as_str(),
                kinds.to_string(),
                self.notes,
                self.secret.0,
                ledger.now(),
                audit,
                transactions,
                audit_log,
                users,
                checkpoints,
                alerts,
            ],
        )?;
        by_id(ledger.conn, id)
    }
}
