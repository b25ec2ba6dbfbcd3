//! The audit log, read newest first by those who look after the community.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::chain::{Hash, HexHash};
use super::history::{Page, PageRequest, STEPS_MAX, make_cursor, read_cursor};
use super::types::WalletKey;
use super::whole_history::last_before;
use crate::error::Result;

/// Cursors of the audit log fit no history of transactions.
const AUDIT_LOG: WalletKey = WalletKey(-1);

/// A line of the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the log: 1, 2, 3, ... without a gap.
    pub sequence: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Who did it.
    pub operator: String,
    /// What was done.
    pub action: String,
    /// To what: a UUID or a name.
    pub target: String,
    /// Why.
    pub reason: String,
    /// Further facts.
    #[schema(value_type = Object)]
    pub details: Value,
    /// The request it came by.
    pub request_id: Option<String>,
    /// The first of the transactions it accounts for, where there are any.
    pub first_sequence: Option<i64>,
    /// And the last.
    pub last_sequence: Option<i64>,
    /// Its place in the log's own hash chain, in hexadecimal.
    pub hash: Option<HexHash>,
}

/// Rows that one request passes by at most when `SQLite` itself looks for what is asked for, far faster than
/// we look into lines: some tens of milliseconds, too.
const ROWS_MAX: i64 = 100_000;
/// Members of one name whose lines are looked for at most. Names are not unique.
const NAMED_MAX: usize = 20;

/// Which lines. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Part of the operator's name, whatever its case; of a member's name, too, where the log holds their id.
    pub operator: Option<String>,
    /// What was done, exactly.
    pub action: Option<String>,
    /// To what, exactly; or a member's name, whatever its case, for what was done to them or their wallet.
    pub target: Option<String>,
    /// The request it came by, exactly.
    pub request_id: Option<String>,
    /// Part of the reason, or of the further facts, whatever its case.
    pub text: Option<String>,
    /// From this time on, Unix milliseconds.
    pub from_time: Option<i64>,
    /// Up to and including this time.
    pub to_time: Option<i64>,
}

/// One page of the audit log. Looks at a bounded number of lines; a page that ends there may hold
/// fewer than asked for, and its cursor goes on. Lines about one target are found by it alone.
pub fn audit_history(conn: &Connection, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>> {
    let from = match &page.cursor {
        Some(cursor) => read_cursor(conn, AUDIT_LOG, cursor)?,
        None => last_before(conn, "audit_log", filter.to_time)?,
    };
    // Nothing is older than the first line, or than the time asked for.
    let first = match filter.from_time {
        Some(time) => last_before(conn, "audit_log", Some(time.saturating_sub(1)))?,
        None => 0,
    };
    let targets = filter.target.as_deref().map(|target| targets(conn, target)).transpose()?;
    // Lines about a target are found by the index, and looked into here; where there is none, `SQLite` looks for what
    // is asked for exactly, and passes by no more than so many rows.
    let (stop, action, request_id) = match &targets {
        Some(_) => (first, &None, &None),
        None => (first.max(from.saturating_sub(ROWS_MAX)), &filter.action, &filter.request_id),
    };
    let mut statement = conn.prepare_cached(&query(targets.as_ref().map_or(0, Vec::len)))?;
    let most = i64::try_from(STEPS_MAX).unwrap_or(i64::MAX);
    let fixed: [&dyn ToSql; 5] = [&from, &stop, &most, action, request_id];
    let targets = targets.iter().flatten().map(|target| target as &dyn ToSql);
    let mut rows = statement.query(params_from_iter(fixed.into_iter().chain(targets)))?;
    let mut judge = Judge::new(conn, filter);
    let (mut items, mut next, mut steps) = (Vec::with_capacity(page.limit), from, 0);
    while let Some(row) = rows.next()? {
        let (entry, details) = entry(row)?;
        steps += 1;
        next = entry.sequence - 1;
        if judge.is_meant(&entry, &details)? {
            items.push(entry);
        }
        if items.len() == page.limit || steps == STEPS_MAX {
            break;
        }
    }
    // Where no row was left, none follows before the place at which the search stopped.
    if steps < STEPS_MAX && rows.next()?.is_none() {
        next = stop;
    }
    let next_cursor = if next <= first { None } else { Some(make_cursor(conn, AUDIT_LOG, next)?) };
    Ok(Page { items, next_cursor })
}

/// The rows between two lines, newest first. For several targets each is walked by the index, and `SQLite` merges
/// them as it goes.
fn query(targets: usize) -> String {
    let rows = |about: &str| {
        format!(
            "SELECT sequence, created_at, operator, action, target, reason, details, request_id, first_sequence,
                    last_sequence, hash
               FROM audit_log
              WHERE {about} sequence <= ?1 AND sequence > ?2
                AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR request_id = ?5)"
        )
    };
    let all = if targets == 0 {
        rows("")
    } else {
        let each = (6..6 + targets).map(|place| rows(&format!("target = ?{place} AND")));
        each.collect::<Vec<_>>().join(" UNION ALL ")
    };
    format!("{all} ORDER BY sequence DESC LIMIT ?3")
}

