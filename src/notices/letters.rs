//! Letters that wait to be sent. A letter is written into the table in the transaction of what it tells, so
//! it outlives the program; before each attempt it is marked, and after it settled, so a letter goes out
//! once, and where the program or the connection broke off in the very moment between, twice at most.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};
use uuid::Uuid;

use super::address::keep_code;
use super::browsers::{self, Browser};
use super::exits::{self, open_exit};
use super::{Channel, NoticeKind};
use crate::error::Result;
use crate::language::Language;
use crate::ledger::{Command, DAY_MS, Ledger, UserKey};
use crate::outgoing::doubled;

/// The kind of the letter that brings the code by which an address is confirmed.
pub const CONFIRM_ADDRESS: &str = "confirm_address";
/// What waits for one member at most: beyond it the oldest goes unsent.
const WAITING_MAX: i64 = 20;
/// A letter that could not be sent by then is of no use any more.
const LAST_DAY: i64 = 2 * DAY_MS;
/// The report of a month is, until there is another.
const LAST_DAY_OF_REPORT: i64 = 31 * DAY_MS;
/// Between two letters about payments to one member: what comes in between is told together.
const PAYMENTS_APART: i64 = 5 * 60_000;
/// The wait after the first failed attempt; each after it is twice as long.
const FIRST_WAIT: i64 = 2_000;
/// No wait is longer.
const LONGEST_WAIT: i64 = 4 * 60 * 60_000;
/// A letter of which nobody knows so often whether it went out is not sent again.
const DOUBTS_MAX: i64 = 2;

/// Queues a letter to the address that is confirmed when it is sent, or to each browser of a member.
pub(super) fn queue(
    conn: &Connection,
    user: UserKey,
    kind: NoticeKind,
    way: Channel,
    details: &Value,
    now: i64,
) -> Result<()> {
    let to = match way {
        Channel::Page => Vec::new(),
        Channel::Mail => vec![None],
        Channel::Push => browsers::of_member(conn, user)?.into_iter().map(Some).collect(),
    };
    for browser in to {
        if kind.is_payment() {
            queue_payment(conn, user, kind, browser, details, now)?;
        } else {
            insert(conn, user, kind.as_str(), (None, browser), details, now, now)?;
        }
    }
    Ok(())
}

/// Queues a letter to this address.
pub(super) fn queue_to(
    conn: &Connection,
    user: UserKey,
    kind: &str,
    address: &str,
    details: &Value,
    now: i64,
) -> Result<()> {
    insert(conn, user, kind, (Some(address), None), details, now, now)
}

/// Payments that come close together are told by one letter: who is paid all evening at the bar reads one
/// letter now and then, and a stranger who pays a hundred times fills nobody's box.
fn queue_payment(
    conn: &Connection,
    user: UserKey,
    kind: NoticeKind,
    browser: Option<i64>,
    details: &Value,
    now: i64,
) -> Result<()> {
    let waiting: Option<(i64, String)> = conn
        .prepare_cached(
            "SELECT key, details FROM letters WHERE user = ?1 AND kind = ?2 AND browser IS ?3 AND attempts = 0",
        )?
        .query_row((user, kind.as_str(), browser), |row| row.try_into())
        .optional()?;
    let Some((key, before)) = waiting else {
        let last = if browser.is_none() { exits::last_sent(conn, user, kind)? } else { None };
        let due_at = last.map_or(now, |last| now.max(last + PAYMENTS_APART));
        return insert(conn, user, kind.as_str(), (None, browser), details, now, due_at);
    };
    let before: Value = serde_json::from_str(&before).unwrap_or_default();
    let sum = |name: &str| {
        let number = |details: &Value| details[name].as_i64().unwrap_or(0);
        number(&before).saturating_add(number(details))
    };
    let mut both = details.clone();
    both["count"] = sum("count").into();
    both["amount"] = sum("amount").into();
    conn.prepare_cached("UPDATE letters SET details = ?2 WHERE key = ?1")?.execute((key, both.to_string()))?;
    Ok(())
}

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// What it is called; its ending says what it is.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Queues a letter with a file.
pub(super) fn queue_with(
    conn: &Connection,
    user: UserKey,
    kind: NoticeKind,
    details: &Value,
    enclosure: &Enclosure,
    now: i64,
) -> Result<()> {
    insert(conn, user, kind.as_str(), (None, None), details, now, now)?;
    conn.prepare_cached(
        "INSERT INTO enclosures (letter, name, content) SELECT max(key), ?2, ?3 FROM letters WHERE user = ?1",
    )?
    .execute((user, &enclosure.name, &enclosure.content))?;
    Ok(())
}

