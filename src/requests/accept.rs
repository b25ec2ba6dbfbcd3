//! Accepting: whom a request asks pays it. Payment and answer are one step: both are there, or neither.

use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::by_id;
use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, Command, Ledger, Note, Repeatable, Transaction, WalletKey, as_made, by_id as transaction_by_id,
};
use crate::transfers::{FeeTerms, Return, Send, give_back, payer};

/// Pays what a request asks for; a payment that is asked back goes back, and both name each other.
///
/// Refused, and the request stays as it was: `request_not_found`, `forbidden` where it asks somebody
/// else, `request_ended`, and whatever refuses a payment, or giving one back.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The wallet of whom it asks.
    pub payer: WalletKey,
    /// Which request.
    pub id: Uuid,
    /// What paying it costs, and what the payer agrees to. What is given back costs nothing.
    pub terms: FeeTerms,
}

impl Command for Accept {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        payer(ledger.conn, self.payer)?;
        let request = by_id(ledger.conn, self.id, self.payer, ledger.now())?;
        if !request.is_incoming() {
            return Err(Error::new(Code::Forbidden, "Only the one whom a request asks can accept it."));
        }
        request.check_open()?;
        let amount = Amount::new(request.amount)?;
        let note = request.note.as_deref().map(Note::new).transpose()?;
        let paid = if let Some(original) = request.asks_back {
            let original = transaction_by_id(ledger.conn, original, Some(self.payer))?;
            give_back(ledger, &original, &Return { amount: Some(amount), note, audit: None })?
        } else {
            Send { from: self.payer, to: request.asker.wallet_id, amount, note, terms: self.terms }.run(ledger)?
        };
        ledger
            .conn
            .prepare_cached(
                "UPDATE payment_requests SET ended_at = ?2, ended_as = 'accepted', paid_by = ?3 WHERE key = ?1",
            )?
            .execute((request.key, paid.created_at, paid.sequence))?;
        Ok(paid)
    }
}

impl Repeatable for Accept {
    fn check(&self, conn: &Connection) -> Result<()> {
        payer(conn, self.payer).map(drop)
    }

    fn request(&self) -> Value {
        json!([self.id])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}
