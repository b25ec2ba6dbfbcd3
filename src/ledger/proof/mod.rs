//! What leaves the machine so that others can hold the community to its word: signed checkpoints of
//! the whole ledger, and receipts of single transactions.
//!
//! A hash chain alone proves nothing against someone who can write the file: he computes it anew. So
//! the instance signs, now and then, one line for the whole ledger (a [`Checkpoint`]) with a key that
//! does not lie in the database. Whoever keeps one can show later that the ledger still begins as it
//! did. A [`Receipt`] says what one transaction was and leads, by some twenty hashes, to a checkpoint,
//! without a word about anyone else's. Both are checked with nothing but the public key.
//!
//! The byte layouts are written down in `docs/verification.md`.

mod checkpoint;
mod keys;
mod merkle;
mod note;
mod receipt;
mod statement;
mod tree;

use std::fmt;

pub use checkpoint::{
    Checkpoint, Newest, SignedCheckpoint, StoreCheckpoint, checkpoint_at, draft, latest, newest, origin_of,
};
pub use keys::{ChangeKey, KeyChain, Trust};
pub use merkle::Edge;
pub use note::{Note, PublicKey, SignatureLine, Signer};
pub use receipt::{Proved, Receipt};
pub use statement::Statement;
pub use tree::{GrowTree, NODE_LEAVES, stored_node, wanting};

pub(super) use checkpoint::{StoredCheckpoint, stored_checkpoints};

/// Why a receipt, a checkpoint or a key does not prove what it claims: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotProved(pub String);

impl NotProved {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for NotProved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotProved {}

/// The name under which a ledger signs: made of its own id, so that it never changes and no two
/// communities share it.
pub fn origin(ledger_id: uuid::Uuid) -> String {
    format!("communitytoken/{}", ledger_id.hyphenated())
}

/// A hash from its hexadecimal form, as [`super::hex`] writes it.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

/// Takes a text apart line by line: each line is a word, a space, and a value.
struct Lines<'a>(std::str::Lines<'a>);

impl<'a> Lines<'a> {
    /// The next line as it is.
    fn whole(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    /// The value of the next line, which must begin with this word.
    fn value(&mut self, word: &str) -> Option<&'a str> {
        self.0.next()?.strip_prefix(word)?.strip_prefix(' ')
    }

    /// The same, read as what it must be.
    fn read<T: std::str::FromStr>(&mut self, word: &str) -> Option<T> {
        self.value(word)?.parse().ok()
    }
}
