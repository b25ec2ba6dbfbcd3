//! What can go wrong below the ledger.

use std::fmt;

/// The file cannot be used as it is. The sentence says what to do.
#[derive(Debug)]
pub struct StoreFailure(pub String);

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreFailure {}

impl From<rusqlite::Error> for StoreFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self(format!("SQLite reports: {error}"))
    }
}

/// Why a write was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteFailure {
    /// The queue is full; nothing was done.
    Full,
    /// The file cannot be written at present; nothing was done.
    Unavailable(String),
    /// The commit failed, and whether it happened will only be known by asking again.
    Unknown(String),
    /// The write itself broke off (a defect); nothing was done.
    Broken,
}

/// Why a read was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFailure {
    /// So many wait already, or have waited so long, that one more does better to come again.
    Crowded,
    /// The read itself broke off (a defect).
    Broken,
}
