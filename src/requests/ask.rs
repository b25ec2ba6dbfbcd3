//! Asking: a member says whom they would like to be paid by, and how much; or which of their payments
//! they would like to have back.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{PaymentRequest, RequestState, by_id};
use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, Command, DAY_MS, IdempotencyKey, Kind, Ledger, Note, Outcome, TransactionId, UserKey, Wallet, WalletId,
    WalletKey, by_id as transaction_by_id, key_reused, request_digest,
};
use crate::transfers::payer;

/// Requests that one member may have open at once: nobody has to wade through more.
pub const OPEN_MAX: i64 = 100;
/// And with one other member: whoever does not answer five does not answer the sixth.
pub const OPEN_TO_ONE_MAX: i64 = 5;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Tokens, from this wallet.
    Payment {
        /// Who is asked.
        payer: WalletId,
        /// Whole tokens.
        amount: Amount,
    },
    /// A payment back.
    Back {
        /// Which.
        transaction_id: TransactionId,
        /// How much of it; `None`: all that was not given back yet.
        amount: Option<Amount>,
    },
}

/// Asks, once for each key: a repeated request is answered as the first time.
///
/// Refused, and nothing changes: `forbidden` where the asker has left, or did not make the payment;
/// `wallet_not_found`, `transaction_not_found`, `self_transfer`, `system_wallet`, `recipient_closed`,
/// `wallet_frozen` (either side), `not_reversible`, `already_reversed`, `too_many_requests_open`.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub caller: UserKey,
    /// Their wallet.
    pub asker: WalletKey,
    /// By which a repetition is known.
    pub key: IdempotencyKey,
    /// What they ask for.
    pub wanted: Wanted,
    /// What they write to it.
    pub note: Option<Note>,
    /// For how many days it can be answered.
    pub days: u32,
}

impl Command for Ask {
    type Output = Outcome<PaymentRequest>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let asker = payer(ledger.conn, self.asker)?;
        let (key, request) = (self.key.digest(self.caller), request_digest::<Self>(&self.request()));
        if let Some((id, asked)) = earlier(ledger.conn, key)? {
            if asked != request {
                return Err(key_reused());
            }
            let found = by_id(ledger.conn, id, self.asker, ledger.now())?;
            return Ok(Outcome { output: as_made(found), replayed: true });
        }
        let (payer, amount, asks_back) = match &self.wanted {
            Wanted::Payment { payer, amount } => (Wallet::by_id(ledger.conn, *payer)?, amount.get(), None),
            Wanted::Back { transaction_id, amount } => self.back(ledger.conn, *transaction_id, *amount)?,
        };
        refuse(&asker, &payer)?;
        self.check_bounds(ledger, &payer, asks_back)?;
        let id = Uuid::new_v4();
        let expires_at = ledger.now() + i64::from(self.days) * DAY_MS;
        ledger
            .conn
            .prepare_cached(
                "INSERT INTO payment_requests (id, asker, payer, amount, note, asks_back, created_at, expires_at, caller_key, request)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                id.hyphenated().to_string(),
                asker.key,
                payer.key,
                amount,
                self.note.as_ref().map(Note::as_str),
                asks_back,
                ledger.now(),
                expires_at,
                key.to_be_bytes(),
                request.to_be_bytes(),
            ])?;
        Ok(Outcome { output: by_id(ledger.conn, id, self.asker, ledger.now())?, replayed: false })
    }
}

impl Ask {
    fn request(&self) -> Value {
        match &self.wanted {
            Wanted::Payment { payer, amount } => json!(["payment", payer, amount, self.note]),
            Wanted::Back { transaction_id, amount } => json!(["back", transaction_id, amount, self.note]),
        }
    }

