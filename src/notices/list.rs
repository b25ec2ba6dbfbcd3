//! What a member was told and has not read yet.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use super::{Channel, NoticeKind, wants};
use crate::error::Result;
use crate::ledger::{Command, Ledger, UserKey, WalletKey};

/// Counted no further: "9+" says enough.
const COUNTED: i64 = 10;
/// Links followed at most: behind so many payments of one's own, older ones to oneself are not counted.
const STEPS: i64 = 50;

/// One thing a member was told.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its kind.
    pub kind: NoticeKind,
    /// What there is to know about it, by kind.
    pub details: Value,
    /// When, Unix milliseconds.
    pub created_at: i64,
}

/// What a member was told up to some time, newest first; payments are not among it.
pub fn notices(conn: &Connection, user: UserKey, up_to: i64, limit: usize) -> Result<Vec<Notice>> {
    let mut statement = conn.prepare_cached(
        "SELECT kind, details, created_at FROM notices WHERE user = ?1 AND created_at <= ?2
          ORDER BY created_at DESC, key DESC LIMIT ?3",
    )?;
    let rows = statement.query_map((user, up_to, i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.try_into())?;
    let mut found = Vec::new();
    for row in rows {
        let (kind, details, created_at): (String, String, i64) = row?;
        // A kind that a newer version knew is nothing this one could put into words.
        let Ok(kind) = kind.parse() else { continue };
        found.push(Notice { kind, details: serde_json::from_str(&details).unwrap_or_default(), created_at });
    }
    Ok(found)
}

/// Up to when a member has read; 0: never.
pub fn read_mark(conn: &Connection, user: UserKey) -> Result<i64> {
    let mark = conn
        .prepare_cached("SELECT read_at FROM notice_marks WHERE user = ?1")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    Ok(mark.unwrap_or(0))
}

/// How much is unread, counted up to ten. Payments are found by following the wallet's links back to where
/// the member has read, so many at most: some microseconds, whatever the history.
pub fn unread(conn: &Connection, user: UserKey, wallet: WalletKey) -> Result<i64> {
    let mark = read_mark(conn, user)?;
    let told: i64 = conn
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM notices WHERE user = ?1 AND created_at > ?2 LIMIT ?3)")?
        .query_row((user, mark, COUNTED), |row| row.get(0))?;
    let payments = wants(conn, user, NoticeKind::PaymentReceived, Channel::Page)?;
    let distributions = wants(conn, user, NoticeKind::DistributionReceived, Channel::Page)?;
    if told >= COUNTED || !(payments || distributions) {
        return Ok(told);
    }
    let paid: i64 = conn
        .prepare_cached(
            "WITH RECURSIVE back (sequence, steps, found) AS (
                SELECT last_sequence, 1, 0 FROM wallets WHERE key = ?1
                UNION ALL
                SELECT iif(t.to_wallet = ?1, t.to_previous, t.from_previous), back.steps + 1,
                       back.found + (t.to_wallet = ?1 AND ((t.kind = 3 AND ?4) OR (t.kind = 2 AND ?5)))
                  FROM back JOIN transactions AS t ON t.sequence = back.sequence
                 WHERE back.steps <= ?6 AND back.found < ?3 AND t.created_at > ?2)
             SELECT max(found) FROM back",
        )?
        .query_row((wallet, mark, COUNTED, payments, distributions, STEPS), |row| row.get(0))?;
    Ok((told + paid).min(COUNTED))
}

/// A member has read everything up to some time.
#[derive(Debug, Clone)]
pub struct MarkRead {
    /// Who.
    pub user: UserKey,
    /// Up to when.
    pub up_to: i64,
}

impl Command for MarkRead {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        // Nobody has read what is still to come.
        let up_to = self.up_to.min(ledger.now());
        ledger
            .conn
            .prepare_cached(
                "INSERT INTO notice_marks (user, read_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET read_at = max(read_at, excluded.read_at)",
            )?
            .execute((self.user, up_to))?;
        Ok(())
    }
}