/// What stands in the log as the target of what was done to this: itself, and where it is a member's name, their id
/// and their wallet's. Each once: a line is no line twice.
fn targets(conn: &Connection, target: &str) -> Result<Vec<String>> {
    let mut targets = vec![target.to_owned()];
    let mut named = conn.prepare_cached(
        "SELECT users.id, wallets.id FROM users JOIN wallets ON wallets.key = users.wallet
          WHERE users.username = ?1 COLLATE NOCASE ORDER BY users.key LIMIT ?2",
    )?;
    let mut rows = named.query((target, i64::try_from(NAMED_MAX).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        for id in [row.get(0)?, row.get(1)?] {
            if !targets.contains(&id) {
                targets.push(id);
            }
        }
    }
    Ok(targets)
}

/// Looks into lines for what is asked for.
struct Judge<'a> {
    conn: &'a Connection,
    filter: &'a AuditFilter,
    operator: Option<String>,
    text: Option<String>,
    /// By the operator of a line, whether they are meant: few did most of what was done.
    known: HashMap<String, bool>,
}

impl<'a> Judge<'a> {
    fn new(conn: &'a Connection, filter: &'a AuditFilter) -> Self {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let (operator, text) = (lower(&filter.operator), lower(&filter.text));
        Self { conn, filter, operator, text, known: HashMap::new() }
    }

    fn is_meant(&mut self, entry: &AuditEntry, details: &str) -> Result<bool> {
        let AuditFilter { action, request_id, to_time, .. } = self.filter;
        if to_time.is_some_and(|to_time| entry.created_at > to_time)
            || action.as_ref().is_some_and(|action| *action != entry.action)
            || request_id.as_ref().is_some_and(|id| Some(id) != entry.request_id.as_ref())
        {
            return Ok(false);
        }
        let has = |text: &str, wanted: &str| text.to_lowercase().contains(wanted);
        if self.text.as_ref().is_some_and(|wanted| !has(&entry.reason, wanted) && !has(details, wanted)) {
            return Ok(false);
        }
        self.is_by(&entry.operator)
    }

    /// Whether an operator is the one asked for. Members stand in the log by their id, and are found by their name.
    fn is_by(&mut self, operator: &str) -> Result<bool> {
        let Some(wanted) = &self.operator else { return Ok(true) };
        if let Some(known) = self.known.get(operator) {
            return Ok(*known);
        }
        let mut is_meant = operator.to_lowercase().contains(wanted);
        if let (false, Some(id)) = (is_meant, operator.strip_prefix("member ")) {
            let name: Option<String> = self
                .conn
                .prepare_cached("SELECT username FROM users WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            is_meant = name.is_some_and(|name| name.to_lowercase().contains(wanted));
        }
        self.known.insert(operator.to_owned(), is_meant);
        Ok(is_meant)
    }
}

/// A line, and its further facts as they are written.
fn entry(row: &rusqlite::Row<'_>) -> Result<(AuditEntry, String)> {
    let details: String = row.get(6)?;
    let entry = AuditEntry {
        sequence: row.get(0)?,
        created_at: row.get(1)?,
        operator: row.get(2)?,
        action: row.get(3)?,
        target: row.get(4)?,
        reason: row.get(5)?,
        details: serde_json::from_str(&details).unwrap_or_else(|_| Value::String(details.clone())),
        request_id: row.get(7)?,
        first_sequence: row.get(8)?,
        last_sequence: row.get(9)?,
        hash: row.get::<_, Option<Hash>>(10)?.map(HexHash),
    };
    Ok((entry, details))
}
