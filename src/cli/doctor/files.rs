//! The files: is there room, who can read them, how long is the log, how old is the newest backup.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Findings;
use crate::backups;
use crate::config::{Backup, Config};
use crate::identity::InstanceKey;
use crate::store::{self, Checkpoints};

const MEGABYTE: u64 = 1_000_000;
/// With less than this, writing soon fails.
const LEAST_ROOM: u64 = 100 * MEGABYTE;
/// A log of this size is not folded as it should be, or a reader holds it.
const LONG_LOG: u64 = 100 * MEGABYTE;
/// A backup of up to this size is read as a whole to see whether it is what it was, which takes about a second.
const READ_AS_A_WHOLE: u64 = 1000 * MEGABYTE;
/// What a restore from an older backup would lose is more than anybody would like to do over again.
const OLD_BACKUP: Duration = Duration::from_hours(2 * 24);

/// Whether the disk has room: a backup, a restore or a new release each need as much again as the ledger has.
pub(super) fn disk(database: &Path, findings: &mut Findings) {
    let folder = nearest_folder(database);
    let room = match store::room(folder) {
        Ok(room) => room,
        Err(error) => {
            return findings.bad("disk", format!("{} cannot be looked at ({error}).", folder.display()));
        }
    };
    let needed = fs::metadata(database).map_or(0, |file| 2 * file.len()).max(LEAST_ROOM);
    let said = format!("{} is free where the ledger lies", size(room));
    if room < LEAST_ROOM {
        findings.bad("disk", format!("Only {said}. Make room: without it nobody can pay."));
    } else if room < needed {
        findings.warn("disk", format!("{said}, and a restore or a new release may need {}. Make room.", size(needed)));
    } else {
        findings.ok("disk", format!("{said}."));
    }
}

/// The folder of a file, or the one above it that is there already.
fn nearest_folder(file: &Path) -> &Path {
    let here = Path::new(".");
    file.ancestors()
        .skip(1)
        .map(|folder| if folder.as_os_str().is_empty() { here } else { folder })
        .find(|folder| folder.exists())
        .unwrap_or(here)
}

