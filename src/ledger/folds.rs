//! What statistics are read from. Every 4,096th transaction folds the block it completes into totals by
//! quarter hour (`fold`, and the triggers of rows inserted by hand); what is newer is read from the rows themselves. So a
//! figure is exact and of this moment, and a transfer pays next to nothing for it.
//!
//! Totals run from the first transaction on, so what lies between two times is the difference of two
//! rows, however far apart they are. Quarter hours serve every time zone in use.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::posted::Posted;
use super::types::Kind;
use super::unfolded::{Recent, Unfolded};
use crate::error::Result;

/// Milliseconds of a quarter hour.
pub const SLOT_MS: i64 = 900_000;
/// Transactions that are folded at once.
pub(super) const BLOCK: i64 = 4096;
/// Which lengths of time amounts are counted by, in quarter hours.
pub(super) const GRAINS: [i64; 3] = [1, 96, 3072];

/// Which way tokens went, seen from the system account that took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// Issued to the account.
    Issued,
    /// Distributed by it to a member.
    Distributed,
    /// Paid by a member to a member; no account took part.
    Traded,
    /// Paid by a member to the account.
    Returned,
    /// Paid by the account to another one.
    MovedOut,
    /// Received by it from another one.
    MovedIn,
}

impl Flow {
    const ALL: [Self; 6] =
        [Self::Issued, Self::Distributed, Self::Traded, Self::Returned, Self::MovedOut, Self::MovedIn];

    /// The number in the row.
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Issued => 1,
            Self::Distributed => 2,
            Self::Traded => 3,
            Self::Returned => 4,
            Self::MovedOut => 5,
            Self::MovedIn => 6,
        }
    }

    /// The kind of transaction it is; none for the second side of a movement, which was counted already.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Issued => Some(Kind::Issuance),
            Self::Distributed => Some(Kind::Distribution),
            Self::Traded => Some(Kind::Transfer),
            Self::Returned | Self::MovedOut => Some(Kind::Pool),
            Self::MovedIn => None,
        }
    }

    /// What a transaction is, with the account that took part: two for a movement between accounts.
    pub(super) fn of(kind: i64, from: (i64, bool), to: (i64, bool)) -> [Option<(Self, i64)>; 2] {
        match (kind, from.1) {
            (1, _) => [Some((Self::Issued, from.0)), None],
            (2, _) => [Some((Self::Distributed, from.0)), None],
            (3, _) => [Some((Self::Traded, 0)), None],
            (_, false) => [Some((Self::Returned, to.0)), None],
            (_, true) => [Some((Self::MovedOut, from.0)), Some((Self::MovedIn, to.0))],
        }
    }
}

/// How many transactions, and how many tokens they moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Transactions.
    pub count: i64,
    /// Tokens. May be more than a balance can hold.
    pub volume: i128,
}

impl AddAssign for Moved {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.volume += other.volume;
    }
}

impl Sub for Moved {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { count: self.count - other.count, volume: self.volume - other.volume }
    }
}

/// A volume out of its two halves.
pub(super) fn wide(high: i64, low: i64) -> i128 {
    (i128::from(high) << 32) + i128::from(low)
}

/// One line of totals: a way of tokens, a program, a system account (its key; 0 for none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// Which way.
    pub flow: Flow,
    /// Which program made it.
    pub transaction_type: i64,
    /// The account's wallet.
    pub account: i64,
}

/// Everything folded, with what is not yet: the totals of the ledger at any time.
pub struct Folded<'a> {
    pub(super) conn: &'a Connection,
    /// What is newer.
    pub(super) unfolded: Arc<Unfolded>,
    pub(super) accounts: BTreeMap<i64, String>,
    pub(super) lines: Vec<Line>,
}

impl<'a> Folded<'a> {
    /// Looks at the ledger. Reads at most one block of transactions; see [`Recent::open`] for less.
    pub fn open(conn: &'a Connection) -> Result<Self> {
        Recent::default().open(conn)
    }

