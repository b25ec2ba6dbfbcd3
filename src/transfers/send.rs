//! UC-3, Peer-to-Peer Token Transfer: a member pays another member, or a system account (a pool
//! transfer: a charge, a gift). Where the community takes a fee on payments between members, the payer pays it
//! besides, in the same step.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::fee::FeeTerms;
use crate::error::{Error, Result};
use crate::ledger::{
    Amount, Command, Ledger, Note, Posting, Repeatable, Transaction, Wallet, WalletId, WalletKey, as_made,
};

/// Sends tokens from the caller's wallet.
///
/// Refused, and nothing changes: `forbidden` where the sender has left, `wallet_not_found`, `self_transfer`, `wallet_frozen` (either
/// side), `recipient_closed`, `insufficient_balance`, `amount_overflow`, `fee_changed` where the fee is more than
/// was agreed to.
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
    /// What it costs, and what the sender agrees to.
    pub terms: FeeTerms,
}

impl Command for Send {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let mut from = payer(ledger.conn, self.from)?;
        let mut to = Wallet::by_id(ledger.conn, self.to)?;
        let fee = self.terms.fee(&from, &to, self.amount);
        if let Some(fee) = fee {
            from.check_payment(&to, self.amount, Some(fee))?;
            self.terms.check(fee)?;
        }
        let posting = Posting { note: self.note.as_ref(), ..Posting::of(self.amount) };
        let mut paid = ledger.post(&mut from, &mut to, &posting)?;
        if let Some(fee) = fee {
            self.terms.take(ledger, &mut from, fee, &mut paid)?;
        }
        Ok(paid)
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

    /// What they agree to pay for it is no part of it: the same payment with the same key was agreed to then.
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
