//! The hash chain: each transaction, and each audit line, carries a hash over its content and its
//! predecessor's hash. Whoever changes a row must change every later one, and the heads that left
//! the machine no longer fit.
//!
//! `hash = SHA-256(predecessor's hash, canonical bytes)`. The canonical bytes are a domain word and
//! then the fields in a fixed order: integers as eight bytes, big end first; UUIDs as sixteen bytes;
//! texts as their length and their UTF-8. A note enters only as the digest of its salt and text, so
//! that erasing it keeps the chain whole.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::types::WalletId;
use crate::error::Result;

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// A SHA-256 value as people and programs read it: in hexadecimal, lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String)]
pub struct HexHash(pub Hash);

impl fmt::Display for HexHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for HexHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

/// Bytes as lower-case hexadecimal. By table, as every entry of a history carries a hash.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// All the bytes first: one call for each field costs more than hashing it.
struct Canonical(Vec<u8>);

/// Room for what a transaction comes to.
const ROOM: usize = 256;

impl Canonical {
    fn after(previous: &Hash, domain: &str) -> Self {
        let mut canonical = Self(Vec::with_capacity(ROOM));
        canonical.bytes(previous);
        canonical.text(domain);
        canonical
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn integer(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.integer(i64::try_from(text.len()).unwrap_or(i64::MAX));
        self.bytes(text.as_bytes());
    }

    fn finish(self) -> Hash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.0).as_ref());
        hash
    }
}

/// What stands before the first row: made of the community's own id, so that no two communities
/// share a chain.
pub fn genesis(ledger_id: Uuid, domain: &str) -> Hash {
    let mut canonical = Canonical::after(&[0; 32], domain);
    canonical.bytes(ledger_id.as_bytes());
    canonical.finish()
}

/// A row of one of the two chains.
pub trait Link {
    /// Its place.
    fn sequence(&self) -> i64;
    /// Its time, Unix milliseconds.
    fn created_at(&self) -> i64;
    /// Its hash after the given one.
    fn hash(&self, previous: &Hash) -> Hash;
}

/// What looks at each row of a chain after a place in it, with the hash that stands there.
pub(super) type Look<'a, L> = &'a mut dyn FnMut(L, Option<Hash>) -> Result<()>;

/// Domain word of the chain of transactions.
pub const TRANSACTIONS: &str = "communitytoken transaction 1";
/// Domain word of the chain of audit lines.
pub const AUDIT: &str = "communitytoken audit 1";

/// The fields of a transaction that the chain covers.
#[derive(Debug, Clone)]
pub struct TransactionContent {
    /// Its place in the ledger.
    pub sequence: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// The code of its kind.
    pub kind: i64,
    /// Which program made it.
    pub transaction_type: i64,
    /// The sender.
    pub from_wallet: WalletId,
    /// The recipient.
    pub to_wallet: WalletId,
    /// Whole tokens.
    pub amount: i64,
    /// The sender's previous transaction.
    pub from_previous: i64,
    /// The recipient's previous transaction.
    pub to_previous: i64,
    /// The sender's balance afterwards.
    pub from_balance: i64,
    /// The recipient's balance afterwards.
    pub to_balance: i64,
    /// The transaction it gives back; 0: none.
    pub reverses: i64,
    /// The audit line that accounts for it; 0: none.
    pub audit: i64,
    /// The digest of the note; zeros: there was none.
    pub note_digest: Hash,
}

impl Link for TransactionContent {
    fn sequence(&self) -> i64 {
        self.sequence
    }

    fn created_at(&self) -> i64 {
        self.created_at
    }

    fn hash(&self, previous: &Hash) -> Hash {
        let mut canonical = Canonical::after(previous, TRANSACTIONS);
        for value in [self.sequence, self.created_at, self.kind, self.transaction_type] {
            canonical.integer(value);
        }
        canonical.bytes(self.from_wallet.0.as_bytes());
        canonical.bytes(self.to_wallet.0.as_bytes());
        for value in [
            self.amount,
            self.from_previous,
            self.to_previous,
            self.from_balance,
            self.to_balance,
            self.reverses,
            self.audit,
        ] {
            canonical.integer(value);
        }
        canonical.bytes(&self.note_digest);
        canonical.finish()
    }
}

/// The digest by which the chain covers a note.
pub fn note_digest(salt: &[u8; 16], note: &str) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(note.as_bytes());
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// The fields of an audit line that the chain covers.
#[derive(Debug, Clone)]
pub struct AuditContent {
    /// Its place in the log.
    pub sequence: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Who did it.
    pub operator: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
    /// Why.
    pub reason: String,
    /// Further facts, as JSON.
    pub details: String,
    /// The request it came by; empty: none.
    pub request_id: String,
    /// The first transaction it accounts for; 0: none.
    pub first_sequence: i64,
    /// The last one; 0: none.
    pub last_sequence: i64,
}

impl Link for AuditContent {
    fn sequence(&self) -> i64 {
        self.sequence
    }

    fn created_at(&self) -> i64 {
        self.created_at
    }

    fn hash(&self, previous: &Hash) -> Hash {
        let mut canonical = Canonical::after(previous, AUDIT);
        canonical.integer(self.sequence);
        canonical.integer(self.created_at);
        for text in [&self.operator, &self.action, &self.target, &self.reason, &self.details, &self.request_id] {
            canonical.text(text);
        }
        canonical.integer(self.first_sequence);
        canonical.integer(self.last_sequence);
        canonical.finish()
    }
}
