//! Where the tokens of each distribution went: every wallet of a member is a queue, and a payment passes on
//! what came in first.
//!
//! * A distribution puts its tokens at the end of the recipient's queue, and they are marked with it.
//! * A payment takes from the front of the payer's queue and puts at the end of the payee's. Tokens that
//!   come by one payment are put in the order of their distributions.
//! * **Spent** is a token when it leaves the wallet it was given to, for the first time, whoever is paid: a
//!   member or a system account. How long after the distribution decides whether it counts within 7, 30 or
//!   90 days. What a fee takes goes to a system account, and is a payment like any other.
//! * **Come back** is a token when a system account receives it, from whoever had it by then.
//! * A **correction** (a transaction that gives another one back) spends nothing. It takes what came in last,
//!   for that is what the mistake brought, and puts it at the front of the other's queue, for there it was
//!   before. Where it gives a distribution back, it takes that distribution's own tokens, as far as they are
//!   there. Tokens that leave their first wallet so are **taken back**. What was counted before stays counted.
//! * Tokens that a correction brings out of a system account belong to no distribution any more.
//! * Freezing a wallet and leaving the community move nothing: the tokens lie where they lay.
//!
//! All of it follows from the rows alone. It is kept in memory and follows the newest rows, so that no
//! transfer pays for it and nothing on disk can disagree; at a start it follows from the first row on.

mod queue;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use self::queue::{Hands, Lot, Queue};
use super::history;
use super::types::{DAY_MS, Kind, WalletKey};
use crate::error::Result;

/// How soon tokens are spent: within so many days.
pub const SOON_DAYS: [i64; 3] = [7, 30, 90];

/// What became of a distribution's tokens. `given` is what was spent, what was taken back, and what lies
/// still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// The line of the audit log that accounts for it.
    pub audit: i64,
    /// When it was made.
    pub created_at: i64,
    /// The system account's wallet.
    pub account: i64,
    /// Members who were given something.
    pub recipients: i64,
    /// Tokens they were given.
    pub given: i64,
    /// Tokens spent within 7, 30 and 90 days, and up to now.
    pub spent: [i64; 4],
    /// Recipients who spent any of them within the same times.
    pub spenders: [i64; 4],
    /// Tokens that corrections took out of the wallets they were given to.
    pub taken_back: i64,
    /// Tokens that a system account received, from whoever had them by then.
    pub returned: i64,
}

impl Effect {
    /// Tokens that lie where they were given to.
    pub const fn lies_still(&self) -> i64 {
        self.given - self.spent[3] - self.taken_back
    }

    fn spend(&mut self, lot: Lot, at: i64) {
        let age = at - self.created_at;
        let within = SOON_DAYS.iter().map(|days| age < days * DAY_MS).chain([true]);
        for (place, _) in within.enumerate().filter(|(_, within)| *within) {
            self.spent[place] += lot.amount;
            self.spenders[place] += i64::from(lot.hands == Hands::Untouched);
        }
    }
}

/// The ledger, followed up to some transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trail {
    sequence: i64,
    effects: Vec<Effect>,
    queues: HashMap<i64, Queue>,
}

/// A transaction, as far as it matters here.
struct Row {
    sequence: i64,
    created_at: i64,
    kind: i64,
    from: i64,
    to: i64,
    amount: i64,
    audit: i64,
    /// 0: gives nothing back.
    reverses: i64,
}

impl Trail {
    /// The last transaction it has followed.
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// What became of each distribution, in their order.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// What lies still in some wallets, by the place of the distribution among the effects.
    pub fn still_in(&self, wallets: &HashSet<i64>) -> HashMap<usize, i64> {
        let mut still = HashMap::new();
        for queue in wallets.iter().filter_map(|wallet| self.queues.get(wallet)) {
            for lot in queue.lots().filter(|lot| lot.hands != Hands::Passed) {
                *still.entry(place(lot.origin)).or_default() += lot.amount;
            }
        }
        still
    }

    /// What each wallet holds by what was followed.
    pub fn balances(&self) -> impl Iterator<Item = (i64, i64)> {
        self.queues.iter().map(|(wallet, queue)| (*wallet, queue.lots().map(|lot| lot.amount).sum()))
    }

    /// How many lots it holds in all: what it takes in memory.
    pub fn lots(&self) -> usize {
        self.queues.values().map(|queue| queue.lots().count()).sum()
    }

