//! Where a balance comes from: what was earned from whom and spent on whom over a time, so that it adds
//! up to the token.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::error::Result;
use crate::ledger::{Direction, Filter, Page, PageRequest, Party, Transaction, Wallet, WalletId, history};

/// Entries looked at for one answer: a busy wallet's newest ones, from which it still adds up.
pub const ENTRIES_MAX: usize = 2_000;
/// Rows on each side; what is left is the last one.
const SHARES_MAX: usize = 12;

/// What somebody, or a program, brought or took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who; none: all others together.
    pub party: Option<Party>,
    /// What it was, in a word.
    pub meaning: &'static str,
    /// In how many entries.
    pub count: usize,
    /// Whole tokens. Back and forth, more can pass a wallet than there are.
    pub amount: i128,
}

/// A balance explained: `before + earned - spent = after`, and each side's shares are its sum.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// What was there before the first entry that was looked at.
    pub before: i64,
    /// What came in.
    pub earned: i128,
    /// What went out.
    pub spent: i128,
    /// What was there after the last.
    pub after: i64,
    /// From whom, the largest first.
    pub from: Vec<Share>,
    /// On whom, the largest first.
    pub on: Vec<Share>,
    /// How many entries it rests on.
    pub count: usize,
    /// The first entry's time, where there were more than are looked at.
    pub cut_at: Option<i64>,
}

/// Explains a wallet's balance over a time; without an end, its balance now.
pub fn explain(
    conn: &Connection,
    wallet: &Wallet,
    from_time: Option<i64>,
    to_time: Option<i64>,
    meaning: impl Fn(&Transaction, &WalletId) -> &'static str,
) -> Result<Explained> {
    let filter = Filter { from_time, to_time, ..Filter::default() };
    let Page { items, next_cursor } =
        history(conn, wallet, &filter, &PageRequest { limit: ENTRIES_MAX, cursor: None })?;
    let (Some(last), Some(first)) = (items.first(), items.last()) else {
        let held = held_at(conn, wallet, to_time)?;
        return Ok(Explained { before: held, after: held, ..Explained::default() });
    };
    let mut explained = Explained {
        before: first.balance_before.unwrap_or_default(),
        after: last.balance_after.unwrap_or_default(),
        count: items.len(),
        cut_at: next_cursor.is_some().then_some(first.created_at),
        ..Explained::default()
    };
    let mut sides: [HashMap<(WalletId, &'static str), Share>; 2] = Default::default();
    for entry in &items {
        let is_incoming = entry.direction == Some(Direction::In);
        let party = if is_incoming { &entry.from } else { &entry.to };
        let meaning = meaning(entry, &wallet.id);
        let share = sides[usize::from(is_incoming)].entry((party.wallet_id, meaning)).or_insert_with(|| Share {
            party: Some(party.clone()),
            meaning,
            count: 0,
            amount: 0,
        });
        share.count += 1;
        share.amount += i128::from(entry.amount);
        let sum = if is_incoming { &mut explained.earned } else { &mut explained.spent };
        *sum += i128::from(entry.amount);
    }
    let [on, from] = sides;
    (explained.on, explained.from) = (largest(on), largest(from));
    Ok(explained)
}

/// What a wallet held at the end of a time in which nothing moved.
fn held_at(conn: &Connection, wallet: &Wallet, to_time: Option<i64>) -> Result<i64> {
    let filter = Filter { to_time, ..Filter::default() };
    let last = history(conn, wallet, &filter, &PageRequest { limit: 1, cursor: None })?.items.pop();
    Ok(last.and_then(|entry| entry.balance_after).unwrap_or_default())
}

/// The largest shares, and the rest as one.
fn largest(shares: HashMap<(WalletId, &'static str), Share>) -> Vec<Share> {
    let mut shares: Vec<Share> = shares.into_values().collect();
    shares.sort_by(|one, other| {
        let name = |share: &Share| share.party.as_ref().map(|party| (party.name.clone(), party.wallet_id.to_string()));
        other.amount.cmp(&one.amount).then_with(|| name(one).cmp(&name(other))).then(one.meaning.cmp(other.meaning))
    });
    if shares.len() > SHARES_MAX {
        let rest = shares.split_off(SHARES_MAX - 1);
        shares.push(Share {
            party: None,
            meaning: "",
            count: rest.iter().map(|share| share.count).sum(),
            amount: rest.iter().map(|share| share.amount).sum(),
        });
    }
    shares
}
