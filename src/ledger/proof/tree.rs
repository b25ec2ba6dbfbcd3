//! The Merkle tree over the whole ledger: one leaf a transaction, in order.
//!
//! The roots of whole subtrees of 256, 65,536, ... leaves are kept, so that the root of a ledger of
//! any length and the path to any transaction take some hundred rows and not all of them. They are
//! computed on a reading connection and stored in small commands, never while a transfer waits.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::{Statement, merkle, origin};
use crate::error::{Error, Result};
use crate::ledger::chain::{self, Hash, Link};
use crate::ledger::{Command, Ledger, transaction};

/// Leaves under a node of the first level; each level has so many times those of the one below.
pub const NODE_LEAVES: i64 = 256;
/// Levels that can be full before sequences end.
const LEVELS: u32 = 7;
/// Nodes of the first level computed at once, so that no read and no command is long.
const GROWTH: i64 = 64;

/// A node to be stored: its level, its place on it counted from 0, its hash.
type Node = (u32, i64, Hash);

/// The tree, as far as one read needs it.
pub(super) struct Tree<'a> {
    pub(super) conn: &'a Connection,
    pub(super) origin: String,
    tag: i64,
    id: Uuid,
    /// The leaves of one node of the first level.
    leaves: (i64, Vec<Hash>),
    /// Nodes that were computed here and are not stored yet.
    fresh: HashMap<(u32, i64), Hash>,
}

impl<'a> Tree<'a> {
    pub(super) fn open(conn: &'a Connection) -> Result<Self> {
        let (id, tag): (String, i64) =
            conn.prepare_cached("SELECT id, tag FROM ledger")?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let id = Uuid::try_parse(&id).map_err(Error::internal)?;
        Ok(Self { conn, origin: origin(id), tag, id, leaves: (-1, Vec::new()), fresh: HashMap::new() })
    }

    /// The root over the first transactions, this many.
    pub(super) fn root(&mut self, size: i64) -> Result<Hash> {
        merkle::root(&mut |from, to| self.known(from, to), 0, size)
    }

    /// What leads from a transaction to the root over the first ones, this many.
    pub(super) fn path(&mut self, sequence: i64, size: i64) -> Result<Vec<Hash>> {
        merkle::path(&mut |from, to| self.known(from, to), sequence - 1, 0, size)
    }

    fn known(&mut self, from: i64, to: i64) -> Result<Option<Hash>> {
        if to - from == 1 {
            return self.leaf(from).map(Some);
        }
        let Some(level) = (1..=LEVELS).find(|level| NODE_LEAVES.pow(*level) == to - from) else { return Ok(None) };
        let place = from / (to - from);
        match self.fresh.get(&(level, place)) {
            Some(hash) => Ok(Some(*hash)),
            None => stored_node(self.conn, level, place),
        }
    }

    fn leaf(&mut self, index: i64) -> Result<Hash> {
        let place = index / NODE_LEAVES;
        if self.leaves.0 != place {
            self.leaves = (place, self.read_leaves(place * NODE_LEAVES)?);
        }
        let within = usize::try_from(index % NODE_LEAVES).unwrap_or(usize::MAX);
        self.leaves.1.get(within).copied().ok_or_else(|| damaged(index + 1))
    }

    /// The leaves from an index on, at most a node full. Each row's hash is computed on the way: what
    /// does not fit its hash is never vouched for.
    fn read_leaves(&self, from: i64) -> Result<Vec<Hash>> {
        let mut previous: Hash = match from {
            0 => chain::genesis(self.id, chain::TRANSACTIONS),
            _ => self
                .conn
                .prepare_cached("SELECT hash FROM transactions WHERE sequence = ?1")?
                .query_row([from], |row| row.get::<_, Option<Hash>>(0))
                .optional()?
                .flatten()
                .ok_or_else(|| damaged(from))?,
        };
        let mut leaves = Vec::new();
        let mut sound = true;
        transaction::for_each_between(self.conn, from, from + NODE_LEAVES, &mut |row, stored| {
            let hash = row.hash(&previous);
            // Rows inserted by hand have no hash yet; everything after them waits too.
            sound &= stored.is_some();
            if !sound {
                return Ok(());
            }
            let follows = row.sequence == from + 1 + i64::try_from(leaves.len()).unwrap_or(i64::MAX);
            let statement = Statement::of(&self.origin, self.tag, &row, hash);
            match statement.filter(|_| follows && stored == Some(hash)) {
                Some(statement) => leaves.push(statement.leaf()),
                None => return Err(damaged(row.sequence)),
            }
            previous = hash;
            Ok(())
        })?;
        Ok(leaves)
    }
}

fn damaged(sequence: i64) -> Error {
    Error::internal(format!("transaction {sequence} is missing or does not fit its hash; run `communitytoken verify`"))
}

/// A node as it was stored.
pub fn stored_node(conn: &Connection, level: u32, place: i64) -> Result<Option<Hash>> {
    let mut statement = conn.prepare_cached("SELECT hash FROM tree_nodes WHERE level = ?1 AND place = ?2")?;
    Ok(statement.query_row((level, place), |row| row.get(0)).optional()?)
}

/// The nodes that have become whole and are not stored yet, a bounded number of them.
pub fn wanting(conn: &Connection) -> Result<GrowTree> {
    let sealed: i64 = conn.prepare_cached("SELECT sealed_sequence FROM ledger")?.query_row([], |row| row.get(0))?;
    let mut count = conn.prepare_cached("SELECT coalesce(max(place) + 1, 0) FROM tree_nodes WHERE level = ?1")?;
    let mut tree = Tree::open(conn)?;
    let mut nodes = Vec::new();
    let mut whole = i64::MAX;
    for level in 1..=LEVELS {
        let done: i64 = count.query_row([level], |row| row.get(0))?;
        whole = if level == 1 { (sealed / NODE_LEAVES).min(done + GROWTH) } else { whole / NODE_LEAVES };
        let leaves = NODE_LEAVES.pow(level);
        for place in done..whole {
            let hash = merkle::root(&mut |from, to| tree.known(from, to), place * leaves, (place + 1) * leaves)?;
            tree.fresh.insert((level, place), hash);
            nodes.push((level, place, hash));
        }
    }
    Ok(GrowTree { nodes })
}

/// Stores nodes of the tree. Those that another process has stored meanwhile are left as they are.
#[derive(Debug)]
pub struct GrowTree {
    nodes: Vec<Node>,
}

impl GrowTree {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl Command for GrowTree {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        for (level, place, hash) in self.nodes {
            if stored_node(ledger.conn, level, place)?.is_none() {
                ledger
                    .conn
                    .prepare_cached("INSERT INTO tree_nodes (level, place, hash) VALUES (?1, ?2, ?3)")?
                    .execute((level, place, hash))?;
            }
        }
        Ok(())
    }
}
