//! Members for whom the community itself vouches: they came in by an invitation, not by a provider.
//!
//! Their identity has the issuer [`LOCAL_ISSUER`] and a random subject, which their passkeys keep as
//! the user handle: it says nothing about them to whoever reads it.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::register::{bind, insert_user};
use crate::error::{Error, Result};
use crate::ledger::{Ledger, UserKey};

/// The issuer of local identities.
pub const LOCAL_ISSUER: &str = "urn:communitytoken:local";

/// Makes a member with a local identity; gives their key. Part of the command that lets them in.
pub fn register_local(ledger: &Ledger<'_>, handle: Uuid, username: &str) -> Result<UserKey> {
    let key = insert_user(ledger, username)?;
    bind_local(ledger, key, handle)?;
    Ok(key)
}

/// Gives a member of a provider a local identity besides, so that they can have passkeys here.
pub fn bind_local(ledger: &Ledger<'_>, user: UserKey, handle: Uuid) -> Result<()> {
    bind(ledger, user, LOCAL_ISSUER, &handle.hyphenated().to_string())
}

/// The subject of a member's local identity, if they have one.
pub fn local_subject(conn: &Connection, user: UserKey) -> Result<Option<Uuid>> {
    let subject: Option<String> = conn
        .prepare_cached("SELECT subject FROM identities WHERE user = ?1 AND issuer = ?2")?
        .query_row((user, LOCAL_ISSUER), |row| row.get(0))
        .optional()?;
    subject.map(|subject| subject.parse().map_err(Error::internal)).transpose()
}

/// The member's local identity as a session names it.
pub fn local_identity(handle: Uuid) -> (String, String) {
    (LOCAL_ISSUER.to_owned(), handle.hyphenated().to_string())
}
