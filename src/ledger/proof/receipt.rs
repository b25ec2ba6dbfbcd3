//! Receipts: what one transaction was, and what shows that it is in the ledger for good.
//!
//! Once a checkpoint covers the transaction, the receipt carries the path that leads there: a
//! **proof**. Until then the instance signs the statement itself: a **promise**, which binds it just
//! as much, as whoever holds it can show if the next checkpoint does not keep it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OptionalExtension};

use super::checkpoint::{self, Checkpoint, SignedCheckpoint};
use super::keys::KeyChain;
use super::note::{Note, PublicKey, SignatureLine, Signer};
use super::tree::Tree;
use super::{NotProved, Statement, Trust, merkle, unhex};
use crate::error::Result;
use crate::ledger::chain::{self, Hash};
use crate::ledger::{hex, transaction};

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The statement, as text.
    statement: String,
    note: Option<OpenNote>,
    standing: Standing,
}

/// The note of the transaction with the salt of its digest, which the statement holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OpenNote {
    salt: [u8; 16],
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// No checkpoint covers it yet; the statement itself is signed, by a key that could.
    Promised(Option<SignatureLine>),
    /// Where it is in the tree, what leads to the root, and the checkpoint of that root.
    Covered(i64, Vec<Hash>, Box<SignedCheckpoint>),
}

/// What a receipt that was checked proves.
#[derive(Debug, Clone)]
pub struct Proved<'a> {
    /// The transaction.
    pub statement: Statement<'a>,
    /// Its note, where it had one that was not erased.
    pub note: Option<&'a str>,
    /// The checkpoint that covers it; `None`: a promise.
    pub checkpoint: Option<&'a Checkpoint>,
    /// The key that vouches for it.
    pub key: PublicKey,
}

impl Receipt {
    /// The receipt of a transaction. `signer` makes the promise while no checkpoint covers it, where
    /// it holds the ledger's key; a row inserted by hand has none before it is chained.
    pub fn of(conn: &Connection, sequence: i64, signer: Option<&dyn Signer>) -> Result<Option<Self>> {
        let Some(statement) = statement_of(conn, sequence)? else { return Ok(None) };
        let note = conn
            .prepare_cached("SELECT note_salt, note FROM transactions WHERE sequence = ?1 AND note IS NOT NULL")?
            .query_row([sequence], |row| Ok(OpenNote { salt: row.get(0)?, text: row.get(1)? }))
            .optional()?;
        let mut tree = Tree::open(conn)?;
        let standing = if let Some(covering) = checkpoint::covering(&mut tree, sequence)? {
            let path = tree.path(sequence, covering.checkpoint.sequence)?;
            Standing::Covered(sequence - 1, path, Box::new(covering))
        } else {
            let chain = KeyChain::read(conn)?;
            let signer = signer.filter(|signer| chain.current().is_none_or(|key| key.bytes == signer.public_key()));
            Standing::Promised(signer.map(|signer| SignatureLine::sign(&statement, &tree.origin, signer)))
        };
        Ok(Some(Self { statement, note, standing }))
    }

