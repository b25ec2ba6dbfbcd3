//! Tokens move from one system account to another: from the pool to what is kept for a purpose, or back. Nothing is
//! issued, and no member has more or less.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Ledger, Posting, Repeatable, SYSTEM_ACCOUNT, Transaction, as_made,
    treasury,
};

/// Moves tokens between two system accounts.
///
/// Refused: `system_account_not_found`, `insufficient_balance`, `amount_overflow`; `invalid_request` where both are
/// the same.
#[derive(Debug, Clone)]
pub struct MoveBetween {
    /// Whole tokens.
    pub amount: Amount,
    /// From which account; `None`: the community's own.
    pub from: Option<String>,
    /// To which account; `None`: the community's own.
    pub to: Option<String>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for MoveBetween {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let name = |account: &Option<String>| account.as_deref().unwrap_or(SYSTEM_ACCOUNT).to_owned();
        let (from, to) = (name(&self.from), name(&self.to));
        let mut sender = treasury(ledger.conn, Some(&from))?;
        let mut recipient = treasury(ledger.conn, Some(&to))?;
        if sender.key == recipient.key {
            return Err(Error::field("to_account", "must be another account than the one the tokens come from")
                .in_words("treasury-move-same"));
        }
        let sequence = ledger.next_sequence();
        let details = json!({ "amount": self.amount, "from": from });
        let audit = ledger
            .audit(&self.authority.line(AuditAction::Transfer, &to, details).accounting_for(sequence, sequence))?;
        ledger.post(&mut sender, &mut recipient, &Posting { audit: Some(audit), ..Posting::of(self.amount) })
    }
}

impl Repeatable for MoveBetween {
    fn request(&self) -> Value {
        json!([self.amount, self.from, self.to, self.authority.reason])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}
