//! An operator makes a service client, and gets its credential, once.

use rusqlite::OptionalExtension;
use serde_json::json;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::identity::check_name;
use crate::identity::client::{self, Credential, Scope, ServiceClient};
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// Makes a service client. What it may do stands in the audit log and never changes.
///
/// Refused: `invalid_request` for a name or scopes that are none, `client_exists` where another one
/// that is not revoked carries the name.
#[derive(Debug, Clone)]
pub struct CreateClient {
    /// What members will know it by: 3 to 64 letters, digits, `_` or `-`.
    pub name: String,
    /// What it may do; at least one thing.
    pub scopes: Vec<Scope>,
    /// What it will show. Made by the caller, so that it is never among what the ledger gives back.
    pub credential: Credential,
    /// Who and why.
    pub authority: Authority,
}

impl Command for CreateClient {
    type Output = ServiceClient;

    fn run(mut self, ledger: &mut Ledger<'_>) -> Result<ServiceClient> {
        check_name("name", &self.name, 64)?;
        self.scopes.sort_unstable();
        self.scopes.dedup();
        if self.scopes.is_empty() {
            return Err(Error::field("scopes", "must name at least one"));
        }
        let taken: Option<i64> = ledger
            .conn
            .prepare_cached("SELECT 1 FROM service_clients WHERE name = ?1 COLLATE NOCASE AND revoked IS NULL")?
            .query_row([&self.name], |row| row.get(0))
            .optional()?;
        if taken.is_some() {
            return Err(Error::new(
                Code::ClientExists,
                format!(
                    "There is a service client named {} already. Revoke it first, or choose another name.",
                    self.name
                ),
            ));
        }
        let id = Uuid::new_v4();
        let audit = ledger.audit(&self.authority.line(
            AuditAction::ClientCreate,
            &id.hyphenated().to_string(),
            json!({ "name": self.name, "scopes": self.scopes }),
        ))?;
        ledger.conn.execute(
            "INSERT INTO service_clients (id, name, secret_hash, scopes, audit, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                id.hyphenated().to_string(),
                &self.name,
                self.credential.hash(),
                json!(self.scopes).to_string(),
                audit,
                ledger.now(),
            ),
        )?;
        client::by_id(ledger.conn, id)
    }
}
