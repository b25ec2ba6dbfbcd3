//! What the writer keeps in memory between batches: the heads of the two chains, and the
//! idempotency keys of the retention window. It follows the rows: each batch starts by asking
//! whether another process (the command line, an SQL shell) has written, and if so reads what is
//! new and chains what was inserted by hand.

use rusqlite::{Connection, OptionalExtension};
use serde_json::json;
use uuid::Uuid;

use super::audit::{self, Authority};
use super::audit_action::AuditAction;
use super::books::Clock;
use super::chain::{self, Hash, Link, Look};
use super::keys::Keys;
use super::rollups::Rollups;
use super::transaction;
use super::types::DAY_MS;
use crate::error::{Error, Result};
use crate::store;

/// Old idempotency records dropped in one batch, so that no batch becomes slow by it.
const DROPPED_AT_ONCE: i64 = 10_000;

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The last row; 0: none.
    pub sequence: i64,
    /// Its time.
    pub created_at: i64,
    /// Its hash.
    pub hash: Hash,
}

/// A point in memory to go back to; none before anything was read.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Option<Reached>);

/// How far the batch has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    head: Head,
    audit: Head,
    keys: usize,
    rollups: usize,
}

/// What the writer knows of the ledger it writes.
pub(super) struct State {
    pub(super) head: Head,
    pub(super) audit: Head,
    pub(super) keys: Keys,
    pub(super) rollups: Rollups,
    /// What stands in every transaction's id.
    pub(super) tag: i64,
    sealed: (i64, i64),
    dropped_day: i64,
}

/// The ledger's memory beside the writing connection.
pub struct Journal {
    clock: Clock,
    idempotency_days: i64,
    state: Option<State>,
}

impl Journal {
    /// A memory that will be read from the rows when the first batch begins.
    pub fn new(clock: Clock, idempotency_days: i64) -> Self {
        Self { clock, idempotency_days, state: None }
    }

    /// The state, which `begin` has made sure of, and the time by the clock.
    pub(super) fn open(&mut self) -> Result<(&mut State, i64, i64)> {
        let now = (self.clock)();
        let window = self.idempotency_days * DAY_MS;
        let state = self.state.as_mut().ok_or_else(|| Error::internal("a command ran before its batch began"))?;
        Ok((state, now, window))
    }

    /// The state by the rows: the sealed heads, checked against the rows they name.
    pub(super) fn load(conn: &Connection) -> Result<State> {
        let (id, tag): (String, i64) = conn
            .query_row("SELECT id, tag FROM ledger", [], |row| row.try_into())
            .optional()?
            .ok_or_else(|| Error::internal("the database holds no ledger yet; run `communitytoken init`"))?;
        let id =
            Uuid::try_parse(&id).map_err(|error| Error::internal(format!("the ledger's id is damaged: {error}")))?;
        let empty = |domain| Head { sequence: 0, created_at: 0, hash: chain::genesis(id, domain) };
        let (head, audit) = sealed_heads(conn, empty(chain::TRANSACTIONS), empty(chain::AUDIT))?;
        Ok(State {
            sealed: (head.sequence, audit.sequence),
            head,
            audit,
            keys: Keys::default(),
            rollups: Rollups::default(),
            tag,
            dropped_day: 0,
        })
    }
}

/// The last transaction and the last line of the audit log; 0: none.
pub fn ends(conn: &Connection) -> Result<(i64, i64)> {
    let ends = conn
        .prepare_cached(
            "SELECT coalesce((SELECT max(sequence) FROM transactions), 0), coalesce((SELECT max(sequence) FROM audit_log), 0)",
        )?
        .query_row([], |row| row.try_into())?;
    Ok(ends)
}

