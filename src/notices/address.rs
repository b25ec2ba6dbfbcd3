//! Where a member may be written to. An address takes part in nothing until its owner has typed the code
//! that was sent there, and the one before it stays until then and is told.

use rusqlite::{Connection, OptionalExtension};
use serde_json::json;

use super::letters::{CONFIRM_ADDRESS, queue_to};
use super::{NoticeKind, tell};
use crate::error::Result;
use crate::ledger::{Command, Ledger, UserKey};

/// How long a code counts, in milliseconds.
const CODE_COUNTS: i64 = 60 * 60_000;
/// Codes that may be typed wrongly before a new one is needed.
const TRIES: i64 = 5;

/// What is known of a member's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressState {
    /// Where they are written to.
    pub confirmed: Option<String>,
    /// Where a code was sent that was not typed yet.
    pub waiting: Option<String>,
}

/// The addresses of a member.
pub fn address_state(conn: &Connection, user: UserKey, now: i64) -> Result<AddressState> {
    let mut state = AddressState::default();
    let mut statement = conn.prepare_cached(
        "SELECT address, confirmed_at IS NOT NULL FROM mail_addresses WHERE user = ?1 AND coalesce(expires_at > ?2, 1)",
    )?;
    for row in statement.query_map((user, now), |row| row.try_into())? {
        let (address, is_confirmed): (String, bool) = row?;
        *(if is_confirmed { &mut state.confirmed } else { &mut state.waiting }) = Some(address);
    }
    Ok(state)
}

/// A member says where they want to be written to; a code goes there. Whether it can be an address was
/// judged before.
#[derive(Debug, Clone)]
pub struct PutAddress {
    /// Who.
    pub user: UserKey,
    /// Where.
    pub address: String,
}

impl Command for PutAddress {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let (conn, now) = (ledger.conn, ledger.now());
        forget_waiting(conn, self.user)?;
        conn.execute(
            "INSERT INTO mail_addresses (user, address, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            (self.user, &self.address, now, now.saturating_add(CODE_COUNTS)),
        )?;
        queue_to(conn, self.user, CONFIRM_ADDRESS, &self.address, &json!({}), now)
    }
}

fn forget_waiting(conn: &Connection, user: UserKey) -> Result<()> {
    conn.execute("DELETE FROM mail_addresses WHERE user = ?1 AND confirmed_at IS NULL", [user])?;
    conn.execute("DELETE FROM letters WHERE user = ?1 AND kind = ?2", (user, CONFIRM_ADDRESS))?;
    Ok(())
}

/// A member types the code. Gives whether it was the right one: a wrong one is counted, so it is no
/// refusal, which would take the count back.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Who.
    pub user: UserKey,
    /// The SHA-256 of what they typed.
    pub code_hash: [u8; 32],
}

impl Command for Confirm {
    type Output = bool;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<bool> {
        let (conn, now) = (ledger.conn, ledger.now());
        let waiting: Option<(i64, Option<[u8; 32]>)> = conn
            .prepare_cached(
                "SELECT key, code_hash FROM mail_addresses
                  WHERE user = ?1 AND confirmed_at IS NULL AND expires_at > ?2 AND tries < ?3",
            )?
            .query_row((self.user, now, TRIES), |row| row.try_into())
            .optional()?;
        let Some((key, code_hash)) = waiting else { return Ok(false) };
        if code_hash != Some(self.code_hash) {
            conn.execute("UPDATE mail_addresses SET tries = tries + 1 WHERE key = ?1", [key])?;
            return Ok(false);
        }
        take_away(ledger, self.user, &json!({ "removed": false }))?;
        conn.execute(
            "UPDATE mail_addresses SET confirmed_at = ?2, expires_at = NULL, code_hash = NULL WHERE key = ?1",
            (key, now),
        )?;
        Ok(true)
    }
}

/// Takes the confirmed address away, and tells it that it was.
fn take_away(ledger: &Ledger<'_>, user: UserKey, details: &serde_json::Value) -> Result<bool> {
    let conn = ledger.conn;
    let old: Option<String> = conn
        .prepare_cached("SELECT address FROM mail_addresses WHERE user = ?1 AND confirmed_at IS NOT NULL")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    let Some(old) = old else { return Ok(false) };
    // What waits for an address of one's own goes to the one that comes, or nowhere.
    conn.execute("DELETE FROM mail_addresses WHERE user = ?1 AND confirmed_at IS NOT NULL", [user])?;
    tell(ledger, user, NoticeKind::AddressChanged, details)?;
    let wanted = super::choices(conn, user)?;
    let wants_mail = wanted.iter().any(|choice| {
        (choice.kind, choice.channel, choice.on) == (NoticeKind::AddressChanged, super::Channel::Mail, true)
    });
    if wants_mail {
        queue_to(conn, user, NoticeKind::AddressChanged.as_str(), &old, details, ledger.now())?;
    }
    Ok(true)
}

/// A member wants no mail any more: both addresses go, and everything that waits.
#[derive(Debug, Clone)]
pub struct RemoveAddress {
    /// Who.
    pub user: UserKey,
}

impl Command for RemoveAddress {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        forget_waiting(ledger.conn, self.user)?;
        ledger.conn.execute("DELETE FROM letters WHERE user = ?1 AND address IS NULL", [self.user])?;
        take_away(ledger, self.user, &json!({ "removed": true }))?;
        Ok(())
    }
}

/// Keeps the code of a letter that is about to be sent to an address that waits for it. Gives nothing where
/// none waits any more.
pub(super) fn keep_code(conn: &Connection, user: UserKey, address: &str, hash: [u8; 32], now: i64) -> Result<bool> {
    let kept = conn.execute(
        "UPDATE mail_addresses SET code_hash = ?3
          WHERE user = ?1 AND address = ?2 AND confirmed_at IS NULL AND expires_at > ?4",
        (user, address, hash, now),
    )?;
    Ok(kept == 1)
}
