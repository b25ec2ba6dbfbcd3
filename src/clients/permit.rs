//! A member lets a service client act for them, or stops it. Nothing is allowed until they say so:
//! a client moves their tokens.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::identity::client::{self, Scope};
use crate::identity::member;
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserKey};

/// Allows a client to act for a member, or takes that back, at once. What is so already stays so.
///
/// Refused: `client_not_found`, `client_revoked` where it is allowed anew, `forbidden` for someone who has
/// left meanwhile.
#[derive(Debug, Clone)]
pub struct Permit {
    /// The member.
    pub user: UserKey,
    /// The client.
    pub client: Uuid,
    /// Allowed, or not.
    pub allowed: bool,
    /// The request it came by.
    pub request_id: String,
}

impl Command for Permit {
    type Output = Permission;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Permission> {
        let found = client::by_id(ledger.conn, self.client)?;
        let member = member::by_key(ledger.conn, self.user)?;
        if member.deleted_at.is_some() {
            return Err(Error::left());
        }
        let changed = if self.allowed {
            if found.revoked_at.is_some() {
                return Err(Error::new(Code::ClientRevoked, "This service client is revoked and acts for nobody."));
            }
            ledger.conn.execute(
                "INSERT INTO client_permissions (user, client, created_at)
                 SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM client_permissions WHERE user = ?1 AND client = ?2)",
                (self.user, found.key, ledger.now()),
            )?
        } else {
            ledger
                .conn
                .execute("DELETE FROM client_permissions WHERE user = ?1 AND client = ?2", (self.user, found.key))?
        };
        if changed > 0 {
            let authority = Authority::of_member(member.id, "The member's own choice", &self.request_id)?;
            let action = if self.allowed { AuditAction::ClientAllow } else { AuditAction::ClientDisallow };
            ledger.note(&authority, action, self.client, json!({ "name": found.name }))?;
        }
        let allowed_at = ledger
            .conn
            .prepare_cached("SELECT created_at FROM client_permissions WHERE user = ?1 AND client = ?2")?
            .query_row((self.user, found.key), |row| row.get(0))
            .optional()?;
        Ok(Permission {
            id: found.id,
            name: found.name,
            scopes: found.scopes,
            allowed_at,
            is_revoked: found.revoked_at.is_some(),
        })
    }
}

/// A service client, as a member sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Permission {
    /// The client.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it may do once it is allowed.
    pub scopes: Vec<Scope>,
    /// Since when it may act for you, Unix milliseconds; null: it may not.
    pub allowed_at: Option<i64>,
    /// Whether the operators have revoked it: it then acts for nobody.
    pub is_revoked: bool,
}

/// The clients a member can allow, and those they have allowed, in the order of their names.
pub fn permissions(conn: &Connection, user: UserKey) -> Result<Vec<Permission>> {
    let mut statement = conn.prepare_cached(
        "SELECT service_clients.id, service_clients.name, service_clients.scopes, client_permissions.created_at,
                service_clients.revoked IS NOT NULL
           FROM service_clients
           LEFT JOIN client_permissions ON client_permissions.client = service_clients.key AND client_permissions.user = ?1
          WHERE service_clients.revoked IS NULL OR client_permissions.user IS NOT NULL
          ORDER BY service_clients.name COLLATE NOCASE, service_clients.key",
    )?;
    let mut rows = statement.query([user])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, scopes): (String, String) = (row.get(0)?, row.get(2)?);
        let scopes: Vec<Scope> = serde_json::from_str(&scopes).map_err(Error::internal)?;
        let allowed_at: Option<i64> = row.get(3)?;
        // One that does nothing for members need not be allowed by them.
        if allowed_at.is_some() || scopes.iter().any(|scope| scope.is_for_members()) {
            all.push(Permission {
                id: id.parse().map_err(Error::internal)?,
                name: row.get(1)?,
                scopes,
                allowed_at,
                is_revoked: row.get(4)?,
            });
        }
    }
    Ok(all)
}
