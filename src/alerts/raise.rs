//! Raising alerts: what a look found and how far it came are kept in one transaction, so that nothing is raised
//! twice and nothing is missed, whenever the program ends.

use rusqlite::{Connection, OptionalExtension};
use serde_json::json;
use uuid::Uuid;

use super::finding::{Finding, is_the_same_still};
use super::mute::is_muted;
use crate::error::Result;
use crate::identity::{Overseers, Role};
use crate::ledger::{Command, Ledger, WalletKey};
use crate::notices::{Cursors, NoticeKind, tell};

/// The names under which it is kept how far the rules have come.
const NAMES: [&str; 2] = ["alerts.audit_log", "alerts.transactions"];
/// An alert names no more transactions than these, the newest.
const NAMED_MOST: usize = 50;

/// How far the rules have come, as it is kept.
pub(super) fn kept(conn: &Connection) -> Result<Cursors> {
    Cursors::kept_as(conn, NAMES)
}

/// Raises what was found between two places, and tells the operators of what is new.
#[derive(Debug, Clone)]
pub(super) struct Raise {
    pub(super) from: Cursors,
    pub(super) to: Cursors,
    pub(super) found: Vec<Finding>,
    /// By the clock.
    pub(super) now: i64,
    /// Who is told.
    pub(super) overseers: Overseers,
}

impl Command for Raise {
    /// Whether it was done; not where another program on the same file has been there.
    type Output = bool;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<bool> {
        let kept = kept(ledger.conn)?;
        if kept.audit > self.from.audit || kept.transactions > self.from.transactions {
            return Ok(false);
        }
        let mut operators = None;
        for finding in &self.found {
            let wallet = finding.subject.wallet();
            if is_muted(ledger.conn, finding.numbers.rule(), wallet, self.now)?
                || goes_on(ledger.conn, finding, wallet)?
            {
                continue;
            }
            let id = insert(ledger, finding, wallet)?;
            let details = json!({ "alert_id": id, "rule": finding.numbers.rule() });
            let operators = match &operators {
                Some(operators) => operators,
                None => operators.insert(self.overseers.told(ledger.conn, Role::Operator, self.now)?),
            };
            for operator in operators {
                tell(ledger, operator.key, NoticeKind::AlertRaised, &details)?;
            }
        }
        self.to.keep_as(ledger.conn, NAMES)?;
        Ok(true)
    }
}

/// Whether it is what was raised within the week before, which is counted on. What comes later is told anew, though
/// nobody has seen to the other yet: or one alert left open would keep everything after it from being heard.
fn goes_on(conn: &Connection, finding: &Finding, wallet: Option<WalletKey>) -> Result<bool> {
    let last: Option<(i64, i64)> = conn
        .prepare_cached("SELECT key, last_at FROM alerts WHERE rule = ?1 AND wallet IS ?2 ORDER BY key DESC LIMIT 1")?
        .query_row((finding.numbers.rule().as_str(), wallet), |row| row.try_into())
        .optional()?;
    let Some((key, last_at)) = last else { return Ok(false) };
    if !is_the_same_still(last_at, finding.at) {
        return Ok(false);
    }
    conn.prepare_cached("UPDATE alerts SET times = times + 1, last_at = max(last_at, ?2) WHERE key = ?1")?
        .execute((key, finding.at))?;
    Ok(true)
}

fn insert(ledger: &Ledger<'_>, finding: &Finding, wallet: Option<WalletKey>) -> Result<Uuid> {
    let id = Uuid::new_v4();
    let others: Vec<i64> = finding.others.iter().map(|wallet| wallet.0).collect();
    let named = &finding.transactions[finding.transactions.len().saturating_sub(NAMED_MOST)..];
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO alerts (id, rule, wallet, numbers, others, transactions, happened_at, created_at, last_at, times)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, 1)",
        )?
        .execute((
            id.hyphenated().to_string(),
            finding.numbers.rule().as_str(),
            wallet,
            json!(finding.numbers).to_string(),
            json!(others).to_string(),
            json!(named).to_string(),
            finding.at,
            ledger.now(),
        ))?;
    Ok(id)
}
