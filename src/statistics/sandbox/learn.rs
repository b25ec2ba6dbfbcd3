//! What the ledger knows of how the community lives: who holds what, and what was paid lately.

use std::collections::HashMap;

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Model, Party, Payment};
use crate::error::Result;
use crate::ledger::{DAY_MS, first_made_at, first_since};
use crate::statistics::calendar::{Bucket, Calendar};
use crate::statistics::counted;
use crate::statistics::transactions::ratio;

/// Days that are looked back at most: a season of each kind.
const DAYS_MAX: i64 = 365;
/// Transactions at most: the newest. What they tell fits a processor's own memory.
const ROWS_MAX: i64 = 65_536;
/// Days, and payments between members, with fewer of which little is known.
const DAYS_FEW: f64 = 28.0;
const PAYMENTS_FEW: i64 = 100;
/// Days of a month, on average.
const MONTH: f64 = 365.25 / 12.0;

/// What the ledger told. Payments that were given back, and those of whoever has left, do not count.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Learnt {
    /// The first millisecond that was looked at.
    pub from_time: i64,
    /// The last: the end of yesterday.
    pub to_time: i64,
    /// How many days that are. Neither the day of the foundation nor today, which are not whole ones.
    pub days: f64,
    /// Members there are now.
    pub members: i64,
    /// Payments between members in those days.
    pub payments: i64,
    /// Tokens that members paid each other in a month, on average.
    pub paid_per_month: f64,
    /// Tokens that members paid to the community in a month.
    pub returned_per_month: f64,
    /// Tokens that the community gave to members in a month.
    pub distributed_per_month: f64,
    /// Whether that is enough to go by: four weeks and a hundred payments.
    pub is_enough: bool,
}

/// Looks at the ledger as it is now.
pub fn learn(conn: &Connection, calendar: &Calendar, now: i64) -> Result<(Model, Learnt)> {
    let mut members: HashMap<i64, usize> = HashMap::new();
    let mut model = Model::default();
    let mut statement = conn.prepare_cached(
        "SELECT users.wallet, wallets.balance FROM users JOIN wallets ON wallets.key = users.wallet
          WHERE users.deleted_at IS NULL ORDER BY users.key",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        members.insert(row.get(0)?, model.balances.len());
        model.balances.push(row.get(1)?);
    }
    (model.pool, model.resting) = conn
        .prepare_cached(
            "SELECT coalesce(sum(balance) FILTER (WHERE is_system), 0), coalesce(sum(balance) FILTER (WHERE is_closed), 0)
               FROM wallets",
        )?
        .query_row([], |row| row.try_into())?;
    let until = calendar.start(Bucket::Day, now);
    let founded =
        first_made_at(conn)?.map_or(until, |first| calendar.next(Bucket::Day, calendar.start(Bucket::Day, first)));
    let from = founded.max(calendar.start(Bucket::Day, until - DAYS_MAX * DAY_MS)).min(until);
    let (first, end) = (first_since(conn, from)?, first_since(conn, until)?);
    let start = first.max(end - ROWS_MAX);
    let from_time = if start == first {
        from
    } else {
        conn.query_row("SELECT created_at FROM transactions WHERE sequence = ?1", [start], |row| row.get(0))?
    };
    model.payments = payments(conn, &members, start, end)?;
    model.days = ratio((until - from_time).into(), DAY_MS.into());
    let total = |counts: &dyn Fn(&Payment) -> bool| -> f64 {
        let tokens: i128 = model.payments.iter().filter(|one| counts(one)).map(|one| i128::from(one.amount)).sum();
        if model.days > 0.0 { ratio(tokens, 1) / model.days * MONTH } else { 0.0 }
    };
    let is_between = |one: &Payment| one.from != Party::Pool && one.to != Party::Pool;
    let between = counted(model.payments.iter().filter(|one| is_between(one)).count());
    let learnt = Learnt {
        from_time,
        to_time: until - 1,
        days: model.days,
        members: counted(model.balances.len()),
        payments: between,
        paid_per_month: total(&is_between),
        returned_per_month: total(&|one| one.to == Party::Pool),
        distributed_per_month: total(&|one| one.from == Party::Pool),
        is_enough: model.days >= DAYS_FEW && between >= PAYMENTS_FEW,
    };
    Ok((model, learnt))
}

/// What was paid and not given back, by members who are still here or by the community.
fn payments(conn: &Connection, members: &HashMap<i64, usize>, start: i64, end: i64) -> Result<Vec<Payment>> {
    // From the newest on: what gives back comes after what is given back.
    let mut statement = conn.prepare_cached(
        "SELECT sequence, kind, from_wallet, to_wallet, amount, reverses FROM transactions
          WHERE sequence >= ?1 AND sequence < ?2 AND kind <> 1 ORDER BY sequence DESC",
    )?;
    let mut rows = statement.query([start, end])?;
    let mut given_back: HashMap<i64, i64> = HashMap::new();
    let mut payments = Vec::new();
    let member = |wallet: i64| members.get(&wallet).map_or(Party::Gone, |place| Party::Member(*place));
    while let Some(row) = rows.next()? {
        let (sequence, kind, amount): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(4)?);
        if let Some(reversed) = row.get(5)? {
            *given_back.entry(reversed).or_default() += amount;
            continue;
        }
        let (from, to) = match kind {
            2 => (Party::Pool, member(row.get(3)?)),
            3 => (member(row.get(2)?), member(row.get(3)?)),
            // Between system accounts nothing comes or goes: those have no member on either side.
            _ => (member(row.get(2)?), Party::Pool),
        };
        let amount = amount - given_back.remove(&sequence).unwrap_or(0);
        if from != Party::Gone && amount > 0 {
            payments.push(Payment { from, to, amount });
        }
    }
    Ok(payments)
}
