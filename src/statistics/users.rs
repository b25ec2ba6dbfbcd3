//! Members: how many there are, how many take part, how many came and left, and who stays.
//!
//! To take part is to trade: to pay someone, or to be paid by a member. What is given out is no act of the
//! member's, or the weekly distribution would make everybody active.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::activity::PaidDays;
use super::calendar::{Bucket, Calendar, Period};
use super::counted;
use crate::error::Result;
use crate::ledger::{DAY_MS, Folded, Recent, first_since};

/// Months of joining that are followed.
const COHORTS: usize = 12;
/// Settled times remembered at most; some tens of bytes each.
const SETTLED_MAX: usize = 10_000;
/// Times that are not over of which the beginning is remembered; eight bytes for each member who traded.
const BEGUN_MAX: usize = 16;

/// The members.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Users {
    /// Members who have not left.
    pub total: i64,
    /// Of those, members who hold tokens.
    pub active: i64,
    /// Of those who have not left, members who traded in the last 7 days of 24 hours.
    pub active_7d: i64,
    /// The same, 30 days.
    pub active_30d: i64,
    /// The same, 90 days.
    pub active_90d: i64,
    /// The first millisecond of the series.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// How long each of its buckets is.
    pub bucket: Bucket,
    /// Bucket by bucket.
    pub series: Vec<UsersPoint>,
    /// Those who joined in each of the last twelve months, and how many of them traded since.
    pub cohorts: Vec<Cohort>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsersPoint {
    /// When it begins.
    pub start_at: i64,
    /// Members who joined in it.
    pub joined: i64,
    /// How often a member left.
    pub left: i64,
    /// How often a member who had left came back.
    pub returned: i64,
    /// Members at its end.
    pub total: i64,
    /// Members who traded in it, whether or not they have left since.
    pub active: i64,
}

/// The members who joined in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    /// When the month begins.
    pub start_at: i64,
    /// How many joined in it.
    pub joined: i64,
    /// How many of them traded in that month, in the next, and so on up to this one.
    pub active: Vec<i64>,
}

/// How many members traded in a time, by the month in which they joined.
type Traders = Arc<BTreeMap<i64, i64>>;

/// Wallets that traded in a time.
type Wallets = Arc<[i64]>;

/// What can be no other any more, and is read once.
#[derive(Debug, Default)]
pub struct Settled {
    /// Who traded in times that are over: time never falls in the ledger.
    traders: Mutex<HashMap<(i64, i64), Traders>>,
    /// Which wallets traded in times that are not, up to their last day.
    begun: Mutex<HashMap<(i64, i64), Wallets>>,
    /// What was paid on days that are over.
    pub(super) paid: PaidDays,
    /// The newest transactions.
    pub recent: Recent,
}

/// Everyone who ever joined: wallet, and where the month begins in which they did.
struct Joined(HashMap<i64, i64>);

impl Joined {
    fn read(conn: &Connection, calendar: &Calendar) -> Result<(Self, Vec<i64>)> {
        let mut members: Vec<(i64, i64)> = conn
            .prepare_cached("SELECT created_at, wallet FROM users")?
            .query_map([], |row| row.try_into())?
            .collect::<rusqlite::Result<_>>()?;
        members.sort_unstable();
        let mut month = (0, 0);
        let mut by_wallet = HashMap::with_capacity(members.len());
        for (joined_at, wallet) in &members {
            if *joined_at >= month.1 {
                let start = calendar.start(Bucket::Month, *joined_at);
                month = (start, calendar.next(Bucket::Month, start));
            }
            by_wallet.insert(*wallet, month.0);
        }
        Ok((Self(by_wallet), members.into_iter().map(|(joined_at, _)| joined_at).collect()))
    }
}

impl Settled {
    fn traders(&self, conn: &Connection, folded: &Folded<'_>, joined: &Joined, time: (i64, i64)) -> Result<Traders> {
        let known = self.traders.lock().unwrap_or_else(PoisonError::into_inner).get(&time).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut traders = BTreeMap::new();
        for wallet in self.wallets(conn, folded, time)? {
            if let Some(month) = joined.0.get(&wallet) {
                *traders.entry(*month).or_default() += 1;
            }
        }
        let traders = Arc::new(traders);
        if folded.is_settled(time.1)? {
            let mut all = self.traders.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= SETTLED_MAX {
                all.clear();
            }
            all.insert(time, Arc::clone(&traders));
        }
        Ok(traders)
    }

    /// The wallets that traded in a time. Of a month that is not over, only the last day is read each time.
    fn wallets(&self, conn: &Connection, folded: &Folded<'_>, (from, until): (i64, i64)) -> Result<Vec<i64>> {
        let newest = folded.newest_at()?.unwrap_or(0);
        let last_day = newest - newest.rem_euclid(DAY_MS);
        if !(from < last_day && last_day < until) {
            return wallets_that_traded(conn, from, until);
        }
        let mut wallets = wallets_that_traded(conn, last_day, until)?;
        wallets.extend(self.earlier(conn, (from, last_day))?.iter());
        wallets.sort_unstable();
        wallets.dedup();
        Ok(wallets)
    }

