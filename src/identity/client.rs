//! Service clients: programs with a credential of their own, a chat bot say, that act for members
//! who have allowed it.

use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::member::{self, Member};
use super::secret::Secret;
use crate::error::{Code, Error, Result};
use crate::ledger::{ClientKey, Command, Ledger, UserKey};

/// What every credential begins with, so that it is known for what it is, here and by programs that
/// look for leaked secrets.
const PREFIX: &str = "ctk_";
/// A use is written down when the last one written is older than this: not with every call.
const USED_EVERY: i64 = 5 * 60_000;
/// What clients call is counted by the hour.
const HOUR_MS: i64 = 3_600_000;

/// What a service client may do. Whatever is not named here, it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Pay and give back for a member who allows it.
    #[serde(rename = "transfers:write")]
    TransfersWrite,
    /// Read profile, wallet, history and directory as such a member does.
    #[serde(rename = "wallet:read")]
    WalletRead,
    /// Write down what such a member took part in. It opens no call yet: a program that will need it
    /// can be given it, and its members asked, before activities are there.
    #[serde(rename = "activities:write")]
    ActivitiesWrite,
    /// Read the statistics of the community.
    #[serde(rename = "statistics:read")]
    StatisticsRead,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::TransfersWrite, Self::WalletRead, Self::ActivitiesWrite, Self::StatisticsRead];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TransfersWrite => "transfers:write",
            Self::WalletRead => "wallet:read",
            Self::ActivitiesWrite => "activities:write",
            Self::StatisticsRead => "statistics:read",
        }
    }

    /// Whether it is about a member, who then has to allow it.
    pub const fn is_for_members(self) -> bool {
        !matches!(self, Self::StatisticsRead)
    }

    /// What it means to the member who is asked: a text of the pages.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::TransfersWrite => "clients-scope-transfers-write",
            Self::WalletRead => "clients-scope-wallet-read",
            Self::ActivitiesWrite => "clients-scope-activities-write",
            Self::StatisticsRead => "clients-scope-statistics-read",
        }
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.map(Self::as_str).join(", ");
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| Error::field("scopes", format!("{text:?} is none; there are {known}")))
    }
}

/// What a client shows. Never written anywhere; the database has the hash of the secret in it.
#[derive(Debug, Clone)]
pub struct Credential(Secret);

impl Credential {
    /// A new one.
    pub fn random() -> Result<Self> {
        Secret::random().map(Self)
    }

    /// Whether a bearer token wants to be a credential.
    pub fn is_meant(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// The text to hand out, once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", self.0.reveal())
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        self.0.hash()
    }
}

impl FromStr for Credential {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        text.strip_prefix(PREFIX).ok_or(())?.parse().map(Self)
    }
}

/// A service client.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceClient {
    /// How rows refer to it.
    #[serde(skip)]
    pub key: ClientKey,
    /// How people refer to it.
    pub id: Uuid,
    /// What members know it by.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it was used last, to some minutes, Unix milliseconds.
    pub last_used_at: Option<i64>,
    /// When it was revoked, for good, Unix milliseconds.
    pub revoked_at: Option<i64>,
}

impl ServiceClient {
    /// Whether it has this scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the last use that was written down is long enough ago to write this one.
    pub fn is_to_be_touched(&self, now: i64) -> bool {
        self.last_used_at.is_none_or(|used| now.saturating_sub(used) >= USED_EVERY)
    }
}

const COLUMNS: &str = "service_clients.key, service_clients.id, service_clients.name, service_clients.scopes,
    service_clients.created_at, service_clients.last_used_at,
    (SELECT audit_log.created_at FROM audit_log WHERE audit_log.sequence = service_clients.revoked)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ServiceClient> {
    let (id, scopes): (String, String) = (row.get(1)?, row.get(3)?);
    Ok(ServiceClient {
        key: row.get(0)?,
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        name: row.get(2)?,
        scopes: serde_json::from_str(&scopes).map_err(|_| rusqlite::Error::InvalidQuery)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
        revoked_at: row.get(6)?,
    })
}

/// The client that shows this credential, unless it is revoked.
pub fn by_credential(conn: &Connection, credential: &Credential) -> Result<Option<ServiceClient>> {
    Ok(conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM service_clients WHERE secret_hash = ?1 AND revoked IS NULL"))?
        .query_row([credential.hash()], from_row)
        .optional()?)
}

