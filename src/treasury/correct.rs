//! An operator corrects a mistake: a compensating transaction that goes back the way the original
//! came and names it. The original stays as it was (Immutability Guarantees).
//!
//! A payment that goes back whole was none, so its fee goes back with it, in the same step. Of one that goes
//! back in part, the fee stays; it is a transaction of its own, and can be corrected like any other.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Fee, Ledger, Repeatable, Transaction, TransactionId, as_made, by_id,
};
use crate::transfers::{Return, give_back};

/// Reverses a transaction, whole or in part, never more than was sent.
///
/// Refused: `transaction_not_found`, `not_reversible` (an issuance, or itself a reversal),
/// `already_reversed`, `insufficient_balance` when the tokens are gone, those of the fee too, `wallet_frozen`.
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
        let fee = fee_to_return(ledger.conn, &original, self.amount)?;
        let sequence = ledger.next_sequence();
        let audit = ledger.audit(
            &self
                .authority
                .line(AuditAction::Reversal, &original.id.to_string(), json!({ "amount": self.amount }))
                .accounting_for(sequence, sequence + i64::from(fee.is_some())),
        )?;
        let mut made = give_back(ledger, &original, &Return { amount: self.amount, note: None, audit: Some(audit) })?;
        if let Some(fee) = fee {
            let back = give_back(ledger, &fee, &Return { amount: None, note: None, audit: Some(audit) });
            let back = back.map_err(|error| not_there(error, &fee))?;
            made.fee = Some(Fee { amount: back.amount, transaction_id: back.id });
        }
        Ok(made)
    }
}

/// What is left of the fee of a payment that goes back whole.
pub(super) fn fee_to_return(
    conn: &Connection,
    original: &Transaction,
    amount: Option<Amount>,
) -> Result<Option<Transaction>> {
    let left = original.amount - original.reversed_amount.unwrap_or(0);
    let is_all = amount.is_none_or(|amount| amount.get() == left);
    match original.fee {
        Some(fee) if is_all && original.reverses.is_none() => {
            let fee = by_id(conn, fee.transaction_id, None)?;
            Ok((fee.reversed_amount.unwrap_or(0) < fee.amount).then_some(fee))
        }
        _ => Ok(None),
    }
}

/// The account that took the fee in has given the tokens away since.
fn not_there(error: Error, fee: &Transaction) -> Error {
    if error.code != Code::InsufficientBalance {
        return error;
    }
    let detail = format!(
        "The fee goes back with the payment, and {} does not hold it any more. Issue tokens to it first.",
        fee.to.name
    );
    let refusal = Error::new(Code::InsufficientBalance, detail).in_words_naming("refusal-fee-spent", &fee.to.name);
    let members = error.members;
    members.into_iter().fold(refusal, |refusal, (name, value)| refusal.with(&name, value))
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
