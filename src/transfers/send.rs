//! UC-3, Peer-to-Peer Token Transfer: a member pays another member, or a system account (a pool
//! transfer: a fee, a charge).

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::ledger::{
    Amount, Command, Ledger, Note, Posting, Repeatable, Transaction, Wallet, WalletId, WalletKey, as_made,
};

/// Sends tokens from the caller's wallet.
///
/// Refused, and nothing changes: `forbidden` where the sender has left, `wallet_not_found`, `self_transfer`, `wallet_frozen` (either
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
        let mut from = payer(ledger.conn, self.from)?;
        let mut to = Wallet::by_id(ledger.conn, self.to)?;
        let posting = Posting { note: self.note.as_ref(), ..Posting::of(self.amount) };
        ledger.post(&mut from, &mut to, &posting)
    }
}

/// The wallet that pays, unless its owner has left.
pub fn payer(conn: &Connection, key: WalletKey) -> Result<Wallet> {
    let wallet = Wallet::by_key(conn, key)?;
    if wallet.is_closed { Err(Error::left()) } else { Ok(wallet) }
}

impl Repeatable for Send {
    fn check(&self, conn: &Connection) -> Result<()> {
        payer(conn, self.from).map(drop)
    }

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
