//! The Debian package: made by cargo-deb of the program under test, looked into, and run as it was unpacked.
//!
//! `COMMUNITYTOKEN_DEBOOTSTRAP=1` also makes a fresh Debian of its own (some minutes, 400 MB, as root), has
//! the package installed there by apt, the program started as its user, and the package replaced and purged.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::support::server::{bare, for_tests};
use super::tool;

/// What the package brings, with its mode; documents aside.
const FILES: &[(&str, u32)] = &[
    ("usr/bin/communitytoken", 0o755),
    ("usr/lib/systemd/system/communitytoken.service", 0o644),
    ("usr/lib/sysusers.d/communitytoken.conf", 0o644),
    ("usr/lib/tmpfiles.d/communitytoken.conf", 0o644),
    ("etc/communitytoken/config.toml", 0o640),
    ("usr/share/doc/communitytoken/operations.md", 0o644),
    ("usr/share/doc/communitytoken/copyright", 0o644),
    ("usr/share/doc/communitytoken/examples/dashboard.json", 0o644),
    ("usr/share/doc/communitytoken/examples/alerts.yaml", 0o644),
    ("usr/share/doc/communitytoken/examples/https.conf", 0o644),
];

fn done(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = text(&output);
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The package, of the program that cargo has built for the tests.
fn package(folder: &Path) -> PathBuf {
    let file = folder.join("communitytoken.deb");
    let mut make = Command::new(tool("cargo-deb"));
    make.args(["--no-build", "--profile", "dev", "--no-strip", "--fast", "--locked", "--output"]).arg(&file);
    done(make.current_dir(env!("CARGO_MANIFEST_DIR")));
    file
}

#[test]
fn the_package_holds_what_it_needs() {
    let folder = TempDir::new().unwrap();
    let package = package(folder.path());
    let root = folder.path().join("root");
    done(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&root));
    for (name, mode) in FILES {
        let found = fs::metadata(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.permissions().mode() & 0o7777, *mode, "{name}");
    }
    // The unit starts what the package brings, with the settings that it brings.
    let unit = fs::read_to_string(root.join("usr/lib/systemd/system/communitytoken.service")).unwrap();
    for line in ["ExecStart=/usr/bin/communitytoken serve", "COMMUNITYTOKEN_CONFIG=/etc/communitytoken/config.toml"] {
        assert!(unit.contains(line), "{line}");
    }
    let said = done(Command::new("dpkg-deb").arg("-f").arg(&package));
    for words in ["libc6", "systemd-sysusers", "systemd-tmpfiles", "Description: A community's own currency"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let control = folder.path().join("control");
    done(Command::new("dpkg-deb").arg("-e").arg(&package).arg(&control));
    let script = |name: &str| fs::read_to_string(control.join(name)).unwrap();
    assert_eq!(script("conffiles").trim(), "/etc/communitytoken/config.toml");
    for (name, words) in
        [("postinst", "systemd-tmpfiles --create communitytoken.conf"), ("prerm", "stop communitytoken.service")]
    {
        assert!(script(name).contains(words), "{name}: {}", script(name));
        done(Command::new("sh").arg("-n").arg(control.join(name)));
    }
    // The settings are those of the example, and the program reads them where they lie.
    let program = root.join("usr/bin/communitytoken");
    let mut command = Command::new(program);
    for_tests(command.args(["config", "--json"]).arg("--config").arg(root.join("etc/communitytoken/config.toml")));
    let settings: Value = serde_json::from_str(&done(command.current_dir(folder.path()))).unwrap();
    assert_eq!(settings, bare(folder.path(), &["config", "--json"]).ok());
}

/// A fresh Debian, which is taken down again whatever happens.
struct Fresh(TempDir);

impl Fresh {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut make = Command::new(tool("debootstrap"));
        done(make.args(["--variant=minbase", "--include=systemd,ca-certificates", "bookworm"]).arg(folder.path()));
        let fresh = Self(folder);
        done(Command::new("mount").args(["-t", "proc", "proc"]).arg(fresh.path("proc")));
        fresh
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new("chroot");
        for_tests(command.arg(self.0.path()).args(["sh", "-ec", words]));
        command.env("DEBIAN_FRONTEND", "noninteractive").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    fn run(&self, words: &str) -> String {
        done(&mut self.command(words))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _already = Command::new("umount").arg(self.path("proc")).status();
    }
}

/// As the unit has it, but for what only a running systemd can do.
const AS_THE_SERVICE: &str = "cd /var/lib/communitytoken && umask 077 && exec setpriv --reuid communitytoken --regid communitytoken --clear-groups --no-new-privs env HOME=/nonexistent USER=communitytoken";

#[test]
fn the_package_is_installed_and_started_in_a_fresh_debian() {
    if std::env::var_os("COMMUNITYTOKEN_DEBOOTSTRAP").is_none() {
        // What of it needs no other system is the test above.
        return;
    }
    let fresh = Fresh::new();
    fs::rename(package(&fresh.path("tmp")), fresh.path("root/communitytoken.deb")).unwrap();
    fresh.run("apt-get install -y -qq --no-install-recommends /root/communitytoken.deb");
    assert_eq!(fresh.run("stat -c '%U:%G %a' /var/lib/communitytoken").trim(), "communitytoken:communitytoken 700");
    assert_eq!(fresh.run("stat -c '%U:%G %a' /etc/communitytoken/config.toml").trim(), "root:communitytoken 640");
    assert!(fresh.run("systemctl is-enabled communitytoken").contains("enabled"));
    assert_eq!(fresh.run("systemd-analyze verify communitytoken.service").trim(), "");
    // What a volunteer does first: the address in the settings.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = "/etc/communitytoken/config.toml";
    fresh.run(&format!("sed -i 's/^#bind = \"127.0.0.1:8080\"/bind = \"{free}\"/' {settings}"));
    let mut server = fresh.command(&format!("{AS_THE_SERVICE} communitytoken serve")).spawn().unwrap();
    let began = Instant::now();
    while !fresh.command(&format!("{AS_THE_SERVICE} communitytoken healthcheck")).output().unwrap().status.success() {
        assert!(began.elapsed() < Duration::from_secs(20) && server.try_wait().unwrap().is_none(), "it does not start");
        std::thread::sleep(Duration::from_millis(100));
    }
    let said = fresh.run(&format!("{AS_THE_SERVICE} communitytoken backup first.db"));
    assert!(said.contains("is sound"), "{said}");
    let kept = fresh.run("ls /var/lib/communitytoken/data");
    assert!(kept.contains("communitytoken.db") && kept.contains("instance.key"), "{kept}");
    done(Command::new("kill").arg(server.id().to_string()));
    assert!(server.wait().unwrap().success());
    // Another release keeps the settings and the ledger; purging keeps the ledger.
    fresh.run("apt-get install -y -qq --reinstall --no-install-recommends /root/communitytoken.deb");
    assert!(fresh.run("cat /etc/communitytoken/config.toml").contains(&format!("\nbind = \"{free}\"")));
    fresh.run("dpkg --purge communitytoken");
    let left =
        fresh.run("ls /var/lib/communitytoken/data; ls -d /etc/communitytoken /usr/bin/communitytoken 2>&1 || true");
    assert!(left.contains("communitytoken.db") && left.matches("No such file").count() >= 1, "{left}");
}
