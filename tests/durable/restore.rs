//! Restoring: nothing is touched before the backup is proven, and nothing is lost without being said.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use super::killed::killed_at_each_step;
use super::load::community;
use super::support::Server;
use super::support::server::{Output, bare};
use super::{dice, files, rounds};

/// A stopped community with a backup in `kept/`.
async fn stopped() -> Server {
    let (mut server, members) = community(3).await;
    for _ in 0..20 {
        members[0].pay(&members[1], 3).await.ok(201);
    }
    // The first checkpoint writes a line of the audit log, which the backup is to have.
    server.cli(&["checkpoint"]).ok();
    fs::create_dir(server.path("kept")).unwrap();
    server.cli(&["backup", "kept/one.db"]).ok();
    server.stop();
    server
}

fn restore(server: &Server, backup: &str, flags: &[&str]) -> Output {
    server.cli(&[&["restore", backup, "--reason", "Disk broken", "--operator", "maria"], flags].concat())
}

/// The refusal says why, and every file stays as it was, byte for byte.
#[track_caller]
fn refused(server: &Server, backup: &str, flags: &[&str], words: &str) {
    let before = files(&server.path("data"));
    let output = restore(server, backup, flags);
    assert!(output.code == 1 && output.stderr.contains(words), "{words}: {output:?}");
    let after = files(&server.path("data"));
    let sizes = |files: &BTreeMap<String, Vec<u8>>| -> Vec<(String, usize)> {
        files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect()
    };
    assert!(after == before, "a refusal ({words}) made {:?} of {:?}", sizes(&after), sizes(&before));
}

/// Restoring says who did it and why, keeps the old ledger aside, and the server goes on from there.
#[tokio::test]
async fn replaces_and_goes_on() {
    let mut server = stopped().await;
    refused(&server, "kept/one.db", &[], "--replace");
    let wrong = server.run(&["restore", "kept/one.db", "--replace"]);
    assert_eq!(wrong.code, 2, "a reason is needed: {wrong:?}");
    let old = fs::read(server.database()).unwrap();
    // A server that runs as another user must be able to open the new file as it could the old one.
    fs::set_permissions(server.database(), fs::Permissions::from_mode(0o640)).unwrap();
    let _only_the_superuser_can = chown(server.database(), Some(12345), Some(54321));
    let was = fs::metadata(server.database()).unwrap();
    let restored = restore(&server, "kept/one.db", &["--replace"]).ok();
    let is = fs::metadata(server.database()).unwrap();
    assert_eq!((is.mode(), is.uid(), is.gid()), (was.mode(), was.uid(), was.gid()));
    assert_ne!(is.ino(), was.ino());
    assert_eq!(restored["lost"], serde_json::json!([]));
    let aside = restored["replaced"].as_str().unwrap();
    assert_eq!(server.cli(&["verify", "--database", aside]).ok()["is_sound"], true);
    assert_eq!(fs::read(server.path(aside)).unwrap().len(), old.len());
    let line = &server.sql("SELECT operator, action, reason, details FROM audit_log ORDER BY sequence DESC LIMIT 1")[0];
    assert_eq!((&line["operator"], &line["reason"]), (&"maria".into(), &"Disk broken".into()));
    assert_eq!(line["action"], "database.restore");
    assert!(line["details"].as_str().unwrap().contains("one.db"));
    server.serve(&[]).await;
    let members = server.members(2).await;
    assert_eq!(members[0].balance().await, 940);
    members[0].pay(&members[1], 5).await.ok(201);
    server.assert_sound().await;
}

