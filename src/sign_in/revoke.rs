//! An operator signs a member out: a lost phone, a device nobody knows, someone who should not be in
//! any more.

use serde_json::json;
use uuid::Uuid;

use crate::error::Result;
use crate::identity::member;
use crate::identity::session::{EndSessions, Which};
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId};

/// Ends one session of a member or all of them; gives how many there were. Where there was none,
/// nothing is logged.
///
/// Refused: `user_not_found`.
#[derive(Debug, Clone)]
pub struct Revoke {
    /// Whose.
    pub user_id: UserId,
    /// Which one; `None`: all.
    pub session: Option<Uuid>,
    /// By whom and why.
    pub authority: Authority,
}

impl Command for Revoke {
    type Output = usize;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<usize> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        let which = self.session.map_or(Which::All, Which::One);
        let ended = EndSessions { user: user.key, which }.run(ledger)?;
        if ended > 0 {
            let details = json!({ "sessions": ended });
            ledger.audit(&self.authority.line(AuditAction::SessionRevoke, &user.id.to_string(), details))?;
        }
        Ok(ended)
    }
}
