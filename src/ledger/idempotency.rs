//! One request, one effect: a repeated request with the same key is answered again, not executed
//! again (API contract, Conventions).
//!
//! The record stands beside the first transaction the request made. Look-ups are answered from
//! memory over the retention window. The memory is bounded: past [`KEYS_IN_MEMORY_MAX`] the oldest
//! keys leave it, and a key that is not found is then also looked for in the older rows, which is
//! exact and slower; a key that is a recent version 7 UUID cannot be there and skips that.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use uuid::Uuid;

use super::post::{Command, Ledger};
use super::types::{ClientKey, DAY_MS, UserKey};
use crate::error::{Code, Error, Result};

/// Keys remembered in memory at most: a week of a busy community, some 50 MB.
const KEYS_IN_MEMORY_MAX: usize = 1_000_000;

/// What a caller names a request by: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    text: String,
    /// The service client it came through: with the member, that is another caller than the member.
    client: Option<ClientKey>,
}

impl IdempotencyKey {
    /// Checks length and characters.
    pub fn new(text: &str) -> Result<Self> {
        if text.is_empty() || text.len() > 255 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::field("Idempotency-Key", "must be 1 to 255 visible ASCII characters"));
        }
        Ok(Self { text: text.to_owned(), client: None })
    }

    /// A fresh one, as our own pages use: a version 7 UUID.
    pub fn fresh() -> Self {
        Self { text: Uuid::now_v7().to_string(), client: None }
    }

    /// The same key, sent through a service client or by the member themselves.
    #[must_use]
    pub fn through(self, client: Option<ClientKey>) -> Self {
        Self { client, ..self }
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When it was made, where the key says so.
    fn made_at(&self) -> Option<i64> {
        let id = Uuid::try_parse(&self.text).ok().filter(|id| id.get_version_num() == 7)?;
        i64::try_from(id.as_u64_pair().0 >> 16).ok()
    }

    fn digest(&self, caller: UserKey) -> u128 {
        let mut bytes = caller.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.text.as_bytes());
        if let Some(client) = self.client {
            // No key holds a blank, so no member's own key reads like this.
            bytes.push(b' ');
            bytes.extend_from_slice(&client.0.to_be_bytes());
        }
        half(&bytes)
    }
}

/// The first half of a SHA-256: enough to tell requests apart, small enough to keep many.
fn half(bytes: &[u8]) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&digest(&SHA256, bytes).as_ref()[..16]);
    u128::from_be_bytes(half)
}

/// The keys of the retention window.
#[derive(Default)]
pub(super) struct Keys {
    by_digest: HashMap<u128, i64>,
    /// Added since the last commit, to be taken back if it fails.
    fresh: Vec<u128>,
    /// Keys of transactions before this one are looked for in the rows.
    complete_from: i64,
}

impl Keys {
    /// Reads the records that are kept, newest first, up to the bound. Their days are not looked at:
    /// the clock may have been wrong.
    pub(super) fn load(&mut self, conn: &Connection) -> Result<()> {
        let mut statement = conn.prepare("SELECT sequence, key FROM idempotency_records ORDER BY sequence DESC")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sequence = row.get(0)?;
            if self.by_digest.len() >= KEYS_IN_MEMORY_MAX {
                self.complete_from = sequence + 1;
                break;
            }
            self.by_digest.insert(u128::from_be_bytes(row.get(1)?), sequence);
        }
        Ok(())
    }

    /// Reads what another process has added.
    pub(super) fn load_after(&mut self, conn: &Connection, sequence: i64) -> Result<()> {
        let mut statement = conn.prepare_cached("SELECT sequence, key FROM idempotency_records WHERE sequence > ?1")?;
        let mut rows = statement.query([sequence])?;
        while let Some(row) = rows.next()? {
            self.by_digest.insert(u128::from_be_bytes(row.get(1)?), row.get(0)?);
        }
        Ok(())
    }

    fn find(&self, conn: &Connection, key: &IdempotencyKey, digest: u128, now: i64) -> Result<Option<i64>> {
        if let Some(sequence) = self.by_digest.get(&digest) {
            return Ok(Some(*sequence));
        }
        let recent = key.made_at().is_some_and(|made| made > now - DAY_MS);
        if self.complete_from == 0 || recent {
            return Ok(None);
        }
        Ok(conn
            .prepare_cached("SELECT sequence FROM idempotency_records WHERE sequence < ?1 AND key = ?2")?
            .query_row((self.complete_from, digest.to_be_bytes()), |row| row.get(0))
            .optional()?)
    }

    fn add(&mut self, digest: u128, sequence: i64) {
        self.by_digest.insert(digest, sequence);
        self.fresh.push(digest);
    }

    pub(super) fn mark(&self) -> usize {
        self.fresh.len()
    }

    pub(super) fn reset(&mut self, mark: usize) {
        for digest in self.fresh.drain(mark..) {
            self.by_digest.remove(&digest);
        }
    }

    pub(super) fn committed(&mut self) {
        self.fresh.clear();
        if self.by_digest.len() > KEYS_IN_MEMORY_MAX {
            // A quarter at once, so that the sweep is rare.
            let mut sequences: Vec<i64> = self.by_digest.values().copied().collect();
            let (_, cut, _) = sequences.select_nth_unstable(KEYS_IN_MEMORY_MAX / 4);
            let cut = *cut;
            self.by_digest.retain(|_, sequence| *sequence >= cut);
            self.complete_from = cut;
        }
    }
}

