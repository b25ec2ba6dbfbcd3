//! Sessions on the pages: opened when someone has signed in, ended when they sign out, are signed
//! out, leave, or stay away too long.
//!
//! The browser holds a [`Secret`] in a cookie; the database holds its hash.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::member::{self, Member, Role};
use super::secret::Secret;
use crate::config::Sessions;
use crate::error::{Error, Result};
use crate::ledger::{AuditAction, AuditLine, Command, Ledger, UserKey};
use crate::notices::{NoticeKind, tell};

/// A use is written down when the last one written is older than this: not with every page.
const SEEN_EVERY: i64 = 5 * 60_000;
/// Characters kept of what a browser says it is.
const DEVICE_MAX: usize = 255;
/// Browsers of one member that are known again.
const BROWSERS_MAX: i64 = 20;

/// How someone signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// At the community's identity provider.
    Provider,
    /// With a passkey.
    Passkey,
    /// By a one-time link.
    Link,
    /// With a recovery code.
    RecoveryCode,
    /// As anyone, with the developer identity.
    Developer,
}

impl Method {
    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Passkey => "passkey",
            Self::Link => "link",
            Self::RecoveryCode => "recovery_code",
            Self::Developer => "developer",
        }
    }

    fn from_row(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let word: String = row.get(column)?;
        [Self::Provider, Self::Passkey, Self::Link, Self::RecoveryCode, Self::Developer]
            .into_iter()
            .find(|method| method.as_str() == word)
            .ok_or(rusqlite::Error::InvalidQuery)
    }
}

/// What a provider's word rests on: a token that one of its keys signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The name of the key; empty for one without a name.
    pub key_id: String,
    /// How long the token is good, Unix milliseconds.
    pub until: i64,
}

/// Opens a session for someone who has just shown who they are. The member must be there.
///
/// Refused: `forbidden` for one who has left.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Who.
    pub user: UserKey,
    /// The identity by which they came in: issuer and subject.
    pub identity: (String, String),
    /// The roles that the provider's claims give them.
    pub roles: Vec<Role>,
    /// How they showed it.
    pub method: Method,
    /// What the provider's word rests on, where one vouched for them.
    pub vouched: Option<Vouched>,
    /// What their browser says it is.
    pub device: String,
    /// The request it came by.
    pub request_id: Option<String>,
    /// The session this browser had until now: it ends, whoever's it was.
    pub replaces: Option<Secret>,
    /// What the cookie will hold.
    pub secret: Secret,
    /// The time by the clock. Sessions go by the clock as it is, not by the ledger's time, which a
    /// clock that was once set ahead holds there.
    pub now: i64,
    /// For how long.
    pub limits: Sessions,
}

impl Command for OpenSession {
    type Output = Uuid;

    /// The new session's id. Whoever has left gets none.
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Uuid> {
        let now = self.now;
        forget_old(ledger.conn, now, &self.limits)?;
        if let Some(old) = &self.replaces {
            ledger.conn.prepare_cached("DELETE FROM sessions WHERE secret_hash = ?1")?.execute([old.hash()])?;
        }
        let id = Uuid::new_v4();
        let device: String = self.device.chars().filter(|character| !character.is_control()).take(DEVICE_MAX).collect();
        let roles = serde_json::to_string(&self.roles).map_err(Error::internal)?;
        let opened = ledger
            .conn
            .prepare_cached(
                "INSERT INTO sessions (id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at, key_id, token_expires_at)
                 SELECT ?1, ?2, key, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12 FROM users WHERE key = ?3 AND deleted_at IS NULL",
            )?
            .execute((
                id.hyphenated().to_string(),
                self.secret.hash(),
                self.user,
                &self.identity.0,
                &self.identity.1,
                roles,
                self.method.as_str(),
                device,
                now,
                now.saturating_add(milliseconds(self.limits.absolute)),
                self.vouched.as_ref().map(|vouched| &vouched.key_id),
                self.vouched.as_ref().map(|vouched| vouched.until),
            ))?;
        if opened != 1 {
            return Err(Error::left());
        }
        let user: String = ledger
            .conn
            .prepare_cached("SELECT id FROM users WHERE key = ?1")?
            .query_row([self.user], |row| row.get(0))?;
        // By their id, so that their name can be forgotten; their browser is in the session alone.
        ledger.audit(&AuditLine {
            operator: &format!("member {user}"),
            action: AuditAction::SessionOpen,
            target: &user,
            reason: "Signed in",
            details: json!({ "session": id, "method": self.method }),
            request_id: self.request_id.as_deref(),
            transactions: None,
            acting: None,
        })?;
        tell_of_new_browser(ledger, self.user, self.method, &self.device)?;
        Ok(id)
    }
}

