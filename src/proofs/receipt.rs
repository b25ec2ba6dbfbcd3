//! The receipt of a transaction: what it was, and what proves it.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::identity::{InstanceKey, Member};
use crate::ledger::proof::{Receipt, Signer};
use crate::ledger::{HexHash, Transaction, TransactionId, by_id};
use crate::web::App;

/// Whether a checkpoint covers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Not yet: the receipt is the instance's signed promise.
    Pending,
    /// Yes: the receipt proves it.
    Covered,
}

/// The signed receipt of a transaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ReceiptView {
    /// Which transaction.
    pub(super) transaction_id: TransactionId,
    /// Its place in the ledger.
    pub(super) sequence: i64,
    /// Its place in the hash chain, in hexadecimal; null while a row inserted by hand waits for it.
    pub(super) hash: Option<HexHash>,
    /// Whether a checkpoint covers it.
    pub(super) status: Status,
    /// The last transaction of the checkpoint that covers it.
    pub(super) checkpoint_sequence: Option<i64>,
    /// When that checkpoint was taken, Unix milliseconds.
    pub(super) checkpoint_at: Option<i64>,
    /// While it is pending: when the next checkpoint is due at the latest, Unix milliseconds; null
    /// where none is taken by itself.
    pub(super) pending_until_at: Option<i64>,
    /// The receipt itself, for `communitytoken verify --receipt`: keep it byte for byte. Null until
    /// it can be signed.
    pub(super) text: Option<String>,
}

/// The receipt of a transaction: for one of its parties, or, where nobody is named, for whoever may
/// see everything.
pub(super) async fn receipt(app: &App, party: Option<&Member>, id: TransactionId) -> Result<ReceiptView> {
    let visible_to = party.map(|member| member.wallet_key);
    let key_file = InstanceKey::beside(app.books.path());
    let minutes = i64::from(app.config.ledger.checkpoint_minutes);
    let now = app.books.now();
    let read = move |conn: &Connection| {
        let transaction = by_id(conn, id, visible_to)?;
        let key = InstanceKey::open(&key_file)?;
        let receipt = Receipt::of(conn, transaction.sequence, key.as_ref().map(|key| key as &dyn Signer))?;
        Ok(view(
            &transaction,
            receipt.as_ref(),
            (minutes > 0).then(|| now.max(transaction.created_at + minutes * 60_000)),
        ))
    };
    app.books.read(read).await
}

fn view(transaction: &Transaction, receipt: Option<&Receipt>, pending_until_at: Option<i64>) -> ReceiptView {
    let checkpoint = receipt.and_then(Receipt::checkpoint);
    ReceiptView {
        transaction_id: transaction.id,
        sequence: transaction.sequence,
        hash: transaction.hash,
        status: if checkpoint.is_some() { Status::Covered } else { Status::Pending },
        checkpoint_sequence: checkpoint.map(|checkpoint| checkpoint.sequence),
        checkpoint_at: checkpoint.map(|checkpoint| checkpoint.created_at),
        pending_until_at: pending_until_at.filter(|_| checkpoint.is_none()),
        text: receipt.filter(|receipt| receipt.is_signed()).map(ToString::to_string),
    }
}
