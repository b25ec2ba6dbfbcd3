//! `doctor`: nothing to say against a community that is well; each thing that is not, by itself, is found,
//! named, and told what to do about; and looking changes nothing.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use serde_json::Value;

use super::support::Server;

/// What it says of one thing.
fn finding(server: &Server, check: &str) -> (i32, String, String) {
    let output = server.cli(&["doctor"]);
    let (state, said) = found(&output.stdout, check);
    (output.code, state, said)
}

/// The same, of what it has said already.
fn found(stdout: &str, check: &str) -> (String, String) {
    let findings: Value = serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    let found = findings.as_array().unwrap().iter().find(|finding| finding["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check}: {findings}"));
    (found["state"].as_str().unwrap().into(), found["said"].as_str().unwrap().into())
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

    // A backup that was cut off, one of which a bit has turned, and one from the future.
    let backup = server.path("backups/today.db");
    let whole = fs::read(&backup).unwrap();
    fs::write(&backup, &whole[..whole.len() / 2]).unwrap();
    assert_finds(&server, "backup", "bad", "today.db is damaged");
    let mut turned = whole.clone();
    *turned.last_mut().unwrap() ^= 1;
    fs::write(&backup, &turned).unwrap();
    assert_finds(&server, "backup", "bad", "Take another now with `communitytoken backup FILE`");
    fs::write(&backup, &whole).unwrap();
    assert_finds(&server, "backup", "ok", "0 hours old");
    let ahead = fs::File::options().append(true).open(&backup).unwrap();
    ahead.set_modified(SystemTime::now() + Duration::from_hours(72)).unwrap();
    assert_finds(&server, "backup", "warn", "From the future in backups: today.db.");
    // An old one.
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
    // A proxy that nobody believes, though it is expected: at a port of this machine, or at a file.
    for way in [address.as_str(), "0.0.0.0:9\"\nsocket = \"http.sock"] {
        let unnamed = settings("").replace("127.0.0.1:0", way).replace("trusted_proxies = [\"127.0.0.1\"]", "");
        fs::write(server.path("config.toml"), unnamed).unwrap();
        assert_finds(&server, "proxy", "warn", "server.trusted_proxies is empty");
    }
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

/// What the program may not write is said before serving ends with it: the ledger, its log, and the folders. Tried
/// as a superuser without the rights of one, or as whoever runs the tests.
#[tokio::test]
async fn what_may_not_be_written_is_found() {
    let mut server = Server::prepare(&settings("[backup]\nevery_hours = 24\n"));
    server.serve(&[]).await;
    server.stop();
    fs::create_dir_all(server.path("backups")).unwrap();
    let is_superuser = rustix::process::geteuid().is_root();
    let doctor = || {
        let mut command = server.command(&["doctor", "--json"]);
        if is_superuser {
            let mut without = Command::new("setpriv");
            let rights = "-dac_override,-dac_read_search";
            without.args(["--bounding-set", rights, "--inh-caps", rights]).arg(command.get_program());
            without.args(command.get_args()).current_dir(server.folder.path());
            command = without;
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert_eq!(found(&doctor(), "permissions").0, "ok");
    let own = rustix::process::getuid().as_raw();
    let paths = [server.database(), server.path("data"), server.path("backups")];
    for path in &paths {
        let mode = fs::metadata(path).unwrap().permissions();
        if is_superuser {
            // Somebody else's, who lets everybody look.
            chown(path, Some(65_534), None).unwrap();
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
        let (state, said) = found(&doctor(), "permissions");
        let path_said = path.strip_prefix(server.folder.path()).unwrap().display();
        assert_eq!(state, "bad", "{said}");
        for words in [format!("may not write {path_said}."), format!("chown {own} {path_said})")] {
            assert!(said.contains(&words), "{words}: {said}");
        }
        if is_superuser {
            chown(path, Some(own), None).unwrap();
        }
        fs::set_permissions(path, mode).unwrap();
    }
    assert_eq!(found(&doctor(), "permissions").0, "ok");
}

/// A provider's keys, with this time on its answers.
fn provider_at(keys: String, ahead: i64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let date = Timestamp::from_second(Timestamp::now().as_second() + ahead).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = BufReader::new(stream.try_clone().unwrap()).lines();
            while asked.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let length = keys.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{keys}"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/keys")
}

/// A clock that is ahead is found by the time that the provider says; without one it is said that nobody's was there.
#[tokio::test]
async fn a_clock_that_is_ahead_is_found() {
    let mut server = Server::prepare(&settings(""));
    server.serve(&[]).await;
    server.stop();
    let (_, state, said) = finding(&server, "clock");
    assert!(state == "ok" && (said.contains("nobody else's") || said.contains("over the network")), "{said}");
    for (theirs, expected, words) in [
        (0, "ok", "It goes with that of https://id.test.invalid/"),
        (-3600, "warn", "60 minutes ahead of that of https://id.test.invalid/"),
        (7200, "warn", "behind that of https://id.test.invalid/"),
    ] {
        let url = provider_at(server.provider.jwks().to_string(), theirs);
        let config = settings("").replace("jwks_file = \"jwks.json\"", &format!("jwks_url = \"{url}\""));
        fs::write(server.path("config.toml"), config).unwrap();
        assert_finds(&server, "provider", "ok", "with 3 keys");
        assert_finds(&server, "clock", expected, words);
    }
}

/// A mail server that lets everybody in and says what it was asked; `None`: it says nothing at all.
fn post_office(greeting: Option<&'static str>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&heard);
    let talk = move |mut stream: TcpStream| -> std::io::Result<()> {
        let Some(greeting) = greeting else { return stream.read_to_end(&mut Vec::new()).map(drop) };
        stream.write_all(greeting.as_bytes())?;
        for line in BufReader::new(stream.try_clone()?).lines() {
            let line = line?;
            stream.write_all(b"250 post.example.org\r\n")?;
            noted.lock().unwrap().push(line);
        }
        Ok(())
    };
    thread::spawn(move || listener.incoming().for_each(|stream| drop(talk(stream.unwrap()))));
    (port, heard)
}

/// Whether the mail server lets the program in, without a letter; that one answers nothing, or does not encrypt, is
/// found within bounds, and so is that there is none.
#[tokio::test]
async fn the_mail_server_is_looked_at() {
    let server = Server::prepare(&settings(""));
    assert_finds(&server, "mail", "ok", "nobody is written to");
    let mail = |port: u16, tls: &str| {
        let more = format!("[mail]\nhost = \"127.0.0.1\"\nport = {port}\nfrom = \"a@example.org\"\ntls = \"{tls}\"\n");
        fs::write(server.path("config.toml"), settings(&more)).unwrap();
    };
    let (port, heard) = post_office(Some("220 post.example.org\r\n"));
    mail(port, "none");
    assert_finds(&server, "mail", "ok", &format!("127.0.0.1:{port} lets the program in"));
    let asked: Vec<_> = heard.lock().unwrap().iter().map(|line| line[..4].to_uppercase()).collect();
    assert_eq!(asked, ["EHLO", "QUIT"], "no letter");
    mail(port, "starttls");
    assert_finds(&server, "mail", "bad", "offers no encryption");
    mail(9, "none");
    assert_finds(&server, "mail", "bad", "cannot be reached (Connection refused");
    assert_finds(&server, "mail", "bad", "Check mail.host and mail.port");
    mail(post_office(None).0, "none");
    let began = Instant::now();
    assert_finds(&server, "mail", "bad", "did not answer within 20 seconds");
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}
