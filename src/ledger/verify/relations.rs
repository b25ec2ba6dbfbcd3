//! Rules that no single row can show: they join tables.

use rusqlite::Connection;

use super::Findings;
use crate::error::Result;
use crate::ledger::chain::{self, Hash};

/// Notes that are still there must be those the chain covers.
pub(super) fn check_notes(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let mut statement =
        conn.prepare("SELECT sequence, note, note_salt, note_digest FROM transactions WHERE note IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let digest = chain::note_digest(&row.get(2)?, &row.get::<_, String>(1)?);
        if row.get::<_, Hash>(3)? != digest {
            findings.add("note", format!("transaction {}", row.get::<_, i64>(0)?), "its note was changed");
        }
    }
    Ok(())
}

/// Rules that join tables; each query gives what breaks its rule.
const RELATIONS: &[(&str, &str, &str)] = &[
    (
        "owner",
        "a wallet must have exactly one owner of its own kind",
        "SELECT 'wallet ' || id FROM wallets
          WHERE is_system <> (SELECT count(*) FROM system_accounts WHERE wallet = wallets.key)
             OR NOT is_system <> (SELECT count(*) FROM users WHERE wallet = wallets.key)",
    ),
    (
        "state",
        "a wallet is closed exactly when its owner has left",
        "SELECT 'wallet ' || wallets.id FROM wallets JOIN users ON users.wallet = wallets.key
          WHERE wallets.is_closed <> (users.deleted_at IS NOT NULL)",
    ),
    (
        "state",
        "a wallet must be frozen exactly when the audit log says so, for the reason it gives",
        "SELECT 'wallet ' || id FROM wallets
          WHERE is_frozen <> coalesce((SELECT action = 'wallet.freeze' FROM audit_log
                                        WHERE target = wallets.id AND action IN ('wallet.freeze', 'wallet.unfreeze')
                                        ORDER BY sequence DESC LIMIT 1), 0)
             OR (is_frozen AND frozen_reason IS NOT (SELECT reason FROM audit_log WHERE sequence = state_audit AND target = wallets.id))",
    ),
    (
        "state",
        "a user must be deleted exactly when the audit log says so",
        "SELECT 'user ' || id FROM users
          WHERE (deleted_at IS NOT NULL) <> coalesce((SELECT action = 'user.delete' FROM audit_log
                                                       WHERE target = users.id AND action IN ('user.delete', 'user.restore')
                                                       ORDER BY sequence DESC LIMIT 1), 0)",
    ),
    (
        "role",
        "a role needs the audit line that granted it",
        "SELECT 'role ' || role || ' of user ' || coalesce(users.id, roles.user) FROM roles LEFT JOIN users ON users.key = roles.user
          WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = roles.audit AND action = 'role.grant'
                               AND target = users.id AND details ->> 'role' = roles.role)",
    ),
    (
        "role",
        "a role must be there exactly when the audit log granted it last",
        "SELECT 'role ' || (last.details ->> 'role') || ' of user ' || last.target
           FROM (SELECT max(sequence) AS sequence FROM audit_log WHERE action IN ('role.grant', 'role.revoke')
                  GROUP BY target, details ->> 'role') AS latest
           JOIN audit_log AS last USING (sequence)
          WHERE (last.action = 'role.grant') <> EXISTS
            (SELECT 1 FROM roles JOIN users ON users.key = roles.user WHERE users.id = last.target AND role = last.details ->> 'role')",
    ),
    (
        "identity",
        "an identity must belong to a user",
        "SELECT 'identity ' || subject || ' of ' || issuer FROM identities WHERE user NOT IN (SELECT key FROM users)",
    ),
    (
        "identity",
        "an erased user must have left, and have no name, identity, role, session, passkey, recovery code, permission, favourite, or word in a payment request any more",
        "SELECT 'user ' || users.id FROM users JOIN audit_log ON audit_log.target = users.id AND audit_log.action = 'user.erase'
          WHERE users.deleted_at IS NULL OR username <> 'former_member_' || substr(users.id, 1, 4)
             OR EXISTS (SELECT 1 FROM identities WHERE user = users.key)
             OR EXISTS (SELECT 1 FROM roles WHERE user = users.key) OR EXISTS (SELECT 1 FROM sessions WHERE user = users.key)
             OR EXISTS (SELECT 1 FROM passkeys WHERE user = users.key) OR EXISTS (SELECT 1 FROM recovery_codes WHERE user = users.key)
             OR EXISTS (SELECT 1 FROM client_permissions WHERE user = users.key) OR EXISTS (SELECT 1 FROM favourites WHERE user = users.key)
             OR EXISTS (SELECT 1 FROM payment_requests WHERE asker = users.wallet AND note IS NOT NULL)
             OR EXISTS (SELECT 1 FROM payment_requests WHERE payer = users.wallet AND answer IS NOT NULL)",
    ),
    (
        "client",
        "a service client may do what the audit log gave it, until the line that revoked it",
        "SELECT 'service client ' || id FROM service_clients
          WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE target = service_clients.id AND action = 'client.create'
                               AND details ->> 'name' = name AND details ->> 'scopes' = scopes)
             OR revoked IS NOT (SELECT sequence FROM audit_log WHERE target = service_clients.id AND action = 'client.revoke')",
    ),
    (
        "client",
        "what a service client did stands beside a transaction of the member it acted for",
        "SELECT 'call ' || service_calls.sequence FROM service_calls LEFT JOIN transactions USING (sequence)
           LEFT JOIN users ON users.key = service_calls.user
          WHERE transactions.from_wallet IS NOT users.wallet OR users.key IS NULL
             OR client NOT IN (SELECT key FROM service_clients)",
    ),
    (
        "client",
        "what a service client called for was a member, and the client is there",
        "SELECT 'count ' || key FROM service_counts
          WHERE user NOT IN (SELECT key FROM users) OR client NOT IN (SELECT key FROM service_clients)",
    ),
    (
        "request",
        "a payment request is between two members, and accepted exactly by the payment that it asked for",
        "SELECT 'payment request ' || r.id FROM payment_requests AS r LEFT JOIN transactions AS t ON t.sequence = r.paid_by
          WHERE (SELECT count(*) FROM users WHERE wallet IN (r.asker, r.payer)) <> 2
             OR (r.ended_as IS 'accepted') <> (r.paid_by IS NOT NULL) OR (r.ended_as IS NULL) <> (r.ended_at IS NULL)
             OR (r.paid_by IS NOT NULL AND (t.from_wallet IS NOT r.payer OR t.to_wallet IS NOT r.asker OR t.amount IS NOT r.amount
                                            OR t.reverses IS NOT r.asks_back OR t.created_at IS NOT r.ended_at))",
    ),
    (
        "audit",
        "an issuance, a distribution or a correction needs an audit line of its own kind",
        "SELECT 'transaction ' || t.sequence FROM transactions AS t JOIN audit_log ON audit_log.sequence = t.audit
          WHERE NOT coalesce(CASE action WHEN 'issuance' THEN t.kind = 1
                                         WHEN 'distribution' THEN t.kind <= 2
                                         WHEN 'reversal' THEN t.reverses IS NOT NULL
                                         WHEN 'transfer' THEN t.kind >= 3 END, 0)",
    ),
    (
        "idempotency",
        "an idempotency record must stand beside its transaction, on its day",
        "SELECT 'idempotency record ' || r.sequence FROM idempotency_records AS r LEFT JOIN transactions AS t USING (sequence)
          WHERE r.period IS NOT t.created_at / 86400000",
    ),
];

pub(super) fn check_relations(conn: &Connection, findings: &mut Findings) -> Result<()> {
    for (what, message, sql) in RELATIONS {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            findings.add(what, row.get::<_, String>(0)?, *message);
        }
    }
    Ok(())
}
