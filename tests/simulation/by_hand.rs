//! An operator at work on the database itself, from a shell: the views that take administrative acts,
//! and what no view and no statement allows.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::model::ByHand;
use super::world::World;

/// What nobody may do, whatever they write in a shell.
const FORBIDDEN: [&str; 8] = [
    "UPDATE wallets SET balance = balance + 1 WHERE key = 1",
    "UPDATE ledger SET total_issued = total_issued + 1",
    "UPDATE wallets SET is_closed = 1 - is_closed",
    "DELETE FROM wallets",
    "DELETE FROM audit_log",
    "UPDATE audit_log SET reason = 'Another' WHERE sequence = 1",
    "INSERT INTO wallets (id, is_system, balance, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 0, 5, 0, 0)",
    "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES (1, 0, 'm', 'x', 'x', 'x')",
];

impl World {
    /// A shell that guards nothing by itself.
    pub fn shell(&self) -> Connection {
        let shell = Connection::open(self.path()).unwrap();
        shell.pragma_update(None, "foreign_keys", false).unwrap();
        shell
    }

    /// Does it in a shell, if the database allows it.
    pub fn by_hand(&self, action: &ByHand) -> rusqlite::Result<usize> {
        let shell = self.shell();
        match action {
            ByHand::Issue { amount } => shell.execute(
                "INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', ?1)",
                [amount],
            ),
            ByHand::Distribute { shares } => {
                let shares: Vec<Value> = shares
                    .iter()
                    .map(|(who, tokens)| json!({ "wallet_id": self.wallet_id(*who), "amount": tokens }))
                    .collect();
                shell.execute(
                    "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'Rewards', ?1)",
                    [Value::from(shares).to_string()],
                )
            }
            ByHand::Freeze { who } => shell.execute(
                "INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', ?1)",
                [self.wallet_id(*who)],
            ),
            ByHand::Unfreeze { who } => shell.execute(
                "INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found again', ?1)",
                [self.wallet_id(*who)],
            ),
            ByHand::Forbidden { which } => shell.execute(FORBIDDEN[which % FORBIDDEN.len()], []),
        }
    }
}
