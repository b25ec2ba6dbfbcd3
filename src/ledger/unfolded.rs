//! The newest transactions, which no block is made of yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::folds::{BLOCK, Folded, Line, find_lines};
use super::posted::Posted;
use crate::error::Result;

/// All of them, at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Unfolded {
    /// The sequence of the last folded transaction.
    after: i64,
    /// Oldest first.
    pub(super) rows: Vec<Posted>,
    /// When they moved how much, line by line.
    pub(super) moves: BTreeMap<Line, Vec<(i64, i64)>>,
}

impl Unfolded {
    /// The sequence of the last of them.
    fn last(&self) -> i64 {
        self.after + i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    /// Reads on to the end of the ledger.
    fn read_on(&mut self, conn: &Connection, accounts: &BTreeMap<i64, String>) -> Result<()> {
        Posted::for_each_between(conn, self.last(), i64::MAX, &mut |posted| {
            for line in posted.lines(|wallet| accounts.contains_key(&wallet.0)) {
                self.moves.entry(line).or_default().push((posted.created_at, posted.amount));
            }
            self.rows.push(posted);
        })
    }
}

/// Remembers them from one look to the next. A row never changes, so only those that came since are read: half
/// of a page of statistics was spent on reading the same thousands again.
#[derive(Debug, Default)]
pub struct Recent(Mutex<Arc<Unfolded>>);

impl Recent {
    /// Looks at the ledger as [`Folded::open`] does. Of the newest transactions only those are read that came since
    /// the last look.
    pub fn open<'a>(&self, conn: &'a Connection) -> Result<Folded<'a>> {
        let accounts = conn
            .prepare_cached("SELECT wallet, name FROM system_accounts")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<BTreeMap<i64, String>>>()?;
        let unfolded = self.look(conn, &accounts)?;
        let lines = find_lines(conn, unfolded.moves.keys().copied().collect())?;
        Ok(Folded { conn, unfolded, accounts, lines })
    }

    /// All of them as this connection sees the ledger, which may be a moment before what is known already.
    fn look(&self, conn: &Connection, accounts: &BTreeMap<i64, String>) -> Result<Arc<Unfolded>> {
        let last: i64 = conn
            .prepare_cached("SELECT coalesce(max(sequence), 0) FROM transactions")?
            .query_row([], |row| row.get(0))?;
        let after = last - last % BLOCK;
        let known = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if known.after == after && known.last() == last {
            return Ok(known);
        }
        let goes_on = known.after == after && known.last() < last;
        let mut unfolded = if goes_on { Unfolded::clone(&known) } else { Unfolded { after, ..Unfolded::default() } };
        unfolded.read_on(conn, accounts)?;
        let unfolded = Arc::new(unfolded);
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.last() < unfolded.last() {
            *newest = Arc::clone(&unfolded);
        }
        Ok(unfolded)
    }
}