/// The heads as the ledger's own row keeps them, checked against the rows they name.
fn sealed_heads(conn: &Connection, no_transaction: Head, no_line: Head) -> Result<(Head, Head)> {
    let (sequence, hash, audit_sequence, audit_hash, checkpoint): (i64, Hash, i64, Hash, i64) = conn.query_row(
        "SELECT sealed_sequence, sealed_hash, audit_sealed_sequence, audit_sealed_hash,
                coalesce((SELECT max(sequence) FROM checkpoints), 0) FROM ledger",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
    )?;
    if checkpoint > sequence {
        return Err(Error::internal(format!(
            "a checkpoint covers transaction {checkpoint}, but the chain is sealed only to {sequence}; run `communitytoken verify`"
        )));
    }
    let read = |table: &str, sequence: i64, hash: Hash, none: Head| -> Result<Head> {
        if sequence == 0 {
            return Ok(none);
        }
        let row: Option<(i64, Option<Hash>)> = conn
            .query_row(&format!("SELECT created_at, hash FROM {table} WHERE sequence = ?1"), [sequence], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        match row {
            Some((created_at, Some(found))) if found == hash => Ok(Head { sequence, created_at, hash }),
            _ => Err(Error::internal(format!(
                "row {sequence} of {table} is not what was sealed; run `communitytoken verify`"
            ))),
        }
    };
    Ok((read("transactions", sequence, hash, no_transaction)?, read("audit_log", audit_sequence, audit_hash, no_line)?))
}

/// Chains the rows after the head that have no hash yet; gives how many there were. A row that
/// carries a hash which is not its own is not built upon.
fn seal_after<L: Link>(
    conn: &Connection,
    table: &str,
    head: &mut Head,
    for_each_after: impl FnOnce(&Connection, i64, Look<'_, L>) -> Result<()>,
) -> Result<usize> {
    let mut unsealed = Vec::new();
    let mut end = *head;
    for_each_after(conn, head.sequence, &mut |row: L, stored| {
        let hash = row.hash(&end.hash);
        match stored {
            None => unsealed.push((row.sequence(), hash)),
            Some(found) if found == hash => {}
            Some(_) => {
                return Err(Error::internal(format!(
                    "row {} of {table} carries a hash that is not its own; run `communitytoken verify`",
                    row.sequence()
                )));
            }
        }
        end = Head { sequence: row.sequence(), created_at: row.created_at(), hash };
        Ok(())
    })?;
    let mut update = conn.prepare_cached(&format!("UPDATE {table} SET hash = ?2 WHERE sequence = ?1"))?;
    for row in &unsealed {
        update.execute(*row)?;
    }
    *head = end;
    Ok(unsealed.len())
}

impl State {
    /// The point reached.
    pub(super) fn mark(&self) -> Reached {
        Reached { head: self.head, audit: self.audit, keys: self.keys.mark(), rollups: self.rollups.mark() }
    }

    /// Goes back to a point.
    pub(super) fn reset(&mut self, reached: Reached) {
        (self.head, self.audit) = (reached.head, reached.audit);
        self.keys.reset(reached.keys);
        self.rollups.reset(reached.rollups);
    }

    /// Reads what other processes have written since, and chains what came without a hash.
    fn catch_up(&mut self, conn: &Connection, now: i64) -> Result<()> {
        let newest = ends(conn)?;
        if newest == (self.head.sequence, self.audit.sequence) {
            return Ok(());
        }
        if newest.0 < self.head.sequence || newest.1 < self.audit.sequence {
            return Err(Error::internal("rows have disappeared from the ledger; run `communitytoken verify`"));
        }
        let before = self.head.sequence;
        let sealed = seal_after(conn, "transactions", &mut self.head, transaction::for_each_after)?
            + seal_after(conn, "audit_log", &mut self.audit, audit::for_each_after)?;
        self.keys.load_after(conn, before)?;
        if sealed > 0 {
            let authority = Authority::of_the_program("Rows inserted outside the program were chained")?;
            let details = json!({ "rows": sealed, "transaction": self.head.sequence, "audit": self.audit.sequence });
            audit::append(conn, &mut self.audit, now, &authority.line(AuditAction::ChainSeal, "ledger", details))?;
        }
        Ok(())
    }

    /// Drops idempotency records of days that have passed, a bounded number at a time. Only days on
    /// which something moved are counted: a clock that is set a year ahead makes one such day, and
    /// when it is set right again every request of the last days is still recognised.
    fn drop_old_keys(&mut self, conn: &Connection, days: i64) -> Result<()> {
        let day = self.head.created_at / DAY_MS;
        if self.dropped_day == day {
            return Ok(());
        }
        let dropped = conn
            .prepare_cached(
                "DELETE FROM idempotency_records WHERE sequence IN
                    (SELECT sequence FROM idempotency_records ORDER BY sequence LIMIT ?1)
                 AND period < (SELECT DISTINCT day FROM daily_totals ORDER BY day DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute([DROPPED_AT_ONCE, days.max(7) + 1])?;
        if dropped > 0 {
            let oldest: Option<i64> = conn
                .prepare_cached("SELECT min(sequence) FROM idempotency_records")?
                .query_row([], |row| row.get(0))?;
            self.keys.forget_before(oldest.unwrap_or(i64::MAX));
        }
        if i64::try_from(dropped).unwrap_or(0) < DROPPED_AT_ONCE {
            self.dropped_day = day;
        }
        Ok(())
    }
}

impl store::Journal for Journal {
    type Mark = Mark;
    type Error = Error;

    fn begin(&mut self, conn: &Connection) -> Result<()> {
        let now = (self.clock)();
        if self.state.is_none() {
            let mut state = Self::load(conn)?;
            store::in_passing(conn, |conn| state.keys.load_after(conn, 0))?;
            self.state = Some(state);
        }
        let days = self.idempotency_days;
        if let Some(state) = self.state.as_mut() {
            state.catch_up(conn, now)?;
            state.drop_old_keys(conn, days)?;
        }
        Ok(())
    }

    fn finish(&mut self, conn: &Connection) -> Result<()> {
        let Some(state) = self.state.as_mut() else { return Ok(()) };
        state.rollups.write(conn)?;
        if state.head.sequence > state.sealed.0 {
            conn.prepare_cached("UPDATE ledger SET sealed_sequence = ?1, sealed_hash = ?2 WHERE only = 1")?
                .execute((state.head.sequence, state.head.hash))?;
        }
        if state.audit.sequence > state.sealed.1 {
            conn.prepare_cached("UPDATE ledger SET audit_sealed_sequence = ?1, audit_sealed_hash = ?2 WHERE only = 1")?
                .execute((state.audit.sequence, state.audit.hash))?;
        }
        state.sealed = (state.head.sequence, state.audit.sequence);
        Ok(())
    }

    fn mark(&self) -> Mark {
        Mark(self.state.as_ref().map(State::mark))
    }

    fn reset(&mut self, mark: Mark) {
        if let (Some(state), Some(reached)) = (self.state.as_mut(), mark.0) {
            state.reset(reached);
        }
    }

    fn committed(&mut self) {
        if let Some(state) = self.state.as_mut() {
            state.keys.settle();
        }
    }

    fn forget(&mut self) {
        self.state = None;
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("head", &self.state.as_ref().map(|state| state.head.sequence))
            .finish_non_exhaustive()
    }
}
