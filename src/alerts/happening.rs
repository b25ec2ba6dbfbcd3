//! What the rules are told of: rows of the ledger and of the audit log, in their order.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::Result;
use crate::ledger::{Kind, WalletKey};

/// Tokens moved.
#[derive(Debug, Clone, Copy)]
pub struct Movement {
    /// Its place in the ledger.
    pub sequence: i64,
    /// When, Unix milliseconds. It never runs backwards.
    pub at: i64,
    /// What it means.
    pub kind: Kind,
    /// The sender.
    pub from: WalletKey,
    /// The recipient.
    pub to: WalletKey,
    /// How much.
    pub amount: i64,
    /// What the sender has left.
    pub left: i64,
    /// Since when there is the sender's wallet.
    pub from_since: i64,
    /// Since when there is the recipient's.
    pub to_since: i64,
    /// Whether it gives another one back: nobody's own idea, so that no rule looks at it.
    pub gives_back: bool,
}

impl Movement {
    /// Whether a member paid somebody.
    pub(super) fn is_payment(&self) -> bool {
        matches!(self.kind, Kind::Transfer | Kind::Pool) && !self.gives_back
    }
}

/// A line of the audit log that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Somebody signed in.
    SignedIn {
        /// Unix milliseconds.
        at: i64,
        /// Their wallet.
        wallet: WalletKey,
    },
    /// Sign-ins were refused.
    Refused {
        /// When that was written down, Unix milliseconds.
        at: i64,
        /// How many, since the line before.
        count: i64,
    },
}

/// Calls `each` for every transaction after one, up to and including another.
pub(super) fn movements(conn: &Connection, after: i64, to: i64, mut each: impl FnMut(Movement)) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT t.sequence, t.created_at, t.kind, t.from_wallet, t.to_wallet, t.amount, t.from_balance,
                sender.created_at, recipient.created_at, t.reverses IS NOT NULL
           FROM transactions AS t JOIN wallets AS sender ON sender.key = t.from_wallet
                                  JOIN wallets AS recipient ON recipient.key = t.to_wallet
          WHERE t.sequence > ?1 AND t.sequence <= ?2 ORDER BY t.sequence",
    )?;
    let mut rows = statement.query((after, to))?;
    while let Some(row) = rows.next()? {
        each(Movement {
            sequence: row.get(0)?,
            at: row.get(1)?,
            kind: row.get(2)?,
            from: row.get(3)?,
            to: row.get(4)?,
            amount: row.get(5)?,
            left: row.get(6)?,
            from_since: row.get(7)?,
            to_since: row.get(8)?,
            gives_back: row.get(9)?,
        });
    }
    Ok(())
}

/// The same for the lines of the audit log that a rule looks at.
pub(super) fn acts(conn: &Connection, after: i64, to: i64, mut each: impl FnMut(Act)) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT log.created_at, log.details, users.wallet
           FROM audit_log AS log LEFT JOIN users ON users.id = log.target
          WHERE log.sequence > ?1 AND log.sequence <= ?2 AND log.action IN ('session.open', 'sign_in.refused')
          ORDER BY log.sequence",
    )?;
    let mut rows = statement.query((after, to))?;
    while let Some(row) = rows.next()? {
        let at = row.get(0)?;
        each(match row.get(2)? {
            Some(wallet) => Act::SignedIn { at, wallet },
            None => Act::Refused { at, count: refused(&row.get::<_, String>(1)?) },
        });
    }
    Ok(())
}

/// How many a line tells of, whatever they were refused for.
fn refused(details: &str) -> i64 {
    #[derive(serde::Deserialize)]
    struct Details {
        refused: BTreeMap<String, i64>,
    }
    // A line of a shell may say anything.
    serde_json::from_str::<Details>(details)
        .map_or(0, |details| details.refused.values().fold(0_i64, |sum, count| sum.saturating_add(*count)))
}
