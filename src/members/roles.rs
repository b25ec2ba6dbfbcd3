//! Roles granted in the database: operator and auditor. The configuration can name more.

use serde_json::json;

use super::erase::{erased, is_erased};
use super::last_operator::{Taken, keep_one};
use crate::config::IdentityName;
use crate::error::{Error, Result};
use crate::identity::{Member, Role, member};
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId};

/// Grants a role or revokes it. What is so already stays so, and nothing is logged.
///
/// Refused: `user_not_found`, `last_operator` when nobody could operate the community afterwards,
/// `invalid_request` for the role that everyone has, `user_erased` where it is granted to nobody any more.
#[derive(Debug, Clone)]
pub struct SetRole {
    /// Whose role.
    pub user_id: UserId,
    /// Which.
    pub role: Role,
    /// Granted, or revoked.
    pub granted: bool,
    /// The operators whom the configuration names; while one of them is here, the last granted one
    /// may go.
    pub configured: Vec<IdentityName>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for SetRole {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        if self.role == Role::Member {
            return Err(Error::field("role", "everyone is a member; grant or revoke operator or auditor"));
        }
        if user.has(self.role) == self.granted {
            return Ok(user);
        }
        if self.granted && is_erased(ledger.conn, &user)? {
            return Err(erased());
        }
        let mut details = json!({ "role": self.role });
        if !self.granted && self.role == Role::Operator {
            details["configured_operators"] = keep_one(ledger.conn, &user, Taken::Grant, &self.configured)?.into();
        }
        let action = if self.granted { AuditAction::RoleGrant } else { AuditAction::RoleRevoke };
        let audit = ledger.audit(&self.authority.line(action, &user.id.to_string(), details))?;
        if self.granted {
            ledger.conn.execute(
                "INSERT INTO roles (user, role, audit) VALUES (?1, ?2, ?3)",
                (user.key, self.role.as_str(), audit),
            )?;
        } else {
            ledger.conn.execute("DELETE FROM roles WHERE user = ?1 AND role = ?2", (user.key, self.role.as_str()))?;
        }
        member::by_id(ledger.conn, self.user_id)
    }
}

/// Gives a member exactly these roles: grants those that are missing, revokes the others, all or
/// nothing, each with its line in the audit log.
///
/// Refused: `user_not_found`, `last_operator`.
#[derive(Debug, Clone)]
pub struct SetRoles {
    /// Whose roles.
    pub user_id: UserId,
    /// Which. Everyone is a member, said or not.
    pub roles: Vec<Role>,
    /// The operators whom the configuration names.
    pub configured: Vec<IdentityName>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for SetRoles {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        for role in Role::GRANTED {
            let granted = self.roles.contains(&role);
            let (configured, authority) = (self.configured.clone(), self.authority.clone());
            SetRole { user_id: self.user_id, role, granted, configured, authority }.run(ledger)?;
        }
        member::by_id(ledger.conn, self.user_id)
    }
}
