//! A backup in the folder where they are kept: taken under a name that says when, and then the oldest of its
//! kind go.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use super::folder::prune;
use super::{NotTaken, Running, Taken, Watch, take};
use crate::store::Checkpoints;

/// Of what backups are taken, and where they are kept.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The database.
    pub database: PathBuf,
    /// Who folds its write-ahead log.
    pub checkpoints: Checkpoints,
    /// Where they lie.
    pub folder: PathBuf,
    /// How many stay.
    pub keep: usize,
}

/// Takes one under this name, and notes how it went. Nobody but this program reads the folder.
pub fn keep(plan: &Plan, name: &str, watch: &Watch, running: &Running) -> Result<(), String> {
    let outcome = kept(plan, name, running);
    match &outcome {
        Ok((taken, removed)) => {
            watch.taken();
            tracing::info!(bytes = taken.file.bytes, head = %taken.report.head, removed = removed.len(), "a backup was taken and proven");
        }
        Err(reason) => {
            watch.failed();
            tracing::error!(reason, "no backup could be taken; it is tried again");
        }
    }
    outcome.map(drop)
}

fn kept(plan: &Plan, name: &str, running: &Running) -> Result<(Taken, Vec<String>), String> {
    let folder = &plan.folder;
    let refuse = |error: std::io::Error| format!("{} cannot be read or written ({error})", folder.display());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refuse)?;
    let hear = |stage, done, total| running.hear(stage, done, total);
    let taken = take(&plan.database, plan.checkpoints, &folder.join(name), false, hear).map_err(|why| match why {
        NotTaken::Unsound(report) => {
            format!("the ledger is not sound, with {} findings; run `communitytoken verify`", report.findings.len())
        }
        NotTaken::Failed(failure) => failure.0,
    })?;
    Ok((taken, prune(folder, plan.keep, name).map_err(refuse)?))
}