    /// The connection it looks by, for what is not folded.
    pub const fn conn(&self) -> &'a Connection {
        self.conn
    }

    /// The wallets and names of the system accounts.
    pub const fn accounts(&self) -> &BTreeMap<i64, String> {
        &self.accounts
    }

    /// Every line on which something ever moved.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// When the newest transaction was made.
    pub fn newest_at(&self) -> Result<Option<i64>> {
        let mut statement =
            self.conn.prepare_cached("SELECT created_at FROM transactions ORDER BY sequence DESC LIMIT 1")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?)
    }

    /// Whether no transaction can come before this time any more: time never falls along the ledger.
    pub fn is_settled(&self, time: i64) -> Result<bool> {
        Ok(self.newest_at()?.is_some_and(|newest| newest >= time))
    }

    /// What a line had moved before each of some times, which rise and lie on quarter hours.
    pub fn totals(&self, line: Line, times: &[i64]) -> Result<Vec<Moved>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count, volume_high, volume_low FROM slot_totals
              WHERE flow = ?1 AND transaction_type = ?2 AND account = ?3 AND slot < ?4 ORDER BY slot DESC LIMIT 1",
        )?;
        let mut fresh = self.moves(line).peekable();
        let mut newer = Moved::default();
        let mut totals = Vec::with_capacity(times.len());
        for time in times {
            let mut total = folded_before(&mut statement, line, *time)?;
            while let Some((_, amount)) = fresh.next_if(|(created_at, _)| created_at < time) {
                newer += Moved { count: 1, volume: i128::from(amount) };
            }
            total += newer;
            totals.push(total);
        }
        Ok(totals)
    }

    /// Calls `each` with what a line moved in each quarter hour of a time in which it moved anything.
    pub fn for_each_slot(&self, line: Line, from: i64, until: i64, each: &mut dyn FnMut(i64, Moved)) -> Result<()> {
        let mut before = self.totals_folded(line, from)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT slot, count, volume_high, volume_low FROM slot_totals
              WHERE flow = ?1 AND transaction_type = ?2 AND account = ?3 AND slot >= ?4 AND slot < ?5 ORDER BY slot",
        )?;
        let mut rows = statement.query((
            line.flow.code(),
            line.transaction_type,
            line.account,
            from.div_euclid(SLOT_MS),
            until.div_euclid(SLOT_MS),
        ))?;
        while let Some(row) = rows.next()? {
            let total = Moved { count: row.get(1)?, volume: wide(row.get(2)?, row.get(3)?) };
            each(row.get(0)?, total - before);
            before = total;
        }
        for (created_at, amount) in self.moves(line).filter(|(created_at, _)| (from..until).contains(created_at)) {
            each(created_at / SLOT_MS, Moved { count: 1, volume: i128::from(amount) });
        }
        Ok(())
    }

    /// When a line moved how much since it was folded, oldest first.
    fn moves(&self, line: Line) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.unfolded.moves.get(&line).into_iter().flatten().copied()
    }

    fn totals_folded(&self, line: Line, time: i64) -> Result<Moved> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count, volume_high, volume_low FROM slot_totals
              WHERE flow = ?1 AND transaction_type = ?2 AND account = ?3 AND slot < ?4 ORDER BY slot DESC LIMIT 1",
        )?;
        folded_before(&mut statement, line, time)
    }

    /// What an account held at each of some times, which rise and lie on quarter hours.
    pub fn balances(&self, account: i64, times: &[i64]) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT balance FROM account_slots WHERE account = ?1 AND slot < ?2 ORDER BY slot DESC LIMIT 1",
        )?;
        let held = |posted: &Posted| {
            let to = (posted.to.0 == account).then_some(posted.to_balance);
            to.or_else(|| (posted.from.0 == account).then_some(posted.from_balance))
        };
        let newer = self.unfolded.rows.iter().filter_map(|posted| Some((posted.created_at, held(posted)?)));
        let (mut newer, mut last) = (newer.peekable(), None);
        times
            .iter()
            .map(|time| {
                while let Some((_, balance)) = newer.next_if(|(created_at, _)| created_at < time) {
                    last = Some(balance);
                }
                if let Some(balance) = last {
                    return Ok(balance);
                }
                let folded = statement.query_row((account, time.div_euclid(SLOT_MS)), |row| row.get(0)).optional()?;
                Ok(folded.unwrap_or(0))
            })
            .collect()
    }

    /// How often each amount occurred in a time, by kind and type.
    pub fn amounts(&self, from: i64, until: i64) -> Result<BTreeMap<(i64, i64), BTreeMap<i64, i64>>> {
        let mut counts: BTreeMap<(i64, i64), BTreeMap<i64, i64>> = BTreeMap::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, transaction_type, amount, sum(count) FROM amount_counts
              WHERE grain = ?1 AND period >= ?2 AND period < ?3 GROUP BY 1, 2, 3",
        )?;
        for (grain, from, until) in self.pieces(from.div_euclid(SLOT_MS), until.div_euclid(SLOT_MS))? {
            let mut rows = statement.query((grain, from, until))?;
            while let Some(row) = rows.next()? {
                *counts.entry((row.get(0)?, row.get(1)?)).or_default().entry(row.get(2)?).or_default() +=
                    row.get::<_, i64>(3)?;
            }
        }
        for posted in self.unfolded.rows.iter().filter(|posted| (from..until).contains(&posted.created_at)) {
            let of = counts.entry((posted.kind.code(), posted.transaction_type)).or_default();
            *of.entry(posted.amount).or_default() += 1;
        }
        Ok(counts)
    }

    /// Cuts a time into the longest lengths that are added up: grain, first period, period after the last.
    fn pieces(&self, from: i64, until: i64) -> Result<Vec<(i64, i64, i64)>> {
        let newest: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(period) FROM amount_counts WHERE grain = 0")?
            .query_row([], |row| row.get(0))?;
        let mut pieces = Vec::new();
        let mut around = vec![(from, until)];
        for (grain, length) in [2, 1, 0].into_iter().zip(GRAINS.into_iter().rev()) {
            // Lengths that are over are added up, those shorter than any are at once.
            let end = newest.map_or(0, |newest| if grain == 0 { newest + 1 } else { newest / length });
            let mut rest = Vec::new();
            for (from, until) in around {
                let first = -(-from).div_euclid(length);
                let after = until.div_euclid(length).min(end);
                if first < after {
                    pieces.push((grain, first, after));
                    rest.push((from, first * length));
                    rest.push((after * length, until));
                } else {
                    rest.push((from, until));
                }
            }
            around = rest;
        }
        Ok(pieces)
    }
}

