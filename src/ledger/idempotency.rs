//! One request, one effect: a repeated request with the same key is answered again, not executed
//! again (API contract, Conventions).
//!
//! The record stands beside the first transaction the request made; where, a small memory tells
//! ([`Keys`]).

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use uuid::Uuid;

use super::keys::Keys;
use super::post::{Command, Ledger};
use super::types::{ClientKey, DAY_MS, UserKey};
use crate::error::{Code, Error, Result};

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

    /// What a caller and their key are remembered by.
    pub fn digest(&self, caller: UserKey) -> u128 {
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

/// What a request is remembered by, so that the same key with another one is told from a repetition.
pub fn request_digest<C>(request: &Value) -> u128 {
    half(format!("{} {request}", std::any::type_name::<C>()).as_bytes())
}

/// The refusal of a key that came with another request before.
pub fn key_reused() -> Error {
    Error::new(
        Code::IdempotencyKeyReused,
        "This Idempotency-Key was used for a different request. Use a new key for a new request.",
    )
}

/// The first half of a SHA-256: enough to tell requests apart, small enough to keep many.
fn half(bytes: &[u8]) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&digest(&SHA256, bytes).as_ref()[..16]);
    u128::from_be_bytes(half)
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
#[derive(Debug, Clone)]
pub struct Once<C> {
    /// Whose key it is.
    pub caller: UserKey,
    /// What to do.
    pub command: C,
    /// When the key was made, where it says so.
    made_at: Option<i64>,
    /// Digests of caller and key, and of what is asked.
    pub(crate) asked: (u128, u128),
}

impl<C: Repeatable> Once<C> {
    /// What is remembered of it is made here, by whoever asks, and not while the writer holds everybody else up.
    pub fn new(caller: UserKey, key: &IdempotencyKey, command: C) -> Self {
        let asked = (key.digest(caller), request_digest::<C>(&command.request()));
        Self { caller, command, made_at: key.made_at(), asked }
    }
}

/// An answer, and whether it was given before.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// The answer.
    pub output: T,
    /// Whether this request had been executed earlier.
    pub replayed: bool,
}

/// The transaction that was made with this key, and what was asked. A hint counts only with its row:
/// the row goes when its time has passed, dropped by this process or by another.
fn earlier(conn: &Connection, keys: &Keys, key: u128) -> Result<Option<(i64, u128)>> {
    for sequence in keys.hints(key) {
        let request: Option<[u8; 16]> = conn
            .prepare_cached("SELECT request FROM idempotency_records WHERE sequence = ?1 AND key = ?2")?
            .query_row((sequence, key.to_be_bytes()), |row| row.get(0))
            .optional()?;
        if let Some(request) = request {
            return Ok(Some((sequence, u128::from_be_bytes(request))));
        }
    }
    Ok(None)
}

impl<C: Repeatable> Command for Once<C> {
    type Output = Outcome<C::Output>;
    const LOOKS_AHEAD: bool = C::LOOKS_AHEAD;

    fn look_ahead(&mut self, conn: &Connection) -> Result<()> {
        self.command.look_ahead(conn)
    }

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let (digest, request) = self.asked;
        if let Some((sequence, asked)) = earlier(ledger.conn, &ledger.state.keys, digest)? {
            if asked != request {
                return Err(key_reused());
            }
            self.command.check(ledger.conn)?;
            return Ok(Outcome { output: C::replay(ledger.conn, sequence)?, replayed: true });
        }
        if self.made_at.is_some_and(|made| made < ledger.clock - ledger.window_ms) {
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