    /// Whom a payment is asked back from, and how much of it.
    fn back(&self, conn: &Connection, id: TransactionId, amount: Option<Amount>) -> Result<(Wallet, i64, Option<i64>)> {
        let original = transaction_by_id(conn, id, Some(self.asker))?;
        if original.kind != Kind::Transfer || original.reverses.is_some() {
            return Err(Error::new(
                Code::NotReversible,
                "Only a payment to another member can be asked back. For others, ask an operator.",
            )
            .in_words("refusal-not-askable-back"));
        }
        let payee = Wallet::by_id(conn, original.to.wallet_id)?;
        if payee.key == self.asker {
            return Err(Error::new(
                Code::Forbidden,
                "Only the one who paid can ask for a payment back. You can give it back instead.",
            )
            .in_words("refusal-not-payer"));
        }
        let left = original.amount - original.reversed_amount.unwrap_or(0);
        let amount = amount.map_or(left, Amount::get);
        if left == 0 || amount > left {
            let detail = if left == 0 {
                "This payment has been given back in full already.".to_owned()
            } else {
                format!("Only {left} of this payment can still be asked back.")
            };
            let refusal = Error::new(Code::AlreadyReversed, detail).with("remaining", left);
            return Err(if left == 0 { refusal.in_words("refusal-back-in-full") } else { refusal });
        }
        Ok((payee, amount, Some(original.sequence)))
    }

    /// Nobody is asked without end.
    fn check_bounds(&self, ledger: &Ledger<'_>, payer: &Wallet, asks_back: Option<i64>) -> Result<()> {
        let (all, of_this_one, for_this_payment): (i64, i64, i64) = ledger
            .conn
            .prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE payer = ?3), count(*) FILTER (WHERE asks_back = ?4)
                   FROM payment_requests WHERE asker = ?1 AND ended_at IS NULL AND expires_at > ?2",
            )?
            .query_row((self.asker, ledger.now(), payer.key, asks_back), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let refused = |detail: &str| Error::new(Code::TooManyRequestsOpen, detail);
        if for_this_payment > 0 {
            let detail =
                "You have asked for this payment back already. Wait for the answer, or withdraw that request first.";
            Err(refused(detail).in_words("refusal-asked-already"))
        } else if of_this_one >= OPEN_TO_ONE_MAX {
            let detail = "This member has several requests of yours to answer already. Wait for an answer, or withdraw one first.";
            Err(refused(detail).in_words("refusal-asked-one-often"))
        } else if all >= OPEN_MAX {
            Err(refused(
                "You have as many open requests as one member may have. Wait for answers, or withdraw one first.",
            ))
        } else {
            Ok(())
        }
    }
}

/// The rules that look at the wallets alone. What could not be paid is not asked for either.
fn refuse(asker: &Wallet, payer: &Wallet) -> Result<()> {
    if asker.key == payer.key {
        return Err(Error::new(Code::SelfTransfer, "This is your own wallet. Choose someone else to ask."));
    }
    if payer.is_system {
        return Err(Error::new(Code::SystemWallet, "The community itself cannot be asked. Ask an operator.")
            .in_words("refusal-ask-community"));
    }
    if payer.is_closed {
        return Err(Error::new(Code::RecipientClosed, "The owner of this wallet has left the community."));
    }
    for (wallet, detail) in [
        (asker, "Your wallet is frozen and cannot receive tokens. An operator can unfreeze it."),
        (payer, "Their wallet is frozen and cannot send tokens at present."),
    ] {
        if wallet.frozen_reason.is_some() {
            return Err(Error::new(Code::WalletFrozen, detail).with("wallet_id", wallet.id.to_string()));
        }
    }
    Ok(())
}

/// The request that was made with this key, and what was asked.
fn earlier(conn: &Connection, key: u128) -> Result<Option<(Uuid, u128)>> {
    let found: Option<(String, [u8; 16])> = conn
        .prepare_cached("SELECT id, request FROM payment_requests WHERE caller_key = ?1")?
        .query_row([key.to_be_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(id, request)| Ok((id.parse().map_err(Error::internal)?, u128::from_be_bytes(request)))).transpose()
}

/// The request as it was answered when it was made, whatever became of it since.
fn as_made(request: PaymentRequest) -> PaymentRequest {
    PaymentRequest { state: RequestState::Open, transaction_id: None, answer: None, ended_at: None, ..request }
}
