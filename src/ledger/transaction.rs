//! A transaction as people and APIs see it, and how it is read.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chain::{Hash, TransactionContent};
use super::history::Direction;
use super::journal::Head;
use super::transaction_id::{TransactionId, transaction_not_found};
use super::types::{Kind, WalletId, WalletKey, wallet_not_found};
use crate::error::{Error, Result};

/// Whose wallet it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A member's.
    User,
    /// A system account's.
    System,
}

/// One side of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Party {
    /// The wallet.
    pub wallet_id: WalletId,
    /// The name of its owner today.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
}

/// A transaction. The last three fields are there in a wallet's own history, seen from that wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Transaction {
    /// Its id, a version 7 UUID.
    pub id: TransactionId,
    /// Its place in the ledger: 1, 2, 3, ... without a gap.
    pub sequence: i64,
    /// What it means.
    pub kind: Kind,
    /// Which program made it, 1 to 99.
    pub transaction_type: i64,
    /// The sender.
    pub from: Party,
    /// The recipient.
    pub to: Party,
    /// Whole tokens.
    pub amount: i64,
    /// What the sender wrote.
    pub note: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Its place in the hash chain, in hexadecimal; null while a row inserted by hand waits for it.
    pub hash: Option<String>,
    /// The transaction this one gives back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses: Option<TransactionId>,
    /// The latest transaction that gives this one back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<TransactionId>,
    /// How much of this one has been given back, where any was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_amount: Option<i64>,
    /// Whether tokens came in or went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The wallet's balance before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_before: Option<i64>,
    /// The wallet's balance after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<i64>,
}

const SELECT: &str = "
SELECT t.sequence, t.created_at, t.kind, t.transaction_type, t.amount, t.note, t.hash, ledger.tag,
       sender.wallet_id, sender.name, sender.owner, recipient.wallet_id, recipient.name, recipient.owner,
       t.from_wallet, t.to_wallet, t.from_balance, t.to_balance,
       t.reverses, (SELECT created_at FROM transactions WHERE sequence = t.reverses),
       back.sequence, back.created_at,
       (SELECT sum(amount) FROM transactions WHERE reverses = t.sequence)
  FROM transactions AS t
  JOIN ledger
  JOIN owners AS sender ON sender.wallet = t.from_wallet
  JOIN owners AS recipient ON recipient.wallet = t.to_wallet
  LEFT JOIN transactions AS back ON back.sequence = (SELECT max(sequence) FROM transactions WHERE reverses = t.sequence)
 WHERE t.sequence = ?1";

fn owner(row: &Row<'_>, at: usize) -> rusqlite::Result<Owner> {
    Ok(if row.get_ref(at)?.as_str()? == "system" { Owner::System } else { Owner::User })
}

