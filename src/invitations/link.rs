//! Links as they are kept.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::identity::{Role, Secret};
use crate::ledger::{Ledger, Page, PageRequest, UserId, UserKey, bad_cursor};
use crate::web::path_id;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Makes its user the first operator.
    Claim,
    /// Makes someone new a member.
    Invitation,
    /// Signs a member in.
    SignIn,
}

impl LinkKind {
    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Invitation => "invitation",
            Self::SignIn => "sign_in",
        }
    }

    /// Every kind there is.
    pub const ALL: [Self; 3] = [Self::Claim, Self::Invitation, Self::SignIn];
}

impl FromSql for LinkKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}

/// How it stands with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It can be used.
    Open,
    /// It was used.
    Used,
    /// An operator withdrew it, or a newer one took its place.
    Withdrawn,
    /// Its time is over.
    Expired,
}

impl LinkState {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// A link as operators see it. The link itself is shown once, to whoever makes it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link {
    /// What it is withdrawn by.
    pub id: Uuid,
    /// What it is for.
    pub kind: LinkKind,
    /// How it stands.
    pub state: LinkState,
    /// The name proposed to the invited, until they have joined.
    pub name: Option<String>,
    /// The role that its use grants.
    pub role: Option<Role>,
    /// Whom it lets in, or brought.
    pub user_id: Option<UserId>,
    /// What they are called.
    pub username: Option<String>,
    /// Who made it.
    pub operator: String,
    /// And why.
    pub reason: String,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// Until when it works.
    pub expires_at: i64,
    /// When it was used or withdrawn.
    pub ended_at: Option<i64>,
}

impl Link {
    /// Who made it, as people call them: a member who acted on the pages or by the API stands in the log
    /// with their id behind the name, which is for those who look it up.
    pub fn maker(&self) -> &str {
        self.operator.split_once(" (").map_or(&self.operator, |(name, _)| name)
    }
}

fn from_row(row: &Row<'_>, now: i64) -> rusqlite::Result<Link> {
    let id: String = row.get(0)?;
    let expires_at = row.get(9)?;
    let ended_as: Option<String> = row.get(11)?;
    Ok(Link {
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        user_id: row.get(4)?,
        username: row.get(5)?,
        operator: row.get(6)?,
        reason: row.get(7)?,
        created_at: row.get(8)?,
        expires_at,
        ended_at: row.get(10)?,
        state: match ended_as.as_deref() {
            Some("used") => LinkState::Used,
            Some(_) => LinkState::Withdrawn,
            None if expires_at <= now => LinkState::Expired,
            None => LinkState::Open,
        },
    })
}

/// What [`from_row`] reads.
const LINKS: &str = "SELECT links.id, links.kind, links.name, links.role, users.id, users.username, audit_log.operator,
                            audit_log.reason, links.created_at, links.expires_at, links.ended_at, links.ended_as
                       FROM links JOIN audit_log ON audit_log.sequence = links.audit
                       LEFT JOIN users ON users.key = links.user";

/// One link.
pub(super) fn by_id(conn: &Connection, id: Uuid, now: i64) -> Result<Link> {
    conn.prepare_cached(&format!("{LINKS} WHERE links.id = ?1"))?
        .query_row([id.hyphenated().to_string()], |row| from_row(row, now))
        .optional()?
        .ok_or_else(link_not_found)
}

/// A page of the links of these kinds, the newest first. It goes on behind the last one shown.
pub fn list(conn: &Connection, kinds: &[LinkKind], now: i64, page: &PageRequest) -> Result<Page<Link>> {
    let kinds = serde_json::to_string(kinds).map_err(Error::internal)?;
    let before: i64 = match &page.cursor {
        Some(id) => conn
            .prepare_cached("SELECT key FROM links WHERE id = ?1 AND kind IN (SELECT value FROM json_each(?2))")?
            .query_row((id, &kinds), |row| row.get(0))
            .optional()?
            .ok_or_else(bad_cursor)?,
        None => i64::MAX,
    };
    let rows = conn
        .prepare_cached(&format!(
            "{LINKS} WHERE links.kind IN (SELECT value FROM json_each(?1)) AND links.key < ?2
              ORDER BY links.key DESC LIMIT ?3"
        ))?
        .query_map((&kinds, before, page.rows()), |row| from_row(row, now))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(page.cut(rows, |last: &Link| last.id.hyphenated().to_string()))
}

/// A link that works.
#[derive(Debug, Clone)]
pub(super) struct OpenLink {
    /// As rows refer to it.
    pub key: i64,
    /// What it is listed by.
    pub id: String,
    /// What it is for.
    pub kind: LinkKind,
    /// The name proposed.
    pub name: Option<String>,
    /// The role that its use grants.
    pub role: Option<Role>,
    /// Whom it lets in.
    pub user: Option<UserKey>,
    /// Who made it.
    pub operator: String,
    /// And why.
    pub reason: String,
    /// Whether they could make it today: their office ends, and so do the roles they promised.
    pub promise_holds: bool,
}

/// The refusal of every link that does not work, whatever is the matter with it.
pub(super) fn link_not_found() -> Error {
    Error::new(
        Code::LinkNotFound,
        "This link was used already, has expired, was withdrawn, or is not complete. Ask whoever gave it to you for a new one. Where nobody operates the community yet, `communitytoken member claim-link` makes one.",
    )
}

path_id!(
    /// A link, as operators know it.
    pub(super) LinkId, link_not_found
);

/// The link with this secret, if it works now.
pub(super) fn open_link(conn: &Connection, hash: &[u8; 32], now: i64) -> Result<OpenLink> {
    conn.prepare_cached(
        "SELECT links.key, links.id, links.kind, links.name, links.role, links.user, audit_log.operator, audit_log.reason,
                NOT EXISTS (SELECT 1 FROM users AS makers WHERE makers.id = details ->> 'made_by'
                               AND (makers.deleted_at IS NOT NULL
                                    OR (details ->> 'by_grant' AND NOT EXISTS
                                        (SELECT 1 FROM roles WHERE user = makers.key AND role = 'operator'))))
           FROM links JOIN audit_log ON audit_log.sequence = links.audit LEFT JOIN users ON users.key = links.user
          WHERE secret_hash = ?1 AND ended_at IS NULL AND expires_at > ?2 AND users.deleted_at IS NULL",
    )?
    .query_row((hash, now), |row| {
        Ok(OpenLink {
            key: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            name: row.get(3)?,
            role: row.get(4)?,
            user: row.get(5)?,
            operator: row.get(6)?,
            reason: row.get(7)?,
            promise_holds: row.get(8)?,
        })
    })
    .optional()?
    .ok_or_else(link_not_found)
}

/// The secret of an address, if it can be one.
pub(super) fn secret(text: &str) -> Result<Secret> {
    text.parse().map_err(|()| link_not_found())
}

/// A link has done its work for this member. The name proposed goes: it is theirs to be forgotten when
/// they leave, and whom the link brought is a member with a name now.
pub(super) fn mark_used(ledger: &Ledger<'_>, link: &OpenLink, user: UserKey) -> Result<()> {
    ledger
        .conn
        .prepare_cached("UPDATE links SET ended_at = ?2, ended_as = 'used', user = ?3, name = NULL WHERE key = ?1")?
        .execute((link.key, ledger.now(), user))?;
    Ok(())
}