fn insert(
    conn: &Connection,
    user: UserKey,
    kind: &str,
    (address, browser): (Option<&str>, Option<i64>),
    details: &Value,
    now: i64,
    due_at: i64,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO letters (id, user, kind, address, details, created_at, due_at, browser)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        Uuid::new_v4().hyphenated().to_string(),
        user,
        kind,
        address,
        details.to_string(),
        now,
        due_at,
        browser,
    ))?;
    conn.prepare_cached(
        "DELETE FROM letters WHERE key IN (SELECT key FROM letters WHERE user = ?1 ORDER BY key DESC LIMIT 100 OFFSET ?2)",
    )?
    .execute((user, WAITING_MAX))?;
    Ok(())
}

/// Whether a letter waits whose time has come, by mail or to a browser.
pub fn is_due(conn: &Connection, now: i64, way: Channel) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM letters WHERE due_at <= ?1 AND (browser IS NOT NULL) = ?2)")?
        .query_row((now, way == Channel::Push), |row| row.get(0))?)
}

/// A letter that is about to be sent.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its row.
    pub key: i64,
    /// What it is known by.
    pub id: Uuid,
    /// To whom, by mail.
    pub address: String,
    /// To which browser, where it is not by mail.
    pub browser: Option<Browser>,
    /// What the member is called.
    pub username: String,
    /// In which language they read, if they have said so.
    pub language: Option<Language>,
    /// About what: a [`NoticeKind`], or [`CONFIRM_ADDRESS`].
    pub kind: String,
    /// What there is to know about it.
    pub details: Value,
    /// What goes with it.
    pub enclosure: Option<Enclosure>,
}

/// Takes the next letter whose time has come, and marks it before it is sent. What needs no sending any
/// more is dropped on the way.
///
/// The secrets of a letter are made for each attempt by the one who sends it; only their SHA-256 comes here.
#[derive(Debug, Clone)]
pub struct BeginLetter {
    /// The time by the clock.
    pub now: i64,
    /// By mail, or to a browser.
    pub way: Channel,
    /// Of the secret in the link that leads out.
    pub exit_hash: [u8; 32],
    /// Of the code, should it be the letter that brings one; made from whose it is.
    pub code_hash: fn(UserKey, &str) -> [u8; 32],
    /// The code.
    pub code: String,
}

type Row = (i64, String, UserKey, String, Option<String>, String, i64, i64, i64, Option<i64>);