/// A command that can be answered again from the rows it made.
pub trait Repeatable: Command {
    /// What was asked, so that the same key with another request is told from a repetition.
    fn request(&self) -> Value;
    /// What must hold at each time, also when the answer is only given again.
    fn check(&self, _: &Connection) -> Result<()> {
        Ok(())
    }
    /// The first transaction it made.
    fn first_sequence(output: &Self::Output) -> i64;
    /// The same answer again, from the first transaction it made.
    fn replay(conn: &Connection, first_sequence: i64) -> Result<Self::Output>;
}

/// A command that is executed once per caller and key.
#[derive(Debug)]
pub struct Once<C> {
    /// Whose key it is.
    pub caller: UserKey,
    /// The key.
    pub key: IdempotencyKey,
    /// What to do.
    pub command: C,
}

/// An answer, and whether it was given before.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// The answer.
    pub output: T,
    /// Whether this request had been executed earlier.
    pub replayed: bool,
}

/// What was asked with this key, where its record is still kept.
fn earlier_request(conn: &Connection, sequence: i64, key: u128) -> Result<Option<u128>> {
    let request: Option<[u8; 16]> = conn
        .prepare_cached("SELECT request FROM idempotency_records WHERE sequence = ?1 AND key = ?2")?
        .query_row((sequence, key.to_be_bytes()), |row| row.get(0))
        .optional()?;
    Ok(request.map(u128::from_be_bytes))
}

impl<C: Repeatable> Command for Once<C> {
    type Output = Outcome<C::Output>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let digest = self.key.digest(self.caller);
        let request = half(format!("{} {}", std::any::type_name::<C>(), self.command.request()).as_bytes());
        // A key in memory counts only with its row: the row goes when its time has passed, dropped
        // by this process or by another.
        if let Some(sequence) = ledger.state.keys.find(ledger.conn, &self.key, digest, ledger.now())?
            && let Some(earlier) = earlier_request(ledger.conn, sequence, digest)?
        {
            if earlier != request {
                return Err(Error::new(
                    Code::IdempotencyKeyReused,
                    "This Idempotency-Key was used for a different request. Use a new key for a new request.",
                ));
            }
            self.command.check(ledger.conn)?;
            return Ok(Outcome { output: C::replay(ledger.conn, sequence)?, replayed: true });
        }
        if self.key.made_at().is_some_and(|made| made < ledger.clock - ledger.window_ms) {
            return Err(Error::new(
                Code::IdempotencyKeyExpired,
                "This Idempotency-Key is older than keys are remembered for. Look in your history whether the request was executed before you send it with a new key.",
            ));
        }
        let output = self.command.run(ledger)?;
        let sequence = C::first_sequence(&output);
        ledger
            .conn
            .prepare_cached("INSERT INTO idempotency_records (sequence, period, key, request) VALUES (?1, ?2, ?3, ?4)")?
            .execute((sequence, ledger.now() / DAY_MS, digest.to_be_bytes(), request.to_be_bytes()))?;
        ledger.state.keys.add(digest, sequence);
        Ok(Outcome { output, replayed: false })
    }
}
