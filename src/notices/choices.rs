//! What a member wants to hear, and by which way.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Channel, NoticeKind};
use crate::error::Result;
use crate::ledger::{Command, Ledger, UserKey};

/// Whether one kind comes by one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Of what.
    pub kind: NoticeKind,
    /// By which way.
    pub channel: Channel,
    /// Whether it comes.
    pub on: bool,
}

/// Whether a member is told of this by this way. By mail nobody is who has no confirmed
/// address, and in browsers nobody who has chosen none.
pub fn wants(conn: &Connection, user: UserKey, kind: NoticeKind, channel: Channel) -> Result<bool> {
    let chosen: Option<bool> = conn
        .prepare_cached("SELECT is_on FROM notice_choices WHERE user = ?1 AND kind = ?2 AND channel = ?3")?
        .query_row((user, kind.as_str(), channel.as_str()), |row| row.get(0))
        .optional()?;
    if !chosen.unwrap_or(kind.is_on_by_itself(channel)) {
        return Ok(false);
    }
    let reached = match channel {
        Channel::Page => return Ok(true),
        Channel::Mail => "SELECT EXISTS (SELECT 1 FROM mail_addresses WHERE user = ?1 AND confirmed_at IS NOT NULL)",
        Channel::Push => "SELECT EXISTS (SELECT 1 FROM push_browsers WHERE user = ?1)",
    };
    Ok(conn.prepare_cached(reached)?.query_row([user], |row| row.get(0))?)
}

/// Every kind by every way, as it is in force.
pub fn choices(conn: &Connection, user: UserKey) -> Result<Vec<Choice>> {
    let mut statement =
        conn.prepare_cached("SELECT is_on FROM notice_choices WHERE user = ?1 AND kind = ?2 AND channel = ?3")?;
    let mut all = Vec::new();
    for &kind in NoticeKind::ALL {
        for &channel in Channel::ALL {
            let chosen = statement.query_row((user, kind.as_str(), channel.as_str()), |row| row.get(0)).optional()?;
            all.push(Choice { kind, channel, on: chosen.unwrap_or(kind.is_on_by_itself(channel)) });
        }
    }
    Ok(all)
}

/// A member says what they want to hear. What they do not name stays.
#[derive(Debug, Clone)]
pub struct Choose {
    /// Who.
    pub user: UserKey,
    /// What.
    pub choices: Vec<Choice>,
}

impl Command for Choose {
    type Output = Vec<Choice>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Vec<Choice>> {
        for choice in &self.choices {
            // What is said again is not said anew: only what happens after a change is told by it.
            ledger
                .conn
                .prepare_cached(
                    "INSERT INTO notice_choices (user, kind, channel, is_on, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET is_on = excluded.is_on, changed_at = excluded.changed_at
                      WHERE is_on <> excluded.is_on",
                )?
                .execute((self.user, choice.kind.as_str(), choice.channel.as_str(), choice.on, ledger.now()))?;
        }
        choices(ledger.conn, self.user)
    }
}