    /// The wallets that traded up to a day on which something moved already: nothing can come before it.
    fn earlier(&self, conn: &Connection, time: (i64, i64)) -> Result<Wallets> {
        let begun = || self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = begun().get(&time) {
            return Ok(Arc::clone(known));
        }
        let wallets: Wallets = wallets_that_traded(conn, time.0, time.1)?.into();
        let mut begun = begun();
        if begun.len() >= BEGUN_MAX {
            begun.clear();
        }
        begun.insert(time, Arc::clone(&wallets));
        Ok(wallets)
    }
}

/// The wallets that traded in a time, system accounts' among them.
fn wallets_that_traded(conn: &Connection, from: i64, until: i64) -> Result<Vec<i64>> {
    let (first, last) = (from.div_euclid(DAY_MS), until.div_euclid(DAY_MS));
    let (begin, end) = (from.rem_euclid(DAY_MS), until.rem_euclid(DAY_MS));
    let wallets = if first == last && begin > 0 {
        // Within a single UTC day the times of the first and last trade do not tell enough.
        conn.prepare_cached(
            "SELECT from_wallet FROM transactions WHERE sequence >= ?1 AND sequence < ?2 AND kind >= 3
              UNION SELECT to_wallet FROM transactions WHERE sequence >= ?1 AND sequence < ?2 AND kind = 3",
        )?
        .query_map([first_since(conn, from)?, first_since(conn, until)?], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?
    } else {
        conn.prepare_cached(
            "SELECT DISTINCT wallet FROM wallet_days
              WHERE day >= ?1 AND day <= ?2 AND last_traded IS NOT NULL
                AND (day > ?1 OR last_traded >= ?3) AND (day < ?2 OR first_traded < ?4)",
        )?
        .query_map([first, last, begin, end], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?
    };
    Ok(wallets)
}

/// The members now and over a period.
pub fn users(folded: &Folded<'_>, calendar: &Calendar, settled: &Settled, period: &Period, now: i64) -> Result<Users> {
    let conn = folded.conn();
    let (joined, joined_at) = Joined::read(conn, calendar)?;
    let mut present = conn.prepare_cached(
        "SELECT count(*), coalesce(sum(wallets.balance > 0), 0), coalesce(sum(wallets.last_traded >= ?1), 0),
                coalesce(sum(wallets.last_traded >= ?2), 0), coalesce(sum(wallets.last_traded >= ?3), 0)
           FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.deleted_at IS NULL",
    )?;
    let since = |days: i64| first_since(conn, now - days * DAY_MS);
    let (total, active, active_7d, active_30d, active_90d) =
        present.query_row([since(7)?, since(30)?, since(90)?], |row| row.try_into())?;
    let moves: Vec<(i64, bool)> = conn
        .prepare_cached(
            "SELECT created_at, action = 'user.delete' FROM audit_log
              WHERE action IN ('user.delete', 'user.restore') ORDER BY sequence",
        )?
        .query_map([], |row| row.try_into())?
        .collect::<rusqlite::Result<_>>()?;
    let before = |time: i64| counted(joined_at.partition_point(|joined_at| *joined_at < time));
    let changes = |from: i64, until: i64, leaving: bool| {
        let all = moves.iter().filter(|(at, left)| (from..until).contains(at) && *left == leaving);
        counted(all.count())
    };
    let mut series = Vec::with_capacity(period.bounds.len());
    for (start, end) in period.buckets() {
        series.push(UsersPoint {
            start_at: start,
            joined: before(end) - before(start),
            left: changes(start, end, true),
            returned: changes(start, end, false),
            total: before(end) - changes(i64::MIN, end, true) + changes(i64::MIN, end, false),
            active: settled.traders(conn, folded, &joined, (start, end))?.values().sum(),
        });
    }
    Ok(Users {
        total,
        active,
        active_7d,
        active_30d,
        active_90d,
        from_time: period.from(),
        to_time: period.until() - 1,
        bucket: period.bucket,
        series,
        cohorts: cohorts(conn, calendar, settled, folded, &joined, now)?,
        calculated_at: now,
    })
}

fn cohorts(
    conn: &Connection,
    calendar: &Calendar,
    settled: &Settled,
    folded: &Folded<'_>,
    joined: &Joined,
    now: i64,
) -> Result<Vec<Cohort>> {
    let months = calendar.period(Bucket::Month, None, None, now)?;
    debug_assert_eq!(months.bounds.len(), COHORTS + 1);
    let mut members: HashMap<i64, i64> = HashMap::new();
    for month in joined.0.values() {
        *members.entry(*month).or_default() += 1;
    }
    let traders =
        months.buckets().map(|month| settled.traders(conn, folded, joined, month)).collect::<Result<Vec<Traders>>>()?;
    let cohort = |(place, (start_at, _)): (usize, (i64, i64))| Cohort {
        start_at,
        joined: members.get(&start_at).copied().unwrap_or(0),
        active: traders[place..].iter().map(|month| month.get(&start_at).copied().unwrap_or(0)).collect(),
    };
    Ok(months.buckets().enumerate().map(cohort).collect())
}
