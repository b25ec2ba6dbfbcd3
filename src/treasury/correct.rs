//! An operator corrects a mistake: a compensating transaction that goes back the way the original
//! came and names it. The original stays as it was (Immutability Guarantees).

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::Result;
use crate::ledger::{Amount, Authority, Command, Ledger, Repeatable, Transaction, TransactionId, as_made, by_id};
use crate::transfers::{Return, give_back};

/// Reverses a transaction, whole or in part, never more than was sent.
///
/// Refused: `transaction_not_found`, `not_reversible` (an issuance, or itself a reversal),
/// `already_reversed`, `insufficient_balance` when the tokens are gone, `wallet_frozen`.
#[derive(Debug, Clone)]
pub struct Correct {
    /// Which transaction.
    pub transaction_id: TransactionId,
    /// How much of it; `None`: all that is left.
    pub amount: Option<Amount>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for Correct {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let original = by_id(ledger.conn, self.transaction_id, None)?;
        let sequence = ledger.next_sequence();
        let audit = ledger.audit(
            &self
                .authority
                .line("reversal", &original.id.to_string(), json!({ "amount": self.amount }))
                .accounting_for(sequence, sequence),
        )?;
        give_back(ledger, &original, &Return { amount: self.amount, note: None, audit: Some(audit) })
    }
}

impl Repeatable for Correct {
    fn request(&self) -> Value {
        json!([self.transaction_id, self.amount, self.authority.reason])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}
