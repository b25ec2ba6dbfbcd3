//! The JSON routes of receipts and checkpoints.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::receipt::{ReceiptView, receipt};
use crate::error::Result;
use crate::identity::InstanceKey;
use crate::ledger::proof::{KeyChain, PublicKey, SignedCheckpoint, Signer, latest, origin_of};
use crate::ledger::{TransactionId, hex};
use crate::web::{App, Calls, PathId, Reading, StatisticsReader, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(transaction_receipt, checkpoint)
}

/// The signed receipt of a transaction
///
/// For its two parties. It says what the transaction was and leads to a checkpoint of the whole
/// ledger, signed with the instance's key, without a word about anyone else's. Until a checkpoint covers
/// the transaction, the receipt is `pending` and the instance signs it by itself. Anyone can check the `text` with `communitytoken verify --receipt` and the public key.
#[utoipa::path(get, path = "/v1/transactions/{id}/receipt", tag = "Wallet", security(("bearer" = []), ("service_client" = ["wallet:read"])), params(("id" = TransactionId, Path)), responses((status = 200, body = ReceiptView)))]
async fn transaction_receipt(
    State(app): State<App>,
    Reading(member): Reading,
    PathId(id): PathId<TransactionId>,
) -> Result<Json<ReceiptView>> {
    receipt(&app, Some(&member), id).await.map(Json)
}

/// A signed checkpoint: the whole ledger at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckpointView {
    /// The last transaction it covers.
    sequence: i64,
    /// That transaction's hash in the chain, in hexadecimal.
    hash: String,
    /// The root of the Merkle tree over all transactions up to it, in hexadecimal.
    root: String,
    /// The last line of the audit log it covers.
    audit_sequence: i64,
    /// That line's hash, in hexadecimal.
    audit_hash: String,
    /// Unix milliseconds.
    created_at: i64,
    /// The checkpoint itself, for `communitytoken verify --checkpoint`: keep it byte for byte.
    text: String,
}

impl From<SignedCheckpoint> for CheckpointView {
    fn from(signed: SignedCheckpoint) -> Self {
        let checkpoint = &signed.checkpoint;
        Self {
            sequence: checkpoint.sequence,
            hash: hex(&checkpoint.hash),
            root: hex(&checkpoint.root),
            audit_sequence: checkpoint.audit_sequence,
            audit_hash: hex(&checkpoint.audit_hash),
            created_at: checkpoint.created_at,
            text: signed.to_string(),
        }
    }
}

/// The latest checkpoint and the key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerView {
    /// The latest checkpoint; null before the first.
    checkpoint: Option<CheckpointView>,
    /// The instance's public key, in the form of C2SP: `name+id+base64`.
    public_key: String,
    /// The key file: the public key, and how it followed the ones before it.
    keys: String,
}

/// The latest checkpoint
///
/// The whole ledger at one moment in six signed lines, and the instance's public key. Whoever keeps
/// one can show later whether the ledger still begins as it did then.
#[utoipa::path(get, path = "/v1/ledger/checkpoint", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), responses((status = 200, body = LedgerView)))]
async fn checkpoint(State(app): State<App>, _caller: StatisticsReader) -> Result<Json<LedgerView>> {
    let key = present_key(&app).await?;
    let view = app.books.read(move |conn| {
        let chain = KeyChain::read(conn)?;
        Ok(LedgerView {
            checkpoint: latest(conn)?.map(CheckpointView::from),
            public_key: chain.current().unwrap_or(&key).to_string(),
            keys: chain.file(&key),
        })
    });
    view.await.map(Json)
}

/// The public half of the key beside the database.
pub(super) async fn present_key(app: &App) -> Result<PublicKey> {
    let books = app.books.clone();
    let path = InstanceKey::beside(books.path());
    app.books
        .read(move |conn| {
            Ok(PublicKey { name: origin_of(conn)?, bytes: InstanceKey::open_or_create(&path)?.public_key() })
        })
        .await
}
