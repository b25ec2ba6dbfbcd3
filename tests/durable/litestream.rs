//! Checkpoints left to a replicator, and the real Litestream replicating a community at work.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::load::{Load, holds, serving};
use super::support::Server;
use super::support::server::bare;
use super::{dice, rounds, tool};

/// What Litestream may have not yet carried over when everything ends at once: it looks every second,
/// and on a busy machine looking takes a while.
const LOSS_WINDOW: Duration = Duration::from_secs(5);

/// A community that leaves checkpoints to a replicator.
async fn community(members: usize) -> (Server, Vec<super::support::Member>) {
    let settings = Server::settings("[database]\ncheckpoints = \"external\"\n");
    serving(Server::prepare(&settings), members).await
}

/// A replicator at work; ended when it is dropped.
struct Litestream(Child);

impl Litestream {
    /// With the configuration of the documentation, and checkpoints often enough for a short test.
    fn start(server: &Server) -> Self {
        let config = "dbs:\n  - path: data/communitytoken.db\n    min-checkpoint-page-count: 100\n    replica:\n      type: file\n      path: replica\n      sync-interval: 1s\n";
        fs::write(server.path("litestream.yml"), config).unwrap();
        let log = fs::OpenOptions::new().create(true).append(true).open(server.path("litestream.txt")).unwrap();
        let replicating =
            || fs::read_to_string(server.path("litestream.txt")).unwrap().matches("replicating to").count();
        let before = replicating();
        let child = Command::new(tool("litestream"))
            .args(["replicate", "-config", "litestream.yml"])
            .current_dir(server.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("litestream cannot run ({error}); tests/run installs it"));
        let began = Instant::now();
        while replicating() == before {
            assert!(began.elapsed() < Duration::from_secs(20), "Litestream does not begin");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self(child)
    }

    /// Lets it carry over what is there, as a service manager does.
    fn stop(mut self, server: &Server) {
        Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        let status = self.0.wait().unwrap();
        assert!(status.success(), "{status}: {}", fs::read_to_string(server.path("litestream.txt")).unwrap());
    }
}

impl Drop for Litestream {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Fetches the replica into a file of its own; Litestream may not have made it yet.
fn fetched(server: &Server) -> Result<PathBuf, String> {
    let name = format!("replica-{}.db", uuid::Uuid::new_v4());
    let output = Command::new(tool("litestream"))
        .args(["restore", "-config", "litestream.yml", "-o", &name, "data/communitytoken.db"])
        .current_dir(server.folder.path())
        .output()
        .unwrap();
    if output.status.success() { Ok(server.path(&name)) } else { Err(String::from_utf8(output.stderr).unwrap()) }
}

fn size(server: &Server, suffix: &str) -> u64 {
    fs::metadata(server.path(&format!("data/communitytoken.db{suffix}"))).map_or(0, |file| file.len())
}

/// The log is the replicator's: the program never folds it in, not while it grows, not when the server
/// stops or is killed, not after any verb. Another process can, beside the running server.
#[tokio::test]
async fn the_log_is_left_alone() {
    let (mut server, members) = community(2).await;
    let untouched = fs::read(server.database()).unwrap();
    let mut grown = size(&server, "-wal");
    // Twice what SQLite lets a log grow to by itself.
    while grown < 8 * 1024 * 1024 {
        for _ in 0..50 {
            members[0].pay(&members[1], 1).await.ok(201);
            members[1].pay(&members[0], 1).await.ok(201);
        }
        let now = size(&server, "-wal");
        assert!(now > grown, "the log has been emptied at {grown} bytes");
        grown = now;
    }
    server.stop();
    server.cli(&["issue", "--amount", "5", "--reason", "Stock"]).ok();
    server.cli(&["verify"]).ok();
    server.cli(&["backup", "one.db"]).ok();
    server.cli(&["sql", "SELECT count(*) FROM users"]).ok();
    server.cli(&["member", "list"]).ok();
    assert_eq!(server.run(&["export", "--format", "csv", "--output", "all.csv"]).code, 0);
    server.serve(&[]).await;
    server.kill();
    assert!(size(&server, "-wal") >= grown);
    assert!(fs::read(server.database()).unwrap() == untouched, "the database file was written");
    server.serve(&[]).await;
    let other = Connection::open(server.database()).unwrap();
    let busy: i64 = other.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0);
    drop(other);
    assert!(fs::read(server.database()).unwrap().len() > untouched.len());
    let member = server.member("member-00").await;
    assert_eq!(member.balance().await, 1000);
    server.assert_sound().await;
    server.stop();
    // With its own checkpoints, the program leaves one plain file behind.
    let config = fs::read_to_string(server.path("config.toml")).unwrap().replace("external", "own");
    fs::write(server.path("config.toml"), config).unwrap();
    server.serve(&[]).await;
    server.assert_sound().await;
    server.stop();
    assert_eq!(size(&server, "-wal"), 0);
}

/// Litestream follows under load; when server and Litestream end at the same moment, its replica is a
/// sound ledger that lacks at most the last seconds, and `restore` takes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_follows() {
    let mut dice = dice();
    for round in 0..rounds(2) {
        let (mut server, members) = community(6).await;
        let mut litestream = Litestream::start(&server);
        let load = Load::start(&members, &mut dice);
        let mut counts = Vec::new();
        let span = Duration::from_millis(dice.u64(8000..11_000));
        let began = Instant::now();
        while began.elapsed() < span {
            tokio::time::sleep(Duration::from_millis(100)).await;
            counts.push((Instant::now(), load.acknowledged().len()));
        }
        server.kill();
        litestream.0.kill().unwrap();
        let ended = Instant::now();
        let acknowledged = load.end().await;
        let replica = fetched(&server).unwrap();
        tokio::task::block_in_place(|| {
            let fresh = tempfile::tempdir().unwrap();
            bare(fresh.path(), &["restore", replica.to_str().unwrap(), "--reason", "Drill", "--json"]).ok();
            // Everything up to some moment, and that moment is not long ago.
            let secure = counts.iter().rev().find(|(time, _)| *time + LOSS_WINDOW <= ended).unwrap().1;
            assert!(secure > 50, "there was little load: {secure}");
            let report = holds(fresh.path(), "data/communitytoken.db", &acknowledged[..secure]);
            let held = usize::try_from(report["transactions"].as_i64().unwrap()).unwrap() - 2 * members.len();
            let lag = counts.iter().find(|(_, count)| *count > held).map(|(time, _)| ended - *time);
            println!("round {round}: {} acknowledged, {held} in the replica, {lag:?} behind", acknowledged.len());
        });
        // The server itself has lost nothing.
        server.serve(&[]).await;
        holds(server.folder.path(), "data/communitytoken.db", &acknowledged);
    }
}

