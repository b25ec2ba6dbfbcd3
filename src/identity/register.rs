//! Registration on first sight (Identity & Access Management, Authentication Flow): whoever comes
//! with a valid identity nobody has seen before becomes a member, with a wallet, in one step.

use rusqlite::{Connection, OptionalExtension};

use super::member::{Member, by_identity, user_not_found};
use crate::error::{Code, Error, Result};
use crate::ledger::{Command, Ledger, UserId, UserKey, WalletId};

/// Of those who share a name, so many are told by their ids.
const NAMED_MAX: usize = 10;

/// An identity and the name its provider gives it.
#[derive(Debug, Clone)]
pub struct Register {
    /// Who vouches.
    pub issuer: String,
    /// For whom.
    pub subject: String,
    /// What the provider calls them; made fit for a username.
    pub name: Option<String>,
}

impl Command for Register {
    type Output = Member;

    /// The member with this identity, made now if there was none. Two first sights at the same
    /// moment give one member.
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        if let Some(member) = by_identity(ledger.conn, &self.issuer, &self.subject)? {
            return Ok(member);
        }
        let user = insert_user(ledger, &username(self.name.as_deref()))?;
        bind(ledger, user, &self.issuer, &self.subject)?;
        by_identity(ledger.conn, &self.issuer, &self.subject)?
            .ok_or_else(|| Error::internal("a new member is not there"))
    }
}

/// Binds an identity to a user.
pub(super) fn bind(ledger: &Ledger<'_>, user: UserKey, issuer: &str, subject: &str) -> Result<()> {
    ledger
        .conn
        .prepare_cached("INSERT INTO identities (issuer, subject, user, created_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((issuer, subject, user, ledger.now()))?;
    Ok(())
}

/// Makes a user with an empty wallet; gives the user's key.
pub(super) fn insert_user(ledger: &Ledger<'_>, username: &str) -> Result<UserKey> {
    let (wallet, _) = ledger.open_wallet(false)?;
    ledger
        .conn
        .prepare_cached("INSERT INTO users (id, wallet, username, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)")?
        .execute((UserId::random(), wallet, username, ledger.now()))?;
    Ok(UserKey(ledger.conn.last_insert_rowid()))
}

/// Whether a text is a username: 3 to 255 letters, digits, `_` or `-`.
pub fn check_username(text: &str) -> Result<()> {
    check_name("username", text, 255)
}

/// Whether a text is a name, of a member, a system account or a service client.
pub fn check_name(field: &str, text: &str, characters_max: usize) -> Result<()> {
    let fits = (3..=characters_max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if fits {
        Ok(())
    } else {
        Err(Error::field(field, format!("must be 3 to {characters_max} letters (a to z), digits, _ or -")))
    }
}

/// The provider's name made into a username; one that says nothing becomes `member`.
fn username(name: Option<&str>) -> String {
    let kept: String = name
        .unwrap_or_default()
        .chars()
        .map(|character| if character.is_whitespace() || character == '.' { '_' } else { character })
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
        .take(255)
        .collect();
    if check_username(&kept).is_ok() { kept } else { "member".into() }
}

/// The user that a name means, where exactly one member who has not left carries it.
pub fn user_by_name(conn: &Connection, name: &str) -> Result<UserId> {
    one_named(conn, name, false)
}

/// The user that a name means, where exactly one member who has left carries it.
pub fn left_user_by_name(conn: &Connection, name: &str) -> Result<UserId> {
    one_named(conn, name, true)
}

fn one_named(conn: &Connection, name: &str, has_left: bool) -> Result<UserId> {
    let ids: Vec<UserId> = conn
        .prepare_cached(
            "SELECT id FROM users WHERE username = ?1 COLLATE NOCASE AND (deleted_at IS NOT NULL) = ?2
              ORDER BY key",
        )?
        .query_map((name, has_left), |row| row.get(0))?
        .take(NAMED_MAX + 1)
        .collect::<rusqlite::Result<_>>()?;
    match ids[..] {
        [] if has_left => Err(Error::new(Code::UserNotFound, format!("There is no member named {name} who has left."))),
        [] => Err(Error::new(Code::UserNotFound, format!("There is no member named {name}."))),
        [id] => Ok(id),
        _ => Err(several(name, &ids)),
    }
}

/// The refusal of a name that several carry, with the ids among which to choose.
fn several(name: &str, ids: &[UserId]) -> Error {
    let shown: Vec<String> = ids.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = if ids.len() > shown.len() { ", and more" } else { "" };
    let detail = format!("Several members are named {name}. Use the user id, one of {}{more}.", shown.join(", "));
    Error::new(Code::AmbiguousName, detail).with("user_ids", shown)
}

/// The user's wallet, or `user_not_found`.
pub fn wallet_of(conn: &Connection, user: UserId) -> Result<WalletId> {
    conn.prepare_cached("SELECT wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.id = ?1")?
        .query_row([user], |row| row.get(0))
        .optional()?
        .ok_or_else(user_not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a provider calls someone becomes a valid username.
    #[test]
    fn names_become_usernames() {
        for (name, expected) in [
            (Some("ann"), "ann"),
            (Some("Ann B. Smith"), "Ann_B__Smith"),
            (Some("<script>"), "script"),
            (Some("山田"), "member"),
            (Some(""), "member"),
            (None, "member"),
        ] {
            assert_eq!(username(name), expected);
            assert!(check_username(&username(name)).is_ok());
        }
        assert_eq!(username(Some(&"a".repeat(300))).len(), 255);
    }
}
