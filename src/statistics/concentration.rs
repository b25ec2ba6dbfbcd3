//! Concentration: how evenly tokens are spread over the members who have not left, those with an empty
//! wallet among them. Counted from the wallets at each call.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::counted;
use super::transactions::ratio;
use crate::error::Result;

/// Largest holders that are shown.
const TOP: usize = 10;

/// How evenly tokens are spread.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Concentration {
    /// Members counted.
    pub members: i64,
    /// Tokens they hold.
    #[schema(value_type = i64)]
    pub tokens: i128,
    /// 0: all hold the same; near 1: one holds everything. Null where nobody holds anything.
    pub gini: Option<f64>,
    /// What share of all tokens each tenth of the members holds, from the poorest to the richest. A member on
    /// the border between two tenths counts for both in part. Empty where nobody holds anything.
    pub deciles: Vec<f64>,
    /// The Lorenz curve: what share the poorest 0, 10, 20, ... 100 hundredths hold together.
    pub lorenz: Vec<f64>,
    /// What share the richest tenth holds.
    pub top_10_percent_share: Option<f64>,
    /// The middle balance, of two middle ones the mean; null where there are no members.
    pub median_balance: Option<f64>,
    /// The largest holders.
    pub top: Vec<Holder>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// One of the largest holders.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Holder {
    /// 1 for the largest.
    pub rank: usize,
    /// What they hold.
    pub balance: i64,
    /// What share of all tokens that is; null where nobody holds anything.
    pub share: Option<f64>,
    /// Who it is: for operators and auditors alone, null for everybody else.
    pub username: Option<String>,
}

/// How evenly tokens are spread. `named`: whether the caller may see who the largest holders are.
pub fn concentration(conn: &Connection, named: bool, now: i64) -> Result<Concentration> {
    let mut members: Vec<(i64, i64)> = conn
        .prepare_cached(
            "SELECT wallets.balance, users.key FROM users JOIN wallets ON wallets.key = users.wallet
              WHERE users.deleted_at IS NULL",
        )?
        .query_map([], |row| row.try_into())?
        .collect::<rusqlite::Result<_>>()?;
    // Among equal ones the eldest member comes first in the list of the largest.
    members.sort_unstable_by_key(|(balance, user)| (*balance, std::cmp::Reverse(*user)));
    let balances: Vec<i128> = members.iter().map(|(balance, _)| i128::from(*balance)).collect();
    let tokens: i128 = balances.iter().sum();
    let share = |part: i128, of: i128| (tokens > 0).then(|| ratio(part, of * tokens));
    let curve = lorenz(&balances);
    let mut username = conn.prepare_cached("SELECT username FROM users WHERE key = ?1")?;
    let mut top = Vec::with_capacity(TOP);
    for (place, (balance, user)) in members.iter().rev().take(TOP).enumerate() {
        top.push(Holder {
            rank: place + 1,
            balance: *balance,
            share: share((*balance).into(), 1),
            username: if named { Some(username.query_row([user], |row| row.get(0))?) } else { None },
        });
    }
    let middle = |place: usize| balances.get(place).copied();
    let median = balances.len().checked_sub(1).and_then(|last| Some((middle(last / 2)?, middle(last.div_ceil(2))?)));
    Ok(Concentration {
        members: counted(members.len()),
        tokens,
        gini: share(gini(balances.iter().copied(), tokens), balances.len() as i128),
        deciles: curve.windows(2).filter_map(|pair| share(pair[1] - pair[0], 10)).collect(),
        lorenz: curve.iter().filter_map(|part| share(*part, 10)).collect(),
        top_10_percent_share: share(curve[10] - curve[9], 10),
        median_balance: median.map(|(low, high)| ratio(low + high, 2)),
        top,
        calculated_at: now,
    })
}

/// The Gini coefficient of balances that rise, times members times tokens: a whole number.
pub(super) fn gini(balances: impl ExactSizeIterator<Item = i128>, tokens: i128) -> i128 {
    let members = balances.len() as i128;
    let weighted: i128 = (1..).zip(balances).map(|(rank, balance): (i128, _)| rank * balance).sum();
    2 * weighted - (members + 1) * tokens
}

/// Ten times what the poorest tenths hold together, 0 to 10 of them: whole numbers, since a member on a border
/// counts by tenths.
fn lorenz(balances: &[i128]) -> Vec<i128> {
    let mut before = Vec::with_capacity(balances.len() + 1);
    before.push(0);
    for balance in balances {
        before.push(before[before.len() - 1] + balance);
    }
    (0..=10)
        .map(|tenths| {
            let (whole, part) = (balances.len() * tenths / 10, balances.len() * tenths % 10);
            10 * before[whole] + balances.get(whole).map_or(0, |next| part as i128 * next)
        })
        .collect()
}
