//! Roles granted in the database: operator and auditor. The configuration can name more.

use serde_json::json;

use crate::error::{Code, Error, Result};
use crate::identity::{Member, Role, member};
use crate::ledger::{Authority, Command, Ledger, UserId};

/// Grants a role or revokes it. What is so already stays so, and nothing is logged.
///
/// Refused: `user_not_found`, `last_operator` when nobody could operate the community afterwards.
#[derive(Debug, Clone)]
pub struct SetRole {
    /// Whose role.
    pub user_id: UserId,
    /// Which.
    pub role: Role,
    /// Granted, or revoked.
    pub granted: bool,
    /// Whether the configuration names operators too; then the last granted one may go.
    pub others_operate: bool,
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
        if !self.granted && self.role == Role::Operator && !self.others_operate {
            let operators: i64 = ledger.conn.query_row(
                "SELECT count(*) FROM roles JOIN users ON users.key = roles.user WHERE role = 'operator' AND users.deleted_at IS NULL",
                [],
                |row| row.get(0),
            )?;
            if operators <= 1 {
                return Err(Error::new(
                    Code::LastOperator,
                    "This is the last operator. Grant the role to someone else first.",
                ));
            }
        }
        let audit = ledger.audit(&self.authority.line(
            if self.granted { "role.grant" } else { "role.revoke" },
            &user.id.to_string(),
            json!({ "role": self.role, "username": user.username }),
        ))?;
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
