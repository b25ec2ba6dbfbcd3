//! Backups that are taken by themselves, while the program serves: by the clock, each proven before it
//! counts, and the oldest removed.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;

use crate::backups::{self, NotTaken, Taken, Watch};
use crate::config::{Backup, Config};
use crate::ledger::system_clock;
use crate::web::App;

/// How often it is looked whether one is due: a machine that slept catches up soon.
const LOOK: Duration = Duration::from_mins(1);
/// How long it is waited after one that failed, where the next is not due before.
const TRY_AGAIN: Duration = Duration::from_mins(30);

/// Takes backups for as long as the program serves.
pub(super) async fn keep_backups(app: App, settings: Backup, every: Duration) {
    let mut failed: Option<SystemTime> = None;
    loop {
        let again = failed.is_none_or(|at| at.elapsed().is_ok_and(|since| since >= TRY_AGAIN.min(every)));
        if again && is_due(&settings.folder, every) {
            let (config, folder, keep) = (app.config.clone(), settings.folder.clone(), settings.keep);
            let outcome = spawn_blocking(move || take(&config, &folder, keep)).await;
            failed = note(&app.backups, outcome.unwrap_or_else(|error| Err(error.to_string())));
        }
        tokio::time::sleep(LOOK.min(every)).await;
    }
}

/// Whether the newest is old enough; a folder that cannot be looked at is tried, and then says why.
fn is_due(folder: &Path, every: Duration) -> bool {
    let newest = backups::newest(folder).ok().flatten();
    // A clock that was set back makes it younger than now: then it is not due yet.
    newest.is_none_or(|newest| newest.at.elapsed().is_ok_and(|age| age >= every))
}

/// When it failed, if it did.
fn note(watch: &Watch, outcome: Result<(Taken, Vec<String>), String>) -> Option<SystemTime> {
    match outcome {
        Ok((taken, removed)) => {
            watch.taken();
            tracing::info!(bytes = taken.file.bytes, head = %taken.report.head, removed = removed.len(), "a backup was taken and proven");
            None
        }
        Err(reason) => {
            watch.failed();
            tracing::error!(reason, "no backup could be taken; it is tried again");
            Some(SystemTime::now())
        }
    }
}

fn take(config: &Config, folder: &Path, keep: usize) -> Result<(Taken, Vec<String>), String> {
    let refuse = |error: std::io::Error| format!("{} cannot be read or written ({error})", folder.display());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refuse)?;
    let file = folder.join(backups::scheduled_name(system_clock()()));
    let database = &config.database;
    let taken = backups::take(&database.path, database.checkpoints, &file, false, |_, _, _| {});
    let taken = taken.map_err(|why| match why {
        NotTaken::Unsound(report) => {
            format!("the ledger is not sound, with {} findings; run `communitytoken verify`", report.findings.len())
        }
        NotTaken::Failed(failure) => failure.0,
    })?;
    Ok((taken, backups::prune(folder, keep).map_err(refuse)?))
}
