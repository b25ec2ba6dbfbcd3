//! Checkpoints: the whole ledger at one moment in six lines, signed.
//!
//! What a checkpoint says is not stored but read from the rows it covers; only its signature is. So
//! it cannot say anything but what the rows say, and rows that were altered since no longer fit it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::keys::{self, KeyChain};
use super::note::{Note, PublicKey, SignatureLine, Signer};
use super::tree::Tree;
use super::{Lines, NotProved, Trust, origin, unhex};
use crate::error::{Error, Result};
use crate::ledger::chain::Hash;
use crate::ledger::{Command, Ledger, hex};

/// The whole ledger at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger.
    pub origin: String,
    /// The last transaction it covers, and so how many.
    pub sequence: i64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
    /// The last transaction's hash in the chain.
    pub hash: Hash,
    /// The last line of the audit log it covers.
    pub audit_sequence: i64,
    /// That line's hash.
    pub audit_hash: Hash,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl Checkpoint {
    fn parse(text: &str) -> Result<Self, NotProved> {
        let checkpoint = Self::read(text).filter(|checkpoint| checkpoint.to_string() == text);
        checkpoint.ok_or_else(|| NotProved::new("This is not a checkpoint, or it was altered: it cannot be read."))
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = Lines(text.lines());
        let origin = lines.whole()?.to_owned();
        let sequence = lines.whole()?.parse().ok()?;
        let root = STANDARD.decode(lines.whole()?).ok()?.try_into().ok()?;
        let hash = unhex(lines.value("chain")?)?;
        let (audit_sequence, audit_hash) = lines.value("audit")?.split_once(' ')?;
        Some(Self {
            origin,
            sequence,
            root,
            hash,
            audit_sequence: audit_sequence.parse().ok()?,
            audit_hash: unhex(audit_hash)?,
            created_at: lines.read("time")?,
        })
    }

    /// The same, signed.
    pub fn sign(self, signer: &dyn Signer) -> SignedCheckpoint {
        let signature = SignatureLine::sign(&self.to_string(), &self.origin, signer);
        SignedCheckpoint { checkpoint: self, signature }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n{}\n{}\nchain {}\naudit {} {}\ntime {}\n",
            self.origin,
            self.sequence,
            STANDARD.encode(self.root),
            hex(&self.hash),
            self.audit_sequence,
            hex(&self.audit_hash),
            self.created_at
        )
    }
}

/// A checkpoint and the instance's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Who says so.
    pub signature: SignatureLine,
}

impl SignedCheckpoint {
    /// Reads the text of one. The signature is not checked by this.
    pub fn parse(file: &str) -> Result<Self, NotProved> {
        let note = Note::parse(file)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        let one: Result<[SignatureLine; 1], _> = note.signatures.try_into();
        let [signature] = one.map_err(|_| NotProved::new("A checkpoint carries exactly one signature."))?;
        Ok(Self { checkpoint, signature })
    }

    /// As a note.
    pub fn note(&self) -> Note {
        Note { text: self.checkpoint.to_string(), signatures: vec![self.signature.clone()] }
    }

    /// Whether one of these keys signed it for its own ledger.
    pub fn check<'a>(&self, trust: &'a Trust) -> Result<&'a PublicKey, NotProved> {
        let key = trust.check(&self.note(), self.checkpoint.sequence)?;
        if key.name == self.checkpoint.origin {
            Ok(key)
        } else {
            Err(NotProved::new("This checkpoint is of another ledger than the key."))
        }
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note().fmt(f)
    }
}

/// The origin of the ledger in this database.
pub fn origin_of(conn: &Connection) -> Result<String> {
    let id: String = conn.prepare_cached("SELECT id FROM ledger")?.query_row([], |row| row.get(0))?;
    Uuid::try_parse(&id).map(origin).map_err(Error::internal)
}

/// What is stored of a checkpoint.
pub(in crate::ledger) struct StoredCheckpoint {
    pub(in crate::ledger) sequence: i64,
    pub(in crate::ledger) hash: Hash,
    pub(in crate::ledger) created_at: i64,
    key_id: String,
    signature: [u8; 64],
    /// `None`: it went through an older release, which did not keep it.
    pub(in crate::ledger) audit_sequence: Option<i64>,
}

/// The columns of [`StoredCheckpoint::from_row`].
const COLUMNS: &str = "sequence, hash, created_at, key_id, signature, audit_sequence";

impl StoredCheckpoint {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get(0)?,
            hash: row.get(1)?,
            created_at: row.get(2)?,
            key_id: row.get(3)?,
            signature: row.get(4)?,
            audit_sequence: row.get(5)?,
        })
    }

    /// Completes it with what the rows say: the root over them, and the audit log's hash.
    pub(in crate::ledger) fn complete(
        &self,
        conn: &Connection,
        origin: &str,
        root: Hash,
    ) -> Result<Option<SignedCheckpoint>> {
        let Some(audit_sequence) = self.audit_sequence else { return Ok(None) };
        let audit_hash: Option<Hash> = conn
            .prepare_cached("SELECT hash FROM audit_log WHERE sequence = ?1")?
            .query_row([audit_sequence], |row| row.get(0))
            .optional()?
            .flatten();
        let signature = SignatureLine {
            name: origin.to_owned(),
            key_id: unhex(&self.key_id).unwrap_or_default(),
            signature: self.signature,
        };
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            sequence: self.sequence,
            root,
            hash: self.hash,
            audit_sequence,
            audit_hash: audit_hash.unwrap_or_default(),
            created_at: self.created_at,
        };
        Ok(Some(SignedCheckpoint { checkpoint, signature }))
    }
}

