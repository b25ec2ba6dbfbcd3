//! A disk of the test's own: an ext4 file system in a file, whose power can be cut and which can be
//! full.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Runs a program and stops the test when it does not succeed.
#[track_caller]
pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Builds one of the small C files beside this one.
pub fn build_c(source: &str, flags: &[&str], to: &Path) {
    let source = format!("{}/tests/crash/{source}", env!("CARGO_MANIFEST_DIR"));
    run("cc", &[&["-O1", "-Wall", "-Werror", "-o", to.to_str().unwrap(), source.as_str()], flags].concat());
}

/// The mounted disk. Unmounted when it is dropped, whatever happened before.
pub struct Disk {
    place: TempDir,
}

impl Disk {
    /// A new disk; none where this machine does not let us mount one, which is said aloud.
    pub fn new(megabytes: u64) -> Option<Self> {
        let disk = Self { place: TempDir::new().unwrap() };
        fs::create_dir(disk.folder()).unwrap();
        fs::File::create(disk.image()).unwrap().set_len(megabytes << 20).unwrap();
        build_c("cut_power.c", &[], &disk.place.path().join("cut_power"));
        // No blocks kept back for the superuser: full is full.
        run("mkfs.ext4", &["-q", "-F", "-m", "0", disk.image().to_str().unwrap()]);
        if let Err(why) = disk.mount() {
            // Past the test harness, which keeps what a passing test prints to itself.
            let text = format!("\nNOT TESTED HERE: no file system can be mounted (are you root?): {why}\n");
            std::io::stderr().write_all(text.as_bytes()).unwrap();
            return None;
        }
        Some(disk)
    }

    /// Where it is mounted.
    pub fn folder(&self) -> PathBuf {
        self.place.path().join("disk")
    }

    fn image(&self) -> PathBuf {
        self.place.path().join("image")
    }

    fn mount(&self) -> Result<(), String> {
        let output = Command::new("mount").args(["-o", "loop"]).arg(self.image()).arg(self.folder()).output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    /// Brings everything to the disk.
    pub fn sync(&self) {
        run("sync", &["--file-system", self.folder().to_str().unwrap()]);
    }

    /// Cuts the power: whatever was not synced is gone. Everyone who has files there must end before
    /// the power returns.
    pub fn cut_power(&self) {
        run(self.place.path().join("cut_power").to_str().unwrap(), &[self.folder().to_str().unwrap()]);
    }

    /// The power is back: the file system plays its journal, as after any such accident.
    pub fn power_returns(&self) {
        run("umount", &[self.folder().to_str().unwrap()]);
        self.mount().unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmount = |flags: &[&str]| {
            Command::new("umount").args(flags).arg(self.folder()).output().is_ok_and(|output| output.status.success())
        };
        let _mounted_no_more = unmount(&[]) || unmount(&["-l"]);
    }
}
