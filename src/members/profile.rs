//! A member's profile: the name others see.

use crate::error::{Error, Result};
use crate::identity::{Member, check_username, member};
use crate::ledger::{Command, Ledger, UserId};

/// A member changes their username (User profile management). Names are for display and need not
/// be unique. Refused: `forbidden` for someone who has left meanwhile.
#[derive(Debug, Clone)]
pub struct Rename {
    /// Who.
    pub user_id: UserId,
    /// The new name: 3 to 255 letters, digits, `_` or `-`.
    pub username: String,
}

impl Command for Rename {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        check_username(&self.username)?;
        if member::by_id(ledger.conn, self.user_id)?.deleted_at.is_some() {
            return Err(Error::left());
        }
        ledger.conn.execute(
            "UPDATE users SET username = ?2, updated_at = ?3 WHERE id = ?1",
            (self.user_id, &self.username, ledger.now()),
        )?;
        member::by_id(ledger.conn, self.user_id)
    }
}
