//! A member gets one more passkey.

use serde_json::json;
use uuid::Uuid;
use webauthn_rs::prelude::Passkey;

use super::codes::{Codes, codes_left, replace_codes};
use crate::error::{Code, Error, Result};
use crate::identity::{Member, bind_local, local_subject, member};
use crate::language::Language;
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId};

/// Characters of a passkey's name at most.
const NAME_MAX: usize = 60;

/// Adds a passkey that was just made and checked. A member who has no recovery codes left gets these.
///
/// Refused: `passkey_refused` when somebody has it already.
pub struct AddPasskey {
    /// Whose it will be.
    pub user_id: UserId,
    /// The user handle it keeps.
    pub handle: Uuid,
    /// What the member calls it.
    pub name: String,
    /// Its public half.
    pub passkey: Passkey,
    /// Recovery codes, should they be needed.
    pub codes: Codes,
    /// The member themselves.
    pub authority: Authority,
}

impl Command for AddPasskey {
    /// The codes to be shown now, if the member got new ones.
    type Output = Option<Codes>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Option<Codes>> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        match local_subject(ledger.conn, user.key)? {
            Some(handle) if handle != self.handle => return Err(Error::internal("a passkey with a foreign handle")),
            Some(_) => {}
            None => bind_local(ledger, user.key, self.handle)?,
        }
        insert(ledger, &user, &self.name, &self.passkey, &self.authority)?;
        if codes_left(ledger.conn, user.key)? > 0 {
            return Ok(None);
        }
        replace_codes(ledger, &user, &self.codes, &self.authority)?;
        Ok(Some(self.codes))
    }
}

/// Writes a new passkey down. Part of the commands that bring a member one.
pub fn insert(
    ledger: &mut Ledger<'_>,
    user: &Member,
    name: &str,
    passkey: &Passkey,
    authority: &Authority,
) -> Result<()> {
    let known: bool = ledger
        .conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM passkeys WHERE credential_id = ?1)")?
        .query_row([passkey.cred_id()], |row| row.get(0))?;
    if known {
        return Err(
            Error::new(Code::PasskeyRefused, "This passkey is in use already.").in_words("refusal-passkey-known")
        );
    }
    let id = Uuid::new_v4().hyphenated().to_string();
    let details = json!({ "passkey": id });
    ledger.audit(&authority.line(AuditAction::PasskeyAdd, &user.id.to_string(), details))?;
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO passkeys (id, credential_id, user, name, credential, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            id,
            passkey.cred_id(),
            user.key,
            fit(name),
            serde_json::to_string(passkey).map_err(Error::internal)?,
            ledger.now(),
        ))?;
    Ok(())
}

/// What a member calls a passkey, or what it is called in their language where they say nothing.
pub(crate) fn called(typed: String, language: Language) -> String {
    if typed.trim().is_empty() { language.say("passkeys-my-passkey").into() } else { typed }
}

/// A name as it is kept: what is too long is cut, and none becomes one.
fn fit(name: &str) -> String {
    let kept: String = name.trim().chars().filter(|character| !character.is_control()).take(NAME_MAX).collect();
    if kept.is_empty() { "My passkey".into() } else { kept }
}
