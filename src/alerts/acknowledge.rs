//! An operator has seen to an alert.

use serde_json::json;
use uuid::Uuid;

use super::alert::{Alert, State, by_id};
use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// Says that somebody has seen to an alert, and what came of it. One that was acknowledged already stays as it
/// is, and nothing is logged.
///
/// Refused: `alert_not_found`.
#[derive(Debug, Clone)]
pub struct AcknowledgeAlert {
    /// Which.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for AcknowledgeAlert {
    type Output = Alert;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Alert> {
        let found = by_id(ledger.conn, self.id)?;
        if found.state == State::Acknowledged {
            return Ok(found);
        }
        let audit =
            ledger.note(&self.authority, AuditAction::AlertAcknowledge, self.id, json!({ "rule": found.rule }))?;
        ledger.conn.prepare_cached("UPDATE alerts SET acknowledged_at = ?2, audit = ?3 WHERE key = ?1")?.execute((
            found.key,
            ledger.now(),
            audit,
        ))?;
        by_id(ledger.conn, self.id)
    }
}