/// Tells a member that somebody signed in as them in a browser that they had not used before. The very
/// first is nothing to tell.
fn tell_of_new_browser(ledger: &Ledger<'_>, user: UserKey, method: Method, device: &str) -> Result<()> {
    let (conn, now) = (ledger.conn, ledger.now());
    // Without its versions, which change every month.
    let browser: String = device
        .chars()
        .filter(|character| !character.is_control() && !character.is_ascii_digit())
        .take(DEVICE_MAX)
        .collect();
    let has_others: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM browsers WHERE user = ?1 AND browser <> ?2)")?
        .query_row((user, &browser), |row| row.get(0))?;
    let known = conn
        .prepare_cached("UPDATE browsers SET seen_at = ?3 WHERE user = ?1 AND browser = ?2")?
        .execute((user, &browser, now))?;
    if known > 0 {
        return Ok(());
    }
    conn.prepare_cached("INSERT INTO browsers (user, browser, seen_at) VALUES (?1, ?2, ?3)")?
        .execute((user, &browser, now))?;
    conn.prepare_cached(
        "DELETE FROM browsers WHERE user = ?1 AND browser NOT IN
           (SELECT browser FROM browsers WHERE user = ?1 ORDER BY seen_at DESC LIMIT ?2)",
    )?
    .execute((user, BROWSERS_MAX))?;
    if has_others {
        tell(ledger, user, NoticeKind::SignedIn, &serde_json::json!({ "method": method }))?;
    }
    Ok(())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A session whose last use lies no later than this is over.
/// A session that nobody has used since then is over.
pub(super) fn unused_since(now: i64, limits: &Sessions) -> i64 {
    now.saturating_sub(milliseconds(limits.idle))
}

/// Drops what is over, a few at a time, so that the table stays as large as what is in use.
fn forget_old(conn: &Connection, now: i64, limits: &Sessions) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= ?1 OR seen_at <= ?2 LIMIT 100)",
    )?
    .execute((now, unused_since(now, limits)))?;
    Ok(())
}

/// Which sessions of a member to end.
#[derive(Debug, Clone)]
pub enum Which {
    /// The one with this id.
    One(Uuid),
    /// All but the one with this id.
    Others(Uuid),
    /// All.
    All,
}

/// Ends sessions of one member; gives how many there were. What is over already is no refusal.
#[derive(Debug, Clone)]
pub struct EndSessions {
    /// Whose.
    pub user: UserKey,
    /// Which.
    pub which: Which,
}

impl Command for EndSessions {
    type Output = usize;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<usize> {
        let (one, others) = match self.which {
            Which::One(id) => (Some(id.hyphenated().to_string()), None),
            Which::Others(id) => (None, Some(id.hyphenated().to_string())),
            Which::All => (None, None),
        };
        Ok(ledger
            .conn
            .prepare_cached("DELETE FROM sessions WHERE user = ?1 AND (?2 IS NULL OR id = ?2) AND id IS NOT ?3")?
            .execute((self.user, one, others))?)
    }
}

/// Ends the sessions that a provider vouched for with a key that it has withdrawn: taken away while the
/// tokens it signed were still good. A key that was listed for as long as they were good was changed in
/// the ordinary course, and nobody is signed out for that.
#[derive(Debug, Clone)]
pub struct EndWithdrawn {
    /// The provider.
    pub issuer: String,
    /// The keys it lists.
    pub listed: Vec<String>,
    /// When it is known to have listed the others last, Unix milliseconds.
    pub last_listed: i64,
}

impl Command for EndWithdrawn {
    type Output = usize;

    /// How many there were.
    fn run(self, ledger: &mut Ledger<'_>) -> Result<usize> {
        let listed = serde_json::to_string(&self.listed).map_err(Error::internal)?;
        Ok(ledger
            .conn
            .prepare_cached(
                "DELETE FROM sessions WHERE issuer = ?1 AND token_expires_at > ?2
                    AND key_id NOT IN (SELECT value FROM json_each(?3))",
            )?
            .execute((self.issuer, self.last_listed, listed))?)
    }
}

