//! How far a ledger has come, and what would be lost by going back to another copy of it.

use rusqlite::{Connection, OptionalExtension};

use super::chain::Hash;
use crate::error::Result;

/// How far a ledger has come.
struct Standing {
    /// The community's own id.
    id: String,
    transactions: i64,
    audit_lines: i64,
    /// Those who have left included.
    members: i64,
    sealed: i64,
    audit_sealed: i64,
}

impl Standing {
    fn of(conn: &Connection) -> Result<Self> {
        Ok(conn.query_row(
            "SELECT id, (SELECT coalesce(max(sequence), 0) FROM transactions),
                    (SELECT coalesce(max(sequence), 0) FROM audit_log), (SELECT count(*) FROM users),
                    sealed_sequence, audit_sealed_sequence FROM ledger",
            [],
            |row| {
                Ok(Self {
                    id: row.get(0)?,
                    transactions: row.get(1)?,
                    audit_lines: row.get(2)?,
                    members: row.get(3)?,
                    sealed: row.get(4)?,
                    audit_sealed: row.get(5)?,
                })
            },
        )?)
    }
}

/// What the present ledger holds and the other does not: one sentence for each thing, none when the
/// other is the same ledger, as far or further on.
pub fn lost_by(present: &Connection, other: &Connection) -> Result<Vec<String>> {
    let (now, then) = (Standing::of(present)?, Standing::of(other)?);
    if now.id != then.id {
        return Ok(vec!["The backup is of another community.".into()]);
    }
    let mut lost = Vec::new();
    for (table, what, sealed) in [
        ("transactions", "history", now.sealed.min(then.sealed)),
        ("audit_log", "audit log", now.audit_sealed.min(then.audit_sealed)),
    ] {
        if hash_at(present, table, sealed)? != hash_at(other, table, sealed)? {
            lost.push(format!(
                "The {what} of the backup is not the same as that of the present ledger, up to line {sealed}."
            ));
        }
    }
    for (what, now, then) in [
        ("transactions", now.transactions, then.transactions),
        ("lines of the audit log", now.audit_lines, then.audit_lines),
        ("members", now.members, then.members),
    ] {
        if now > then {
            lost.push(format!("The backup lacks {what} that the present ledger has: {}.", now - then));
        }
    }
    Ok(lost)
}

fn hash_at(conn: &Connection, table: &str, sequence: i64) -> Result<Option<Hash>> {
    let hash: Option<Option<Hash>> = conn
        .query_row(&format!("SELECT hash FROM {table} WHERE sequence = ?1"), [sequence], |row| row.get(0))
        .optional()?;
    Ok(hash.flatten())
}
