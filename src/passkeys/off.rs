//! Passkeys are switched off.

use crate::error::Result;
use crate::ledger::{Command, Ledger};

/// Ends the sessions of those who came in by a passkey or a recovery code, where the community uses them
/// no longer: they open nothing, and a member's list of sessions must not say otherwise.
#[derive(Debug, Clone, Copy)]
pub struct EndPasskeySessions;

impl Command for EndPasskeySessions {
    /// How many there were.
    type Output = usize;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<usize> {
        Ok(ledger.conn.execute("DELETE FROM sessions WHERE method IN ('passkey', 'recovery_code')", [])?)
    }
}
