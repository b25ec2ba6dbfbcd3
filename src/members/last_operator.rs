//! The last operator cannot be removed: a community nobody operates cannot freeze a stolen wallet,
//! correct a mistake or let the next operator in.

use rusqlite::Connection;

use crate::config::IdentityName;
use crate::error::{Code, Error, Result};
use crate::identity::{Member, Role, member};

/// What is taken from a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The role that was granted to them; what the configuration gives them stays.
    Grant,
    /// Everything: they leave.
    Membership,
}

/// Refuses what would leave nobody to operate the community, and gives the number of operators by
/// configuration who remain, for the audit line: `schema.sql`, which cannot read the configuration,
/// looks for it there.
///
/// Those count whom the configuration names and who have not left; also one whom nobody has seen
/// yet, because signing in makes them an operator. A role that only a token's claim gives does not
/// count: nobody here knows whether the next token has it.
pub(super) fn keep_one(conn: &Connection, user: &Member, taken: Taken, configured: &[IdentityName]) -> Result<i64> {
    let mut named = false;
    let mut remaining = 0;
    for name in configured {
        match member::by_identity(conn, &name.issuer, &name.subject)? {
            Some(found) if found.key == user.key => {
                named = true;
                remaining += i64::from(taken == Taken::Grant && found.deleted_at.is_none());
            }
            Some(found) => remaining += i64::from(found.deleted_at.is_none()),
            None => remaining += 1,
        }
    }
    let operates = user.deleted_at.is_none() && (user.has(Role::Operator) || named);
    if operates && remaining == 0 && !granted_to_another(conn, user)? {
        return Err(Error::new(Code::LastOperator, "This is the last operator. Grant the role to someone else first."));
    }
    Ok(remaining)
}

fn granted_to_another(conn: &Connection, user: &Member) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM roles JOIN users ON users.key = roles.user
                             WHERE roles.role = 'operator' AND users.deleted_at IS NULL AND users.key <> ?1)",
        )?
        .query_row([user.key], |row| row.get(0))?)
}
