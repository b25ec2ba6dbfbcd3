//! Defects to be found: planted into the simulated database, behind the kernel's back.

use std::path::Path;

use rusqlite::Connection;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A member who has left can still be paid.
    ClosedWalletsReceive,
    /// Every hundredth key is forgotten, so that its request has its effect twice.
    ForgottenKey,
    /// Every hundredth transaction gives its recipient one token too many.
    TokenOutOfNothing,
    /// A day's figures miss a transaction.
    LostRollup,
    /// After a crash, what lay in the log alone is gone, acknowledged or not.
    LostLog,
    /// An old row is changed, and nothing else.
    ChangedRow,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::ClosedWalletsReceive,
        Self::ForgottenKey,
        Self::TokenOutOfNothing,
        Self::LostRollup,
        Self::LostLog,
        Self::ChangedRow,
    ];

    /// Plants it when the community is founded.
    pub fn plant(self, shell: &Connection) {
        let sql = match self {
            Self::ClosedWalletsReceive => "DROP TRIGGER users_close_wallet",
            Self::ForgottenKey => {
                "DROP TRIGGER idempotency_records_delete_guard;
                 CREATE TRIGGER planted AFTER INSERT ON idempotency_records WHEN NEW.sequence % 100 = 0
                 BEGIN DELETE FROM idempotency_records WHERE sequence = NEW.sequence; END"
            }
            Self::TokenOutOfNothing => {
                "DROP TRIGGER wallets_balance_guard;
                 CREATE TRIGGER wallets_balance_guard BEFORE UPDATE OF balance ON wallets
                   WHEN NEW.last_sequence = OLD.last_sequence AND NEW.last_sequence % 100 <> 0
                 BEGIN SELECT RAISE(ABORT, 'a balance changes only through a transaction'); END;
                 CREATE TRIGGER planted AFTER UPDATE OF balance ON wallets WHEN NEW.last_sequence % 100 = 0
                 BEGIN UPDATE wallets SET balance = balance + 1 WHERE key = NEW.key; END"
            }
            Self::LostRollup => {
                "DROP TRIGGER daily_totals_delete_guard;
                 CREATE TRIGGER planted AFTER INSERT ON transactions WHEN NEW.sequence % 1000 = 0
                 BEGIN DELETE FROM daily_totals WHERE day = NEW.created_at / 86400000 AND kind = 1; END"
            }
            Self::LostLog => "",
            Self::ChangedRow => {
                "DROP TRIGGER transactions_update_guard;
                 CREATE TRIGGER planted AFTER INSERT ON transactions WHEN NEW.sequence = 2000
                 BEGIN UPDATE transactions SET amount = amount + 1 WHERE sequence = 1000; END"
            }
        };
        shell.execute_batch(sql).unwrap();
    }

    /// Befalls what a crash has left in a folder.
    pub fn befall(self, remains: &Path) {
        if self == Self::LostLog {
            let _was_there = std::fs::remove_file(remains.join("community.db-wal"));
        }
    }
}
