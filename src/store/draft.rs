//! A file that is being made. It lies beside the place where it will stand, and gets its name only
//! when it is whole and on disk: whoever looks there finds what was there before, or all of it.
//!
//! A program that is killed leaves its draft behind, which may be as large as the ledger. Whoever makes the next
//! draft in that folder takes it away; one that somebody is at work on is locked.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempPath;

use super::StoreFailure;

/// What SQLite lays beside a database.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How the name of a draft ends.
const UNFINISHED: &str = ".unfinished";
/// How long nobody has written to a draft that was left behind: a new one is locked an instant after it is made.
const LEFT: Duration = Duration::from_mins(1);

/// The draft of a file, readable by its owner alone. It disappears when it is dropped.
#[derive(Debug)]
pub struct Draft {
    path: TempPath,
    target: PathBuf,
    _companions: Companions,
    /// Locked. Closed last, when no connection is open on it: closing it lets go of the locks of `SQLite`.
    _held: File,
}

/// What SQLite lays beside a draft goes with it.
#[derive(Debug)]
struct Companions(PathBuf);

impl Draft {
    /// An empty draft of a file at `target`.
    pub fn of(target: &Path) -> Result<Self, StoreFailure> {
        let name = target.file_name().ok_or_else(|| {
            StoreFailure(format!("{} is not the name of a file; say where the file goes.", target.display()))
        })?;
        if target.is_dir() {
            return Err(StoreFailure(format!("{} is a folder; name a file in it.", target.display())));
        }
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        take_away_what_was_left(folder(target));
        let (held, path) = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(UNFINISHED)
            .tempfile_in(folder(target))
            .map_err(|error| cannot(target, &error))?
            .into_parts();
        // Where files cannot be locked, nothing is taken away either.
        let _unlocked = held.try_lock();
        let companions = Companions(path.to_path_buf());
        Ok(Self { path, target: target.to_owned(), _companions: companions, _held: held })
    }

    /// Where the draft lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in place, on disk before it gets the name. What stands there is replaced only if
    /// `over` says so.
    pub fn place(self, over: bool) -> Result<(), StoreFailure> {
        let written = File::open(&self.path).and_then(|file| file.sync_all());
        written.map_err(|error| cannot(&self.target, &error))?;
        let Self { path, target, .. } = self;
        let placed = if over { path.persist(&target) } else { path.persist_noclobber(&target) };
        placed.map_err(|failure| match failure.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&target),
            _ => cannot(&target, &failure.error),
        })?;
        sync_folder(&target)
    }

    /// Gives it owner and permissions of the file it replaces, so that a server which runs as
    /// another user can open it; where there is none, the owner of its folder.
    pub fn belong_as_before(&self) -> Result<(), StoreFailure> {
        let refuse = |error: &io::Error| cannot(&self.target, error);
        let own = fs::metadata(&self.path).map_err(|error| refuse(&error))?;
        let model = match fs::metadata(&self.target) {
            Ok(old) => {
                fs::set_permissions(&self.path, old.permissions()).map_err(|error| refuse(&error))?;
                old
            }
            Err(_) => fs::metadata(folder(&self.target)).map_err(|error| refuse(&error))?,
        };
        let owner = |metadata: &Metadata| (metadata.uid(), metadata.gid());
        if owner(&own) != owner(&model) {
            chown(&self.path, Some(model.uid()), Some(model.gid())).map_err(|error| refuse(&error))?;
        }
        Ok(())
    }
}

impl Drop for Companions {
    fn drop(&mut self) {
        for suffix in COMPANIONS {
            // Mostly there is none.
            let _none = fs::remove_file(beside(&self.0, suffix));
        }
    }
}

/// Takes away the drafts in a folder that nobody is at work on any more. What cannot be taken away stays: it is
/// in nobody's way but by its size.
fn take_away_what_was_left(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_draft = name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(UNFINISHED));
        if is_draft && was_left(&path).unwrap_or(false) && fs::remove_file(&path).is_ok() {
            tracing::info!(file = %path.display(), "an unfinished file was taken away, which a killed program had left");
            drop(Companions(path));
        }
    }
}

fn was_left(draft: &Path) -> io::Result<bool> {
    // Before it is opened: closing a draft of this very process would let go of the locks of `SQLite` on it.
    let is_old = fs::metadata(draft)?.modified()?.elapsed().is_ok_and(|since| since >= LEFT);
    Ok(is_old && File::open(draft)?.try_lock().is_ok())
}

/// The refusal to write over a file.
pub(super) fn exists(path: &Path) -> StoreFailure {
    StoreFailure(format!("{} exists already; name another file, or say --overwrite.", path.display()))
}

/// Gives a finished file its name, unless one that was made at the same moment has it: of two, one is
/// first. A link fails where the name is taken, a rename would overwrite; it is the fallback for file
/// systems without links.
pub fn place_first(unfinished: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(_) if !path.exists() => fs::rename(unfinished, path),
        other => other,
    }
}

/// The folder a file lies in.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes names that were given or taken away in the folder of a file last.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreFailure> {
    File::open(folder(path)).and_then(|folder| folder.sync_all()).map_err(|error| cannot(path, &error))
}

/// The path with something added to the name of the file.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn cannot(path: &Path, error: &io::Error) -> StoreFailure {
    StoreFailure(format!("{} cannot be written ({error}).", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn set_back(path: &Path) {
        File::options().append(true).open(path).unwrap().set_modified(SystemTime::now() - LEFT).unwrap();
    }

    /// What a killed program left goes, with what SQLite had laid beside it; what somebody is at work on, what is
    /// new, and what is no draft stays.
    #[test]
    fn what_was_left_behind_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let names =
            [".other.db.abcdef.unfinished", ".other.db.abcdef.unfinished-journal", "a.unfinished", ".b.db.abcdef"];
        for name in names {
            fs::write(at(name), "left").unwrap();
            set_back(&at(name));
        }
        fs::write(at(".new.db.abcdef.unfinished"), "just made").unwrap();
        let held = Draft::of(&at("ledger.db")).unwrap();
        set_back(held.path());
        let next = Draft::of(&at("ledger.db")).unwrap();
        assert!(held.path().exists() && next.path().exists());
        assert_eq!(names.map(|name| at(name).exists()), [false, false, true, true]);
        assert!(at(".new.db.abcdef.unfinished").exists());
        held.place(false).unwrap();
        next.place(true).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "the ledger, and what was no draft or is new");
    }
}
