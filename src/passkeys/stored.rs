//! The passkeys that members have.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;
use webauthn_rs::prelude::{CredentialID, Passkey};

use crate::error::{Error, Result};
use crate::identity::{LOCAL_ISSUER, Member, member};
use crate::ledger::{UserId, UserKey};

/// A passkey as its member sees it in the list.
#[derive(Debug, Clone)]
pub struct StoredPasskey {
    /// What it is removed by.
    pub id: Uuid,
    /// What the member calls it.
    pub name: String,
    /// Whether the member's other devices have it too, by the device's own words.
    pub is_synced: bool,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it opened the door last.
    pub used_at: Option<i64>,
}

/// A member's passkeys, the oldest first.
pub fn of_member(conn: &Connection, user: UserKey) -> Result<Vec<StoredPasskey>> {
    Ok(conn
        .prepare_cached(
            "SELECT id, name, credential ->> '$.cred.backup_state', created_at, used_at
               FROM passkeys WHERE user = ?1 ORDER BY key",
        )?
        .query_map([user], |row| {
            let id: String = row.get(0)?;
            Ok(StoredPasskey {
                id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
                name: row.get(1)?,
                is_synced: row.get::<_, Option<bool>>(2)?.unwrap_or_default(),
                created_at: row.get(3)?,
                used_at: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

/// What the devices call a member's passkeys: they are asked not to make another.
pub(super) fn credential_ids(conn: &Connection, user: UserKey) -> Result<Vec<CredentialID>> {
    Ok(conn
        .prepare_cached("SELECT credential_id FROM passkeys WHERE user = ?1")?
        .query_map([user], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The passkey with this id, if it belongs to the member whose user handle came with it and who has
/// not left.
pub fn find(conn: &Connection, handle: Uuid, credential: &[u8]) -> Result<Option<(Passkey, Member)>> {
    let found: Option<(String, UserId)> = conn
        .prepare_cached(
            "SELECT passkeys.credential, users.id
               FROM passkeys JOIN identities ON identities.user = passkeys.user JOIN users ON users.key = passkeys.user
              WHERE passkeys.credential_id = ?1 AND identities.issuer = ?2 AND identities.subject = ?3
                AND users.deleted_at IS NULL",
        )?
        .query_row((credential, LOCAL_ISSUER, handle.hyphenated().to_string()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((passkey, user)) = found else { return Ok(None) };
    Ok(Some((serde_json::from_str(&passkey).map_err(Error::internal)?, member::by_id(conn, user)?)))
}
