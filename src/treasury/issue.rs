//! Manual issuance: a system wallet pays itself, and new tokens exist (Token Lifecycle Management).

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::Result;
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Ledger, Posting, Repeatable, Transaction, as_made, treasury,
};

/// Issues tokens into the pool of a system account.
///
/// Refused: `amount_overflow` where the supply would no longer fit, `system_account_not_found`.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Whole tokens.
    pub amount: Amount,
    /// Which account; `None`: the community's own.
    pub system_account: Option<String>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for Issue {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let mut wallet = treasury(ledger.conn, self.system_account.as_deref())?;
        let sequence = ledger.next_sequence();
        let audit = ledger.audit(
            &self
                .authority
                .line(AuditAction::Issuance, &wallet.id.to_string(), json!({ "amount": self.amount }))
                .accounting_for(sequence, sequence),
        )?;
        let mut same = wallet.clone();
        ledger.post(&mut wallet, &mut same, &Posting { audit: Some(audit), ..Posting::of(self.amount) })
    }
}

impl Repeatable for Issue {
    fn request(&self) -> Value {
        json!([self.amount, self.system_account, self.authority.reason])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}