/// A backup of before `key rotate` brings a ledger that knows the key of before: said, with the way on, and by
/// both ways the community signs again, with what members who follow the keys accept.
#[tokio::test]
async fn a_key_that_was_changed_since_is_told() {
    let server = stopped().await;
    fs::copy(server.path("data/instance.key"), server.path("old.key")).unwrap();
    let put_back = || {
        fs::copy(server.path("old.key"), server.path("data/instance.key")).unwrap();
    };
    let first = server.run(&["key"]).stdout;
    let again = || restore(&server, "kept/one.db", &["--replace", "--discard-newer"]).ok()["warning"].clone();
    let issue = || server.cli(&["issue", "--amount", "1", "--reason", "Stock"]).ok();
    assert_eq!(again(), serde_json::Value::Null, "the key is the ledger's");
    server.cli(&["key", "rotate", "--reason", "Yearly change"]).ok();
    issue();
    server.cli(&["checkpoint"]).ok();
    let second = server.run(&["key"]).stdout;
    let told = server.run(&["restore", "kept/one.db", "--reason", "Drill", "--replace", "--discard-newer"]);
    assert!(told.code == 0 && told.stdout.contains("another key than the instance.key beside it"), "{told:?}");
    // What it warns of is so; and keeping the later key is one way on.
    issue();
    server.cli(&["checkpoint"]).refused("forbidden");
    server.cli(&["key", "replace", "--reason", "As restore said"]).ok();
    trusted(&server, &second);
    // The old one put back and handed over anew is the other.
    again();
    put_back();
    issue();
    server.cli(&["key", "rotate", "--reason", "As restore said"]).ok();
    trusted(&server, &first);
    trusted(&server, &second);
    // With the right key there already it is told what members will see.
    put_back();
    let warning = again();
    assert!(warning.as_str().unwrap().contains("whoever has the newer key file"), "{warning}");
}

/// A new checkpoint is good for who kept this key file and appended the present one.
#[track_caller]
fn trusted(server: &Server, kept: &str) {
    let present = server.run(&["key"]).stdout;
    fs::write(server.path("members.key"), format!("{kept}{present}")).unwrap();
    let checkpoint = server.cli(&["checkpoint"]).ok();
    fs::write(server.path("checkpoint.txt"), checkpoint["text"].as_str().unwrap()).unwrap();
    server.cli(&["verify", "--checkpoint", "checkpoint.txt", "--public-key", "members.key"]).ok();
}

/// Nor does a refusal take away an empty log that someone left lying.
#[tokio::test]
async fn an_empty_log_stays_where_it_is() {
    let server = stopped().await;
    fs::write(server.path("data/communitytoken.db-wal"), "").unwrap();
    let mut bytes = fs::read(server.path("kept/one.db")).unwrap();
    bytes[5000] ^= 1;
    fs::write(server.path("kept/one.db"), bytes).unwrap();
    refused(&server, "kept/one.db", &["--replace"], "");
}

/// Any path is a path, whatever its characters mean elsewhere.
#[tokio::test]
async fn into_any_folder() {
    let server = stopped().await;
    for name in ["a ?mode=ro#b%41&c", "ünï/ 村", "quote'\"$(x);", "-dash"] {
        let database = format!("./{name}/the ledger.db");
        server.cli(&["restore", "kept/one.db", "--reason", "Drill", "--database", &database]).ok();
        assert!(server.path(&database).exists(), "{name}");
        assert_eq!(server.cli(&["verify", "--database", &database]).ok()["is_sound"], true, "{name}");
        server.cli(&["backup", &format!("./{name}/backup.db"), "--database", &database]).ok();
        server.cli(&["migrate", "--to", "1", "--discard", "--database", &database]).ok();
        server.cli(&["migrate", "--database", &database]).ok();
    }
}

/// A running server, or anyone else who has the ledger open, is not pulled the file from under.
#[tokio::test]
async fn not_under_a_running_server() {
    let mut server = stopped().await;
    server.serve(&[]).await;
    let output = restore(&server, "kept/one.db", &["--replace", "--discard-newer"]);
    assert!(output.code == 1 && output.stderr.contains("stop the server first"), "{output:?}");
    server.assert_sound().await;
    let members = server.members(2).await;
    members[0].pay(&members[1], 1).await.ok(201);
    server.kill();
    // What a killed server left in its log is the present ledger's too.
    refused(&server, "kept/one.db", &["--replace"], "--discard-newer");
    let shell = rusqlite::Connection::open(server.database()).unwrap();
    let _rows: i64 = shell.query_row("SELECT count(*) FROM users", [], |row| row.get(0)).unwrap();
    let output = restore(&server, "kept/one.db", &["--replace", "--discard-newer"]);
    assert!(output.code == 1 && output.stderr.contains("is in use"), "{output:?}");
    drop(shell);
    restore(&server, "kept/one.db", &["--replace", "--discard-newer"]).ok();
    let mut demo = Server::demo().await;
    // Its first checkpoint may come before the backup or after it.
    demo.cli(&["checkpoint"]).ok();
    demo.cli(&["backup", "one.db"]).ok();
    let output = restore(&demo, "one.db", &["--replace"]);
    assert!(output.code == 1 && output.stderr.contains("is in use"), "with the sample community: {output:?}");
    demo.stop();
    restore(&demo, "one.db", &["--replace"]).ok();
}

