//! Who else has a database open, where the system tells: Linux lists every lock with its process.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::draft::beside;

/// Warns of another process of this program that serves the database already. SQLite lets both write
/// safely, but hardly anybody means to run two: members would see one community at two addresses.
pub fn warn_of_another_server(path: &Path) {
    if let Some(process) = other_server(path) {
        tracing::warn!(
            process,
            "another process of this program serves {} already; unless you mean to run two, stop one of them",
            path.display()
        );
    }
}

/// The list of locks comes in pieces, and while others take and leave some, one that is there all the time can be
/// missing from it: so nobody is found only after so many looks.
const LOOKS: usize = 3;

/// Another process of this program that serves the database: whoever has a database with a write-ahead log open holds a lock on the file beside it.
pub fn other_server(path: &Path) -> Option<u32> {
    let path = fs::canonicalize(path).ok()?;
    let shared = fs::metadata(beside(&path, "-shm")).ok()?.ino();
    (0..LOOKS).find_map(|_| {
        let locks = fs::read_to_string("/proc/locks").ok()?;
        locks.lines().filter_map(|line| holder(line, shared)).find(|process| is_another_server(*process))
    })
}

/// The process of a line such as `1: POSIX  ADVISORY  READ 1234 08:01:5678 128 128`, if that is a lock on
/// the file with this number.
fn holder(line: &str, inode: u64) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let place = words.iter().position(|word| word.matches(':').count() == 2)?;
    let (_, locked) = words[place].rsplit_once(':')?;
    (locked.parse() == Ok(inode)).then(|| words.get(place.checked_sub(1)?)?.parse().ok()).flatten()
}

/// Whether this is the same program, serving: by its verb, or because it has none.
fn is_another_server(process: u32) -> bool {
    let name = |process: &str| fs::read_to_string(format!("/proc/{process}/comm")).ok();
    let words = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let mut arguments = words.split('\0').skip(1);
    process != std::process::id()
        && name("self").is_some_and(|own| name(&process.to_string()) == Some(own))
        && arguments.next().is_none_or(|first| first.is_empty() || first == "serve" || first.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::holder;

    /// The lines of `/proc/locks`, those of who waits for a lock too.
    #[test]
    fn lines_are_read() {
        for (line, process) in [
            ("1: POSIX  ADVISORY  READ 1234 08:01:5678 128 128", Some(1234)),
            ("1: -> POSIX  ADVISORY  WRITE 99 fd:00:5678 120 120", Some(99)),
            ("2: POSIX  ADVISORY  READ 1234 08:01:56789 128 128", None),
            ("3: POSIX  ADVISORY  READ -1 08:01:5678 128 128", None),
            ("", None),
        ] {
            assert_eq!(holder(line, 5678), process, "{line}");
        }
    }
}
