//! Doing an act, or only proposing it where it is large.
//!
//! What counts is what an operator does alone in 24 hours, kind by kind: the act itself and those before it
//! that nobody consented to. So an act that is split into ten is as large as it was. To see whether it could
//! happen at all, and of how many tokens it is, it is tried and taken back: nobody is asked for consent to
//! something that would be refused anyhow.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use uuid::Uuid;

use super::act::Act;
use super::proposal::{Proposal, by_id};
use crate::config::{Config, IdentityName};
use crate::error::{Error, Result};
use crate::identity::{Overseers, Role, member};
use crate::ledger::{
    Acting, AuditAction, Authority, Command, DAY_MS, Ledger, Outcome, UserKey, by_sequence, key_reused,
};
use crate::notices::{NoticeKind, tell};

/// A command that may be too large for one operator alone.
pub trait Weighty: Command + Clone {
    /// Who does it, and why.
    fn authority(&self) -> &Authority;
    /// What it was, exactly, and of how many tokens.
    fn weigh(&self, done: &Self::Output) -> Result<(Act, i64)>;
    /// By which a repetition is known, and what was asked: digests, where the caller has named the request.
    fn asked(&self) -> Option<(u128, u128)> {
        None
    }
}

/// What is too large for one operator alone, and how long a proposal waits.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Tokens that one operator may move alone in 24 hours, by acts of one kind.
    pub above: i64,
    /// For how many milliseconds a proposal waits.
    pub valid_ms: i64,
    /// For how many a provider's word makes an operator.
    pub claimed_ms: i64,
    /// The operators whom the configuration names.
    pub operators: Vec<IdentityName>,
    /// Who is told of a proposal.
    pub overseers: Overseers,
}

impl Rules {
    /// As they are in force; `None`: nothing waits.
    pub fn of(config: &Config) -> Option<Self> {
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Some(Self {
            above: config.consent.above?,
            valid_ms: ms(config.consent.valid),
            claimed_ms: ms(config.sessions.claimed_role),
            operators: config.identity.operators.clone(),
            overseers: Overseers::of(config),
        })
    }
}

/// A command that is done, or proposed.
#[derive(Debug, Clone)]
pub struct Weighed<C> {
    /// What is too large; `None`: nothing.
    pub rules: Option<Rules>,
    /// What to do.
    pub command: C,
}

/// What came of it.
#[derive(Debug)]
pub enum Weighing<T> {
    /// It is done.
    Done(T),
    /// It waits for another operator.
    Waits(Box<Outcome<Proposal>>),
}

impl<T> Weighing<T> {
    fn waits(output: Proposal, replayed: bool) -> Self {
        Self::Waits(Box::new(Outcome { output, replayed }))
    }
}

impl<C: Weighty> Command for Weighed<C> {
    type Output = Weighing<C::Output>;
    const LOOKS_AHEAD: bool = C::LOOKS_AHEAD;

    fn look_ahead(&mut self, conn: &Connection) -> Result<()> {
        self.command.look_ahead(conn)
    }

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let asked = self.command.asked();
        // Looked for whatever the rules are now: what was proposed with this key is not done beside it.
        if let Some((key, request)) = asked
            && let Some((id, earlier)) = earlier(ledger.conn, key)?
        {
            if earlier != request {
                return Err(key_reused());
            }
            let output = by_id(ledger.conn, id, ledger.now())?;
            return Ok(Weighing::waits(output, true));
        }
        let Some(rules) = self.rules else { return self.command.run(ledger).map(Weighing::Done) };
        let (authority, mut proposed) = (self.command.authority().clone(), None);
        let before = ledger.last_line();
        let done = ledger.try_out(|ledger| {
            let output = self.command.clone().run(ledger)?;
            // Nothing was written where it was done before, or is so already.
            if ledger.last_line() == before {
                return Ok((output, true));
            }
            let (act, amount) = self.command.weigh(&output)?;
            let is_small = done_alone(ledger, act.action(), &authority)? <= rules.above;
            if !is_small {
                proposed = Some((act, amount));
            }
            Ok((output, is_small))
        })?;
        match (done, proposed) {
            (Some(output), _) => Ok(Weighing::Done(output)),
            (None, Some((act, amount))) => {
                if let Some(id) = waiting_already(ledger, &act)? {
                    let output = by_id(ledger.conn, id, ledger.now())?;
                    return Ok(Weighing::waits(output, true));
                }
                let output = propose(ledger, &rules, &authority, &act, amount, asked)?;
                Ok(Weighing::waits(output, false))
            }
            (None, None) => Err(Error::internal("an act was taken back that was not weighed")),
        }
    }
}