/// Going back to an older ledger loses payments: it is refused until it is said, and then recorded.
#[tokio::test]
async fn a_shorter_or_other_chain_is_refused() {
    let mut server = stopped().await;
    server.serve(&[]).await;
    let members = server.members(2).await;
    members[0].pay(&members[1], 7).await.ok(201);
    server.stop();
    refused(&server, "kept/one.db", &["--replace"], "transactions that the present ledger has: 1");
    assert_eq!(restore(&server, "kept/one.db", &["--discard-newer"]).code, 2, "only together with --replace");
    server.cli(&["backup", "kept/two.db"]).ok();
    let restored = restore(&server, "kept/one.db", &["--replace", "--discard-newer"]).ok();
    assert_eq!(restored["lost"].as_array().unwrap().len(), 2, "the payment, and the line of the second backup");
    let line = &server.sql("SELECT details FROM audit_log ORDER BY sequence DESC LIMIT 1")[0]["details"];
    assert!(line.as_str().unwrap().contains("transactions that the present ledger has: 1"), "{line}");
    // From here the ledger goes another way than the second backup.
    server.serve(&[]).await;
    let members = server.members(2).await;
    members[1].pay(&members[0], 9).await.ok(201);
    server.stop();
    refused(&server, "kept/two.db", &["--replace"], "history of the backup is not the same");
    // Administrative acts and new members count as well as payments.
    let mut other = stopped().await;
    other.cli(&["issue", "--amount", "5", "--reason", "Stock"]).ok();
    refused(&other, "kept/one.db", &["--replace"], "lines of the audit log");
    other.cli(&["backup", "kept/three.db"]).ok();
    other.serve(&[]).await;
    other.member("newcomer").await;
    other.stop();
    refused(&other, "kept/three.db", &["--replace"], "members that the present ledger has: 1");
    // A backup of another community is the farthest of all.
    fs::copy(server.path("kept/two.db"), other.path("kept/foreign.db")).unwrap();
    refused(&other, "kept/foreign.db", &["--replace"], "of another community");
}

/// Damaged, cut, empty and foreign files are refused, and so is one that does not fit its checksum.
#[tokio::test]
async fn damaged_backups_are_refused() {
    let server = stopped().await;
    let good = fs::read(server.path("kept/one.db")).unwrap();
    let foreign = server.path("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        .unwrap();
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("empty", Vec::new(), "There is no backup"),
        ("text", b"dear diary".to_vec(), "is not an SQLite database"),
        ("foreign", fs::read(&foreign).unwrap(), "belongs to another program"),
        ("newer", newer, "newer release"),
        ("header", good[..100].to_vec(), ""),
        ("page", good[..4096].to_vec(), ""),
        ("half", good[..good.len() / 8192 * 4096].to_vec(), ""),
        ("short", good[..good.len() - 1].to_vec(), ""),
        ("zeros", [&good[..8192], &vec![0; good.len() - 8192][..]].concat(), ""),
    ];
    for (name, bytes, words) in cases {
        let path = format!("kept/{name}.db");
        fs::write(server.path(&path), bytes).unwrap();
        refused(&server, &path, &["--replace", "--discard-newer"], words);
    }
    refused(&server, "kept/missing.db", &["--replace"], "There is no backup");
    refused(&server, "kept", &["--replace"], "is not a file");
    refused(&server, "data/communitytoken.db", &["--replace"], "is the database itself");
    // A copy of a database that lacks its log.
    fs::write(server.path("kept/copied.db"), &good).unwrap();
    fs::write(server.path("kept/copied.db-wal"), "frames").unwrap();
    refused(&server, "kept/copied.db", &["--replace"], "is no finished backup");
}

