//! A transaction as people and APIs see it, and how it is read.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chain::{Hash, HexHash, TransactionContent};
use super::history::Direction;
use super::transaction_id::{TransactionId, transaction_not_found};
use super::types::{Kind, WalletId, WalletKey, transaction_type, wallet_not_found};
use crate::error::Result;

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

/// The fee of a payment: a transaction of its own, right behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fee {
    /// Whole tokens.
    pub amount: i64,
    /// The transaction by which it was paid.
    pub transaction_id: TransactionId,
}

/// The payment for which a fee was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeeOf {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who was paid by it.
    pub to: Party,
}

/// A transaction. The last fields are there in a wallet's own history, seen from that wallet.
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
    pub hash: Option<HexHash>,
    /// The transaction this one gives back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses: Option<TransactionId>,
    /// The latest transaction that gives this one back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<TransactionId>,
    /// How much of this one has been given back, where any was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_amount: Option<i64>,
    /// What the sender paid for it besides; of an operator's correction, the fee that went back with it. Whom
    /// it does not concern does not see it: the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// The payment for which it is the fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_of: Option<FeeOf>,
    /// The service client that made it for the sender, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Whether tokens came in or went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The wallet's balance before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_before: Option<i64>,
    /// The wallet's balance after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<i64>,
    /// What the one who reads calls it, for themselves alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl Transaction {
    /// The payment for which it is the fee, by its id.
    pub fn fee_of_id(&self) -> Option<TransactionId> {
        self.fee_of.as_ref().map(|payment| payment.transaction_id)
    }

    /// How many tokens it moved together with its fee.
    pub fn with_fee(&self) -> i64 {
        self.amount.saturating_add(self.fee.map_or(0, |fee| fee.amount))
    }
}

/// A row as it stands, before names and links are looked up.
pub(super) struct Stored {
    pub(super) sequence: i64,
    pub(super) created_at: i64,
    pub(super) kind: Kind,
    pub(super) transaction_type: i64,
    pub(super) from: WalletKey,
    pub(super) to: WalletKey,
    pub(super) amount: i64,
    pub(super) from_previous: i64,
    pub(super) to_previous: i64,
    from_balance: i64,
    to_balance: i64,
    reverses: Option<i64>,
    pub(super) note: Option<String>,
    hash: Option<Hash>,
}

impl Stored {
    /// The transaction before this one in the history of a wallet that took part in it.
    pub(super) fn previous_of(&self, wallet: WalletKey) -> i64 {
        if self.to == wallet { self.to_previous } else { self.from_previous }
    }
}

