//! A wallet's history, newest first. It is read by following links from the wallet's latest
//! transaction to the one before, so a page costs the same however long the history is.
//!
//! Filters are judged on the way. A request follows at most [`STEPS_MAX`] links; a page that ends
//! there may hold fewer entries than asked for, and its cursor goes on. A filter by time enters a
//! long history at the right day through the wallet's days.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::transaction::{Reading, Stored, Transaction};
use super::types::{DAY_MS, Kind, WalletId, WalletKey};
use super::wallet::Wallet;
use crate::error::{Error, Result};

/// Links followed by one request at most: some tens of milliseconds.
pub(super) const STEPS_MAX: usize = 5_000;
/// Entries of a page at most, and when nothing is said.
const LIMIT_MAX: usize = 200;
const LIMIT_DEFAULT: usize = 50;

/// Whether tokens came in or went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They came in.
    In,
    /// They went out.
    Out,
}

/// What a member wants to see of their history. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In or out.
    pub direction: Option<Direction>,
    /// What it meant.
    pub kind: Option<Kind>,
    /// Which program made it.
    pub transaction_type: Option<i64>,
    /// The wallet on the other side.
    pub counterparty: Option<WalletId>,
    /// From this time on, Unix milliseconds.
    pub from_time: Option<i64>,
    /// Up to and including this time.
    pub to_time: Option<i64>,
    /// At least so many tokens.
    pub min_amount: Option<i64>,
    /// At most so many tokens.
    pub max_amount: Option<i64>,
    /// Words in the note, whatever their case.
    pub note: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// Entries on it, 1 to 200.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// Checks the limit; 50 when nothing is said.
    pub fn new(limit: Option<i64>, cursor: Option<String>) -> Result<Self> {
        let limit = limit.map_or(Ok(LIMIT_DEFAULT), |limit| {
            usize::try_from(limit)
                .ok()
                .filter(|limit| (1..=LIMIT_MAX).contains(limit))
                .ok_or_else(|| Error::field("limit", format!("must be a whole number from 1 to {LIMIT_MAX}")))
        })?;
        Ok(Self { limit, cursor })
    }

    /// Rows to ask the database for: one more than fit, which tells whether another page follows.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }

    /// The page of those rows; the cursor is of the last one that fits, behind which the list goes on.
    pub fn cut<T>(&self, mut rows: Vec<T>, cursor: impl FnOnce(&T) -> String) -> Page<T> {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next_cursor = rows.last().filter(|_| has_more).map(cursor);
        Page { items: rows, next_cursor }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries, newest first.
    pub items: Vec<T>,
    /// How to ask for the next page; null: this was the last.
    pub next_cursor: Option<String>,
}

/// A refusal for a cursor we did not make.
pub fn bad_cursor() -> Error {
    Error::field("cursor", "is not one this list gave; start again without it")
}

/// A cursor is a place in one wallet's history, with a check that nobody made it up.
fn cursor_check(conn: &Connection, wallet: WalletKey, sequence: i64) -> Result<[u8; 8]> {
    let mut context = Context::new(&SHA256);
    let id: String = conn.prepare_cached("SELECT id FROM ledger")?.query_row([], |row| row.get(0))?;
    context.update(id.as_bytes());
    context.update(&wallet.0.to_be_bytes());
    context.update(&sequence.to_be_bytes());
    let mut check = [0; 8];
    check.copy_from_slice(&context.finish().as_ref()[..8]);
    Ok(check)
}

pub(super) fn make_cursor(conn: &Connection, wallet: WalletKey, sequence: i64) -> Result<String> {
    let mut bytes = sequence.to_be_bytes().to_vec();
    bytes.extend_from_slice(&cursor_check(conn, wallet, sequence)?);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

pub(super) fn read_cursor(conn: &Connection, wallet: WalletKey, cursor: &str) -> Result<i64> {
    let bytes: [u8; 16] =
        URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad_cursor)?;
    let mut sequence = [0; 8];
    sequence.copy_from_slice(&bytes[..8]);
    let sequence = i64::from_be_bytes(sequence);
    if cursor_check(conn, wallet, sequence)? != bytes[8..] {
        return Err(bad_cursor());
    }
    Ok(sequence)
}

/// One page of a wallet's history.
pub fn history(conn: &Connection, wallet: &Wallet, filter: &Filter, page: &PageRequest) -> Result<Page<Transaction>> {
    history_among(conn, wallet, filter, page, Ok)
}