/// One flipped bit, anywhere: the checksum tells. Without it, whatever the chain covers still does.
#[tokio::test]
async fn a_flipped_bit_is_noticed() {
    let mut dice = dice();
    let server = stopped().await;
    let good = fs::read(server.path("kept/one.db")).unwrap();
    let tokens = |folder: &Path, database: &str| {
        let sql = "SELECT (SELECT group_concat(sequence || amount || hex(hash)) FROM transactions) AS t, (SELECT group_concat(id || balance) FROM wallets) AS w, (SELECT group_concat(reason || operator) FROM audit_log WHERE action <> 'database.restore') AS a";
        bare(folder, &["sql", "--json", "--database", database, sql]).ok()
    };
    let before = tokens(server.folder.path(), "data/communitytoken.db");
    let (mut noticed, count) = (0, rounds(60));
    for _ in 0..count {
        let mut bytes = good.clone();
        let (place, bit) = (dice.usize(..good.len()), dice.usize(..8));
        bytes[place] ^= 1 << bit;
        fs::write(server.path("kept/one.db"), &bytes).unwrap();
        refused(&server, "kept/one.db", &["--replace"], "");
        let fresh = tempfile::tempdir().unwrap();
        fs::write(fresh.path().join("flipped.db"), &bytes).unwrap();
        let output = bare(fresh.path(), &["restore", "flipped.db", "--reason", "Drill", "--json"]);
        match output.code {
            // The bit was where nothing is chained: an unused place, a name.
            0 => assert_eq!(tokens(fresh.path(), "data/communitytoken.db"), before, "byte {place}, bit {bit}"),
            1 => {
                noticed += 1;
                assert!(!fresh.path().join("data/communitytoken.db").exists());
            }
            _ => panic!("byte {place}, bit {bit}: {output:?}"),
        }
    }
    println!("{count} of {count} noticed with the checksum, {noticed} without it");
    fs::write(server.path("kept/one.db"), &good).unwrap();
    restore(&server, "kept/one.db", &["--replace"]).ok();
}

/// A ledger that is damaged beyond opening is replaced, and kept for whoever wants to look at it.
#[tokio::test]
async fn a_damaged_ledger_is_replaced_when_told() {
    let server = stopped().await;
    let mut bytes = fs::read(server.database()).unwrap();
    bytes.truncate(5000);
    fs::write(server.database(), &bytes).unwrap();
    refused(&server, "kept/one.db", &[], "--replace");
    refused(&server, "kept/one.db", &["--replace"], "what would be lost is not known");
    let restored = restore(&server, "kept/one.db", &["--replace", "--discard-newer"]).ok();
    assert_eq!(fs::read(server.path(restored["replaced"].as_str().unwrap())).unwrap(), bytes);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
    // Nor is a log left lying that belongs to no file.
    fs::remove_file(server.database()).unwrap();
    fs::write(server.path("data/communitytoken.db-wal"), "frames of another time").unwrap();
    restore(&server, "kept/one.db", &[]).ok();
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Killed at each step: the old ledger stands there or the restored one, whole and sound.
#[tokio::test]
async fn killed_anywhere() {
    let mut dice = dice();
    let mut server = stopped().await;
    let backup = server.cli(&["verify"]).ok()["head"].clone();
    server.serve(&[]).await;
    let members = server.members(2).await;
    members[0].pay(&members[1], 7).await.ok(201);
    // What is restored over has a log that was never folded in.
    server.kill();
    let present =
        server.sql("SELECT lower(hex(hash)) AS head FROM transactions ORDER BY sequence DESC LIMIT 1")[0]["head"]
            .clone();
    let verb = ["restore", "kept/one.db", "--replace", "--discard-newer", "--reason", "Drill"];
    let (mut old, mut new) = (0, 0);
    killed_at_each_step(&server, &verb, &mut dice, |step| {
        let report = server.cli(&["verify"]).ok();
        assert!(report["head"] == present || report["head"] == backup, "{step}: {report}");
        *(if report["head"] == present { &mut old } else { &mut new }) += 1;
        // And the next attempt finds nothing in its way.
        restore(&server, "kept/one.db", &["--replace", "--discard-newer"]).ok();
        assert_eq!(server.cli(&["verify"]).ok()["head"], backup, "{step}");
    });
    println!("{old} times the old ledger, {new} times the restored one");
    assert!(old > 0);
}