/// Reads rows and completes them: names, ids and reversals. A page of rows shares one, so that each
/// statement is prepared once and each name looked up once.
pub(super) struct Reading<'a> {
    conn: &'a Connection,
    rows: CachedStatement<'a>,
    owners: CachedStatement<'a>,
    reversals: CachedStatement<'a>,
    fees: CachedStatement<'a>,
    clients: CachedStatement<'a>,
    tag: i64,
    parties: HashMap<WalletKey, Party>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(conn: &'a Connection) -> Result<Self> {
        Ok(Self {
            conn,
            rows: conn.prepare_cached(
                "SELECT sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_previous,
                        to_previous, from_balance, to_balance, reverses, note, hash
                   FROM transactions WHERE sequence = ?1",
            )?,
            owners: conn.prepare_cached("SELECT wallet_id, name, owner FROM owners WHERE wallet = ?1")?,
            reversals: conn
                .prepare_cached("SELECT max(sequence), sum(amount) FROM transactions WHERE reverses = ?1")?,
            // Behind a payment its fee, behind what an operator gave back the fee that went back with it.
            fees: conn.prepare_cached(
                "SELECT amount FROM transactions AS fee
                  WHERE sequence = ?1 + 1
                    AND CASE WHEN ?2 IS NULL THEN transaction_type = ?3
                             ELSE reverses = ?2 + 1
                              AND audit = (SELECT audit FROM transactions WHERE sequence = ?1) END",
            )?,
            clients: conn.prepare_cached(
                "SELECT name FROM service_calls JOIN service_clients ON service_clients.key = service_calls.client
                  WHERE service_calls.sequence = ?1",
            )?,
            tag: conn.prepare_cached("SELECT tag FROM ledger")?.query_row([], |row| row.get(0))?,
            parties: HashMap::new(),
        })
    }

    /// The row with this sequence.
    pub(super) fn row(&mut self, sequence: i64) -> Result<Option<Stored>> {
        Ok(self
            .rows
            .query_row([sequence], |row| {
                Ok(Stored {
                    sequence: row.get(0)?,
                    created_at: row.get(1)?,
                    kind: row.get(2)?,
                    transaction_type: row.get(3)?,
                    from: row.get(4)?,
                    to: row.get(5)?,
                    amount: row.get(6)?,
                    from_previous: row.get(7)?,
                    to_previous: row.get(8)?,
                    from_balance: row.get(9)?,
                    to_balance: row.get(10)?,
                    reverses: row.get(11)?,
                    note: row.get(12)?,
                    hash: row.get(13)?,
                })
            })
            .optional()?)
    }

    fn party(&mut self, wallet: WalletKey) -> Result<Party> {
        if let Some(party) = self.parties.get(&wallet) {
            return Ok(party.clone());
        }
        let party = self.owners.query_row([wallet], party_from_row)?;
        self.parties.insert(wallet, party.clone());
        Ok(party)
    }

    /// The id of another row.
    fn id_of(&self, sequence: i64) -> Result<TransactionId> {
        let created_at = self
            .conn
            .prepare_cached("SELECT created_at FROM transactions WHERE sequence = ?1")?
            .query_row([sequence], |row| row.get(0))?;
        Ok(TransactionId::new(created_at, self.tag, sequence))
    }

    /// The transaction with this sequence, seen from a wallet if one is given.
    pub(super) fn transaction(&mut self, sequence: i64, seen_from: Option<WalletKey>) -> Result<Transaction> {
        let row = self.row(sequence)?.ok_or_else(transaction_not_found)?;
        self.complete(row, seen_from)
    }

    /// The fee that the sender of a payment paid for it, or got back with it.
    fn fee(&mut self, row: &Stored, seen_from: Option<WalletKey>) -> Result<Option<Fee>> {
        let whose = if row.reverses.is_some() { row.to } else { row.from };
        if row.kind != Kind::Transfer || seen_from.is_some_and(|wallet| wallet != whose) {
            return Ok(None);
        }
        let amount = self
            .fees
            .query_row((row.sequence, row.reverses, transaction_type::FEE), |found| found.get(0))
            .optional()?;
        // One command makes the two, at one time.
        let transaction_id = TransactionId::new(row.created_at, self.tag, row.sequence + 1);
        Ok(amount.map(|amount| Fee { amount, transaction_id }))
    }

    /// The payment for which a fee was paid.
    fn fee_of(&mut self, row: &Stored) -> Result<Option<FeeOf>> {
        if row.transaction_type != transaction_type::FEE {
            return Ok(None);
        }
        let Some(payment) = self.row(row.sequence - 1)? else { return Ok(None) };
        let transaction_id = TransactionId::new(payment.created_at, self.tag, payment.sequence);
        Ok(Some(FeeOf { transaction_id, to: self.party(payment.to)? }))
    }

    pub(super) fn complete(&mut self, row: Stored, seen_from: Option<WalletKey>) -> Result<Transaction> {
        let view = match seen_from {
            // An issuance, a wallet paying itself, comes in.
            Some(wallet) if wallet == row.to => Some((Direction::In, row.to_balance - row.amount, row.to_balance)),
            Some(wallet) if wallet == row.from => {
                Some((Direction::Out, row.from_balance.saturating_add(row.amount), row.from_balance))
            }
            _ => None,
        };
        let (back, reversed_amount): (Option<i64>, Option<i64>) =
            self.reversals.query_row([row.sequence], |found| Ok((found.get(0)?, found.get(1)?)))?;
        let (fee, fee_of) = (self.fee(&row, seen_from)?, self.fee_of(&row)?);
        Ok(Transaction {
            id: TransactionId::new(row.created_at, self.tag, row.sequence),
            sequence: row.sequence,
            kind: row.kind,
            transaction_type: row.transaction_type,
            from: self.party(row.from)?,
            to: self.party(row.to)?,
            amount: row.amount,
            note: row.note,
            created_at: row.created_at,
            hash: row.hash.map(HexHash),
            reverses: row.reverses.map(|sequence| self.id_of(sequence)).transpose()?,
            reversed_by: back.map(|sequence| self.id_of(sequence)).transpose()?,
            reversed_amount,
            fee,
            fee_of,
            client: self.clients.query_row([row.sequence], |found| found.get(0)).optional()?,
            direction: view.map(|view| view.0),
            balance_before: view.map(|view| view.1),
            balance_after: view.map(|view| view.2),
            // No word of the ledger's: whoever shows a member their own history puts it in.
            category: None,
        })
    }
}

/// The transaction with this sequence, seen from a wallet if one is given.
pub fn by_sequence(conn: &Connection, sequence: i64, seen_from: Option<WalletKey>) -> Result<Transaction> {
    Reading::new(conn)?.transaction(sequence, seen_from)
}

/// The transaction as it was answered when it was made: what was given back of it since is not in
/// it, so that a repeated request reads the first answer again.
pub fn as_made(conn: &Connection, sequence: i64) -> Result<Transaction> {
    Ok(Transaction { reversed_by: None, reversed_amount: None, ..by_sequence(conn, sequence, None)? })
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
    each: &mut dyn FnMut(TransactionContent, Option<Hash>) -> Result<()>,
) -> Result<()> {
    for_each_between(conn, sequence, i64::MAX, each)
}

/// Calls `each` for every row after a sequence up to and including another, in order.
pub(super) fn for_each_between(
    conn: &Connection,
    after: i64,
    up_to: i64,
    each: &mut dyn FnMut(TransactionContent, Option<Hash>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT t.sequence, t.created_at, t.kind, t.transaction_type, sender.id, recipient.id, t.amount,
                t.from_previous, t.to_previous, t.from_balance, t.to_balance, coalesce(t.reverses, 0),
                coalesce(t.audit, 0), t.note_digest, t.hash
           FROM transactions AS t
           JOIN wallets AS sender ON sender.key = t.from_wallet
           JOIN wallets AS recipient ON recipient.key = t.to_wallet
          WHERE t.sequence > ?1 AND t.sequence <= ?2 ORDER BY t.sequence",
    )?;
    let mut rows = statement.query([after, up_to])?;
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

/// Whose a wallet is, or `wallet_not_found`.
pub fn party(conn: &Connection, wallet_id: WalletId) -> Result<Party> {
    conn.prepare_cached("SELECT wallet_id, name, owner FROM owners WHERE wallet_id = ?1")?
        .query_row([wallet_id], party_from_row)
        .optional()?
        .ok_or_else(wallet_not_found)
}

pub(super) fn party_from_row(row: &Row<'_>) -> rusqlite::Result<Party> {
    let owner = if row.get_ref(2)?.as_str()? == "system" { Owner::System } else { Owner::User };
    Ok(Party { wallet_id: row.get(0)?, name: row.get(1)?, owner })
}