impl Command for BeginLetter {
    type Output = Option<Waiting>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Option<Waiting>> {
        let (conn, now) = (ledger.conn, self.now);
        exits::forget_old(conn, now)?;
        loop {
            let row: Option<Row> = conn
                .prepare_cached(
                    "SELECT key, id, user, kind, address, details, created_at, attempts, doubts, browser FROM letters
                      WHERE due_at <= ?1 AND (browser IS NOT NULL) = ?2 ORDER BY due_at, key LIMIT 1",
                )?
                .query_row((now, self.way == Channel::Push), |row| row.try_into())
                .optional()?;
            let Some((key, id, user, kind, address, details, created_at, attempts, doubts, browser)) = row else {
                return Ok(None);
            };
            let is_alive = doubts < DOUBTS_MAX && now.saturating_sub(created_at) < last_day(&kind);
            let browser = browser.map_or(Ok(None), |key| Browser::by_key(conn, key))?;
            let reader = if is_alive { self.reader(conn, user, &kind, address, browser.is_some())? } else { None };
            let Some((username, language, address)) = reader else {
                // Nobody to send it to, too old, or too often in doubt.
                conn.prepare_cached("DELETE FROM letters WHERE key = ?1")?.execute([key])?;
                continue;
            };
            let wait = doubled(FIRST_WAIT, attempts, LONGEST_WAIT);
            conn.prepare_cached(
                "UPDATE letters SET attempts = attempts + 1, doubts = doubts + 1, due_at = ?2 WHERE key = ?1",
            )?
            .execute((key, now.saturating_add(wait)))?;
            if kind != CONFIRM_ADDRESS && browser.is_none() {
                open_exit(conn, self.exit_hash, user, &kind, now)?;
            }
            let id = id.parse().map_err(crate::error::Error::internal)?;
            let details = serde_json::from_str(&details).unwrap_or_default();
            let enclosure = enclosure(conn, key)?;
            return Ok(Some(Waiting { key, id, address, browser, username, language, kind, details, enclosure }));
        }
    }
}

fn enclosure(conn: &Connection, letter: i64) -> Result<Option<Enclosure>> {
    Ok(conn
        .prepare_cached("SELECT name, content FROM enclosures WHERE letter = ?1")?
        .query_row([letter], |row| Ok(Enclosure { name: row.get(0)?, content: row.get(1)? }))
        .optional()?)
}

/// How long a letter waits at most.
fn last_day(kind: &str) -> i64 {
    if kind == NoticeKind::MonthlyReport.as_str() { LAST_DAY_OF_REPORT } else { LAST_DAY }
}

impl BeginLetter {
    /// Who reads it, and where. Nothing where the member has left, or has no such address any more.
    fn reader(
        &self,
        conn: &Connection,
        user: UserKey,
        kind: &str,
        address: Option<String>,
        has_browser: bool,
    ) -> Result<Option<(String, Option<Language>, String)>> {
        let found: Option<(String, Option<String>, Option<String>)> = conn
            .prepare_cached(
                "SELECT username, language, (SELECT address FROM mail_addresses WHERE user = users.key AND confirmed_at IS NOT NULL)
                   FROM users WHERE key = ?1 AND deleted_at IS NULL",
            )?
            .query_row([user], |row| row.try_into())
            .optional()?;
        let Some((username, language, confirmed)) = found else { return Ok(None) };
        let language = language.and_then(|tag| tag.parse().ok());
        if has_browser {
            return Ok(Some((username, language, String::new())));
        }
        let Some(address) = address.or(confirmed) else { return Ok(None) };
        if kind == CONFIRM_ADDRESS {
            let hash = (self.code_hash)(user, &self.code);
            if !keep_code(conn, user, &address, hash, self.now)? {
                return Ok(None);
            }
        }
        Ok(Some((username, language, address)))
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The letter is out, or will never be taken: it goes.
    Done,
    /// It is certainly not out: there will be another attempt.
    NotSent,
    /// There was no attempt at all: the mail server was not there. Nothing counts against the letter.
    NotTried,
}

/// Writes down how an attempt ended. One that is in doubt stays marked.
#[derive(Debug, Clone, Copy)]
pub struct Settle {
    /// The letter.
    pub key: i64,
    /// How.
    pub settled: Settled,
}

impl Command for Settle {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let sql = match self.settled {
            Settled::Done => "DELETE FROM letters WHERE key = ?1",
            Settled::NotSent => "UPDATE letters SET doubts = doubts - 1 WHERE key = ?1 AND doubts > 0",
            Settled::NotTried => {
                "UPDATE letters SET doubts = doubts - 1, attempts = attempts - 1 WHERE key = ?1 AND doubts > 0"
            }
        };
        ledger.conn.prepare_cached(sql)?.execute([self.key])?;
        Ok(())
    }
}

/// What a letter about one payment says.
pub(super) fn payment(amount: i64, from: &str, transaction_id: &str) -> Value {
    json!({ "count": 1, "amount": amount, "from": from, "transaction_id": transaction_id })
}
