//! The instance's key: reading it, handing it over to a new one, and replacing one that was lost.

use std::sync::Arc;

use crate::error::Result;
use crate::identity::InstanceKey;
use crate::ledger::proof::{ChangeKey, KeyChain, PublicKey, Signer};
use crate::ledger::{Authority, Books};

/// The instance's key, made where there is none. A rotation that broke off after the ledger recorded
/// it is brought to its end first.
pub fn key(books: &Books) -> Result<InstanceKey> {
    let path = InstanceKey::beside(books.path());
    if let Some(current) = current(books)? {
        InstanceKey::settle(&path, &current.bytes)?;
    }
    InstanceKey::open_or_create(&path)
}

fn current(books: &Books) -> Result<Option<PublicKey>> {
    books.read_blocking(|conn| Ok(KeyChain::read(conn)?.current().cloned()))
}

/// Hands the instance's key over to a new one, which the old one endorses. What the old one signed
/// stays good; it signs nothing that comes after.
pub fn rotate_key(books: &Books, authority: Authority) -> Result<PublicKey> {
    let old: Arc<dyn Signer> = Arc::new(key(books)?);
    change(books, Some(old), authority)
}

/// Replaces a key that was lost or stolen, without its word. The file's own key is taken where it is
/// a new one already.
pub fn replace_key(books: &Books, authority: Authority) -> Result<PublicKey> {
    let present = key(books)?;
    match current(books)? {
        Some(known) if known.bytes != present.public_key() => {
            books.execute_blocking(ChangeKey { old: None, new: Arc::new(present), authority })
        }
        _ => change(books, None, authority),
    }
}

/// The new key is safe in its file before the ledger names it, and takes its place after.
fn change(books: &Books, old: Option<Arc<dyn Signer>>, authority: Authority) -> Result<PublicKey> {
    let path = InstanceKey::beside(books.path());
    let next = InstanceKey::prepare_next(&path)?;
    match books.execute_blocking(ChangeKey { old, new: Arc::new(next.clone()), authority }) {
        Ok(key) => {
            InstanceKey::settle(&path, &key.bytes)?;
            Ok(key)
        }
        // Of a commit whose outcome is unknown the key may be needed yet.
        Err(error) if !error.is_refusal() => Err(error),
        Err(error) => {
            next.discard_next(&path);
            Err(error)
        }
    }
}