    /// Follows up to so many of the next transactions; says whether it has reached the newest.
    pub fn follow(&mut self, conn: &Connection, most: i64) -> Result<bool> {
        let mut statement = conn.prepare_cached(
            "SELECT sequence, created_at, kind, from_wallet, to_wallet, amount, coalesce(audit, 0), coalesce(reverses, 0)
               FROM transactions WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
        )?;
        let mut rows = statement.query([self.sequence, most])?;
        let mut parts = Vec::new();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let row = Row {
                sequence: row.get(0)?,
                created_at: row.get(1)?,
                kind: row.get(2)?,
                from: row.get(3)?,
                to: row.get(4)?,
                amount: row.get(5)?,
                audit: row.get(6)?,
                reverses: row.get(7)?,
            };
            let given_back = if row.reverses == 0 { 0 } else { accounted_for(conn, row.reverses)? };
            self.step(&row, given_back, &mut parts);
            self.sequence = row.sequence;
            count += 1;
        }
        Ok(count < most)
    }

    /// One transaction. `given_back`: the audit line of what it gives back, where it does and there is one.
    fn step(&mut self, row: &Row, given_back: i64, parts: &mut Vec<Lot>) {
        parts.clear();
        match (Kind::from_code(row.kind), row.reverses != 0) {
            (Some(Kind::Distribution), false) => self.give(row),
            (Some(Kind::Distribution), true) => {
                let unknown = Lot { origin: 0, hands: Hands::Passed, amount: row.amount };
                self.queues.entry(row.to).or_default().put_back(unknown);
            }
            (Some(Kind::Transfer | Kind::Pool), corrects) => {
                // System accounts have no queue: what they pay each other is nobody's.
                let Some(queue) = self.queues.get_mut(&row.from) else { return };
                if corrects {
                    let origin = self.effects.binary_search_by_key(&given_back, |effect| effect.audit);
                    let rest = origin.map_or(row.amount, |place| queue.take_given(origin_of(place), row.amount, parts));
                    queue.take_newest(rest, parts);
                } else {
                    queue.take_oldest(row.amount, parts);
                    parts.sort_by_key(|part| part.origin);
                }
                self.count(row, corrects, parts);
                if row.kind == Kind::Transfer.code() {
                    let queue = self.queues.entry(row.to).or_default();
                    let passed = parts.iter().map(|part| Lot { hands: Hands::Passed, ..*part });
                    if corrects {
                        passed.rev().for_each(|lot| queue.put_back(lot));
                    } else {
                        passed.for_each(|lot| queue.push(lot));
                    }
                }
            }
            // What is issued lies in the pool.
            (Some(Kind::Issuance) | None, _) => {}
        }
    }

    /// Tokens come to a member out of a distribution.
    fn give(&mut self, row: &Row) {
        // The rows of a distribution stand next to each other.
        if self.effects.last().is_none_or(|last| last.audit != row.audit) {
            let (audit, created_at, account) = (row.audit, row.created_at, row.from);
            self.effects.push(Effect { audit, created_at, account, ..Effect::default() });
        }
        let place = self.effects.len() - 1;
        self.effects[place].recipients += 1;
        self.effects[place].given += row.amount;
        let lot = Lot { origin: origin_of(place), hands: Hands::Untouched, amount: row.amount };
        self.queues.entry(row.to).or_default().push(lot);
    }

    /// Counts what a transaction does to the distributions of its tokens.
    fn count(&mut self, row: &Row, corrects: bool, parts: &[Lot]) {
        for part in parts.iter().filter(|part| part.origin != 0) {
            let effect = &mut self.effects[place(part.origin)];
            match part.hands {
                Hands::Passed => {}
                _ if corrects => effect.taken_back += part.amount,
                _ => effect.spend(*part, row.created_at),
            }
            if row.kind == Kind::Pool.code() {
                effect.returned += part.amount;
            }
        }
    }
}

/// How the distribution at a place is named in lots.
fn origin_of(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(0)
}

const fn place(origin: u32) -> usize {
    origin as usize - 1
}

/// The audit line of a transaction; 0 where it has none.
fn accounted_for(conn: &Connection, sequence: i64) -> Result<i64> {
    let mut statement = conn.prepare_cached("SELECT coalesce(audit, 0) FROM transactions WHERE sequence = ?1")?;
    Ok(statement.query_row([sequence], |row| row.get(0))?)
}

/// Cursors of lists of distributions fit no other list.
const DISTRIBUTIONS: WalletKey = WalletKey(-2);

/// Where a list of distributions, the newest first, goes on: behind this line of the audit log.
pub fn make_cursor(conn: &Connection, audit: i64) -> Result<String> {
    history::make_cursor(conn, DISTRIBUTIONS, audit)
}

/// The line of the audit log behind which it goes on.
pub fn read_cursor(conn: &Connection, cursor: &str) -> Result<i64> {
    history::read_cursor(conn, DISTRIBUTIONS, cursor)
}

/// Transactions that are followed at a time: some tens of milliseconds.
const PIECE: i64 = 50_000;

/// The trail that all who ask share.
#[derive(Debug, Default)]
pub struct SharedTrail(Mutex<Trail>);

impl SharedTrail {
    fn lock(&self) -> MutexGuard<'_, Trail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trail up to the newest transaction.
    pub fn newest(&self, conn: &Connection) -> Result<MutexGuard<'_, Trail>> {
        let mut trail = self.lock();
        while !trail.follow(conn, PIECE)? {}
        Ok(trail)
    }

    /// Follows the ledger a little further, so that those who ask need not wait; says whether that was all.
    pub fn follow(&self, conn: &Connection) -> Result<bool> {
        self.lock().follow(conn, PIECE)
    }
}
