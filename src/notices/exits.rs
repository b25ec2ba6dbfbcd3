//! The way out at the foot of each letter: a link that switches its kind off without signing in. It holds
//! a secret of which only the hash is kept, is good for a year, and opens nothing else.

use rusqlite::{Connection, OptionalExtension};

use super::{Channel, Choice, Choose, NoticeKind};
use crate::error::{Code, Error, Result};
use crate::ledger::{Command, DAY_MS, Ledger, UserKey};

/// How long a link counts.
const COUNTS: i64 = 366 * DAY_MS;

/// Opens a way out of this kind.
pub(super) fn open_exit(conn: &Connection, hash: [u8; 32], user: UserKey, kind: &str, now: i64) -> Result<()> {
    conn.prepare_cached("INSERT INTO letter_exits (token_hash, user, kind, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((hash, user, kind, now.saturating_add(COUNTS)))?;
    Ok(())
}

/// When a letter of this kind was sent to a member last.
pub(super) fn last_sent(conn: &Connection, user: UserKey, kind: NoticeKind) -> Result<Option<i64>> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT max(expires_at) FROM letter_exits WHERE user = ?1 AND kind = ?2")?
        .query_row((user, kind.as_str()), |row| row.get(0))?;
    Ok(last.map(|last| last - COUNTS))
}

/// Drops what counts no longer, a few at a time.
pub(super) fn forget_old(conn: &Connection, now: i64) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM letter_exits WHERE token_hash IN (SELECT token_hash FROM letter_exits WHERE expires_at <= ?1 LIMIT 100)",
    )?
    .execute([now])?;
    Ok(())
}

fn find(conn: &Connection, hash: [u8; 32], now: i64) -> Result<(UserKey, NoticeKind)> {
    let found: Option<(UserKey, String)> = conn
        .prepare_cached("SELECT user, kind FROM letter_exits WHERE token_hash = ?1 AND expires_at > ?2")?
        .query_row((hash, now), |row| row.try_into())
        .optional()?;
    found.and_then(|(user, kind)| Some((user, kind.parse().ok()?))).ok_or_else(|| {
        Error::new(
            Code::LinkNotFound,
            "This link does not work any more. Sign in and choose on your profile what you want to hear.",
        )
        .in_words("refusal-exit-old")
    })
}

/// Of what kind the letters are that this link ends.
///
/// Refused: `link_not_found`.
pub fn kind_of_exit(conn: &Connection, hash: [u8; 32], now: i64) -> Result<NoticeKind> {
    find(conn, hash, now).map(|(_, kind)| kind)
}

/// Somebody with a letter in their hands wants no more of its kind, or none at all. To be said twice does
/// no harm.
///
/// Refused: `link_not_found`.
#[derive(Debug, Clone)]
pub struct LeaveList {
    /// The SHA-256 of the secret in the link.
    pub token_hash: [u8; 32],
    /// Whether they want no mail of any kind.
    pub all: bool,
}

impl Command for LeaveList {
    type Output = NoticeKind;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<NoticeKind> {
        let (user, kind) = find(ledger.conn, self.token_hash, ledger.now())?;
        let kinds = if self.all { NoticeKind::ALL.to_vec() } else { vec![kind] };
        for kind in &kinds {
            ledger
                .conn
                .prepare_cached("DELETE FROM letters WHERE user = ?1 AND kind = ?2")?
                .execute((user, kind.as_str()))?;
        }
        let choices = kinds.iter().map(|&kind| Choice { kind, channel: Channel::Mail, on: false }).collect();
        Choose { user, choices }.run(ledger)?;
        Ok(kind)
    }
}
