//! Who folds the write-ahead log into the database file.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// Whose task checkpoints are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkpoints {
    /// The program's: SQLite folds the log in as it grows, and when the last connection closes.
    #[default]
    Own,
    /// A replicator's, such as Litestream. It must see every frame before the log begins anew, so
    /// the program leaves the log alone, also when it closes.
    External,
}

impl Checkpoints {
    /// Sets a connection accordingly. Every connection needs it, readers too: the last one to
    /// close, whichever it is, would empty the log.
    pub fn set(self, conn: &Connection) -> Result<(), rusqlite::Error> {
        if self == Self::External {
            conn.pragma_update(None, "wal_autocheckpoint", 0)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        }
        Ok(())
    }

    /// Whose task they are on this connection.
    pub fn of(conn: &Connection) -> Result<Self, rusqlite::Error> {
        let left_alone = conn.db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE)?;
        Ok(if left_alone { Self::External } else { Self::Own })
    }
}
