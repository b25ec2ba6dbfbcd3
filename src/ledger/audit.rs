//! The audit log's lines: who did what to what, and why. Appended here alone, and chained.

use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::audit_action::AuditAction;
use super::chain::{AuditContent, Hash, Link};
use super::journal::Head;
use super::types::{Operator, Reason, UserId, UserKey};
use crate::error::{Error, Result};

/// A line to be written.
#[derive(Debug)]
pub struct AuditLine<'a> {
    /// Who: an operator's name.
    pub operator: &'a str,
    /// What was done.
    pub action: AuditAction,
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
    /// Who acts, where they do it by the API or on a page.
    pub acting: Option<Acting>,
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
    /// Who acts, where they do it by the API or on a page; `None`: somebody at the machine, or the program.
    pub acting: Option<Acting>,
    /// By whose consent, where it needed one.
    pub consent: Option<Consented>,
}

/// That another operator consented to an act.
#[derive(Debug, Clone)]
pub struct Consented {
    /// To which proposal.
    pub proposal: Uuid,
    /// Who.
    pub by: Operator,
}

/// The operator named where the program acts by itself, and nobody asked for it.
pub const PROGRAM: &str = "communitytoken";

/// Who acts by the API or on a page. What lets them may be taken away while their request is under way,
/// so it is looked at once more where the act is written.
#[derive(Debug, Clone, Copy)]
pub struct Acting {
    /// The member, who must be here still.
    pub user: UserKey,
    /// Whether they act by a granted role of operator, which they must have still.
    pub by_grant: bool,
    /// The session in which they act, which must be open still.
    pub session: Option<Uuid>,
}

impl Acting {
    /// Refused: `forbidden`.
    pub(super) fn check(&self, conn: &Connection) -> Result<()> {
        let session = self.session.map(|id| id.hyphenated().to_string());
        let (is_here, is_operator, is_signed_in): (bool, bool, bool) = conn
            .prepare_cached(
                "SELECT deleted_at IS NULL,
                        EXISTS (SELECT 1 FROM roles WHERE user = users.key AND role = 'operator'),
                        ?2 IS NULL OR EXISTS (SELECT 1 FROM sessions WHERE id = ?2 AND user = users.key)
                   FROM users WHERE key = ?1",
            )?
            .query_row((self.user, session), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        match (is_here, is_operator || !self.by_grant, is_signed_in) {
            (true, true, true) => Ok(()),
            (false, ..) => Err(Error::left()),
            _ => Err(Error::forbidden()),
        }
    }
}

impl Authority {
    /// Of the program, for what happens by itself.
    pub fn of_the_program(reason: &str) -> Result<Self> {
        Ok(Self::at_the_machine(Operator::new(PROGRAM)?, Reason::new(reason)?))
    }

    /// Of somebody at the machine.
    pub const fn at_the_machine(operator: Operator, reason: Reason) -> Self {
        Self { operator, reason, request_id: None, acting: None, consent: None }
    }

    /// Of a member who does something that is theirs alone: the line names them by their id, so that
    /// their name can be forgotten when they leave.
    pub fn of_member(user: UserId, reason: &str, request_id: &str) -> Result<Self> {
        Ok(Self {
            operator: Operator::new(&format!("member {user}"))?,
            reason: Reason::new(reason)?,
            request_id: Some(request_id.to_owned()),
            acting: None,
            consent: None,
        })
    }

    /// The audit line of an act done with this authority. It names both, where two were needed.
    pub fn line<'a>(&'a self, action: AuditAction, target: &'a str, mut details: Value) -> AuditLine<'a> {
        if let Some(consent) = &self.consent {
            details["proposal"] = consent.proposal.hyphenated().to_string().into();
            details["consented_by"] = consent.by.as_str().into();
        }
        AuditLine {
            operator: self.operator.as_str(),
            action,
            target,
            reason: self.reason.as_str(),
            details,
            request_id: self.request_id.as_deref(),
            transactions: None,
            acting: self.acting,
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
        action: line.action.as_str().to_owned(),
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