/// The client with this id, revoked or not.
pub fn by_id(conn: &Connection, id: Uuid) -> Result<ServiceClient> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM service_clients WHERE id = ?1"))?
        .query_row([id.hyphenated().to_string()], from_row)
        .optional()?
        .ok_or_else(client_not_found)
}

/// All clients, the newest first.
pub fn list(conn: &Connection) -> Result<Vec<ServiceClient>> {
    Ok(conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM service_clients ORDER BY key DESC"))?
        .query_map([], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}

/// The refusal for a client nobody knows.
pub fn client_not_found() -> Error {
    Error::new(Code::ClientNotFound, "There is no service client with this id.")
}

/// The refusal for a member who has not allowed it, who has left, or whom nobody knows: the client
/// is not told which.
pub fn not_allowed() -> Error {
    Error::new(
        Code::ClientNotAllowed,
        "Nobody with this identity lets this client act for them. Members allow it on their profile page.",
    )
}

/// The member with this identity, and whether they let the client act for them. Never registers anyone.
pub fn asked_for(conn: &Connection, client: ClientKey, issuer: &str, subject: &str) -> Result<Option<(Member, bool)>> {
    let Some(member) = member::by_identity(conn, issuer, subject)? else { return Ok(None) };
    let allows = match permitted(conn, client, member.key) {
        Ok(_) => true,
        Err(error) if error.code == Code::ClientNotAllowed => false,
        Err(error) => return Err(error),
    };
    Ok(Some((member, allows)))
}

/// The client's name, if this member is here and lets it act for them now.
pub fn permitted(conn: &Connection, client: ClientKey, user: UserKey) -> Result<String> {
    conn.prepare_cached(
        "SELECT service_clients.name FROM client_permissions
           JOIN service_clients ON service_clients.key = client_permissions.client
           JOIN users ON users.key = client_permissions.user
          WHERE client_permissions.user = ?1 AND client_permissions.client = ?2
            AND service_clients.revoked IS NULL AND users.deleted_at IS NULL",
    )?
    .query_row((user, client), |row| row.get(0))
    .optional()?
    .ok_or_else(not_allowed)
}

/// Writes down that a client was used.
#[derive(Debug, Clone, Copy)]
pub struct TouchClient {
    /// The client.
    pub key: ClientKey,
}

impl Command for TouchClient {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let now = ledger.now();
        ledger
            .conn
            .prepare_cached(
                "UPDATE service_clients SET last_used_at = ?2
                  WHERE key = ?1 AND revoked IS NULL AND coalesce(last_used_at, 0) < ?2",
            )?
            .execute((self.key, now))?;
        Ok(())
    }
}

/// What became of a client's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It gets what it asked for.
    Answered,
    /// It was refused, with this code.
    Refused(Code),
}

impl CallOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused(code) => code.as_str(),
        }
    }
}

/// Counts a client's call, before it is answered. Whether the member still allows what is about to be
/// shown is judged here too: the outcome that counts is the one this gives back.
#[derive(Debug, Clone)]
pub struct CountCall {
    /// The client.
    pub client: ClientKey,
    /// The member it called for; none for itself, or for an identity nobody here has.
    pub user: Option<UserKey>,
    /// The method of HTTP.
    pub method: String,
    /// The path it called, without what stands in its places.
    pub path: String,
    /// What became of it.
    pub outcome: CallOutcome,
}

impl Command for CountCall {
    type Output = CallOutcome;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<CallOutcome> {
        let refused = match (self.outcome, self.user) {
            (CallOutcome::Answered, Some(user)) => permitted(ledger.conn, self.client, user).err(),
            _ => None,
        };
        let outcome = refused.map_or(self.outcome, |error| CallOutcome::Refused(error.code));
        let now = ledger.now();
        let hour_at = now - now.rem_euclid(HOUR_MS);
        let row = (hour_at, self.client, self.user, &self.method, &self.path, outcome.as_str());
        let counted = ledger
            .conn
            .prepare_cached(
                "UPDATE service_counts SET count = count + 1
                  WHERE hour_at = ?1 AND client = ?2 AND coalesce(user, 0) = coalesce(?3, 0)
                    AND method = ?4 AND path = ?5 AND outcome = ?6",
            )?
            .execute(row)?;
        if counted == 0 {
            ledger
                .conn
                .prepare_cached(
                    "INSERT INTO service_counts (hour_at, client, user, method, path, outcome, count)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)",
                )?
                .execute(row)?;
        }
        Ok(outcome)
    }
}
