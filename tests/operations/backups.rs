//! Backups that are taken by themselves: the first when there is none, each proven, the oldest removed and
//! never the last good one; and what cannot be taken is said where somebody looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use super::support::Server;

const SCHEDULE: &str = "[backup]\nevery_hours = 1\nkeep = 2\n";

fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut backups: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "db")).collect();
    backups.sort();
    backups
}

async fn until(server: &Server, what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn taken(server: &Server) {
    until(server, || server.log().contains("a backup was taken and proven")).await;
}

/// As if it had been taken so many hours ago.
fn age(path: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_hours(hours);
    fs::File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
}

/// With each start one is due here: three are taken, two stay, each can be restored, and what a person
/// laid there is left alone.
#[tokio::test]
async fn they_are_taken_proven_and_few() {
    let mut server = Server::prepare(&format!("{}{SCHEDULE}", Server::settings("")));
    let folder = server.path("backups");
    server.serve(&[]).await;
    taken(&server).await;
    let first = found(&folder)[0].clone();
    server.funded("ann", 100).await;
    server.stop();
    // Not an hour has passed: none is due.
    server.serve(&[]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(found(&folder), std::slice::from_ref(&first));
    let by_hand = folder.join("by-hand.db");
    server.cli(&["backup", by_hand.to_str().unwrap()]).ok();
    server.stop();
    for path in found(&folder) {
        age(&path, 5);
    }
    age(&by_hand, 10_000);
    for round in 2..4 {
        // A name says the second.
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.serve(&[]).await;
        taken(&server).await;
        server.stop();
        assert_eq!((found(&folder).len(), first.exists()), (3, round == 2));
        for path in found(&folder) {
            age(&path, 5);
        }
    }
    let left = found(&folder);
    assert!(left.contains(&by_hand) && !left.contains(&first), "{left:?}");
    assert!(!folder.join(format!("{}.sha256", first.file_name().unwrap().to_str().unwrap())).exists());
    for backup in left {
        let mut sum = Command::new("sha256sum");
        sum.arg("-c").arg(format!("{}.sha256", backup.display())).current_dir(&folder);
        assert!(sum.output().unwrap().status.success(), "{backup:?}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&backup).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{backup:?}");
        let drill = server.path("drill/communitytoken.db");
        let [from, to] = [&backup, &drill].map(|path| path.to_str().unwrap());
        server.cli(&["restore", from, "--database", to, "--reason", "Drill"]).ok();
        assert_eq!(server.cli(&["verify", "--database", to]).ok()["is_sound"], true);
        fs::remove_dir_all(server.path("drill")).unwrap();
    }
}

/// A folder that cannot be written, and a ledger that is not sound: said in the log and by `/health`, and
/// what was taken before stays.
#[tokio::test]
async fn what_cannot_be_taken_is_said() {
    let mut server = Server::prepare(&format!("{}{SCHEDULE}", Server::settings("")));
    fs::write(server.path("backups"), "a file where the folder should be").unwrap();
    server.serve(&[]).await;
    until(&server, || server.log().contains("no backup could be taken")).await;
    let health = server.client.get(format!("{}/health", server.base)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 200, "the program can do its work");
    let health: serde_json::Value = health.json().await.unwrap();
    assert!(health["warnings"][0].as_str().unwrap().contains("backup"), "{health}");
    server.stop();
    fs::remove_file(server.path("backups")).unwrap();
    server.serve(&[]).await;
    let folder = server.path("backups");
    taken(&server).await;
    server.funded("ann", 100).await;
    server.stop();
    let good = found(&folder);
    age(&good[0], 5);
    // What only a full proof finds: a day's sum that was changed behind the program's back.
    let change = "UPDATE daily_totals SET count = count + 1";
    let status = Command::new("sqlite3").arg(server.database()).arg(change).status().unwrap();
    assert!(status.success());
    server.listen(&[]);
    until(&server, || server.log().contains("not sound")).await;
    assert_eq!(found(&folder), good);
}
