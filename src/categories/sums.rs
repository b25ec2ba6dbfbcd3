//! What came and went by category, over a time.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::ledger::{UserKey, WalletKey, sequences_within};

/// Entries summed up at once: a busy member's newest ones.
pub const ENTRIES_MAX: usize = 5_000;

/// What came and went in one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategorySum {
    /// What you call it.
    pub category: String,
    /// In how many entries.
    pub count: i64,
    /// Whole tokens that came in. Back and forth, more can pass a wallet than there are.
    pub received: i128,
    /// Whole tokens that went out.
    pub spent: i128,
}

/// All categories of a time, and from when on they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sums {
    /// What most came and went in first.
    pub items: Vec<CategorySum>,
    /// Where the time has more entries than are summed up at once: the time of the first that is, Unix
    /// milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<i64>,
}

impl CategorySum {
    /// What passed in it, whichever way.
    pub fn moved(&self) -> i128 {
        self.received + self.spent
    }
}

/// Sums up a member's categories over a time.
pub fn sums(
    conn: &Connection,
    user: UserKey,
    wallet: WalletKey,
    from_time: Option<i64>,
    to_time: Option<i64>,
) -> Result<Sums> {
    let (first, last) = sequences_within(conn, from_time, to_time)?;
    let mut statement = conn.prepare_cached(
        "SELECT category, to_wallet = ?2, amount, created_at FROM categories CROSS JOIN transactions ON sequence = entry
          WHERE user = ?1 AND entry BETWEEN ?3 AND ?4 ORDER BY entry DESC LIMIT ?5",
    )?;
    let mut rows = statement.query((user, wallet, first, last, i64::try_from(ENTRIES_MAX + 1).unwrap_or(i64::MAX)))?;
    let mut found: BTreeMap<String, CategorySum> = BTreeMap::new();
    let (mut count, mut first_at, mut cut_at) = (0, 0, None);
    while let Some(row) = rows.next()? {
        if count == ENTRIES_MAX {
            cut_at = Some(first_at);
            break;
        }
        let (category, is_incoming, amount): (String, bool, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        first_at = row.get(3)?;
        let sum = found.entry(category).or_insert_with_key(|category| CategorySum {
            category: category.clone(),
            count: 0,
            received: 0,
            spent: 0,
        });
        sum.count += 1;
        *(if is_incoming { &mut sum.received } else { &mut sum.spent }) += i128::from(amount);
        count += 1;
    }
    let mut items: Vec<CategorySum> = found.into_values().collect();
    items.sort_by(|one, other| other.moved().cmp(&one.moved()).then_with(|| one.category.cmp(&other.category)));
    Ok(Sums { items, cut_at })
}