/// The proposal that was made with this key, and what was asked.
fn earlier(conn: &Connection, key: u128) -> Result<Option<(Uuid, u128)>> {
    let found: Option<(String, [u8; 16])> = conn
        .prepare_cached("SELECT id, request FROM proposals WHERE caller_key = ?1")?
        .query_row([key.to_be_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(id, request)| Ok((id.parse().map_err(Error::internal)?, u128::from_be_bytes(request)))).transpose()
}

/// The same freezing is lifted once: whoever else wants that finds the proposal that waits for them.
fn waiting_already(ledger: &Ledger<'_>, act: &Act) -> Result<Option<Uuid>> {
    let Act::Unfreezing { .. } = act else { return Ok(None) };
    let found: Option<String> = ledger
        .conn
        .prepare_cached("SELECT id FROM proposals WHERE ended_as IS NULL AND expires_at > ?1 AND act = ?2")?
        .query_row((ledger.now(), written(act)?), |row| row.get(0))
        .optional()?;
    found.map(|id| id.parse().map_err(Error::internal)).transpose()
}

fn written(act: &Act) -> Result<String> {
    serde_json::to_string(act).map_err(Error::internal)
}

/// Tokens that this operator has moved by acts of one kind in the last 24 hours with nobody's consent, by the
/// audit log.
fn done_alone(ledger: &Ledger<'_>, action: AuditAction, authority: &Authority) -> Result<i64> {
    let Some(acting) = authority.acting else { return Ok(0) };
    // Their name may have changed since the morning; the id behind it has not.
    let own = format!(" ({})", member::by_key(ledger.conn, acting.user)?.id);
    moved_in_a_day(ledger.conn, ledger.now(), action, |operator| operator.ends_with(&own))
}

/// Tokens that were moved by acts of one kind in the 24 hours before a moment with nobody's consent, by whoever is
/// meant.
pub fn moved_in_a_day(
    conn: &Connection,
    now: i64,
    action: AuditAction,
    is_meant: impl Fn(&str) -> bool,
) -> Result<i64> {
    let since = now - DAY_MS;
    let mut statement = conn.prepare_cached(
        "SELECT created_at, action, operator, details, first_sequence FROM audit_log ORDER BY sequence DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut sum = 0_i64;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? <= since {
            break;
        }
        let operator: String = row.get(2)?;
        if row.get::<_, String>(1)? != action.as_str() || !is_meant(&operator) {
            continue;
        }
        let details: Value = serde_json::from_str(&row.get::<_, String>(3)?).map_err(Error::internal)?;
        if details["proposal"].is_null() {
            sum = sum.saturating_add(moved(conn, action, &details, row.get(4)?)?);
        }
    }
    Ok(sum)
}

/// Of how many tokens an act was, by its line.
fn moved(conn: &Connection, action: AuditAction, details: &Value, first_sequence: Option<i64>) -> Result<i64> {
    Ok(match (action, first_sequence) {
        (AuditAction::Distribution, _) => details["distributed"].as_i64().unwrap_or(0),
        (_, Some(sequence)) => by_sequence(conn, sequence, None)?.with_fee(),
        (_, None) => details["balance"].as_i64().unwrap_or(0),
    })
}

fn propose(
    ledger: &mut Ledger<'_>,
    rules: &Rules,
    authority: &Authority,
    act: &Act,
    amount: i64,
    asked: Option<(u128, u128)>,
) -> Result<Proposal> {
    let Some(acting) = authority.acting else { return Err(Error::forbidden()) };
    let (id, now) = (Uuid::new_v4(), ledger.now());
    let expires_at = now.saturating_add(rules.valid_ms);
    let details = json!({ "kind": act.kind(), "amount": amount, "expires_at": expires_at });
    let line = ledger.note(authority, AuditAction::ConsentAsked, id, details)?;
    let is_known = holds(ledger, acting.user, &rules.operators)?;
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO proposals (id, act, amount, proposer, claimed_until, asked, created_at, expires_at, caller_key, request)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id.hyphenated().to_string(),
            written(act)?,
            amount,
            acting.user,
            (!is_known).then(|| now.saturating_add(rules.claimed_ms)),
            line,
            now,
            expires_at,
            asked.map(|(key, _)| key.to_be_bytes()),
            asked.map(|(_, request)| request.to_be_bytes()),
        ])?;
    let proposal = by_id(ledger.conn, id, now)?;
    let told = json!({ "proposal": id, "kind": act.kind(), "amount": amount, "from": proposal.proposed_by.username });
    let operators = rules.overseers.told(ledger.conn, Role::Operator, now)?;
    for operator in operators.iter().filter(|operator| operator.key != acting.user) {
        tell(ledger, operator.key, NoticeKind::ConsentAsked, &told)?;
    }
    Ok(proposal)
}

/// Whether whoever proposed something is an operator still: by a grant, by the configuration, or by a
/// provider's word for as long as sessions believe it.
pub(super) fn operates(
    ledger: &Ledger<'_>,
    user: UserKey,
    claimed_until: Option<i64>,
    operators: &[IdentityName],
) -> Result<bool> {
    if claimed_until.is_some_and(|until| ledger.now() < until) {
        return Ok(member::by_key(ledger.conn, user)?.deleted_at.is_none());
    }
    holds(ledger, user, operators)
}

/// Whether they are an operator by a grant or by the configuration.
fn holds(ledger: &Ledger<'_>, user: UserKey, operators: &[IdentityName]) -> Result<bool> {
    Ok(member::holders(ledger.conn, &[Role::Operator], operators)?.iter().any(|operator| operator.key == user))
}

/// Who acts; nobody acts here but by the API or on a page.
pub(super) fn who(authority: &Authority) -> Result<UserKey> {
    authority.acting.map(|Acting { user, .. }| user).ok_or_else(Error::forbidden)
}