/// Litestream folds the log in beside the running server, and after a restore or a migration it
/// follows the new file by itself.
#[tokio::test]
async fn goes_on_after_restore_and_migration() {
    let (mut server, _) = community(2).await;
    let litestream = Litestream::start(&server);
    let before = fs::read(server.database()).unwrap();
    let began = Instant::now();
    while fs::read(server.database()).unwrap() == before {
        assert!(began.elapsed() < Duration::from_mins(1), "Litestream does not fold the log in");
        members_pay(&server).await;
    }
    server.cli(&["backup", "one.db"]).ok();
    members_pay(&server).await;
    server.stop();
    let refusal = server.run(&["restore", "one.db", "--replace", "--discard-newer", "--reason", "Drill"]);
    assert!(refusal.code == 1 && refusal.stderr.contains("a replicator"), "{refusal:?}");
    litestream.stop(&server);
    for step in [
        &["restore", "one.db", "--replace", "--discard-newer", "--reason", "Drill"][..],
        &["migrate", "--to", "1", "--discard"],
        &["migrate"],
    ] {
        server.cli(step).ok();
        if step == ["migrate", "--to", "1", "--discard"] {
            continue;
        }
        server.serve(&[]).await;
        let litestream = Litestream::start(&server);
        members_pay(&server).await;
        follows(&server).await;
        server.stop();
        litestream.stop(&server);
    }
}

/// The log began anew, or could not, under Litestream's eyes: a commit that fails is answered as unknown,
/// its repetition pays once, and Litestream follows on.
#[tokio::test]
async fn follows_after_a_failed_commit() {
    let (mut server, members) = community(2).await;
    let litestream = Litestream::start(&server);
    members_pay(&server).await;
    follows(&server).await;
    let body = serde_json::json!({ "to_wallet_id": members[1].wallet_id, "amount": 7 });
    let (mut key, mut paid) = (super::support::key(), 1);
    let mut strace = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-o", "/dev/null"])
        .args(["-p", &server.pid().to_string()])
        .spawn()
        .unwrap();
    let began = Instant::now();
    let refused = loop {
        let answer = members[0].post_with("/v1/transfers", &body, &key).await;
        if answer.status == 503 {
            break answer.json();
        }
        assert!(began.elapsed() < Duration::from_secs(20), "strace does not begin");
        assert_eq!(answer.status, 201, "{answer:?}");
        key = super::support::key();
        paid += 1;
    };
    assert!(["outcome_unknown", "storage_unavailable"].contains(&refused["code"].as_str().unwrap()), "{refused}");
    Command::new("kill").arg(strace.id().to_string()).status().unwrap();
    strace.wait().unwrap();
    println!("{refused}");
    let began = Instant::now();
    while members[0].post_with("/v1/transfers", &body, &key).await.status != 201 {
        assert!(began.elapsed() < Duration::from_secs(20), "the ledger is not written again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    members_pay(&server).await;
    let rows = server.sql("SELECT count(*) AS paid FROM transactions WHERE amount = 7");
    assert_eq!(rows[0]["paid"], paid, "each was paid once");
    follows(&server).await;
    server.assert_sound().await;
    server.kill();
    litestream.stop(&server);
    server.serve(&[]).await;
    server.assert_sound().await;
}

/// Within seconds Litestream has all that the ledger has, and what it has is sound at every moment.
async fn follows(server: &Server) {
    let head = server.cli(&["verify"]).ok()["head"].clone();
    let began = Instant::now();
    loop {
        let replica = fetched(server);
        if let Ok(replica) = &replica {
            let found = server.cli(&["verify", "--database", replica.to_str().unwrap()]).ok();
            assert_eq!(found["is_sound"], true, "{found}");
            if found["head"] == head {
                break;
            }
        }
        assert!(began.elapsed() < Duration::from_mins(1), "Litestream does not follow: {replica:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!("Litestream had followed after {:?}", began.elapsed());
}

async fn members_pay(server: &Server) {
    let members = server.members(2).await;
    for _ in 0..10 {
        members[0].pay(&members[1], 1).await.ok(201);
        members[1].pay(&members[0], 1).await.ok(201);
    }
}
