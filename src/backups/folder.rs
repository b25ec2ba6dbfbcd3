//! The folder of backups. Those that were taken by themselves are known by their names, and only they are
//! ever removed; what somebody else laid there stays.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::store::sum_path;

/// How the names begin, how the time in them is written, and how they end. They sort by time.
const FIRST: &str = "communitytoken-";
const TIME: &str = "%Y%m%d-%H%M%S";
const LAST: &str = ".db";
/// Clocks that are set over the network, and those of file servers, differ by less. What is written further ahead
/// is from a clock that was wrong, or this machine's is wrong now.
const CLOCKS_DIFFER: Duration = Duration::from_mins(1);

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

impl Kept {
    /// When it was written, Unix milliseconds.
    pub fn written_at(&self) -> i64 {
        let since = self.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(0)
    }

    /// How old it is; `None` where it is from the future, so that nobody knows.
    pub fn age(&self) -> Option<Duration> {
        age(self.at, SystemTime::now())
    }
}

fn age(at: SystemTime, now: SystemTime) -> Option<Duration> {
    match now.duration_since(at) {
        Ok(age) => Some(age),
        Err(ahead) => (ahead.duration() <= CLOCKS_DIFFER).then_some(Duration::ZERO),
    }
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

/// Every database in the folder, finished or not, by time; a missing folder has none. Those from the future come
/// first: they are of any age.
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
    let now = SystemTime::now();
    found.sort_by_key(|database| (age(database.at, now).is_some(), database.at));
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

/// Every database in the folder, finished or not, the newest first and those from the future last; a missing folder
/// has none.
pub fn listed(folder: &Path) -> io::Result<Vec<Listed>> {
    let listed = |kept: Kept| Listed {
        name: kept.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        at: kept.written_at(),
        bytes: i64::try_from(kept.bytes).unwrap_or(i64::MAX),
        is_proven: sum_path(&kept.path).exists(),
        schema: schema_of(&kept.path),
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

/// The newest finished backup in the folder, of those whose age is known.
pub fn newest(folder: &Path) -> io::Result<Option<Kept>> {
    Ok(all(folder)?.pop().filter(|newest| newest.age().is_some()))
}

/// The finished backups in the folder that are from the future: a clock was wrong, or is.
pub fn from_the_future(folder: &Path) -> io::Result<Vec<Kept>> {
    Ok(all(folder)?.into_iter().filter(|backup| backup.age().is_none()).collect())
}

/// Removes all but the newest so many of those that were taken by themselves, and gives their names. Called
/// when the one named `fresh` has just been proven, so that a good one is always there: that one stays. Those that
/// are named after it are from the future and may be of any age, so they go first.
pub fn prune(folder: &Path, keep: usize, fresh: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_scheduled(name) && name != fresh));
    }
    names.sort_unstable_by(|one, other| (one.as_str() < fresh, one).cmp(&(other.as_str() < fresh, other)));
    // One place is the fresh one's.
    names.truncate(names.len().saturating_sub(keep.max(1) - 1));
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
        assert_eq!(prune(folder.path(), 2, &names[4]).unwrap(), names[..3]);
        assert_eq!(prune(folder.path(), 0, &names[4]).unwrap(), names[3..4], "one always stays");
        let mut left: Vec<_> = all(folder.path()).unwrap().into_iter().map(|kept| kept.path).collect();
        left.sort();
        assert_eq!(left, [folder.path().join(&names[4]), folder.path().join("mine.db")]);
        assert_eq!(newest(&folder.path().join("nowhere")).unwrap(), None);
    }

    /// A clock that was ahead, and one that was set back: the one that was just taken stays, and those of which
    /// nobody knows how old they are go first.
    #[test]
    fn those_from_the_future_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..6).map(|day| scheduled_name(day * 86_400_000)).collect();
        for name in &names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(prune(folder.path(), 4, &names[3]).unwrap(), names[4..]);
        assert_eq!(prune(folder.path(), 2, &names[0]).unwrap(), names[1..3], "the clock stands years back");
        assert!(folder.path().join(&names[0]).exists());
    }

    /// What is from the future has no age, and is not the newest; but clocks need not agree to the second.
    #[test]
    fn the_future_has_no_age() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, at: SystemTime| {
            let path = folder.path().join(name);
            fs::write(sum_path(&path), "").unwrap();
            fs::File::create(&path).unwrap().set_modified(at).unwrap();
            path
        };
        let now = SystemTime::now();
        let future = write("future.db", now + Duration::from_hours(1));
        assert_eq!(newest(folder.path()).unwrap(), None);
        let old = write("old.db", now - Duration::from_hours(5));
        let path = |kept: Kept| kept.path;
        assert_eq!(newest(folder.path()).unwrap().map(path).as_deref(), Some(old.as_path()));
        let ahead: Vec<_> = from_the_future(folder.path()).unwrap().into_iter().map(path).collect();
        assert_eq!(ahead, [future]);
        let shown: Vec<_> = listed(folder.path()).unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(shown, ["old.db", "future.db"]);
        assert_eq!(age(now + CLOCKS_DIFFER, now), Some(Duration::ZERO));
        assert_eq!(age(now + 2 * CLOCKS_DIFFER, now), None);
    }
}
