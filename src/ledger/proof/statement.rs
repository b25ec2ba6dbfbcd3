//! What a receipt says of a transaction, and what the leaf of the Merkle tree is made of.
//!
//! It holds what both parties know anyway. Balances and links to earlier transactions, which the
//! chain's hash covers too, are left out on purpose: a receipt is there to be shown around, and it
//! must not tell what the other side owns.

use std::fmt;

use uuid::Uuid;

use super::{Lines, NotProved, merkle, unhex};
use crate::ledger::chain::{Hash, TransactionContent};
use crate::ledger::{Kind, TransactionId, WalletId, hex};

/// How a statement begins.
const TITLE: &str = "communitytoken receipt 1";

/// A transaction, as a receipt states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The ledger it is in.
    pub origin: &'a str,
    /// Its place there.
    pub sequence: i64,
    /// Its id.
    pub id: TransactionId,
    /// Unix milliseconds.
    pub created_at: i64,
    /// What it means.
    pub kind: Kind,
    /// Which program made it.
    pub transaction_type: i64,
    /// The sender.
    pub from: WalletId,
    /// The recipient.
    pub to: WalletId,
    /// Whole tokens.
    pub amount: i64,
    /// The sequence of the transaction it gives back; 0: none.
    pub reverses: i64,
    /// The digest of its note; zeros: there was none.
    pub note_digest: Hash,
    /// Its hash in the chain, which covers everything else about it.
    pub hash: Hash,
}

impl<'a> Statement<'a> {
    /// What a row says; `None` where the row cannot be one of ours.
    pub fn of(origin: &'a str, tag: i64, row: &TransactionContent, hash: Hash) -> Option<Self> {
        Some(Self {
            origin,
            sequence: row.sequence,
            id: TransactionId::new(row.created_at, tag, row.sequence),
            created_at: row.created_at,
            kind: Kind::ALL.into_iter().find(|kind| kind.code() == row.kind)?,
            transaction_type: row.transaction_type,
            from: row.from_wallet,
            to: row.to_wallet,
            amount: row.amount,
            reverses: row.reverses,
            note_digest: row.note_digest,
            hash,
        })
    }

    /// Reads a statement, which must be written exactly as we write it.
    pub fn parse(text: &'a str) -> Result<Self, NotProved> {
        let statement = Self::read(text).filter(|statement| statement.to_string() == text);
        statement
            .ok_or_else(|| NotProved::new("This is not a receipt, or it was altered: its first part cannot be read."))
    }

    fn read(text: &'a str) -> Option<Self> {
        let mut lines = Lines(text.lines());
        if lines.whole()? != TITLE {
            return None;
        }
        let wallet = |text: &str| Uuid::try_parse(text).ok().map(WalletId);
        Some(Self {
            origin: lines.value("ledger")?,
            sequence: lines.read("transaction")?,
            id: lines.read("id")?,
            created_at: lines.read("time")?,
            kind: lines.value("kind").and_then(|word| Kind::ALL.into_iter().find(|kind| kind.as_str() == word))?,
            transaction_type: lines.read("type")?,
            from: wallet(lines.value("from")?)?,
            to: wallet(lines.value("to")?)?,
            amount: lines.read("amount")?,
            reverses: lines.read("reverses")?,
            note_digest: unhex(lines.value("note")?)?,
            hash: unhex(lines.value("hash")?)?,
        })
    }

    /// Its leaf in the Merkle tree.
    pub fn leaf(&self) -> Hash {
        merkle::leaf_hash(self.to_string().as_bytes())
    }
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{TITLE}\nledger {}\ntransaction {}\nid {}\ntime {}\nkind {}\ntype {}\nfrom {}\nto {}\namount {}\nreverses {}\nnote {}\nhash {}\n",
            self.origin,
            self.sequence,
            self.id,
            self.created_at,
            self.kind.as_str(),
            self.transaction_type,
            self.from,
            self.to,
            self.amount,
            self.reverses,
            hex(&self.note_digest),
            hex(&self.hash),
        )
    }
}
