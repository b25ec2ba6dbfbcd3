//! The audit log's lines: who did what to what, and why. Appended here alone, and chained.

use rusqlite::Connection;
use serde_json::Value;

use super::chain::{AuditContent, Hash, Link};
use super::journal::Head;
use super::types::{Operator, Reason};
use crate::error::Result;

/// A line to be written.
#[derive(Debug)]
pub struct AuditLine<'a> {
    /// Who: an operator's name.
    pub operator: &'a str,
    /// What was done, as `noun.verb` or the name of the use case.
    pub action: &'a str,
    /// To what: a UUID or a name.
    pub target: &'a str,
    /// Why, in the operator's words.
    pub reason: &'a str,
    /// Further facts.
    pub details: Value,
    /// The request it came by.
    pub request_id: Option<&'a str>,
    /// The transactions it accounts for, first and last: those that follow at once.
    pub transactions: Option<(i64, i64)>,
}

/// Who does it, why, and by which request: what every administrative act must name.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The operator's name.
    pub operator: Operator,
    /// Their words.
    pub reason: Reason,
    /// The request it came by.
    pub request_id: Option<String>,
}

impl Authority {
    /// The audit line of an act done with this authority.
    pub fn line<'a>(&'a self, action: &'a str, target: &'a str, details: Value) -> AuditLine<'a> {
        AuditLine {
            operator: self.operator.as_str(),
            action,
            target,
            reason: self.reason.as_str(),
            details,
            request_id: self.request_id.as_deref(),
            transactions: None,
        }
    }
}

impl AuditLine<'_> {
    /// The same line, accounting for the transactions that follow it, first to last.
    #[must_use]
    pub fn accounting_for(mut self, first: i64, last: i64) -> Self {
        self.transactions = Some((first, last));
        self
    }
}

/// Appends a line and gives its sequence.
pub(super) fn append(conn: &Connection, head: &mut Head, now: i64, line: &AuditLine<'_>) -> Result<i64> {
    let content = AuditContent {
        sequence: head.sequence + 1,
        created_at: now.max(head.created_at),
        operator: line.operator.to_owned(),
        action: line.action.to_owned(),
        target: line.target.to_owned(),
        reason: line.reason.to_owned(),
        details: line.details.to_string(),
        request_id: line.request_id.unwrap_or_default().to_owned(),
        first_sequence: line.transactions.map_or(0, |range| range.0),
        last_sequence: line.transactions.map_or(0, |range| range.1),
    };
    let hash = content.hash(&head.hash);
    conn.prepare_cached(
        "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, request_id,
                                first_sequence, last_sequence, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute((
        content.sequence,
        content.created_at,
        &content.operator,
        &content.action,
        &content.target,
        &content.reason,
        &content.details,
        line.request_id,
        line.transactions.map(|range| range.0),
        line.transactions.map(|range| range.1),
        hash,
    ))?;
    *head = Head { sequence: content.sequence, created_at: content.created_at, hash };
    Ok(content.sequence)
}

/// Calls `each` for every line after a sequence, in order.
pub(super) fn for_each_after(
    conn: &Connection,
    sequence: i64,
    each: &mut dyn FnMut(AuditContent, Option<Hash>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT sequence, created_at, operator, action, target, reason, details, coalesce(request_id, ''),
                coalesce(first_sequence, 0), coalesce(last_sequence, 0), hash
           FROM audit_log WHERE sequence > ?1 ORDER BY sequence",
    )?;
    let mut rows = statement.query([sequence])?;
    while let Some(row) = rows.next()? {
        let content = AuditContent {
            sequence: row.get(0)?,
            created_at: row.get(1)?,
            operator: row.get(2)?,
            action: row.get(3)?,
            target: row.get(4)?,
            reason: row.get(5)?,
            details: row.get(6)?,
            request_id: row.get(7)?,
            first_sequence: row.get(8)?,
            last_sequence: row.get(9)?,
        };
        each(content, row.get(10)?)?;
    }
    Ok(())
}