/// All that are stored, in their order.
pub(in crate::ledger) fn stored_checkpoints(conn: &Connection) -> Result<Vec<StoredCheckpoint>> {
    let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM checkpoints ORDER BY sequence"))?;
    Ok(statement.query_map([], StoredCheckpoint::from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The latest checkpoint as pages name it, without its proof.
#[derive(Debug, Clone)]
pub struct Newest {
    /// The last transaction it covers.
    pub sequence: i64,
    /// That transaction's hash.
    pub hash: Hash,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The latest checkpoint, by name.
pub fn newest(conn: &Connection) -> Result<Option<Newest>> {
    let mut statement =
        conn.prepare_cached("SELECT sequence, hash, created_at FROM checkpoints ORDER BY sequence DESC LIMIT 1")?;
    Ok(statement
        .query_row([], |row| Ok(Newest { sequence: row.get(0)?, hash: row.get(1)?, created_at: row.get(2)? }))
        .optional()?)
}

/// The latest checkpoint.
pub fn latest(conn: &Connection) -> Result<Option<SignedCheckpoint>> {
    one(&mut Tree::open(conn)?, "audit_sequence IS NOT NULL ORDER BY sequence DESC", i64::MAX)
}

/// The checkpoint that ends with this transaction.
pub fn checkpoint_at(conn: &Connection, sequence: i64) -> Result<Option<SignedCheckpoint>> {
    one(&mut Tree::open(conn)?, "audit_sequence IS NOT NULL AND sequence = ?1", sequence)
}

/// The first checkpoint that covers a transaction. The first, so that a receipt is always the same.
pub(super) fn covering(tree: &mut Tree<'_>, sequence: i64) -> Result<Option<SignedCheckpoint>> {
    one(tree, "audit_sequence IS NOT NULL AND sequence >= ?1 ORDER BY sequence", sequence)
}

/// Reads one and makes sure that it still fits before it is handed on.
fn one(tree: &mut Tree<'_>, condition: &str, sequence: i64) -> Result<Option<SignedCheckpoint>> {
    let conn = tree.conn;
    let stored = conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM checkpoints WHERE ?1 IS NOT NULL AND {condition} LIMIT 1"))?
        .query_row([sequence], StoredCheckpoint::from_row)
        .optional()?;
    let Some(stored) = stored else { return Ok(None) };
    let root = tree.root(stored.sequence)?;
    let signed = stored.complete(conn, &tree.origin, root)?;
    match &signed {
        Some(signed) if signed.check(KeyChain::read(conn)?.trust()).is_ok() => Ok(Some(signed.clone())),
        _ => Err(Error::internal(format!(
            "checkpoint {} no longer fits the ledger; run `communitytoken verify`",
            stored.sequence
        ))),
    }
}

/// What the next checkpoint would say; `None` where nothing has happened since the last one. A ledger
/// that no longer fits its last checkpoint gets no further one.
pub fn draft(conn: &Connection, now: i64) -> Result<Option<Checkpoint>> {
    let (sequence, hash, audit_sequence, audit_hash): (i64, Hash, i64, Hash) = conn
        .prepare_cached("SELECT sealed_sequence, sealed_hash, audit_sealed_sequence, audit_sealed_hash FROM ledger")?
        .query_row([], |row| row.try_into())?;
    let last = newest(conn)?;
    if sequence <= last.as_ref().map_or(0, |last| last.sequence) {
        return Ok(None);
    }
    latest(conn)?;
    let written: i64 = conn
        .prepare_cached(
            "SELECT max((SELECT created_at FROM transactions WHERE sequence = ?1),
                        coalesce((SELECT created_at FROM audit_log WHERE sequence = ?2), 0))",
        )?
        .query_row([sequence, audit_sequence], |row| row.get(0))?;
    let mut tree = Tree::open(conn)?;
    let root = tree.root(sequence)?;
    let created_at = now.max(written).max(last.map_or(0, |last| last.created_at));
    Ok(Some(Checkpoint { origin: tree.origin, sequence, root, hash, audit_sequence, audit_hash, created_at }))
}

/// Stores a checkpoint that was drafted and signed. Gives `false` where another process has stored
/// one as new meanwhile.
///
/// Refused: `forbidden` when the key is not the ledger's.
#[derive(Debug, Clone)]
pub struct StoreCheckpoint {
    /// What it says, and the signature.
    pub signed: SignedCheckpoint,
    /// The key that signed it.
    pub key: PublicKey,
}

impl Command for StoreCheckpoint {
    type Output = bool;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<bool> {
        let SignedCheckpoint { checkpoint, signature } = self.signed;
        keys::admit(ledger, &self.key)?;
        if newest(ledger.conn)?.is_some_and(|last| last.sequence >= checkpoint.sequence) {
            return Ok(false);
        }
        ledger.conn.execute(
            "INSERT INTO checkpoints (sequence, hash, created_at, key_id, signature, audit_sequence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                checkpoint.sequence,
                checkpoint.hash,
                checkpoint.created_at,
                hex(&signature.key_id),
                signature.signature,
                checkpoint.audit_sequence,
            ),
        )?;
        Ok(true)
    }
}
