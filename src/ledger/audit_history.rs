//! The audit log, read newest first by those who look after the community.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::history::{Page, PageRequest, STEPS_MAX, make_cursor, read_cursor};
use super::transaction::hex;
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
    pub hash: Option<String>,
}

/// Which lines. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Part of the operator's name, whatever its case.
    pub operator: Option<String>,
    /// What was done, exactly.
    pub action: Option<String>,
    /// To what, exactly.
    pub target: Option<String>,
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
    let operator = filter.operator.as_ref().map(|name| name.to_lowercase());
    let about = if filter.target.is_some() { "target = ?3 AND" } else { "?3 IS NULL AND" };
    let mut statement = conn.prepare_cached(&format!(
        "SELECT sequence, created_at, operator, action, target, reason, details, request_id, first_sequence,
                last_sequence, hash
           FROM audit_log WHERE {about} sequence <= ?1 ORDER BY sequence DESC LIMIT ?2"
    ))?;
    let most = i64::try_from(STEPS_MAX).unwrap_or(i64::MAX);
    let mut rows = statement.query((from, most, &filter.target))?;
    let (mut items, mut next, mut steps) = (Vec::with_capacity(page.limit), 0, 0);
    while let Some(row) = rows.next()? {
        let entry = entry(row)?;
        if filter.from_time.is_some_and(|from| entry.created_at < from) {
            next = 0;
            break;
        }
        steps += 1;
        next = entry.sequence - 1;
        if filter.matches(&entry, operator.as_deref()) {
            items.push(entry);
        }
        if items.len() == page.limit || steps == STEPS_MAX {
            break;
        }
    }
    // Where the log, or what it says about the target, ends with this page, none follows.
    if steps < STEPS_MAX && rows.next()?.is_none() {
        next = 0;
    }
    let next_cursor = if next == 0 { None } else { Some(make_cursor(conn, AUDIT_LOG, next)?) };
    Ok(Page { items, next_cursor })
}

fn entry(row: &rusqlite::Row<'_>) -> Result<AuditEntry> {
    let details: String = row.get(6)?;
    Ok(AuditEntry {
        sequence: row.get(0)?,
        created_at: row.get(1)?,
        operator: row.get(2)?,
        action: row.get(3)?,
        target: row.get(4)?,
        reason: row.get(5)?,
        details: serde_json::from_str(&details).unwrap_or(Value::String(details)),
        request_id: row.get(7)?,
        first_sequence: row.get(8)?,
        last_sequence: row.get(9)?,
        hash: row.get::<_, Option<[u8; 32]>>(10)?.map(|hash| hex(&hash)),
    })
}

impl AuditFilter {
    fn matches(&self, entry: &AuditEntry, operator: Option<&str>) -> bool {
        operator.is_none_or(|name| entry.operator.to_lowercase().contains(name))
            && self.action.as_ref().is_none_or(|action| *action == entry.action)
            && self.target.as_ref().is_none_or(|target| *target == entry.target)
            && self.to_time.is_none_or(|to_time| entry.created_at <= to_time)
    }
}
