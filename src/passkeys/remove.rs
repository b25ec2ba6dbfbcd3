//! A member takes a passkey away: a lost phone, a sold computer.

use serde_json::json;
use uuid::Uuid;

use super::codes::codes_left;
use crate::error::{Code, Error, Result};
use crate::identity::member;
use crate::identity::session::{EndSessions, Which};
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId};
use crate::web::path_id;

path_id!(
    /// A passkey, as its member knows it.
    pub(super) PasskeyId, passkey_not_found
);

fn passkey_not_found() -> Error {
    Error::new(Code::PasskeyNotFound, "You have no such passkey.")
}

/// Removes a passkey, and ends the member's sessions on all other browsers: whoever holds the lost
/// phone is out.
///
/// Refused: `passkey_not_found`, `last_way_in` when the member could not sign in any more.
#[derive(Debug, Clone)]
pub struct RemovePasskey {
    /// Whose.
    pub user_id: UserId,
    /// Which.
    pub passkey: Uuid,
    /// The session in which it is asked for: it stays.
    pub session: Uuid,
    /// The issuers by which members can sign in besides.
    pub providers: Vec<String>,
    /// The member themselves.
    pub authority: Authority,
}

impl Command for RemovePasskey {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        let id = self.passkey.hyphenated().to_string();
        let removed = ledger.conn.execute("DELETE FROM passkeys WHERE id = ?1 AND user = ?2", (&id, user.key))?;
        if removed == 0 {
            return Err(passkey_not_found());
        }
        let others: i64 =
            ledger.conn.query_row("SELECT count(*) FROM passkeys WHERE user = ?1", [user.key], |row| row.get(0))?;
        let by_provider =
            member::identities(ledger.conn, user.key)?.iter().any(|(issuer, _)| self.providers.contains(issuer));
        if others == 0 && codes_left(ledger.conn, user.key)? == 0 && !by_provider {
            return Err(Error::new(
                Code::LastWayIn,
                "This is your only passkey, and you have no recovery code left: without it you could not sign in any more. Add another passkey or make new recovery codes first.",
            ));
        }
        ledger.audit(&self.authority.line(
            AuditAction::PasskeyRemove,
            &user.id.to_string(),
            json!({ "passkey": id }),
        ))?;
        EndSessions { user: user.key, which: Which::Others(self.session) }.run(ledger)?;
        Ok(())
    }
}
