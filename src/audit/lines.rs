//! Lines of the audit log as people read them: what was done in words, and to whom.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::error::Result;
use crate::language::Language;
use crate::ledger::{AuditEntry, AuditFilter, Page, PageRequest, audit_history};

/// The acts there are, and what each means in words.
pub(super) const ACTIONS: &[(&str, &str)] = &[
    ("distribution", "Distributed tokens"),
    ("issuance", "Issued tokens"),
    ("reversal", "Corrected a transaction"),
    ("wallet.freeze", "Froze a wallet"),
    ("wallet.unfreeze", "Unfroze a wallet"),
    ("user.delete", "Deleted a member"),
    ("user.restore", "Restored a member"),
    ("user.erase", "Erased a member"),
    ("role.grant", "Granted a role"),
    ("role.revoke", "Revoked a role"),
    ("system_account.create", "Made a system account"),
    ("link.create", "Made a one-time link"),
    ("link.use", "Used a one-time link"),
    ("link.withdraw", "Withdrew a one-time link"),
    ("passkey.add", "Added a passkey"),
    ("passkey.remove", "Removed a passkey"),
    ("recovery_codes.create", "Made recovery codes"),
    ("recovery_code.use", "Used a recovery code"),
    ("session.revoke", "Ended sessions"),
    ("client.create", "Made a service client"),
    ("client.rotate", "Renewed a service client"),
    ("client.revoke", "Revoked a service client"),
    ("chain.seal", "Chained rows made by hand"),
    ("key.introduce", "Introduced the signing key"),
    ("key.rotate", "Rotated the signing key"),
    ("key.replace", "Replaced the signing key"),
    ("database.migrate", "Migrated the database"),
    ("database.restore", "Restored a backup"),
];

/// A line for people.
#[derive(Debug, Clone)]
pub struct AuditView {
    /// The line itself.
    pub entry: AuditEntry,
    /// What was done, in words.
    pub meaning: String,
    /// To what: a name, where the log holds an id.
    pub target: String,
    /// The page of what it was done to.
    pub href: Option<String>,
    /// Further facts, by name.
    pub facts: Vec<(String, String)>,
}

/// One page of the log, for people.
pub fn lines(conn: &Connection, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditView>> {
    let found = audit_history(conn, filter, page)?;
    let items = found.items.into_iter().map(|entry| AuditView::of(conn, entry)).collect::<Result<_>>()?;
    Ok(Page { items, next_cursor: found.next_cursor })
}

impl AuditView {
    /// Who did it, without the id that stands behind an operator's name.
    pub fn by(&self) -> &str {
        let operator = &self.entry.operator;
        operator.rsplit_once(" (").filter(|(_, id)| id.len() == 37).map_or(operator, |(name, _)| name)
    }

    fn of(conn: &Connection, entry: AuditEntry) -> Result<Self> {
        let (target, href) = match entry.action.as_str() {
            "distribution" => {
                let [tokens, members] = ["distributed", "recipients"]
                    .map(|name| Language::English.grouped(entry.details[name].as_i64().unwrap_or(0)));
                (format!("{tokens} to {members} wallets"), Some(format!("/admin/distributions/{}", entry.target)))
            }
            "issuance" => (
                Language::English.grouped(entry.details["amount"].as_i64().unwrap_or(0)),
                Some("/admin/accounts".to_owned()),
            ),
            "reversal" => (entry.target.clone(), Some(format!("/admin/transactions/{}", entry.target))),
            _ => match owner(conn, &entry.target)? {
                Some((id, name)) => (name, Some(format!("/admin/members/{id}"))),
                None => (entry.target.clone(), None),
            },
        };
        let facts = match &entry.details {
            Value::Object(details) => details.iter().filter_map(|(name, value)| fact(name, value)).collect(),
            _ => Vec::new(),
        };
        Ok(Self { meaning: meaning(&entry.action).to_owned(), target, href, facts, entry })
    }
}

fn fact(name: &str, value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((name.replace('_', " "), text))
}

/// The member whom an id means, or whose wallet it is.
fn owner(conn: &Connection, id: &str) -> Result<Option<(String, String)>> {
    Ok(conn
        .prepare_cached(
            "SELECT id, username FROM users WHERE id = ?1
              UNION ALL
             SELECT users.id, users.username FROM wallets JOIN users ON users.wallet = wallets.key WHERE wallets.id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// What was done, in words; an act without any is shown by its own name.
fn meaning(action: &str) -> &str {
    ACTIONS.iter().find(|(name, _)| *name == action).map_or(action, |(_, words)| words)
}