/// Writes down that a session was used.
#[derive(Debug, Clone, Copy)]
pub struct TouchSession {
    /// The session.
    pub id: Uuid,
    /// When, by the clock.
    pub now: i64,
}

impl Command for TouchSession {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger
            .conn
            .prepare_cached("UPDATE sessions SET seen_at = ?2 WHERE id = ?1 AND seen_at < ?2")?
            .execute((self.id.hyphenated().to_string(), self.now))?;
        Ok(())
    }
}

/// A session as its member sees it in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionInfo {
    /// What it is ended by.
    pub id: Uuid,
    /// How they signed in.
    pub method: Method,
    /// What the browser says it is.
    pub device: String,
    /// When they signed in, Unix milliseconds.
    pub signed_in_at: i64,
    /// When it was used last, to some minutes.
    pub seen_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

/// An open session, and whose it is.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// The session.
    pub info: SessionInfo,
    /// The member, with the roles that are granted here.
    pub member: Member,
    /// The roles that the provider's claims gave at sign-in, as long as that counts.
    pub claimed: Vec<Role>,
    /// The same, when it counts no longer: they need to sign in again.
    pub lapsed: Vec<Role>,
    /// The identity by which they came in: issuer and subject.
    pub identity: (String, String),
}

impl OpenedSession {
    /// Whether the last use that was written down is long enough ago to write this one.
    pub fn is_to_be_touched(&self, now: i64) -> bool {
        now.saturating_sub(self.info.seen_at) >= SEEN_EVERY
    }
}

/// The columns of [`info`].
const INFO: &str =
    "sessions.id, sessions.method, sessions.device, sessions.signed_in_at, sessions.seen_at, sessions.expires_at";
/// How many there are.
const INFO_COLUMNS: usize = 6;

fn info(row: &Row<'_>, first: usize) -> rusqlite::Result<SessionInfo> {
    let id: String = row.get(first)?;
    Ok(SessionInfo {
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        method: Method::from_row(row, first + 1)?,
        device: row.get(first + 2)?,
        signed_in_at: row.get(first + 3)?,
        seen_at: row.get(first + 4)?,
        expires_at: row.get(first + 5)?,
    })
}

/// The session whose cookie holds this secret, if it is open now and its member has not left.
pub fn by_secret(conn: &Connection, secret: &Secret, now: i64, limits: &Sessions) -> Result<Option<OpenedSession>> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT {}, {INFO}, sessions.issuer, sessions.subject, sessions.roles
               FROM sessions JOIN users ON users.key = sessions.user JOIN wallets ON wallets.key = users.wallet
              WHERE sessions.secret_hash = ?1 AND sessions.expires_at > ?2 AND sessions.seen_at > ?3
                AND users.deleted_at IS NULL",
            member::COLUMNS
        ))?
        .query_row((secret.hash(), now, unused_since(now, limits)), |row| {
            let next = member::COLUMN_COUNT + INFO_COLUMNS;
            Ok((
                OpenedSession {
                    member: member::from_row(row)?,
                    claimed: Vec::new(),
                    lapsed: Vec::new(),
                    info: info(row, member::COLUMN_COUNT)?,
                    identity: (row.get(next)?, row.get(next + 1)?),
                },
                row.get::<_, String>(next + 2)?,
            ))
        })
        .optional()?;
    let Some((mut session, claimed)) = found else { return Ok(None) };
    // Nobody looks again at what the provider says, so that its word holds for a while only.
    let roles = serde_json::from_str(&claimed).map_err(Error::internal)?;
    if now.saturating_sub(session.info.signed_in_at) < milliseconds(limits.claimed_role) {
        session.claimed = roles;
    } else if !limits.claimed_role.is_zero() {
        session.lapsed = roles;
    }
    Ok(Some(session))
}

/// A member's open sessions, the one used last first.
pub fn of_member(conn: &Connection, user: UserKey, now: i64, limits: &Sessions) -> Result<Vec<SessionInfo>> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {INFO} FROM sessions WHERE user = ?1 AND expires_at > ?2 AND seen_at > ?3 ORDER BY seen_at DESC, key DESC"
        ))?
        .query_map((user, now, unused_since(now, limits)), |row| info(row, 0))?
        .collect::<rusqlite::Result<_>>()?)
}
