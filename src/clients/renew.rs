//! A credential that may have leaked is replaced; a client that is no longer wanted is revoked. Both
//! count from the next call on.

use serde_json::json;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::identity::client::{self, Credential, ServiceClient};
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// Gives a service client a new credential; the old one ends.
///
/// Refused: `client_not_found`, `client_revoked`.
#[derive(Debug, Clone)]
pub struct RotateClient {
    /// Which.
    pub id: Uuid,
    /// What it will show from now on.
    pub credential: Credential,
    /// Who and why.
    pub authority: Authority,
}

impl Command for RotateClient {
    type Output = ServiceClient;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<ServiceClient> {
        let found = client::by_id(ledger.conn, self.id)?;
        if found.revoked_at.is_some() {
            return Err(Error::new(Code::ClientRevoked, "This service client is revoked, for good. Make another one."));
        }
        let target = found.id.hyphenated().to_string();
        let audit =
            ledger.audit(&self.authority.line(AuditAction::ClientRotate, &target, json!({ "name": found.name })))?;
        ledger.conn.execute(
            "UPDATE service_clients SET secret_hash = ?2, audit = ?3 WHERE key = ?1",
            (found.key, self.credential.hash(), audit),
        )?;
        client::by_id(ledger.conn, self.id)
    }
}

/// Revokes a service client, for good. One that is revoked already stays so, and nothing is logged.
///
/// Refused: `client_not_found`.
#[derive(Debug, Clone)]
pub struct RevokeClient {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for RevokeClient {
    type Output = ServiceClient;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<ServiceClient> {
        let found = client::by_id(ledger.conn, self.id)?;
        if found.revoked_at.is_some() {
            return Ok(found);
        }
        let target = found.id.hyphenated().to_string();
        let audit =
            ledger.audit(&self.authority.line(AuditAction::ClientRevoke, &target, json!({ "name": found.name })))?;
        ledger.conn.execute("UPDATE service_clients SET revoked = ?2 WHERE key = ?1", (found.key, audit))?;
        client::by_id(ledger.conn, self.id)
    }
}
