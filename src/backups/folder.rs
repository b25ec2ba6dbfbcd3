//! The folder of backups. Those that were taken by themselves are known by their names, and only they are
//! ever removed; what somebody else laid there stays.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::store::sum_path;

/// How the names begin, how the time in them is written, and how they end. They sort by time.
const FIRST: &str = "communitytoken-";
const TIME: &str = "%Y%m%d-%H%M%S";
const LAST: &str = ".db";

/// A backup in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// When it was written.
    pub at: SystemTime,
    /// Its size.
    pub bytes: u64,
}

/// The name of a backup that is taken by itself at this time (Unix milliseconds).
pub fn scheduled_name(now: i64) -> String {
    let time = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    format!("{FIRST}{}{LAST}", time.strftime(TIME))
}

fn is_scheduled(name: &str) -> bool {
    let time = name.strip_prefix(FIRST).and_then(|rest| rest.strip_suffix(LAST));
    time.is_some_and(|time| {
        time.len() == 15
            && time.bytes().enumerate().all(|(at, byte)| if at == 8 { byte == b'-' } else { byte.is_ascii_digit() })
    })
}

/// Every finished backup in the folder, whoever took it; a missing folder has none.
pub fn all(folder: &Path) -> io::Result<Vec<Kept>> {
    // What has no sum beside it was not finished, or is something else.
    Ok(databases(folder)?.into_iter().filter(|database| sum_path(&database.path).exists()).collect())
}

/// Every database in the folder, finished or not, by time; a missing folder has none.
fn databases(folder: &Path) -> io::Result<Vec<Kept>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // One that is removed while this looks is not there.
        let Ok(file) = fs::metadata(&path) else { continue };
        if file.is_file() && path.extension().is_some_and(|end| end == "db") {
            found.push(Kept { at: file.modified()?, bytes: file.len(), path });
        }
    }
    found.sort_by_key(|database| database.at);
    Ok(found)
}

/// A database in the folder, as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// When it was written, Unix milliseconds.
    pub at: i64,
    /// Its size.
    pub bytes: i64,
    /// Whether it was proven: only then it got its sum.
    pub is_proven: bool,
    /// The version of its schema, where it can be read.
    pub schema: Option<u32>,
}

/// Every database in the folder, finished or not, the newest first; a missing folder has none.
pub fn listed(folder: &Path) -> io::Result<Vec<Listed>> {
    let listed = |Kept { path, at, bytes }: Kept| Listed {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        at: i64::try_from(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(0),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        is_proven: sum_path(&path).exists(),
        schema: schema_of(&path),
    };
    Ok(databases(folder)?.into_iter().rev().map(listed).collect())
}

/// What `SQLite` keeps as the user's version in the head of its file: there it stands, whoever writes the rest.
fn schema_of(path: &Path) -> Option<u32> {
    const PLACE: usize = 60;
    let mut head = [0; PLACE + 4];
    fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    let version = head[PLACE..].try_into().ok()?;
    head.starts_with(b"SQLite format 3\0").then(|| u32::from_be_bytes(version))
}

/// The newest finished backup in the folder.
pub fn newest(folder: &Path) -> io::Result<Option<Kept>> {
    Ok(all(folder)?.pop())
}

/// Removes all but the newest so many of those that were taken by themselves, and gives their names. Called
/// when one has just been proven, so that a good one is always there.
pub fn prune(folder: &Path, keep: usize) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_scheduled(name)));
    }
    names.sort_unstable();
    names.truncate(names.len().saturating_sub(keep.max(1)));
    for name in &names {
        let path = folder.join(name);
        // The sum first: a backup without one is no longer taken for a whole one.
        match fs::remove_file(sum_path(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::remove_file(&path)?,
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names sort by time, and nothing else is taken for one.
    #[test]
    fn a_name_says_when() {
        assert_eq!(scheduled_name(1_790_000_000_000), "communitytoken-20260921-141320.db");
        assert!(is_scheduled(&scheduled_name(0)) && scheduled_name(0) < scheduled_name(1_790_000_000_000));
        for other in [
            "today.db",
            "communitytoken.db",
            "communitytoken-20260921-141320.db.sha256",
            "communitytoken-before-party.db",
            "communitytoken-2026092121413200.db",
        ] {
            assert!(!is_scheduled(other), "{other}");
        }
    }

    /// The newest stay, whatever others laid beside them.
    #[test]
    fn only_the_oldest_of_its_own_go() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..5).map(|day| scheduled_name(day * 86_400_000)).collect();
        for name in names.iter().map(String::as_str).chain(["mine.db", "notes.txt"]) {
            fs::write(folder.path().join(name), "").unwrap();
            fs::write(sum_path(&folder.path().join(name)), "").unwrap();
        }
        assert_eq!(prune(folder.path(), 2).unwrap(), names[..3]);
        assert_eq!(prune(folder.path(), 0).unwrap(), names[3..4], "one always stays");
        let mut left: Vec<_> = all(folder.path()).unwrap().into_iter().map(|kept| kept.path).collect();
        left.sort();
        assert_eq!(left, [folder.path().join(&names[4]), folder.path().join("mine.db")]);
        assert_eq!(newest(&folder.path().join("nowhere")).unwrap(), None);
    }
}
