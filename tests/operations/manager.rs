//! The program under a service manager: it says when it is ready, that it lives, and when it stops; and the
//! unit leaves it little that it could do wrong.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use super::file;
use super::support::Server;

/// What systemd hears on the socket that it gives its services.
#[tokio::test]
async fn the_manager_is_told() {
    let mut server = Server::prepare(&Server::settings(""));
    let socket = UnixDatagram::bind(server.path("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let heard = || {
        let mut text = [0; 256];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim().to_owned()
    };
    server.environment = vec![
        ("NOTIFY_SOCKET".into(), server.path("notify").display().to_string()),
        ("WATCHDOG_USEC".into(), "400000".into()),
    ];
    server.listen(&[]);
    let mut said = vec![heard()];
    while said.last().unwrap() != "READY=1" {
        said.push(heard());
    }
    // Who comes when it is ready is served.
    let health = server.client.get(format!("{}/health", server.base)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 200);
    for _ in 0..3 {
        assert_eq!(heard(), "WATCHDOG=1");
    }
    server.stop();
    let mut last = heard();
    while last == "WATCHDOG=1" {
        last = heard();
    }
    assert_eq!(last, "STOPPING=1");
}

/// `healthcheck` says what `/health` says: 0 while it serves, 1 when nobody does.
#[tokio::test]
async fn healthcheck_asks_the_one_that_serves() {
    let mut server = Server::start().await;
    let port = server.base.rsplit(':').next().unwrap().to_owned();
    for bind in [format!("127.0.0.1:{port}"), format!("0.0.0.0:{port}")] {
        let check = |arguments: &[&str]| {
            let mut command = server.command(arguments);
            command.env("COMMUNITYTOKEN_SERVER__BIND", &bind).output().unwrap()
        };
        let well = check(&["healthcheck"]);
        assert_eq!((well.status.code(), String::from_utf8_lossy(&well.stdout).trim()), (Some(0), "ok"), "{well:?}");
        let json: serde_json::Value = serde_json::from_slice(&check(&["healthcheck", "--json"]).stdout).unwrap();
        assert_eq!(json["can_write"], true);
    }
    let address = server.base.trim_start_matches("http://").to_owned();
    // The settings name port 0; where it listens was said to `serve`, and is said here in the same way.
    let well = server.run(&["healthcheck", "--bind", &address]);
    assert_eq!((well.code, well.stdout.trim()), (0, "ok"), "{well:?}");
    server.stop();
    let gone = server.run(&["healthcheck", "--bind", &address]);
    assert_eq!(gone.code, 1);
    for words in ["Nobody answers at ", &format!("http://{address}/health"), "say the same --bind here"] {
        assert!(gone.stderr.contains(words), "{words}: {gone:?}");
    }
    assert_eq!(server.run(&["healthcheck", "--bind", "nowhere"]).code, 2);
}

/// Of what the unit withholds it gives what the program does: to let simulations stand behind payments. Which calls
/// would be withheld without that, systemd says itself.
#[test]
fn the_unit_lets_simulations_stand_back() {
    let unit = file("packaging/systemd/communitytoken.service");
    let filters: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")).collect();
    let (last, before) = filters.split_last().unwrap();
    assert!(before.iter().any(|filter| filter.starts_with('~') && filter.contains("@resources")), "{filters:?}");
    let withheld = Command::new("systemd-analyze").args(["syscall-filter", "@resources"]).output().unwrap().stdout;
    let withheld = String::from_utf8(withheld).unwrap();
    let given: Vec<&str> = last.split(' ').collect();
    assert!(withheld.lines().any(|line| line.trim() == "setpriority"), "{withheld}");
    assert!(given.contains(&"setpriority"), "{filters:?}");
}

/// How exposed the unit is, by systemd's own reckoning: 10 is a service as most are, 2 is a good one. With
/// what HTTPS needs, too, which it then gets.
#[test]
fn the_unit_is_hardened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("communitytoken.service");
    std::fs::write(&path, file("packaging/systemd/communitytoken.service")).unwrap();
    let analysed = || {
        let mut analyse = Command::new("systemd-analyze");
        let output = analyse.args(["security", "--offline=true", "--no-pager", "--threshold=20"]).arg(&path).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("{}", said.lines().last().unwrap_or_default());
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    let gets = |said: &str| said.lines().any(|line| line.contains("AmbientCapabilities=") && line.starts_with('✗'));
    assert!(!gets(&analysed()));
    let with = folder.path().join("communitytoken.service.d");
    std::fs::create_dir(&with).unwrap();
    std::fs::write(with.join("https.conf"), file("packaging/systemd/https.conf")).unwrap();
    assert!(gets(&analysed()));
}

/// Everything the container copies is there, and it runs as nobody, with a verb that exists.
#[test]
fn the_container_is_made_of_what_there_is() {
    let recipe = file("packaging/container/Dockerfile");
    for words in [":nonroot", "\"/usr/bin/communitytoken\", \"healthcheck\"", "--locked --release", "VOLUME /data"] {
        assert!(recipe.contains(words), "{words}");
    }
    let ignored = file(".dockerignore");
    assert!(ignored.lines().any(|line| line == "target") && ignored.lines().any(|line| line == "data"));
    let toolchain = file("Cargo.toml").lines().find_map(|line| line.strip_prefix("rust-version = ").map(str::to_owned));
    assert!(recipe.contains(&format!("FROM rust:{}-", toolchain.unwrap().trim_matches('"'))));
    let compose = file("packaging/container/compose.yaml");
    for key in ["SERVER__PUBLIC_URL", "SERVER__TRUSTED_PROXIES"] {
        assert!(compose.contains(&format!("COMMUNITYTOKEN_{key}")), "{key}");
    }
}
