//! Declining: whom a request asks says no, with a word why if they like.

use uuid::Uuid;

use super::request::{PaymentRequest, by_id};
use crate::error::{Code, Error, Result};
use crate::ledger::{Command, Ledger, Note, WalletKey};
use crate::transfers::payer;

/// Says no to a request.
///
/// Refused: `request_not_found`, `forbidden` where it asks somebody else, `request_ended`.
#[derive(Debug, Clone)]
pub struct Decline {
    /// The wallet of whom it asks.
    pub payer: WalletKey,
    /// Which request.
    pub id: Uuid,
    /// What they say to it; the asker reads it.
    pub answer: Option<Note>,
}

impl Command for Decline {
    type Output = PaymentRequest;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<PaymentRequest> {
        payer(ledger.conn, self.payer)?;
        let request = by_id(ledger.conn, self.id, self.payer, ledger.now())?;
        if !request.is_incoming() {
            return Err(Error::new(
                Code::Forbidden,
                "Only the one whom a request asks can decline it. You can withdraw it.",
            ));
        }
        request.check_open()?;
        ledger
            .conn
            .prepare_cached(
                "UPDATE payment_requests SET ended_at = ?2, ended_as = 'declined', answer = ?3 WHERE key = ?1",
            )?
            .execute((request.key, ledger.now(), self.answer.as_ref().map(Note::as_str)))?;
        by_id(ledger.conn, self.id, self.payer, ledger.now())
    }
}
