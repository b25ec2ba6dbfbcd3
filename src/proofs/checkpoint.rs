//! A checkpoint is taken: on a schedule, when the program stops, and on demand.

use crate::error::Result;
use crate::ledger::Books;
use crate::ledger::proof::{PublicKey, SignedCheckpoint, Signer, StoreCheckpoint, draft, wanting};

/// Signs the ledger as it is and stores the checkpoint. `None` where nothing has happened since the
/// last one. All of the work is done beside the writer; what it stores takes it no longer than a
/// transfer does.
pub fn take(books: &Books) -> Result<Option<SignedCheckpoint>> {
    loop {
        let nodes = books.read_blocking(wanting)?;
        if nodes.is_empty() {
            break;
        }
        books.execute_blocking(nodes)?;
    }
    let now = books.now();
    let Some(draft) = books.read_blocking(|conn| draft(conn, now))? else { return Ok(None) };
    // Read anew each time, so that a rotation reaches a program that is running.
    let secret = super::key(books)?;
    let key = PublicKey { name: draft.origin.clone(), bytes: secret.public_key() };
    let signed = draft.sign(&secret);
    let stored = books.execute_blocking(StoreCheckpoint { signed: signed.clone(), key })?;
    Ok(stored.then_some(signed))
}