/// These lines and all that were ever folded: from line to line by one look-up each, however long the history
/// of a line is.
pub(super) fn find_lines(conn: &Connection, mut lines: Vec<Line>) -> Result<Vec<Line>> {
    let mut statement = conn.prepare_cached(
        // With the last slot there can be: by the three alone SQLite would walk through all of the line before.
        "SELECT flow, transaction_type, account FROM slot_totals
          WHERE (flow, transaction_type, account, slot) > (?1, ?2, ?3, 9223372036854775807)
          ORDER BY flow, transaction_type, account, slot LIMIT 1",
    )?;
    let mut last = (0, 0, 0);
    while let Some(next) = statement
        .query_row(last, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        .optional()?
    {
        last = next;
        let flow = Flow::ALL.into_iter().find(|flow| flow.code() == next.0);
        lines.extend(flow.map(|flow| Line { flow, transaction_type: next.1, account: next.2 }));
    }
    lines.sort_unstable();
    lines.dedup();
    Ok(lines)
}

/// When the first transaction was made.
pub fn first_made_at(conn: &Connection) -> Result<Option<i64>> {
    let mut statement = conn.prepare_cached("SELECT created_at FROM transactions WHERE sequence = 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// The first transaction at or after a time; the next one to come where there is none. Found by halving,
/// since time never falls along the ledger.
pub fn first_since(conn: &Connection, time: i64) -> Result<i64> {
    let last: i64 =
        conn.prepare_cached("SELECT coalesce(max(sequence), 0) FROM transactions")?.query_row([], |row| row.get(0))?;
    let mut statement = conn.prepare_cached("SELECT created_at FROM transactions WHERE sequence = ?1")?;
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let created_at: i64 = statement.query_row([middle], |row| row.get(0))?;
        if created_at < time {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn folded_before(statement: &mut CachedStatement<'_>, line: Line, time: i64) -> Result<Moved> {
    let slot = time.div_euclid(SLOT_MS);
    let found = statement
        .query_row((line.flow.code(), line.transaction_type, line.account, slot), |row| {
            Ok(Moved { count: row.get(0)?, volume: wide(row.get(1)?, row.get(2)?) })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}
