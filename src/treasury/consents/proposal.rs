//! A proposal as its row holds it, and as operators and programs read it.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::act::Act;
use crate::error::{Code, Error, Result};
use crate::ledger::{Page, PageRequest, TransactionId, UserId, UserKey, bad_cursor, by_sequence};

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for another operator.
    Pending,
    /// Another operator consented, and it happened.
    Consented,
    /// Another operator refused.
    Refused,
    /// Whoever proposed it has withdrawn it.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

impl ProposalState {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Consented => "consented",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// An operator who proposed or answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposer {
    /// Their id.
    pub user_id: UserId,
    /// Their name today.
    pub username: String,
}

/// An act of an operator that waits for another one's consent, or waited.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposal {
    #[serde(skip)]
    pub(super) key: i64,
    /// Its id.
    pub id: Uuid,
    /// What is proposed, exactly.
    pub act: Act,
    /// Of how many tokens.
    pub amount: i64,
    /// How it stands.
    pub state: ProposalState,
    /// Who proposed it.
    pub proposed_by: Proposer,
    /// Why.
    pub reason: String,
    /// When, Unix milliseconds.
    pub created_at: i64,
    /// Until when somebody can consent.
    pub expires_at: i64,
    /// Who consented, refused or withdrew.
    pub answered_by: Option<Proposer>,
    /// Why.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<i64>,
    /// The transaction that was made, where it is one.
    pub transaction_id: Option<TransactionId>,
    /// The distribution that was made.
    pub distribution_id: Option<Uuid>,
    #[serde(skip)]
    pub(super) proposer: UserKey,
    #[serde(skip)]
    pub(super) claimed_until: Option<i64>,
    #[serde(skip)]
    pub(super) answerer: Option<UserKey>,
    /// As the audit log names who proposed it.
    #[serde(skip)]
    pub(super) operator: String,
}

impl Proposal {
    /// Whether this member proposed it.
    pub fn is_of(&self, user: UserKey) -> bool {
        self.proposer == user
    }
}

const SELECT: &str =
    "SELECT p.key, p.id, p.act, p.amount, p.ended_as, p.created_at, p.expires_at, asked.reason, asked.operator,
            proposer.key, proposer.id, proposer.username, p.claimed_until,
            answerer.key, answerer.id, answerer.username, answered.reason, answered.created_at,
            done.action, done.target, done.first_sequence
       FROM proposals AS p
       JOIN audit_log AS asked ON asked.sequence = p.asked
       JOIN users AS proposer ON proposer.key = p.proposer
       LEFT JOIN users AS answerer ON answerer.key = p.answerer
       LEFT JOIN audit_log AS answered ON answered.sequence = p.answered
       LEFT JOIN audit_log AS done ON done.sequence = p.done";

fn from_row(conn: &Connection, row: &Row<'_>, now: i64) -> Result<Proposal> {
    let (id, act, ended_as): (String, String, Option<String>) = (row.get(1)?, row.get(2)?, row.get(4)?);
    let expires_at: i64 = row.get(6)?;
    let state = match ended_as {
        Some(word) => serde_json::from_value(word.into()).map_err(Error::internal)?,
        None if now >= expires_at => ProposalState::Expired,
        None => ProposalState::Pending,
    };
    let answered_by = match (row.get(14)?, row.get(15)?) {
        (Some(user_id), Some(username)) => Some(Proposer { user_id, username }),
        _ => None,
    };
    let (action, target, first): (Option<String>, Option<String>, Option<i64>) =
        (row.get(18)?, row.get(19)?, row.get(20)?);
    let is_distribution = action.as_deref() == Some("distribution");
    let made = first.filter(|_| !is_distribution);
    Ok(Proposal {
        key: row.get(0)?,
        id: id.parse().map_err(Error::internal)?,
        act: serde_json::from_str(&act).map_err(Error::internal)?,
        amount: row.get(3)?,
        state,
        created_at: row.get(5)?,
        expires_at,
        reason: row.get(7)?,
        operator: row.get(8)?,
        proposer: row.get(9)?,
        proposed_by: Proposer { user_id: row.get(10)?, username: row.get(11)? },
        claimed_until: row.get(12)?,
        answerer: row.get(13)?,
        answered_by,
        answer: row.get(16)?,
        answered_at: row.get(17)?,
        transaction_id: made.map(|sequence| Ok::<_, Error>(by_sequence(conn, sequence, None)?.id)).transpose()?,
        distribution_id: target.filter(|_| is_distribution).and_then(|id| id.parse().ok()),
    })
}

/// The refusal for a proposal nobody knows.
pub fn proposal_not_found() -> Error {
    Error::new(Code::ProposalNotFound, "There is no proposal with this id.")
}

/// The proposal with this id, as it stands now.
pub fn by_id(conn: &Connection, id: Uuid, now: i64) -> Result<Proposal> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE p.id = ?1"))?;
    let mut rows = statement.query([id.hyphenated().to_string()])?;
    let row = rows.next()?.ok_or_else(proposal_not_found)?;
    from_row(conn, row, now)
}

/// Proposals, the newest first: those that wait, or those that do not any more, or all.
pub fn list(conn: &Connection, waits: Option<bool>, page: &PageRequest, now: i64) -> Result<Page<Proposal>> {
    let before: i64 = page.cursor.as_ref().map_or(Ok(i64::MAX), |cursor| cursor.parse().map_err(|_| bad_cursor()))?;
    let mut statement = conn.prepare_cached(&format!(
        "{SELECT} WHERE p.key < ?1 AND (?2 IS NULL OR ?2 = (p.ended_as IS NULL AND p.expires_at > ?3))
          ORDER BY p.key DESC LIMIT ?4"
    ))?;
    let mut rows = statement.query((before, waits, now, page.rows()))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(from_row(conn, row, now)?);
    }
    Ok(page.cut(found, |last: &Proposal| last.key.to_string()))
}

/// How many wait.
pub fn waiting(conn: &Connection, now: i64) -> Result<i64> {
    let count = conn
        .prepare_cached("SELECT count(*) FROM proposals WHERE ended_as IS NULL AND expires_at > ?1")?
        .query_row([now], |row| row.get(0))
        .optional()?;
    Ok(count.unwrap_or(0))
}
