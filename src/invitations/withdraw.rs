//! Withdrawing a link that has not been used.

use rusqlite::OptionalExtension;
use serde_json::json;
use uuid::Uuid;

use super::link::link_not_found;
use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// Withdraws a link: it opens nothing any more. One that has ended already stays as it ended, and
/// nothing is logged.
///
/// Refused: `link_not_found`.
#[derive(Debug, Clone)]
pub struct WithdrawLink {
    /// Which.
    pub id: Uuid,
    /// By whom and why.
    pub authority: Authority,
}

impl Command for WithdrawLink {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let id = self.id.hyphenated().to_string();
        let ended: Option<i64> = ledger
            .conn
            .query_row("SELECT ended_at FROM links WHERE id = ?1", [&id], |row| row.get(0))
            .optional()?
            .ok_or_else(link_not_found)?;
        if ended.is_some() {
            return Ok(());
        }
        ledger.audit(&self.authority.line(AuditAction::LinkWithdraw, &id, json!({})))?;
        let now = ledger.now();
        ledger.conn.execute("UPDATE links SET ended_at = ?2, ended_as = 'withdrawn' WHERE id = ?1", (&id, now))?;
        Ok(())
    }
}
