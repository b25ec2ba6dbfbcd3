//! Backups: whole, of one moment, made while the server works.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant, SystemTime};

use super::killed::killed_at_each_step;
use super::load::{Load, community, holds};
use super::support::server::bare;
use super::{dice, files, rounds};

/// A backup each second while members pay each other: every one is sound, restores into an empty
/// folder, and holds all that was acknowledged before it began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load() {
    let mut dice = dice();
    let (server, members) = community(8).await;
    let load = Load::start(&members, &mut dice);
    for round in 0..rounds(8) {
        let began = Instant::now();
        let before = load.acknowledged();
        let name = format!("backup-{round}.db");
        let made = tokio::task::block_in_place(|| server.cli(&["backup", &name]).ok());
        tokio::task::block_in_place(|| {
            let fresh = tempfile::tempdir().unwrap();
            let backup = server.path(&name);
            let restored =
                bare(fresh.path(), &["restore", backup.to_str().unwrap(), "--reason", "Drill", "--json"]).ok();
            assert_eq!((&restored["head"], &restored["has_checksum"]), (&made["head"], &true.into()));
            let report = holds(fresh.path(), "data/communitytoken.db", &before);
            assert_eq!((&report["head"], &report["transactions"]), (&made["head"], &made["transactions"]));
        });
        println!("round {round}: {} acknowledged before it began, {made}", before.len());
        tokio::time::sleep(Duration::from_secs(1).saturating_sub(began.elapsed())).await;
    }
    let all = load.end().await;
    assert!(all.len() > 100, "there was little load: {}", all.len());
    server.assert_sound().await;
}

/// A backup is one file with its checksum, for its owner alone; nothing else is left behind.
#[tokio::test]
async fn is_one_plain_file() {
    let (server, members) = community(2).await;
    let folder = server.path("kept");
    std::fs::create_dir(&folder).unwrap();
    server.cli(&["backup", "kept/one.db"]).ok();
    let names: Vec<String> = files(&folder).into_keys().collect();
    assert_eq!(names, ["one.db", "one.db.sha256"]);
    for name in &names {
        assert_eq!(std::fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    let sum = std::process::Command::new("sha256sum").args(["-c", "one.db.sha256"]).current_dir(&folder).status();
    assert!(sum.unwrap().success());
    // Never over an earlier one without being told.
    let before = files(&folder);
    let refusal = server.run(&["backup", "kept/one.db"]);
    assert!(refusal.code == 1 && refusal.stderr.contains("--overwrite"), "{refusal:?}");
    assert_eq!(files(&folder), before);
    members[0].pay(&members[1], 5).await.ok(201);
    server.cli(&["backup", "kept/one.db", "--overwrite"]).ok();
    assert_eq!(files(&folder).len(), 2);
    assert_ne!(files(&folder), before);
    for (target, word) in [
        ("data/communitytoken.db", "is the database itself"),
        ("kept", "exists already"),
        ("missing/one.db", "cannot be written"),
    ] {
        let refusal = server.run(&["backup", target, "--overwrite"]);
        let refusal = if target == "kept" { server.run(&["backup", target]) } else { refusal };
        assert!(refusal.code == 1 && refusal.stderr.contains(word), "{refusal:?}");
    }
    server.assert_sound().await;
}

/// What `verify` finds, a backup does not hide: an unsound ledger gives none.
#[tokio::test]
async fn an_unsound_ledger_gives_no_backup() {
    let (mut server, _) = community(2).await;
    server.stop();
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    conn.execute_batch("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'wallets_balance_guard'")
        .unwrap();
    drop(conn);
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    conn.execute_batch("UPDATE wallets SET balance = balance + 1 WHERE NOT is_system").unwrap();
    drop(conn);
    let refusal = server.run(&["backup", "one.db"]);
    assert!(refusal.code == 1 && refusal.stderr.contains("no backup was made"), "{refusal:?}");
    assert!(refusal.stdout.contains("wallets"), "{refusal:?}");
    assert!(!server.path("one.db").exists() && !server.path("one.db.sha256").exists());
}

/// Killed at each step: there is the old backup, or the new one, or none; never half of one. What a kill left
/// unfinished is taken away by the next backup in that folder, once nobody can be at work on it any more.
#[tokio::test]
async fn killed_anywhere() {
    let mut dice = dice();
    let (mut server, members) = community(3).await;
    std::fs::create_dir(server.path("kept")).unwrap();
    server.cli(&["backup", "kept/one.db"]).ok();
    members[0].pay(&members[1], 5).await.ok(201);
    server.stop();
    let heads = [server.cli(&["verify", "--database", "kept/one.db"]).ok(), server.cli(&["verify"]).ok()];
    let unfinished = || files(&server.path("kept")).into_keys().filter(|name| name.ends_with(".unfinished"));
    let mut is_taken_away = false;
    killed_at_each_step(&server, &["backup", "kept/one.db", "--overwrite"], &mut dice, |step| {
        let fresh = tempfile::tempdir().unwrap();
        let backup = server.path("kept/one.db");
        let restored = bare(fresh.path(), &["restore", backup.to_str().unwrap(), "--reason", "Drill", "--json"]).ok();
        assert!(heads.iter().any(|head| head["head"] == restored["head"]), "{step}: {restored}");
        assert_eq!(server.cli(&["verify"]).ok()["head"], heads[1]["head"], "{step}");
        if !is_taken_away && unfinished().next().is_some() {
            for name in unfinished() {
                let file = File::options().append(true).open(server.path("kept").join(name)).unwrap();
                file.set_modified(SystemTime::now() - Duration::from_secs(61)).unwrap();
            }
            server.cli(&["backup", "kept/two.db"]).ok();
            assert_eq!(unfinished().next(), None, "{step}");
            is_taken_away = true;
        }
    });
    assert!(is_taken_away, "no kill left anything");
}
