//! A member as the program knows the one who calls: user, wallet and roles.

use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::IdentityName;
use crate::error::{Code, Error, Result};
use crate::language::Language;
use crate::ledger::{UserId, UserKey, WalletId, WalletKey};

/// What someone may do. Every member is a `member`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has a wallet.
    Member,
    /// Issues, distributes, freezes, corrects.
    Operator,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// Those that are granted and revoked; the other one everyone has.
    pub const GRANTED: [Self; 2] = [Self::Operator, Self::Auditor];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
}

/// The word for a role that is to be granted.
impl FromStr for Role {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        Self::GRANTED
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| Error::field("role", "must be operator or auditor"))
    }
}

impl FromSql for Role {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// How rows refer to them.
    pub key: UserKey,
    /// How people refer to them.
    pub id: UserId,
    /// Their display name.
    pub username: String,
    /// Their wallet, as rows refer to it.
    pub wallet_key: WalletKey,
    /// Their wallet.
    pub wallet_id: WalletId,
    /// What they may do, by what was granted; the configuration or a provider's claim can add to it.
    pub roles: Vec<Role>,
    /// Which of them the configuration or a claim gives, whatever was granted.
    pub lent: Vec<Role>,
    /// When they left; `None`: they have not.
    pub deleted_at: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When the profile changed last.
    pub updated_at: i64,
    /// The language they chose for the pages; `None`: the one their browser asks for.
    pub language: Option<Language>,
}

impl Member {
    /// Whether they have this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they may see everything.
    pub fn oversees(&self) -> bool {
        self.has(Role::Operator) || self.has(Role::Auditor)
    }

    /// Adds a role that the configuration or a claim gives.
    pub fn add(&mut self, role: Role) {
        self.lent.push(role);
        if !self.has(role) {
            self.roles.push(role);
            self.roles.sort_unstable();
        }
    }
}

/// The columns of [`from_row`]; they come first, and what the query needs besides follows them.
pub(super) const COLUMNS: &str = "users.key, users.id, users.username, users.wallet, wallets.id, users.deleted_at, users.created_at, users.updated_at,
    EXISTS (SELECT 1 FROM roles WHERE user = users.key AND role = 'operator'),
    EXISTS (SELECT 1 FROM roles WHERE user = users.key AND role = 'auditor'),
    users.language";
/// How many there are.
pub(super) const COLUMN_COUNT: usize = 11;

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Member> {
    let mut roles = vec![Role::Member];
    if row.get(8)? {
        roles.push(Role::Operator);
    }
    if row.get(9)? {
        roles.push(Role::Auditor);
    }
    Ok(Member {
        key: row.get(0)?,
        id: row.get(1)?,
        username: row.get(2)?,
        wallet_key: row.get(3)?,
        wallet_id: row.get(4)?,
        roles,
        lent: Vec::new(),
        deleted_at: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
        // One that is not spoken here (any more) is none.
        language: row.get::<_, Option<String>>(10)?.and_then(|tag| tag.parse().ok()),
    })
}

/// The member with this identity, if anyone has seen it.
pub fn by_identity(conn: &Connection, issuer: &str, subject: &str) -> Result<Option<Member>> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM identities JOIN users ON users.key = identities.user JOIN wallets ON wallets.key = users.wallet
              WHERE identities.issuer = ?1 AND identities.subject = ?2"
        ))?
        .query_row([issuer, subject], from_row)
        .optional()?)
}

/// Those who have one of these roles, as far as that is known of them while they are not there: by what was
/// granted, or by the configuration, which names these identities. What a provider's claim gives is none of it: see
/// [`Overseers`](super::Overseers).
pub fn holders(conn: &Connection, roles: &[Role], configured: &[IdentityName]) -> Result<Vec<Member>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet
          WHERE users.key IN (SELECT user FROM roles WHERE role = ?1) AND users.deleted_at IS NULL"
    ))?;
    let mut found = Vec::new();
    for role in roles {
        found.extend(statement.query_map([role.as_str()], from_row)?.collect::<Result<Vec<_>, _>>()?);
    }
    for IdentityName { issuer, subject } in configured {
        let member = by_identity(conn, issuer, subject)?.filter(|member| member.deleted_at.is_none());
        found.extend(member);
    }
    Ok(each_once(found))
}

/// Each of them once.
pub(super) fn each_once(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_unstable_by_key(|member| member.key.0);
    members.dedup_by_key(|member| member.key);
    members
}

/// The refusal for an id nobody has.
pub fn user_not_found() -> Error {
    Error::new(Code::UserNotFound, "There is no user with this id.")
}

/// The member with this id, or `user_not_found`.
pub fn by_id(conn: &Connection, id: UserId) -> Result<Member> {
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.id = ?1"
    ))?
    .query_row([id], from_row)
    .optional()?
    .ok_or_else(user_not_found)
}

/// The member whose wallet this is; none: a system account's.
pub fn by_wallet(conn: &Connection, wallet: WalletKey) -> Result<Option<Member>> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.wallet = ?1"
        ))?
        .query_row([wallet], from_row)
        .optional()?)
}

/// The member with this key, which a row of ours names.
pub fn by_key(conn: &Connection, key: UserKey) -> Result<Member> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.key = ?1"
        ))?
        .query_row([key], from_row)?)
}

/// Members in the order of their names, those who left too if asked for.
pub fn list(conn: &Connection, deleted: bool) -> Result<Vec<Member>> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet
              WHERE ?1 OR users.deleted_at IS NULL ORDER BY users.username COLLATE NOCASE, users.key"
        ))?
        .query_map([deleted], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}

/// The identities bound to a user, as issuer and subject.
pub fn identities(conn: &Connection, user: UserKey) -> Result<Vec<(String, String)>> {
    Ok(conn
        .prepare_cached("SELECT issuer, subject FROM identities WHERE user = ?1 ORDER BY issuer, subject")?
        .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

/// Members who have not left and whom this issuer vouches for, in the order of their names.
pub fn list_of_issuer(conn: &Connection, issuer: &str) -> Result<Vec<Member>> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM users JOIN wallets ON wallets.key = users.wallet
              WHERE users.deleted_at IS NULL AND users.key IN (SELECT user FROM identities WHERE issuer = ?1)
              ORDER BY users.username COLLATE NOCASE, users.key"
        ))?
        .query_map([issuer], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}
