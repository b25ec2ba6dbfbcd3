//! Recovery codes: eight, each for one time, for whoever has lost their passkeys.
//!
//! A code has 80 random bits, so nobody can guess one, and a plain SHA-256 is enough to keep: a slow
//! hash is for secrets that people think up. It is looked up by that hash, so what can be learned by
//! measuring time is a part of a hash, which opens nothing.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use rusqlite::{Connection, OptionalExtension};
use serde_json::json;

use crate::error::{Code, Error, Result};
use crate::identity::{Member, local_identity, local_subject, member};
use crate::ledger::{AuditAction, Authority, Command, Ledger, UserId, UserKey};
use crate::web::RequestId;

/// Codes in a set.
const CODES: usize = 8;
/// Characters of a code, each worth five bits.
const CHARACTERS: usize = 16;
/// Without those that people mistake for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A set of codes, to be shown once.
#[derive(Clone)]
pub struct Codes([String; CODES]);

impl Codes {
    /// A new set.
    pub fn random() -> Result<Self> {
        let mut codes = [const { String::new() }; CODES];
        for code in &mut codes {
            let mut bytes = [0_u8; CHARACTERS];
            rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
            *code = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        }
        Ok(Self(codes))
    }

    /// The codes as they are shown: `K7QM-3XRT-0B5N-W8ZD`.
    pub fn shown(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|code| {
                let groups: Vec<&str> = (0..CHARACTERS).step_by(4).map(|start| &code[start..start + 4]).collect();
                groups.join("-")
            })
            .collect()
    }
}

/// What is kept of a code.
fn hash(code: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, format!("communitytoken recovery code {code}").as_bytes()).as_ref());
    hash
}

/// A code as someone typed it, made into what was given out: small letters, other dashes, spaces, and
/// the letters that look like digits.
fn read(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|character| character.is_alphanumeric())
        .map(|character| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .take(CHARACTERS + 1)
        .collect();
    (code.len() == CHARACTERS && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

/// Codes a member has left.
pub fn codes_left(conn: &Connection, user: UserKey) -> Result<i64> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM recovery_codes WHERE user = ?1 AND used_at IS NULL")?
        .query_row([user], |row| row.get(0))?)
}

/// Puts a set in the place of the one before. Part of the commands that bring a member one.
pub fn replace_codes(ledger: &mut Ledger<'_>, user: &Member, codes: &Codes, authority: &Authority) -> Result<()> {
    ledger.audit(&authority.line(AuditAction::RecoveryCodesCreate, &user.id.to_string(), json!({ "count": CODES })))?;
    ledger.conn.execute("DELETE FROM recovery_codes WHERE user = ?1", [user.key])?;
    for code in &codes.0 {
        ledger
            .conn
            .prepare_cached("INSERT INTO recovery_codes (code_hash, user, created_at) VALUES (?1, ?2, ?3)")?
            .execute((hash(code), user.key, ledger.now()))?;
    }
    Ok(())
}

/// A member makes a new set; the old codes open nothing any more.
pub struct NewCodes {
    /// Whose.
    pub user_id: UserId,
    /// The set.
    pub codes: Codes,
    /// The member themselves.
    pub authority: Authority,
}

impl Command for NewCodes {
    type Output = Codes;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Codes> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        replace_codes(ledger, &user, &self.codes, &self.authority)?;
        Ok(self.codes)
    }
}

/// Someone comes in with a code, which is used up by it.
///
/// Refused: `code_refused`, whatever is wrong with it.
pub struct UseCode {
    /// As it was typed.
    pub typed: String,
    /// The request it came by.
    pub request_id: RequestId,
}

impl Command for UseCode {
    /// The member, and the identity by which they come in.
    type Output = (Member, (String, String));

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let refused = || {
            Error::new(
                Code::CodeRefused,
                "This code does not open the door. Codes work once; perhaps you have used it, or made new ones since.",
            )
        };
        let hash = hash(&read(&self.typed).ok_or_else(refused)?);
        let user: Option<UserId> = ledger
            .conn
            .prepare_cached(
                "SELECT users.id FROM recovery_codes JOIN users ON users.key = recovery_codes.user
                  WHERE code_hash = ?1 AND used_at IS NULL AND users.deleted_at IS NULL",
            )?
            .query_row([hash], |row| row.get(0))
            .optional()?;
        let user = member::by_id(ledger.conn, user.ok_or_else(refused)?)?;
        let handle = local_subject(ledger.conn, user.key)?.ok_or_else(refused)?;
        let authority = Authority::of_member(user.id, "Signed in with a recovery code", &self.request_id.0)?;
        ledger.audit(&authority.line(AuditAction::RecoveryCodeUse, &user.id.to_string(), json!({})))?;
        ledger
            .conn
            .prepare_cached("UPDATE recovery_codes SET used_at = ?2 WHERE code_hash = ?1")?
            .execute((hash, ledger.now()))?;
        Ok((user, local_identity(handle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown is read again, however it is typed; nothing else is.
    #[test]
    fn codes_are_read_as_people_type_them() {
        for shown in Codes::random().unwrap().shown() {
            let code = shown.replace('-', "");
            assert_eq!(read(&shown).as_deref(), Some(code.as_str()));
            let typed = format!(" {} ", shown.to_lowercase().replace('-', " — ").replace('0', "o").replace('1', "l"));
            assert_eq!(read(&typed), Some(code));
        }
        for wrong in
            ["", "K7QM", "K7QM-3XRT-0B5N-W8Z", "K7QM-3XRT-0B5N-W8ZDD", "U7QM-3XRT-0B5N-W8ZD", "äöüß-3XRT-0B5N-W8ZD"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    /// Eight different ones, of every character.
    #[test]
    fn codes_are_random() {
        let mut codes: Vec<String> = (0..50).flat_map(|_| Codes::random().unwrap().0).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!((count, codes.len()), (400, 400));
        let all = codes.concat();
        assert!(ALPHABET.iter().all(|character| all.contains(char::from(*character))));
    }
}
