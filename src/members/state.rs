//! Leaving and coming back. Deletion is soft: the wallet and its history stay, the wallet is
//! closed and receives nothing more (Account & Wallet Rules).

use serde_json::json;

use super::erase::{erased, is_erased};
use super::last_operator::{Taken, keep_one};
use crate::config::IdentityName;
use crate::error::Result;
use crate::identity::{Member, member};
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId};

/// Deletes a user or restores them. What is so already stays so, and nothing is logged.
///
/// Refused: `user_not_found`, `last_operator`, `user_erased` where someone who was erased is restored.
#[derive(Debug, Clone)]
pub struct SetDeleted {
    /// Who.
    pub user_id: UserId,
    /// Deleted, or there again.
    pub deleted: bool,
    /// The operators whom the configuration names.
    pub configured: Vec<IdentityName>,
    /// By whom and why.
    pub authority: Authority,
}

impl Command for SetDeleted {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        if user.deleted_at.is_some() == self.deleted {
            return Ok(user);
        }
        if !self.deleted && is_erased(ledger.conn, &user)? {
            return Err(erased());
        }
        let details = if self.deleted {
            json!({ "configured_operators": keep_one(ledger.conn, &user, Taken::Membership, &self.configured)? })
        } else {
            json!({})
        };
        let action = if self.deleted { AuditAction::UserDelete } else { AuditAction::UserRestore };
        let audit = ledger.audit(&self.authority.line(action, &user.id.to_string(), details))?;
        let now = ledger.now();
        ledger.conn.execute(
            "UPDATE users SET deleted_at = ?2, state_audit = ?3, updated_at = ?4 WHERE id = ?1",
            (user.id, self.deleted.then_some(now), audit, now),
        )?;
        member::by_id(ledger.conn, self.user_id)
    }
}
