//! A member's profile: the name others see, and the language they read.

use crate::error::{Error, Result};
use crate::identity::{Member, check_username, member};
use crate::language::Language;
use crate::ledger::{Command, Ledger, UserId};

/// A member changes their profile (User profile management). Names are for display and need not be
/// unique. Refused: `forbidden` for someone who has left meanwhile.
#[derive(Debug, Clone)]
pub struct ChangeProfile {
    /// Who.
    pub user_id: UserId,
    /// The new name: 3 to 255 letters, digits, `_` or `-`; `None`: as it is.
    pub username: Option<String>,
    /// The language of the pages, or the one that the browser asks for; `None`: as it is.
    pub language: Option<Option<Language>>,
}

impl Command for ChangeProfile {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        if let Some(username) = &self.username {
            check_username(username)?;
        }
        let member = member::by_id(ledger.conn, self.user_id)?;
        if member.deleted_at.is_some() {
            return Err(Error::left());
        }
        ledger.conn.execute(
            "UPDATE users SET username = ?2, language = ?3, updated_at = ?4 WHERE id = ?1",
            (
                self.user_id,
                self.username.unwrap_or(member.username),
                self.language.unwrap_or(member.language),
                ledger.now(),
            ),
        )?;
        member::by_id(ledger.conn, self.user_id)
    }
}
