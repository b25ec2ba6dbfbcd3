//! What was signed: every checkpoint must fit the rows it covers, every node of the tree its leaves,
//! and a checkpoint kept elsewhere must be one that this ledger went through.

use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension};

use super::{Findings, Ledger};
use crate::error::Result;
use crate::ledger::chain::{Hash, TransactionContent};
use crate::ledger::proof::{
    Checkpoint, Edge, KeyChain, NODE_LEAVES, Statement, StoredCheckpoint, Trust, origin, stored_checkpoints,
    stored_node,
};

/// What is known from elsewhere, and must hold here.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// A checkpoint that was kept.
    pub checkpoint: Option<Checkpoint>,
    /// The public keys that are trusted, rather than those the ledger names itself.
    pub trust: Option<Trust>,
    /// The public half of the key beside the database.
    pub instance_key: Option<[u8; 32]>,
}

/// Follows the walk along the chain.
pub(super) struct Proofs<'a> {
    origin: String,
    tag: i64,
    sealed: i64,
    leaves: i64,
    edge: Edge,
    due: VecDeque<StoredCheckpoint>,
    trust: Trust,
    kept: Option<&'a Checkpoint>,
    kept_fits: bool,
    sound: i64,
}

impl<'a> Proofs<'a> {
    pub(super) fn new(conn: &Connection, ledger: &Ledger, kept: &'a Kept, findings: &mut Findings) -> Result<Self> {
        let origin = origin(ledger.id);
        let keys = KeyChain::read_of(conn, &origin)?;
        for (line, problem) in keys.problems() {
            findings.add("key", format!("audit line {line}"), *problem);
        }
        if let (Some(current), Some(present)) = (keys.current(), kept.instance_key)
            && current.bytes != present
        {
            findings.add("key", "instance.key", "is not the key that the ledger signs with");
        }
        let trust = match &kept.trust {
            None => keys.trust().clone(),
            Some(trust) => trust.clone().following(&keys.handovers()),
        };
        Ok(Self {
            origin,
            tag: ledger.tag,
            sealed: ledger.sealed.0,
            leaves: 0,
            edge: Edge::default(),
            due: stored_checkpoints(conn)?.into(),
            trust,
            kept: kept.checkpoint.as_ref(),
            kept_fits: false,
            sound: 0,
        })
    }

    /// One row, with the hash it has or must have.
    pub(super) fn transaction(
        &mut self,
        conn: &Connection,
        row: &TransactionContent,
        hash: Hash,
        findings: &mut Findings,
    ) -> Result<()> {
        if row.sequence > self.sealed {
            return Ok(());
        }
        let leaf = Statement::of(&self.origin, self.tag, row, hash).map_or([0; 32], |statement| statement.leaf());
        self.leaves += 1;
        let mut whole = Vec::new();
        self.edge.push(leaf, |leaves, root| whole.push((leaves, *root)));
        for (leaves, root) in whole {
            let Some(level) = (1..=7).find(|level| NODE_LEAVES.pow(*level) == leaves) else { continue };
            let place = self.leaves / leaves - 1;
            if stored_node(conn, level, place)?.is_some_and(|stored| stored != root) {
                findings.add(
                    "tree",
                    format!("tree_nodes level {level} place {place}"),
                    "is not what the transactions under it give",
                );
            }
        }
        while let Some(stored) = self.due.pop_front_if(|stored| stored.sequence <= row.sequence) {
            self.checkpoint(conn, &stored, hash, row.sequence, findings)?;
        }
        if let Some(kept) = self.kept.filter(|kept| kept.sequence == row.sequence) {
            self.kept_fits = kept.root == self.edge.root() && kept.hash == hash;
        }
        Ok(())
    }

    fn checkpoint(
        &mut self,
        conn: &Connection,
        stored: &StoredCheckpoint,
        hash: Hash,
        sequence: i64,
        findings: &mut Findings,
    ) -> Result<()> {
        let place = format!("checkpoint {}", stored.sequence);
        if stored.sequence != sequence || stored.hash != hash {
            findings.add("checkpoint", place, "does not fit the transaction it covers");
            return Ok(());
        }
        let Some(signed) = stored.complete(conn, &self.origin, self.edge.root())? else { return Ok(()) };
        match signed.check(&self.trust) {
            Ok(_) => self.sound += 1,
            Err(_) => findings.add(
                "checkpoint",
                place,
                "its signature does not fit what the ledger says today, or is not by the ledger's key",
            ),
        }
        Ok(())
    }

    /// Gives how many checkpoints were found sound.
    pub(super) fn end(self, conn: &Connection, findings: &mut Findings) -> Result<i64> {
        for stored in &self.due {
            findings.add(
                "checkpoint",
                format!("checkpoint {}", stored.sequence),
                "covers a transaction that is not there",
            );
        }
        let mut statement = conn.prepare("SELECT level, count(*), max(place) FROM tree_nodes GROUP BY level")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (level, count, last): (u32, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if count != last + 1 || (last + 1).saturating_mul(NODE_LEAVES.saturating_pow(level)) > self.sealed {
                findings.add(
                    "tree",
                    format!("tree_nodes level {level}"),
                    "holds nodes of transactions that are not there, or lacks some",
                );
            }
        }
        if let Some(kept) = self.kept {
            let place = format!("kept checkpoint {}", kept.sequence);
            let audit: Option<Hash> = conn
                .query_row("SELECT hash FROM audit_log WHERE sequence = ?1", [kept.audit_sequence], |row| row.get(0))
                .optional()?
                .flatten();
            if kept.origin != self.origin {
                findings.add("kept", place, format!("is of another ledger, {}; this is {}", kept.origin, self.origin));
            } else if kept.sequence > self.sealed {
                findings.add(
                    "kept",
                    place,
                    format!(
                        "covers more than this ledger, which ends at transaction {}: its end is missing",
                        self.sealed
                    ),
                );
            } else if !self.kept_fits {
                findings.add("kept", place, "does not fit: transactions it covers were altered since");
            } else if audit != Some(kept.audit_hash) {
                findings.add("kept", place, "does not fit: lines of the audit log it covers were altered since");
            }
        }
        Ok(self.sound)
    }
}
