//! Backups that are taken by themselves, while the program serves: by the clock, each proven before it
//! counts, and the oldest removed.

use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;

use crate::backups;
use crate::config::Backup;
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
        if again
            && is_due(&settings.folder, every)
            && let Some(running) = app.backups.begin()
        {
            let (app, name) = (app.clone(), backups::scheduled_name(system_clock()()));
            let taking = move || backups::keep(&app.config.backups(), &name, &app.backups, &running);
            let outcome = spawn_blocking(taking).await.unwrap_or_else(|error| Err(error.to_string()));
            failed = outcome.is_err().then(SystemTime::now);
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
