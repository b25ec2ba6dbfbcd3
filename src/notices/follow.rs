//! Following the ledger: what happened since the last look, and whom it concerns. Payments are for those
//! alone who asked for mail about them; acts of operators and changes to somebody's account are found in
//! the audit log, so that they are told whichever way they were done, by a verb or a shell too.
//!
//! Nothing of it runs when somebody pays: this reads afterwards, a span at a time.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use super::letters::payment;
use super::{Channel, NoticeKind, letters, tell, wants};
use crate::error::Result;
use crate::ledger::{Command, Ledger, UserKey, WalletKey, by_sequence, ends};

/// Rows looked at in one go.
const SPAN: i64 = 2_000;
/// The names under which its places are kept.
const NAMES: [&str; 2] = ["audit_log", "transactions"];

/// How far a follower has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursors {
    /// In the audit log.
    pub audit: i64,
    /// In the transactions.
    pub transactions: i64,
}

impl Cursors {
    /// As they are kept of the notices.
    pub fn kept(conn: &Connection) -> Result<Self> {
        Self::kept_as(conn, NAMES)
    }

    /// As they are kept under these names, of the audit log and of the transactions; the beginning where they are not.
    pub fn kept_as(conn: &Connection, [audit, transactions]: [&str; 2]) -> Result<Self> {
        let of = |name: &str| -> Result<i64> {
            let kept = conn
                .prepare_cached("SELECT sequence FROM followers WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?;
            Ok(kept.unwrap_or(0))
        };
        Ok(Self { audit: of(audit)?, transactions: of(transactions)? })
    }

    /// At the end of the ledger.
    pub fn heads(conn: &Connection) -> Result<Self> {
        let (transactions, audit) = ends(conn)?;
        Ok(Self { audit, transactions })
    }

    /// Keeps them under these names.
    pub fn keep_as(self, conn: &Connection, names: [&str; 2]) -> Result<()> {
        for (name, sequence) in names.into_iter().zip([self.audit, self.transactions]) {
            conn.prepare_cached(
                "INSERT INTO followers (name, sequence) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
            )?
            .execute((name, sequence))?;
        }
        Ok(())
    }
}

/// Something to tell somebody.
#[derive(Debug, Clone)]
struct Found {
    user: UserKey,
    kind: NoticeKind,
    /// By which way a payment is told; what else there is by every way that they want.
    way: Channel,
    details: Value,
}

/// What a look found, and from where to where it went.
#[derive(Debug, Clone)]
pub struct Look {
    /// Where it began.
    from: Cursors,
    /// Where it ended; the same where nothing has happened.
    pub to: Cursors,
    found: Vec<Found>,
}

impl Look {
    /// Whether anybody is to be told anything.
    pub fn has_something(&self) -> bool {
        !self.found.is_empty()
    }
}

/// Looks at what came after these places, a span of it at most.
pub fn look(conn: &Connection, from: Cursors) -> Result<Look> {
    let heads = Cursors::heads(conn)?;
    let to = Cursors {
        // A restored ledger may end before.
        audit: heads.audit.min(from.audit.min(heads.audit) + SPAN),
        transactions: heads.transactions.min(from.transactions.min(heads.transactions) + SPAN),
    };
    let mut found = acts(conn, from.audit, to.audit)?;
    found.append(&mut payments(conn, from.transactions, to.transactions)?);
    Ok(Look { from, to, found })
}

/// What the audit log says was done to members.
fn acts(conn: &Connection, from: i64, to: i64) -> Result<Vec<Found>> {
    let mut statement = conn.prepare_cached(
        "SELECT action, target, reason, details FROM audit_log
          WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence",
    )?;
    let mut found = Vec::new();
    for row in statement.query_map((from, to), |row| row.try_into())? {
        let (action, target, reason, details): (String, String, String, String) = row?;
        let details: Value = serde_json::from_str(&details).unwrap_or_default();
        let Some((kind, told)) = told(&action, &reason, &details) else { continue };
        // An operator's link that signs somebody in is about them, not about the link.
        let whom = if action == "link.create" { details["user_id"].as_str().unwrap_or_default() } else { &target };
        let user = conn
            .prepare_cached(
                "SELECT key FROM users WHERE id = ?1
                 UNION ALL SELECT users.key FROM wallets JOIN users ON users.wallet = wallets.key WHERE wallets.id = ?1",
            )?
            .query_row([whom], |row| row.get(0))
            .optional()?;
        if let Some(user) = user {
            found.push(Found { user, kind, way: Channel::Page, details: told });
        }
    }
    Ok(found)
}

/// What an act means to the member it was done to.
fn told(action: &str, reason: &str, details: &Value) -> Option<(NoticeKind, Value)> {
    Some(match action {
        "wallet.freeze" => (NoticeKind::WalletFrozen, json!({ "reason": reason })),
        "wallet.unfreeze" => (NoticeKind::WalletUnfrozen, json!({})),
        "role.grant" | "role.revoke" => {
            (NoticeKind::RolesChanged, json!({ "role": details["role"], "granted": action == "role.grant" }))
        }
        "passkey.add" | "passkey.remove" | "recovery_codes.create" | "recovery_code.use" => {
            (NoticeKind::WaysInChanged, json!({ "what": action }))
        }
        "link.create" if details["kind"] == "sign_in" => (NoticeKind::WaysInChanged, json!({ "what": "sign_in_link" })),
        _ => return None,
    })
}

/// Payments to members who asked for letters about them, by one way or another.
fn payments(conn: &Connection, from: i64, to: i64) -> Result<Vec<Found>> {
    // Most communities never get past this look-up.
    let anybody: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice_choices WHERE channel IN ('mail', 'push') AND is_on
                                                          AND kind IN ('payment_received', 'distribution_received'))",
        )?
        .query_row([], |row| row.get(0))?;
    if !anybody || to <= from {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare_cached(
        "SELECT t.sequence, t.to_wallet, users.key, chosen.kind, chosen.channel
           FROM transactions AS t
           JOIN users ON users.wallet = t.to_wallet
           JOIN notice_choices AS chosen
             ON chosen.user = users.key AND chosen.channel IN ('mail', 'push') AND chosen.is_on AND chosen.changed_at <= t.created_at
            AND chosen.kind = CASE t.kind WHEN 2 THEN 'distribution_received' WHEN 3 THEN 'payment_received' END
          WHERE t.sequence > ?1 AND t.sequence <= ?2
            -- The fee that an operator gives back with a payment was told with the payment.
            AND NOT EXISTS (SELECT 1 FROM transactions AS payment
                             WHERE t.kind = 2 AND payment.sequence = t.sequence - 1
                               AND payment.kind = 3 AND payment.audit = t.audit)
          ORDER BY t.sequence",
    )?;
    let mut found = Vec::new();
    for row in statement.query_map((from, to), |row| row.try_into())? {
        let (sequence, wallet, user, kind, way): (i64, WalletKey, UserKey, String, String) = row?;
        let (Ok(kind), Ok(way)) = (kind.parse(), way.parse()) else { continue };
        let made = by_sequence(conn, sequence, Some(wallet))?;
        let sender = if kind == NoticeKind::PaymentReceived { made.from.name.as_str() } else { "" };
        found.push(Found { user, kind, way, details: payment(made.amount, sender, &made.id.to_string()) });
    }
    Ok(found)
}

/// Tells what a look found, and keeps how far it came: in one transaction, so that everything is told once.
#[derive(Debug, Clone)]
pub struct Follow(pub Look);

impl Command for Follow {
    /// Where to go on.
    type Output = Cursors;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Cursors> {
        let Look { from, to, found } = self.0;
        let kept = Cursors::kept(ledger.conn)?;
        if kept.audit > from.audit || kept.transactions > from.transactions {
            // Another server on the same file has told it already.
            return Ok(kept);
        }
        for Found { user, kind, way, details } in found {
            if kind.is_payment() {
                // Asked again: they may have changed their mind since the look.
                if wants(ledger.conn, user, kind, way)? {
                    letters::queue(ledger.conn, user, kind, way, &details, ledger.now())?;
                }
            } else {
                tell(ledger, user, kind, &details)?;
            }
        }
        to.keep_as(ledger.conn, NAMES)?;
        Ok(to)
    }
}
