//! One backup: copied, looked at page by page, verified, and only then named.

use std::path::Path;

use crate::error::Error;
use crate::ledger::verify::{Report, verify};
use crate::store::{self, Checkpoints, Draft, Finished, StoreFailure};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pages are copied.
    Copying,
    /// Transactions are verified.
    Verifying,
}

/// A backup that stands.
#[derive(Debug)]
pub struct Taken {
    /// The file.
    pub file: Finished,
    /// What its proof found.
    pub report: Report,
}

/// Why there is none.
#[derive(Debug)]
pub enum NotTaken {
    /// The ledger is not sound; what was found.
    Unsound(Box<Report>),
    /// It could not be copied or read.
    Failed(StoreFailure),
}

impl From<StoreFailure> for NotTaken {
    fn from(failure: StoreFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        Self::Failed(StoreFailure(
            error.cause().map_or(error.detail.clone(), |cause| format!("{} ({cause})", error.detail)),
        ))
    }
}

/// Takes a backup of the ledger at `database` while others write it. `progress` hears how much of how
/// much is done.
pub fn take(
    database: &Path,
    checkpoints: Checkpoints,
    file: &Path,
    over: bool,
    mut progress: impl FnMut(Stage, u64, u64),
) -> Result<Taken, NotTaken> {
    let draft = Draft::of(file)?;
    let source = store::open_beside(database, checkpoints)?;
    store::copy(&source, &draft, |done, total| progress(Stage::Copying, done, total))?;
    let report = {
        let copy = store::open_beside(draft.path(), Checkpoints::Own)?;
        store::check_pages(&copy)?;
        verify(&copy, |done, total| progress(Stage::Verifying, done, total))?
    };
    if !report.is_sound {
        return Err(NotTaken::Unsound(Box::new(report)));
    }
    Ok(Taken { file: store::finish(draft, file, over)?, report })
}
