//! Giving back: the recipient of a transfer returns it, whole or in part, and both histories link
//! the two. Never more than was received, ever.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::send::payer;
use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, Command, Kind, Ledger, Note, Posting, Repeatable, Transaction, TransactionId, Wallet, WalletKey, as_made,
    by_id,
};

/// The recipient gives a transfer back.
///
/// Refused: `transaction_not_found` where the caller is on neither side, `forbidden` where the caller is
/// the sender or has left, `not_reversible`, `already_reversed`, and what a transfer refuses.
#[derive(Debug, Clone)]
pub struct Reverse {
    /// The caller's wallet.
    pub caller: WalletKey,
    /// What they give back.
    pub transaction_id: TransactionId,
    /// How much of it; `None`: all that is left.
    pub amount: Option<Amount>,
    /// What they write to it.
    pub note: Option<Note>,
}

impl Command for Reverse {
    type Output = Transaction;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Transaction> {
        let caller = payer(ledger.conn, self.caller)?;
        let original = by_id(ledger.conn, self.transaction_id, Some(self.caller))?;
        if original.to.wallet_id != caller.id {
            return Err(Error::new(Code::Forbidden, "Only the one who received a transfer can give it back.")
                .in_words("refusal-not-recipient"));
        }
        give_back(ledger, &original, &Return { amount: self.amount, note: self.note, audit: None })
    }
}

impl Repeatable for Reverse {
    fn check(&self, conn: &Connection) -> Result<()> {
        payer(conn, self.caller).map(drop)
    }

    fn request(&self) -> Value {
        json!([self.transaction_id, self.amount, self.note])
    }

    fn first_sequence(output: &Transaction) -> i64 {
        output.sequence
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Transaction> {
        as_made(conn, first_sequence)
    }
}

/// How a transaction is given back.
#[derive(Debug)]
pub struct Return {
    /// How much; `None`: all that is left.
    pub amount: Option<Amount>,
    /// A note to it.
    pub note: Option<Note>,
    /// The audit line, where an operator does it.
    pub audit: Option<i64>,
}

/// Posts the way back of a transaction, for the recipient or an operator.
pub fn give_back(ledger: &mut Ledger<'_>, original: &Transaction, wanted: &Return) -> Result<Transaction> {
    if original.kind == Kind::Issuance {
        return Err(Error::new(Code::NotReversible, "An issuance cannot be reversed: issued tokens stay issued."));
    }
    if original.reverses.is_some() {
        return Err(Error::new(
            Code::NotReversible,
            "This transaction gives another one back, and cannot be given back itself. Send the tokens instead.",
        ));
    }
    let left = original.amount - original.reversed_amount.unwrap_or(0);
    let amount = wanted.amount.map_or(left, Amount::get);
    if left == 0 || amount > left {
        let detail = if left == 0 {
            "This transaction has been given back in full already.".to_owned()
        } else {
            format!("Only {left} of this transaction can still be given back.")
        };
        let refusal = Error::new(Code::AlreadyReversed, detail).with("remaining", left);
        return Err(if left == 0 { refusal.in_words("refusal-back-in-full") } else { refusal });
    }
    let mut from = Wallet::by_id(ledger.conn, original.to.wallet_id)?;
    let mut to = Wallet::by_id(ledger.conn, original.from.wallet_id)?;
    let posting = Posting {
        note: wanted.note.as_ref(),
        reverses: Some(original.id),
        audit: wanted.audit,
        ..Posting::of(Amount::new(amount)?)
    };
    ledger.post(&mut from, &mut to, &posting)
}
