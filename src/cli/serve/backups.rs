//! Backups that are taken by themselves, while the program serves: by the clock, each proven before it
//! counts, and the oldest removed.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::spawn_blocking;

use crate::audit::LeaveLine;
use crate::backups;
use crate::config::Backup;
use crate::ledger::{AuditAction, Authority, system_clock};
use crate::web::App;

/// How often it is looked whether one is due: a machine that slept catches up soon.
const LOOK: Duration = Duration::from_mins(1);
/// How long it is waited after one that failed, where the next is not due before.
const TRY_AGAIN: Duration = Duration::from_mins(30);

/// Takes backups for as long as the program serves.
pub(super) async fn keep_backups(app: App, settings: Backup, every: Duration) {
    // By a clock that nobody can set back: else it would be waited until the clock has caught up.
    let (mut failed, mut taken) = (None::<Instant>, None::<Instant>);
    loop {
        let again = failed.is_none_or(|at| at.elapsed() >= TRY_AGAIN.min(every));
        let folder = &settings.folder;
        let is_ahead = backups::from_the_future(folder).is_ok_and(|ahead| !ahead.is_empty());
        if app.backups.ahead(is_ahead) {
            tracing::warn!(folder = %folder.display(), "a backup is from the future, so its age is not known: this machine's clock is wrong, or was");
        }
        if again
            && is_due(folder, every, taken)
            && let Some(running) = app.backups.begin()
        {
            let name = backups::scheduled_name(system_clock()());
            let (owner, file) = (app.clone(), name.clone());
            let taking = move || backups::keep(&owner.config.backups(), &file, &owner.backups, &running);
            let outcome = spawn_blocking(taking).await.unwrap_or_else(|error| Err(error.to_string()));
            if outcome.is_ok() {
                leave_line(&app, name).await;
            }
            let now = Instant::now();
            (failed, taken) = if outcome.is_ok() { (None, Some(now)) } else { (Some(now), taken) };
        }
        tokio::time::sleep(LOOK.min(every)).await;
    }
}

/// The line for one that was taken. A copy of everything counts more than the line, which therefore comes after it.
async fn leave_line(app: &App, name: String) {
    let left = match Authority::of_the_program("Taken by itself, as the settings say") {
        Ok(authority) => {
            let (action, details) = (AuditAction::BackupTake, json!({}));
            app.books.execute(LeaveLine { action, target: name, details, authority }).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = left {
        tracing::warn!(%error, cause = error.cause(), "the audit log could not be told of a backup");
    }
}

/// Whether the newest is old enough; a folder that cannot be looked at is tried, and then says why.
fn is_due(folder: &Path, every: Duration, taken: Option<Instant>) -> bool {
    let found = backups::all(folder).unwrap_or_default();
    let is_young = |age: Option<Duration>| age.is_some_and(|age| age < every);
    if found.iter().any(|backup| is_young(backup.age())) {
        return false;
    }
    // One from the future is of any age, and so one is due: but where all that are written are from the future, as
    // on a file server whose clock is ahead, not each minute.
    found.iter().all(|backup| backup.age().is_some()) || taken.is_none_or(|at| at.elapsed() >= every)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::*;
    use crate::store::sum_path;

    /// Of what is from the future nobody knows the age, so that one is due, but not again and again; and where a
    /// machine slept, the age of what there is counts, not for how long the program was awake.
    #[test]
    fn one_is_due_when_none_is_known_to_be_young() {
        const EVERY: Duration = Duration::from_hours(2);
        let (hour, now) = (Duration::from_hours(1), SystemTime::now());
        for (times, was_taken, expected) in [
            (&[][..], false, true),
            (&[now - hour], false, false),
            (&[now - 3 * hour], false, true),
            (&[now - 3 * hour], true, true),
            (&[now + hour], false, true),
            (&[now + hour], true, false),
            (&[now + hour, now - hour], false, false),
            (&[now + hour, now - 3 * hour], false, true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for (number, at) in times.iter().enumerate() {
                let path = folder.path().join(format!("{number}.db"));
                fs::write(sum_path(&path), "").unwrap();
                fs::File::create(&path).unwrap().set_modified(*at).unwrap();
            }
            let taken = was_taken.then(Instant::now);
            assert_eq!(is_due(folder.path(), EVERY, taken), expected, "{times:?} {was_taken}");
        }
    }
}
