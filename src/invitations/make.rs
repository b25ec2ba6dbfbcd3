//! Making a link.

use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::link::LinkKind;
use crate::error::{Code, Error, Result};
use crate::identity::{Role, Secret, check_username, member};
use crate::ledger::{AuditAction, Authority, Command, DAY_MS, Ledger, UserId};
use crate::members::{erased, is_erased};

/// How long a link works that claims the community or signs someone in, in milliseconds.
const HALF_AN_HOUR: i64 = 30 * 60_000;
/// Days an invitation may work at most.
pub(super) const DAYS_MAX: u32 = 90;

/// What link is wanted.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// To claim the community; older ones stop working.
    Claim {
        /// Whether the configuration names operators, so that nobody needs to claim it.
        others_operate: bool,
    },
    /// For someone new.
    Invitation {
        /// The name proposed to them.
        name: Option<String>,
        /// The role they get.
        role: Option<Role>,
        /// For how many days.
        days: u32,
    },
    /// For a member who is locked out.
    SignIn(UserId),
}

/// Makes a one-time link. Whoever makes it is in the audit log, and so is whoever uses it.
///
/// Refused: `already_claimed` where somebody operates the community, `user_not_found`, `forbidden`
/// for someone who has left, `user_erased` for someone who is forgotten, `invalid_request` for a name or a number of days that cannot be one.
#[derive(Debug, Clone)]
pub struct MakeLink {
    /// What for.
    pub wanted: Wanted,
    /// What the link will hold.
    pub secret: Secret,
    /// By whom and why.
    pub authority: Authority,
}

/// A link that was made now.
#[derive(Debug, Clone, Copy)]
pub struct MadeLink {
    /// What it is listed and withdrawn by.
    pub id: Uuid,
    /// Until when it works.
    pub expires_at: i64,
}

/// Whether there is nobody who was granted the role of operator and is still here.
pub fn nobody_operates(conn: &Connection) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM roles JOIN users ON users.key = roles.user
                                 WHERE role = 'operator' AND users.deleted_at IS NULL)",
        )?
        .query_row([], |row| row.get(0))?)
}

/// Refuses to let anybody claim what somebody operates, by a grant or by the configuration.
pub(super) fn refuse_claimed(conn: &Connection, others_operate: bool) -> Result<()> {
    if !others_operate && nobody_operates(conn)? {
        return Ok(());
    }
    Err(Error::new(Code::AlreadyClaimed, "This community has an operator already. Ask them for an invitation."))
}

impl Command for MakeLink {
    type Output = MadeLink;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<MadeLink> {
        let id = Uuid::new_v4();
        let now = ledger.now();
        let (kind, name, role, user, lifetime) = match self.wanted {
            Wanted::Claim { others_operate } => {
                refuse_claimed(ledger.conn, others_operate)?;
                ledger.conn.execute(
                    "UPDATE links SET ended_at = ?1, ended_as = 'withdrawn' WHERE kind = 'claim' AND ended_at IS NULL",
                    [now],
                )?;
                (LinkKind::Claim, None, Some(Role::Operator), None, HALF_AN_HOUR)
            }
            Wanted::Invitation { name, role, days } => {
                if let Some(name) = &name {
                    check_username(name)?;
                }
                if !(1..=DAYS_MAX).contains(&days) {
                    return Err(Error::field("days", format!("must be a whole number from 1 to {DAYS_MAX}")));
                }
                let role = role.filter(|role| *role != Role::Member);
                (LinkKind::Invitation, name, role, None, i64::from(days) * DAY_MS)
            }
            Wanted::SignIn(user) => {
                let user = member::by_id(ledger.conn, user)?;
                if user.deleted_at.is_some() {
                    // Whoever has left can be restored; whoever was erased cannot.
                    return Err(if is_erased(ledger.conn, &user)? { erased() } else { Error::left() });
                }
                (LinkKind::SignIn, None, None, Some(user), HALF_AN_HOUR)
            }
        };
        let expires_at = now + lifetime;
        // No name: what stands in the audit log cannot be forgotten.
        let mut details = json!({
            "kind": kind, "role": role, "user_id": user.as_ref().map(|user| user.id), "expires_at": expires_at,
        });
        if let Some(acting) = self.authority.acting {
            details["made_by"] = json!(member::by_key(ledger.conn, acting.user)?.id);
            details["by_grant"] = acting.by_grant.into();
        }
        let id_text = id.hyphenated().to_string();
        let audit = ledger.audit(&self.authority.line(AuditAction::LinkCreate, &id_text, details))?;
        ledger.conn.execute(
            "INSERT INTO links (id, secret_hash, kind, name, role, user, audit, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                id_text,
                self.secret.hash(),
                kind.as_str(),
                name,
                role.map(Role::as_str),
                user.map(|user| user.key),
                audit,
                now,
                expires_at,
            ),
        )?;
        Ok(MadeLink { id, expires_at })
    }
}