/// One page of some of a wallet's entries. `latest` names the last of these up to a sequence; 0: there is
/// none. So few among many are found without following every link in between.
pub fn history_among(
    conn: &Connection,
    wallet: &Wallet,
    filter: &Filter,
    page: &PageRequest,
    latest: impl Fn(i64) -> Result<i64>,
) -> Result<Page<Transaction>> {
    let counterparty = match filter.counterparty {
        Some(id) => Some(Wallet::by_id(conn, id)?.key),
        None => None,
    };
    let note = filter.note.as_ref().map(|note| note.to_lowercase());
    let mut next = latest(match &page.cursor {
        Some(cursor) => read_cursor(conn, wallet.key, cursor)?,
        None => entry(conn, wallet, filter.to_time)?,
    })?;
    let mut items = Vec::with_capacity(page.limit);
    let mut reading = Reading::new(conn)?;
    let mut steps = 0;
    while next != 0 && items.len() < page.limit && steps < STEPS_MAX {
        let row = reading.row(next)?.ok_or_else(|| missing(next))?;
        if filter.from_time.is_some_and(|from| row.created_at < from) {
            next = 0;
            break;
        }
        next = latest(row.previous_of(wallet.key))?;
        if filter.matches(&row, wallet.key, counterparty, note.as_deref()) {
            items.push(reading.complete(row, Some(wallet.key))?);
        }
        steps += 1;
    }
    let next_cursor = if next == 0 { None } else { Some(make_cursor(conn, wallet.key, next)?) };
    Ok(Page { items, next_cursor })
}

/// What came to a wallet and went from it after this sequence, oldest first; where it is more than
/// `most`, the newest of it.
pub fn since(conn: &Connection, wallet: &Wallet, sequence: i64, most: usize) -> Result<Vec<Transaction>> {
    let (mut items, mut next) = (Vec::new(), wallet.last_sequence);
    let mut reading = Reading::new(conn)?;
    while next > sequence && items.len() < most {
        let row = reading.row(next)?.ok_or_else(|| missing(next))?;
        next = row.previous_of(wallet.key);
        items.push(reading.complete(row, Some(wallet.key))?);
    }
    items.reverse();
    Ok(items)
}

fn missing(sequence: i64) -> Error {
    Error::internal(format!("transaction {sequence} is missing"))
}

impl Filter {
    /// Whether a row is wanted. The counterparty's key and the words of the note come prepared.
    pub(super) fn matches(
        &self,
        row: &Stored,
        wallet: WalletKey,
        counterparty: Option<WalletKey>,
        note: Option<&str>,
    ) -> bool {
        let (direction, other) = if row.to == wallet { (Direction::In, row.from) } else { (Direction::Out, row.to) };
        self.direction.is_none_or(|wanted| wanted == direction)
            && self.kind.is_none_or(|wanted| wanted == row.kind)
            && self.transaction_type.is_none_or(|wanted| wanted == row.transaction_type)
            && counterparty.is_none_or(|wanted| wanted == other)
            && self.to_time.is_none_or(|to_time| row.created_at <= to_time)
            && self.min_amount.is_none_or(|least| row.amount >= least)
            && self.max_amount.is_none_or(|most| row.amount <= most)
            && note.is_none_or(|words| row.note.as_ref().is_some_and(|text| text.to_lowercase().contains(words)))
    }
}

/// Where to begin: the latest transaction, or the last one of the day the reader asks for.
fn entry(conn: &Connection, wallet: &Wallet, to_time: Option<i64>) -> Result<i64> {
    let Some(to_time) = to_time.filter(|time| *time < wallet.updated_at) else {
        return Ok(wallet.last_sequence);
    };
    let first_day = wallet.created_at.min(wallet.updated_at) / DAY_MS;
    let mut statement = conn.prepare_cached("SELECT last_sequence FROM wallet_days WHERE day = ?1 AND wallet = ?2")?;
    // Days in which nothing moved have no row; a look-up is a few microseconds.
    for day in (first_day..=to_time.div_euclid(DAY_MS)).rev() {
        if let Some(sequence) = statement.query_row((day, wallet.key), |row| row.get(0)).optional()? {
            return Ok(sequence);
        }
    }
    Ok(0)
}
