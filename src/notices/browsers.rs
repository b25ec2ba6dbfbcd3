//! Browsers in which a member wants to be told while no page of ours is open (Web Push). One belongs to the
//! session in which it was put in, and goes with it: whoever signs out hears nothing there any more.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ledger::{Command, Ledger, UserKey};

/// How many one member may have.
const MOST: i64 = 10;

/// Where messages for a browser are taken, and by what they are closed to all but it (RFC 8291).
#[derive(Debug, Clone)]
pub struct Browser {
    /// How rows refer to it.
    pub key: i64,
    /// The address at the browser's own push service.
    pub endpoint: String,
    /// The browser's public key, a point of P-256.
    pub public_key: [u8; 65],
    /// What the two share besides.
    pub secret: [u8; 16],
}

impl Browser {
    pub(super) fn by_key(conn: &Connection, key: i64) -> Result<Option<Self>> {
        Ok(conn
            .prepare_cached("SELECT key, endpoint, public_key, secret FROM push_browsers WHERE key = ?1")?
            .query_row([key], |row| {
                Ok(Self { key: row.get(0)?, endpoint: row.get(1)?, public_key: row.get(2)?, secret: row.get(3)? })
            })
            .optional()?)
    }
}

/// The browsers of a member.
pub(super) fn of_member(conn: &Connection, user: UserKey) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached("SELECT key FROM push_browsers WHERE user = ?1 ORDER BY key")?;
    Ok(statement.query_map([user], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Whether this session's browser is one of them.
pub fn has_browser(conn: &Connection, session: Uuid) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM push_browsers JOIN sessions ON sessions.key = push_browsers.session
                             WHERE sessions.id = ?1)",
        )?
        .query_row([session.hyphenated().to_string()], |row| row.get(0))?)
}

/// A member wants to be told in this browser. One that was somebody else's before, on the same device, is
/// theirs from now on.
///
/// Refused: `invalid_request` for more browsers than one member may have.
#[derive(Debug, Clone)]
pub struct AddBrowser {
    /// Whose.
    pub user: UserKey,
    /// In which session.
    pub session: Uuid,
    /// See [`Browser`].
    pub endpoint: String,
    /// See [`Browser`].
    pub public_key: [u8; 65],
    /// See [`Browser`].
    pub secret: [u8; 16],
}

impl Command for AddBrowser {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let conn = ledger.conn;
        RemoveBrowser { session: self.session }.run(ledger)?;
        conn.prepare_cached("DELETE FROM push_browsers WHERE endpoint = ?1")?.execute([&self.endpoint])?;
        if i64::try_from(of_member(conn, self.user)?.len()).is_ok_and(|there| there >= MOST) {
            return Err(Error::field("endpoint", format!("is the {}th; {MOST} browsers are the most", MOST + 1)));
        }
        let added = conn
            .prepare_cached(
                "INSERT INTO push_browsers (user, session, endpoint, public_key, secret, created_at)
                 SELECT user, key, ?3, ?4, ?5, ?6 FROM sessions WHERE id = ?1 AND user = ?2",
            )?
            .execute((
                self.session.hyphenated().to_string(),
                self.user,
                &self.endpoint,
                self.public_key,
                self.secret,
                ledger.now(),
            ))?;
        // The session has ended meanwhile.
        if added == 1 { Ok(()) } else { Err(Error::unauthorized()) }
    }
}

/// In the browser of this session nobody is told any more. To be said twice does no harm.
#[derive(Debug, Clone, Copy)]
pub struct RemoveBrowser {
    /// Which.
    pub session: Uuid,
}

impl Command for RemoveBrowser {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger
            .conn
            .prepare_cached("DELETE FROM push_browsers WHERE session = (SELECT key FROM sessions WHERE id = ?1)")?
            .execute([self.session.hyphenated().to_string()])?;
        Ok(())
    }
}

/// Its push service says that there is no such browser any more.
#[derive(Debug, Clone, Copy)]
pub struct ForgetBrowser(
    /// Which.
    pub i64,
);

impl Command for ForgetBrowser {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger.conn.prepare_cached("DELETE FROM push_browsers WHERE key = ?1")?.execute([self.0])?;
        Ok(())
    }
}

/// The key by which push services know this program (RFC 8292): the one that is kept, or this one from now on.
#[derive(Debug, Clone)]
pub struct KeepPushKey(
    /// In PKCS #8.
    pub Vec<u8>,
);

impl Command for KeepPushKey {
    type Output = Vec<u8>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Vec<u8>> {
        ledger
            .conn
            .prepare_cached("INSERT OR IGNORE INTO push_key (only, private) VALUES (1, ?1)")?
            .execute([self.0])?;
        push_key(ledger.conn)?.ok_or_else(|| Error::internal("the push key is not there"))
    }
}

/// The key that is kept.
pub fn push_key(conn: &Connection) -> Result<Option<Vec<u8>>> {
    Ok(conn.prepare_cached("SELECT private FROM push_key")?.query_row([], |row| row.get(0)).optional()?)
}
