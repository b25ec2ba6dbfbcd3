//! A file that is being made. It lies beside the place where it will stand, and gets its name only
//! when it is whole and on disk: whoever looks there finds what was there before, or all of it.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::StoreFailure;

/// What SQLite lays beside a database.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The draft of a file, readable by its owner alone. It disappears when it is dropped.
#[derive(Debug)]
pub struct Draft {
    path: TempPath,
    target: PathBuf,
    _companions: Companions,
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
        // Closed at once: closing a database file later would let go of SQLite's locks on it.
        let path = NamedTempFile::with_prefix_in(prefix, folder(target)).map_err(|error| cannot(target, &error))?;
        let companions = Companions(path.path().to_owned());
        Ok(Self { path: path.into_temp_path(), target: target.to_owned(), _companions: companions })
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