fn from_row(row: &Row<'_>, seen_from: Option<WalletKey>) -> rusqlite::Result<Transaction> {
    let tag = row.get(7)?;
    let id = |created_at, sequence| TransactionId::new(created_at, tag, sequence);
    let (sequence, created_at, amount) = (row.get(0)?, row.get(1)?, row.get(4)?);
    let (from, to): (WalletKey, WalletKey) = (row.get(14)?, row.get(15)?);
    let view = match seen_from {
        // An issuance, a wallet paying itself, comes in.
        Some(wallet) if wallet == to => {
            let after: i64 = row.get(17)?;
            Some((Direction::In, after - amount, after))
        }
        Some(wallet) if wallet == from => {
            let after: i64 = row.get(16)?;
            Some((Direction::Out, after.saturating_add(amount), after))
        }
        _ => None,
    };
    let pair = |time: Option<i64>, sequence: Option<i64>| time.zip(sequence).map(|(time, sequence)| id(time, sequence));
    Ok(Transaction {
        id: id(created_at, sequence),
        sequence,
        kind: row.get(2)?,
        transaction_type: row.get(3)?,
        from: Party { wallet_id: row.get(8)?, name: row.get(9)?, owner: owner(row, 10)? },
        to: Party { wallet_id: row.get(11)?, name: row.get(12)?, owner: owner(row, 13)? },
        amount,
        note: row.get(5)?,
        created_at,
        hash: row.get::<_, Option<Hash>>(6)?.map(|hash| hex(&hash)),
        reverses: pair(row.get(19)?, row.get(18)?),
        reversed_by: pair(row.get(21)?, row.get(20)?),
        reversed_amount: row.get(22)?,
        direction: view.map(|view| view.0),
        balance_before: view.map(|view| view.1),
        balance_after: view.map(|view| view.2),
    })
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The transaction with this sequence, seen from a wallet if one is given.
pub fn by_sequence(conn: &Connection, sequence: i64, seen_from: Option<WalletKey>) -> Result<Transaction> {
    conn.prepare_cached(SELECT)?
        .query_row([sequence], |row| from_row(row, seen_from))
        .optional()?
        .ok_or_else(transaction_not_found)
}

/// The transaction with this id. `visible_to` is the wallet that asks: a transaction that does not
/// involve it is not found. `None` sees everything.
pub fn by_id(conn: &Connection, id: TransactionId, visible_to: Option<WalletKey>) -> Result<Transaction> {
    let transaction = by_sequence(conn, id.sequence(), visible_to)?;
    if transaction.id != id || (visible_to.is_some() && transaction.direction.is_none()) {
        return Err(transaction_not_found());
    }
    Ok(transaction)
}

/// Calls `each` for every row after a sequence, in order.
pub(super) fn for_each_after(
    conn: &Connection,
    sequence: i64,
    mut each: impl FnMut(TransactionContent, Option<Hash>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT t.sequence, t.created_at, t.kind, t.transaction_type, sender.id, recipient.id, t.amount,
                t.from_previous, t.to_previous, t.from_balance, t.to_balance, coalesce(t.reverses, 0),
                coalesce(t.audit, 0), t.note_digest, t.hash
           FROM transactions AS t
           JOIN wallets AS sender ON sender.key = t.from_wallet
           JOIN wallets AS recipient ON recipient.key = t.to_wallet
          WHERE t.sequence > ?1 ORDER BY t.sequence",
    )?;
    let mut rows = statement.query([sequence])?;
    while let Some(row) = rows.next()? {
        let content = TransactionContent {
            sequence: row.get(0)?,
            created_at: row.get(1)?,
            kind: row.get(2)?,
            transaction_type: row.get(3)?,
            from_wallet: row.get(4)?,
            to_wallet: row.get(5)?,
            amount: row.get(6)?,
            from_previous: row.get(7)?,
            to_previous: row.get(8)?,
            from_balance: row.get(9)?,
            to_balance: row.get(10)?,
            reverses: row.get(11)?,
            audit: row.get(12)?,
            note_digest: row.get::<_, Option<Hash>>(13)?.unwrap_or([0; 32]),
        };
        each(content, row.get(14)?)?;
    }
    Ok(())
}

/// Chains the rows after the head that have no hash yet; gives how many there were.
pub(super) fn seal_after(conn: &Connection, head: &mut Head) -> Result<u64> {
    let mut unsealed = Vec::new();
    let mut end = *head;
    for_each_after(conn, head.sequence, |content, stored| {
        let hash = content.hash(&end.hash);
        match stored {
            None => unsealed.push((content.sequence, hash)),
            Some(found) if found == hash => {}
            Some(_) => {
                return Err(Error::internal(format!(
                    "transaction {} carries a hash that is not its own; run `communitytoken verify`",
                    content.sequence
                )));
            }
        }
        end = Head { sequence: content.sequence, created_at: content.created_at, hash };
        Ok(())
    })?;
    let mut update = conn.prepare_cached("UPDATE transactions SET hash = ?2 WHERE sequence = ?1")?;
    for row in &unsealed {
        update.execute(*row)?;
    }
    *head = end;
    Ok(unsealed.len() as u64)
}

/// Whose a wallet is, or `wallet_not_found`.
pub fn party(conn: &Connection, wallet_id: WalletId) -> Result<Party> {
    conn.prepare_cached("SELECT wallet_id, name, owner FROM owners WHERE wallet_id = ?1")?
        .query_row([wallet_id], |row| Ok(Party { wallet_id: row.get(0)?, name: row.get(1)?, owner: owner(row, 2)? }))
        .optional()?
        .ok_or_else(wallet_not_found)
}
