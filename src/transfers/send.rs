//! UC-3, Peer-to-Peer Token Transfer: a member pays another member, or a system account (a pool
//! transfer: a fee, a charge).

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::Result;
use crate::ledger::{
    Amount, Command, Ledger, Note, Posting, Repeatable, Transaction, Wallet, WalletId, WalletKey, as_made, by_sequence,
};

/// Sends tokens from the caller's wallet.
///
/// Refused, and nothing changes: `wallet_not_found`, `self_transfer`, `wallet_frozen` (either
/// side), `recipient_closed`, `insufficient_balance`, `amount_overflow`.
#[derive(Debug, Clone)]
pub struct Send {
    /// The caller's wallet.
    pub from: WalletKey,
    /// Who is paid.
    pub to: WalletId,
    /// Whole tokens.
    pub amount: Amount,
    /// What the sender writes to it; both sides read it.
    pub note: Option<Note>,
}

impl Command for Send {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let mut from = Wallet::by_key(ledger.conn, self.from)?;
        let mut to = Wallet::by_id(ledger.conn, self.to)?;
        let posting = Posting { note: self.note.as_ref(), ..Posting::of(self.amount) };
        let sequence = ledger.post(&mut from, &mut to, &posting)?;
        by_sequence(ledger.conn, sequence, None)
    }
}

impl Repeatable for Send {
    fn request(&self) -> Value {
        json!([self.to, self.amount, self.note])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}
