//! A row of the transactions, on its way into the table.

use std::sync::LazyLock;

use rusqlite::{Connection, ToSql};

use super::chain::{Hash, HexHash, TransactionContent};
use super::transaction::{Party, Transaction};
use super::transaction_id::TransactionId;
use super::types::{Kind, WalletKey};
use crate::error::Result;
use crate::store::Insertion;

static INSERTION: LazyLock<Insertion<17>> = LazyLock::new(|| {
    Insertion::new(
        "INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                                   from_previous, to_previous, from_balance, to_balance, reverses, audit,
                                   note, note_salt, note_digest, hash)",
        "",
    )
});

/// What the chain covers, and how the table refers to it.
pub(super) struct Row<'a> {
    pub content: TransactionContent,
    pub kind: Kind,
    pub from: WalletKey,
    pub to: WalletKey,
    pub reverses: Option<TransactionId>,
    pub audit: Option<i64>,
    pub note: Option<&'a str>,
    pub salt: Option<[u8; 16]>,
    pub note_digest: Option<Hash>,
    pub hash: Hash,
}

impl Row<'_> {
    /// Inserts rows that follow each other.
    pub(super) fn insert(conn: &Connection, rows: &[Self]) -> Result<()> {
        INSERTION.insert(conn, rows, Self::values)?;
        Ok(())
    }

    fn values(&self) -> [&dyn ToSql; 17] {
        let content = &self.content;
        [
            &content.sequence,
            &content.created_at,
            &content.kind,
            &content.transaction_type,
            &self.from,
            &self.to,
            &content.amount,
            &content.from_previous,
            &content.to_previous,
            &content.from_balance,
            &content.to_balance,
            &self.reverses,
            &self.audit,
            &self.note,
            &self.salt,
            &self.note_digest,
            &self.hash,
        ]
    }

    /// The transaction as its reader finds it.
    pub(super) fn transaction(&self, tag: i64, from: Party, to: Party) -> Transaction {
        let content = &self.content;
        Transaction {
            id: TransactionId::new(content.created_at, tag, content.sequence),
            sequence: content.sequence,
            kind: self.kind,
            transaction_type: content.transaction_type,
            from,
            to,
            amount: content.amount,
            note: self.note.map(str::to_owned),
            created_at: content.created_at,
            hash: Some(HexHash(self.hash)),
            reverses: self.reverses,
            reversed_by: None,
            reversed_amount: None,
            fee: None,
            fee_of: None,
            client: None,
            direction: None,
            balance_before: None,
            balance_after: None,
            category: None,
        }
    }
}
