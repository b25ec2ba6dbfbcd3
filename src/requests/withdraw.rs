//! Withdrawing: who asked has changed their mind, or was paid another way.

use uuid::Uuid;

use super::request::{PaymentRequest, by_id};
use crate::error::{Code, Error, Result};
use crate::ledger::{Command, Ledger, WalletKey};
use crate::transfers::payer;

/// Takes a request back.
///
/// Refused: `request_not_found`, `forbidden` where somebody else asked, `request_ended`.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// The wallet of who asked.
    pub asker: WalletKey,
    /// Which request.
    pub id: Uuid,
}

impl Command for Withdraw {
    type Output = PaymentRequest;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<PaymentRequest> {
        payer(ledger.conn, self.asker)?;
        let request = by_id(ledger.conn, self.id, self.asker, ledger.now())?;
        if request.is_incoming() {
            return Err(Error::new(
                Code::Forbidden,
                "Only the one who asked can withdraw a request. You can decline it.",
            ));
        }
        request.check_open()?;
        ledger
            .conn
            .prepare_cached("UPDATE payment_requests SET ended_at = ?2, ended_as = 'withdrawn' WHERE key = ?1")?
            .execute((request.key, ledger.now()))?;
        by_id(ledger.conn, self.id, self.asker, ledger.now())
    }
}
