//! Telling a member something.

use serde_json::Value;

use super::letters::queue;
use super::{Channel, NoticeKind, wants};
use crate::error::Result;
use crate::ledger::{Ledger, UserKey};

/// What is kept for one member; what is older goes.
const KEPT: i64 = 200;

/// Tells a member, by each way that they want to hear it by, in the transaction of what is told.
pub fn tell(ledger: &Ledger<'_>, user: UserKey, kind: NoticeKind, details: &Value) -> Result<()> {
    tell_on_page(ledger, user, kind, details)?;
    for way in [Channel::Mail, Channel::Push] {
        if wants(ledger.conn, user, kind, way)? {
            queue(ledger.conn, user, kind, way, details, ledger.now())?;
        }
    }
    Ok(())
}

/// Tells a member on the page of what is new, where they want to hear it.
pub(super) fn tell_on_page(ledger: &Ledger<'_>, user: UserKey, kind: NoticeKind, details: &Value) -> Result<()> {
    let (conn, now) = (ledger.conn, ledger.now());
    if !kind.is_payment() && wants(conn, user, kind, Channel::Page)? {
        conn.prepare_cached("INSERT INTO notices (user, kind, details, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute((user, kind.as_str(), details.to_string(), now))?;
        conn.prepare_cached(
            "DELETE FROM notices WHERE key IN
               (SELECT key FROM notices WHERE user = ?1 ORDER BY created_at DESC, key DESC LIMIT 100 OFFSET ?2)",
        )?
        .execute((user, KEPT))?;
    }
    Ok(())
}
