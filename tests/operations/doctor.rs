//! `doctor`: nothing to say against a community that is well; each thing that is not, by itself, is found,
//! named, and told what to do about; and looking changes nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::support::Server;

/// What it says of one thing.
fn finding(server: &Server, check: &str) -> (i32, String, String) {
    let output = server.cli(&["doctor"]);
    let findings: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = findings.as_array().unwrap().iter().find(|finding| finding["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check}: {findings}"));
    (output.code, found["state"].as_str().unwrap().into(), found["said"].as_str().unwrap().into())
}

#[track_caller]
fn assert_finds(server: &Server, check: &str, expected: &str, words: &str) {
    let (code, state, said) = finding(server, check);
    assert_eq!(state, expected, "{check}: {said}");
    assert!(said.contains(words), "{check}: {said:?} does not say {words:?}");
    assert!(expected != "bad" || code == 1, "{check}: exit code {code}");
}

fn settings(more: &str) -> String {
    let server =
        "bind = \"127.0.0.1:0\"\npublic_url = \"https://tokens.example.org\"\ntrusted_proxies = [\"127.0.0.1\"]";
    Server::settings(more).replace("bind = \"127.0.0.1:0\"", server)
}

/// A community that is well, and the same one with one thing after the other that is not.
#[tokio::test]
async fn what_ails_a_community_is_found() {
    let mut server = Server::prepare(&settings(""));
    assert_finds(&server, "ledger", "bad", "communitytoken init");
    server.listen(&[]);
    let address = server.base.trim_start_matches("http://").to_owned();
    fs::write(server.path("config.toml"), settings("").replace("127.0.0.1:0", &address)).unwrap();
    fs::create_dir(server.path("backups")).unwrap();
    assert_finds(&server, "backup", "warn", "communitytoken backup");
    server.cli(&["backup", "backups/today.db"]).ok();
    let before = server.rows();
    let output = server.cli(&["doctor"]);
    let findings: Value = serde_json::from_str(&output.stdout).unwrap();
    let states: Vec<_> = findings.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert!(output.code == 0 && states.len() >= 10 && states.iter().all(|state| *state == "ok"), "{findings}");
    assert_eq!(server.rows(), before);
    // For people: a line each, with nothing that steers a terminal.
    let told = server.run(&["doctor"]);
    assert_eq!((told.code, told.stdout.lines().count()), (0, states.len()), "{told:?}");

    // An old backup.
    let backup = fs::File::options().append(true).open(server.path("backups/today.db")).unwrap();
    backup.set_modified(SystemTime::now() - Duration::from_hours(72)).unwrap();
    assert_finds(&server, "backup", "warn", "72 hours old");
    let daily = settings("[backup]\nevery_hours = 24\n").replace("127.0.0.1:0", &address);
    fs::write(server.path("config.toml"), &daily).unwrap();
    assert_finds(&server, "backup", "bad", "one is due every 24 hours");
    // Who can read it.
    fs::set_permissions(server.path("data"), fs::Permissions::from_mode(0o755)).unwrap();
    let key = server.path("data/instance.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_finds(&server, "permissions", "warn", "chmod 600 data/instance.key");
    fs::rename(&key, server.path("away.key")).unwrap();
    assert_finds(&server, "permissions", "warn", "put the copy back");
    fs::rename(server.path("away.key"), &key).unwrap();
    // A provider that is away, and one whose keys are none.
    let provider =
        |line: &str| fs::write(server.path("config.toml"), daily.replace("jwks_file = \"jwks.json\"", line)).unwrap();
    provider("jwks_url = \"http://127.0.0.1:9/keys\"");
    assert_finds(&server, "provider", "bad", "gives no keys");
    fs::write(server.path("jwks.json"), "{\"keys\":[]}").unwrap();
    provider("jwks_file = \"jwks.json\"");
    let (_, state, said) = finding(&server, "provider");
    assert_eq!(state, "bad", "{said}");
    server.provider.write(&server.path("jwks.json"));
    // Members who come in the open, and settings that nobody can read.
    fs::write(server.path("config.toml"), daily.replace("https://tokens", "http://tokens")).unwrap();
    assert_finds(&server, "sign-in", "bad", "HTTPS");
    fs::write(server.path("config.toml"), "[server]\nbnd = \"127.0.0.1:1\"\n").unwrap();
    assert_finds(&server, "settings", "bad", "Did you mean server.bind");
    fs::write(server.path("config.toml"), "[server]\nbind = \"127.0.0.1:1\"\n").unwrap();
    assert_finds(&server, "server", "warn", "serves this ledger, but not at http://127.0.0.1:1 ");
    assert_finds(&server, "server", "warn", "say the same --bind here");
    // What `serve --bind` named is found by the same name.
    let there: Value = serde_json::from_str(&server.cli(&["doctor", "--bind", &address]).stdout).unwrap();
    let answers = there.as_array().unwrap().iter().find(|finding| finding["check"] == "server").unwrap();
    assert_eq!(answers["state"], "ok", "{there}");
    assert_finds(&server, "sign-in", "warn", "anyone");
    // Stopped, of another release, damaged.
    fs::write(server.path("config.toml"), &daily).unwrap();
    server.stop();
    assert_finds(&server, "server", "warn", &format!("Nobody serves at http://{address}. "));
    assert_finds(&server, "server", "warn", "say the same --bind here");
    server.cli(&["migrate", "--to", "8", "--discard"]).ok();
    assert_finds(&server, "schema", "warn", "communitytoken migrate");
    fs::write(server.database(), "no database").unwrap();
    assert_finds(&server, "ledger", "bad", "communitytoken.db");
}

/// A disk with hardly any room: a file system of its own.
#[tokio::test]
async fn a_full_disk_is_found() {
    let server = Server::prepare(&settings(""));
    fs::create_dir(server.path("data")).unwrap();
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=20m", "tmpfs"]).arg(server.path("data")).status();
    assert!(mount.unwrap().success());
    let (_, state, said) = finding(&server, "disk");
    Command::new("umount").arg(server.path("data")).status().unwrap();
    assert_eq!(state, "bad", "{said}");
    assert!(said.contains("Make room"), "{said}");
}
