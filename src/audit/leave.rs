//! A line about what changes nothing in the ledger: a file was downloaded, a backup is taken, a token was given out.

use serde_json::Value;

use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// Leaves a line, and does nothing else.
#[derive(Debug, Clone)]
pub struct LeaveLine {
    /// What is done.
    pub action: AuditAction,
    /// To what.
    pub target: String,
    /// Further facts.
    pub details: Value,
    /// Who does it, and why.
    pub authority: Authority,
}

impl Command for LeaveLine {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger.audit(&self.authority.line(self.action, &self.target, self.details)).map(drop)
    }
}