    /// The checkpoint that covers it.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        match &self.standing {
            Standing::Promised(_) => None,
            Standing::Covered(_, _, signed) => Some(&signed.checkpoint),
        }
    }

    /// Whether it is signed: one that is not waits for the next checkpoint.
    pub fn is_signed(&self) -> bool {
        self.standing != Standing::Promised(None)
    }

    /// Reads a receipt. What is not exactly as we write it is refused, so that no byte of it can be
    /// changed without notice.
    pub fn parse(file: &str) -> Result<Self, NotProved> {
        let receipt = Self::read(file).filter(|receipt| receipt.to_string() == file && receipt.is_signed());
        receipt.ok_or_else(|| NotProved::new("This is not a receipt, or it was altered: it cannot be read."))
    }

    fn read(file: &str) -> Option<Self> {
        let (statement, mut rest) = file.split_once("\n\n")?;
        let statement = format!("{statement}\n");
        let mut note = None;
        if let Some((salt, more)) = rest.strip_prefix("note-salt ").and_then(|more| more.split_once('\n')) {
            let (text, more) = more.strip_prefix("note-text ")?.split_once("\n\n")?;
            note = Some(OpenNote { salt: unhex(salt)?, text: serde_json::from_str(text).ok()? });
            rest = more;
        }
        let standing = match rest.strip_prefix("index ") {
            None => {
                let one: [SignatureLine; 1] =
                    Note::parse(&format!("{statement}\n{rest}")).ok()?.signatures.try_into().ok()?;
                let [signature] = one;
                Standing::Promised(Some(signature))
            }
            Some(rest) => {
                let (path, signed) = rest.split_once("\n\n")?;
                let mut lines = path.lines();
                let index = lines.next()?.parse().ok()?;
                let path: Option<Vec<Hash>> = lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).collect();
                Standing::Covered(index, path?, Box::new(SignedCheckpoint::parse(signed).ok()?))
            }
        };
        Some(Self { statement, note, standing })
    }

    /// Whether it proves what it says, to someone who trusts these keys.
    pub fn check(&self, trust: &Trust) -> Result<Proved<'_>, NotProved> {
        let statement = Statement::parse(&self.statement)?;
        if let Some(note) = &self.note
            && chain::note_digest(&note.salt, &note.text) != statement.note_digest
        {
            return Err(NotProved::new("The note is not the one that was sent."));
        }
        let key = match &self.standing {
            Standing::Promised(line) => {
                let signatures = line.iter().cloned().collect();
                trust.check(&Note { text: self.statement.clone(), signatures }, statement.sequence)?
            }
            Standing::Covered(index, path, signed) => {
                let key = signed.check(trust)?;
                let Checkpoint { sequence: size, root, .. } = signed.checkpoint;
                let leads = *index == statement.sequence - 1
                    && merkle::root_of_path(statement.leaf(), *index, size, path) == Some(root);
                if !leads {
                    return Err(NotProved::new("The transaction is not in the ledger that the checkpoint covers."));
                }
                key
            }
        };
        if key.name != statement.origin {
            return Err(NotProved::new("This receipt is of another ledger than the key."));
        }
        let note = self.note.as_ref().map(|note| note.text.as_str());
        Ok(Proved { note, checkpoint: self.checkpoint(), key: key.clone(), statement })
    }

    /// Whether the row in a database is still the one of this receipt.
    pub fn is_in(&self, conn: &Connection) -> Result<bool> {
        let Ok(statement) = Statement::parse(&self.statement) else { return Ok(false) };
        Ok(statement_of(conn, statement.sequence)?.as_ref() == Some(&self.statement))
    }
}

/// What the ledger says of a transaction; nothing of one that is not there or not chained.
fn statement_of(conn: &Connection, sequence: i64) -> Result<Option<String>> {
    let origin = checkpoint::origin_of(conn)?;
    let tag = conn.prepare_cached("SELECT tag FROM ledger")?.query_row([], |row| row.get(0))?;
    let mut statement = None;
    transaction::for_each_between(conn, sequence - 1, sequence, &mut |row, stored| {
        statement = stored.and_then(|hash| Statement::of(&origin, tag, &row, hash)).map(|said| said.to_string());
        Ok(())
    })?;
    Ok(statement)
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.statement)?;
        if let Some(note) = &self.note {
            let text = serde_json::to_string(&note.text).map_err(|_| fmt::Error)?;
            writeln!(f, "note-salt {}\nnote-text {text}\n", hex(&note.salt))?;
        }
        match &self.standing {
            Standing::Promised(line) => line.iter().try_for_each(|line| line.fmt(f)),
            Standing::Covered(index, path, signed) => {
                writeln!(f, "index {index}")?;
                path.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
                write!(f, "\n{signed}")
            }
        }
    }
}