/// Whether what is secret is secret, and whether what belongs to the program belongs to one user.
pub(super) fn permissions(config: &Config, findings: &mut Findings) {
    let database = &config.database.path;
    let key = InstanceKey::beside(database);
    let secrets = config.secret_files().map(Path::to_owned);
    let mut problems = Vec::new();
    for path in [database.clone(), key.clone()].into_iter().chain(secrets) {
        if store::is_open_to_all(&path) {
            problems.push(format!("Everyone on this machine can read {0}: chmod 600 {0}", path.display()));
        }
    }
    let owner = |path: &Path| fs::metadata(path).map(|file| file.uid());
    let mut is_barred = false;
    for path in written(config).iter().filter(|path| !store::may_write(path)) {
        is_barred = true;
        problems.push(format!(
            "Whoever runs this (user {}) may not write {1}. If that is the user as whom the program runs, give it to them (chown {0} {1}), or serving ends with \"attempt to write a readonly database\"; else run this as the user as whom the program runs.",
            rustix::process::getuid().as_raw(),
            path.display()
        ));
    }
    match (owner(database), owner(&key)) {
        (Ok(one), Ok(other)) if one != other => problems.push(format!(
            "{} and {} belong to different users; give both to the one as whom the program runs (chown).",
            database.display(),
            key.display()
        )),
        (Ok(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => problems.push(format!(
            "There is no {}: put the copy back that you keep. The next start would make a new key.",
            key.display()
        )),
        (Err(error), _) | (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => {
            problems.push(format!(
                "The ledger or its key cannot be looked at ({error}); run this as the user as whom the program runs."
            ));
        }
        _ => {}
    }
    if problems.is_empty() {
        findings.ok("permissions", "Ledger, key and secrets are for their owner alone.");
    } else if is_barred {
        findings.bad("permissions", problems.join("\n"));
    } else {
        findings.warn("permissions", problems.join("\n"));
    }
}

/// What the program writes, as far as it is there: the ledger with its log, its folder, and that of the backups.
fn written(config: &Config) -> Vec<PathBuf> {
    let (database, backups) = (&config.database.path, &config.backup.folder);
    let mut written = vec![database.clone(), nearest_folder(database).to_owned()];
    written.extend(["-wal", "-shm"].map(|ending| store::beside(database, ending)));
    if backups.exists() {
        written.push(backups.clone());
    } else if config.backup.every_hours > 0 {
        // There it is made.
        written.push(nearest_folder(backups).to_owned());
    }
    written.retain(|path| path.exists());
    written
}

/// Whether the write-ahead log is folded into the ledger.
pub(super) fn log(config: &Config, findings: &mut Findings) {
    let length = fs::metadata(store::beside(&config.database.path, "-wal")).map_or(0, |log| log.len());
    let said = format!("The write-ahead log has {}", size(length));
    if length <= LONG_LOG {
        findings.ok("log", format!("{said}."));
    } else if config.database.checkpoints == Checkpoints::External {
        findings.warn(
            "log",
            format!("{said}: the replicator does not fold it. See that it runs, or set database.checkpoints to own."),
        );
    } else {
        findings.warn(
            "log",
            format!("{said}: another program keeps the ledger open for reading. End it; the log is folded then."),
        );
    }
}

/// Whether there is something to go back to: how old the newest is, and whether it is still what it was.
pub(super) fn backups(settings: &Backup, findings: &mut Findings) {
    let folder = settings.folder.display();
    let by_itself = settings.every_hours > 0;
    let how = if by_itself {
        "See in the program's log why none is taken."
    } else {
        "Take one with `communitytoken backup FILE`, or set backup.every_hours to 24."
    };
    let newest = match backups::newest(&settings.folder) {
        Ok(Some(newest)) => newest,
        Ok(None) => {
            let other = if from_the_future(settings, findings) { "no other" } else { "none" };
            return findings.warn("backup", format!("There is {other} in {folder}. {how}"));
        }
        Err(error) => return findings.bad("backup", format!("{folder} cannot be looked at ({error}).")),
    };
    let age = newest.age().unwrap_or_default();
    let expected = Duration::from_hours(2 * u64::from(settings.every_hours));
    from_the_future(settings, findings);
    let again = "Take another now with `communitytoken backup FILE`, and see whether the disk is failing.";
    match store::is_unchanged(&newest.path, READ_AS_A_WHOLE) {
        Ok(true) => {}
        Ok(false) => {
            let said =
                format!("{} is damaged: it is not what it was when it was written. {again}", newest.path.display());
            return findings.bad("backup", said);
        }
        Err(failure) => {
            return findings.warn("backup", format!("{failure} Run this as the user as whom the program runs."));
        }
    }
    let said = format!("The newest in {folder} is {} hours old", age.as_secs() / 3600);
    if by_itself && age > expected {
        findings.bad("backup", format!("{said}, and one is due every {} hours. {how}", settings.every_hours));
    } else if age > OLD_BACKUP {
        findings.warn("backup", format!("{said}. {how}"));
    } else {
        findings.ok("backup", format!("{said}. Keep copies on another machine, too."));
    }
}

/// Says which backups are from the future, if there are any: nobody knows how old they are.
fn from_the_future(settings: &Backup, findings: &mut Findings) -> bool {
    let ahead = backups::from_the_future(&settings.folder).unwrap_or_default();
    if let Some(last) = ahead.last() {
        let more = if ahead.len() > 1 { format!(" and {} more", ahead.len() - 1) } else { String::new() };
        let name = last.path.file_name().unwrap_or_default().to_string_lossy();
        findings.warn("backup", format!("From the future in {}: {name}{more}. Nobody knows how old that is: this machine's clock is wrong, or was. Set it if it is, and move what is from the future away.", settings.folder.display()));
    }
    !ahead.is_empty()
}

fn size(bytes: u64) -> String {
    if bytes >= 10_000 * MEGABYTE {
        format!("{} GB", bytes / (1000 * MEGABYTE))
    } else {
        format!("{} MB", bytes / MEGABYTE)
    }
}
