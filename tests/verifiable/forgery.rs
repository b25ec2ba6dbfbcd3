//! Someone who can write the file, knows this program's source, and does not have the instance's key.

use std::fs;
use std::path::{Path, PathBuf};

use communitytoken::ledger::chain::{self, AuditContent, Link};
use rusqlite::Connection;
use serde_json::Value;

use super::community::{ledger_id, rechain_transactions};
use super::elsewhere::{elsewhere, pay, public_key, receipt, start, text};
use super::support::Server;

/// A community that has stopped, with everything that was kept elsewhere.
struct Scene {
    server: Server,
    checkpoint: String,
    receipt: String,
    key: String,
}

impl Scene {
    async fn new() -> Self {
        let mut server = start().await;
        let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
        let paid = pay(&ann, &bob, 25, "For the bread").await;
        pay(&bob, &ann, 5, "Change").await;
        let checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
        let receipt = text(&receipt(&ann, &paid).await).to_owned();
        let key = public_key(&server).await;
        // What comes after the checkpoint that was kept is covered by another.
        pay(&ann, &bob, 1, "Later").await;
        server.cli(&["checkpoint"]).ok();
        server.stop();
        let scene = Self { server, checkpoint, receipt, key };
        for (name, content) in
            [("checkpoint.txt", &scene.checkpoint), ("receipt.txt", &scene.receipt), ("kept.key", &scene.key)]
        {
            fs::write(scene.server.path(name), content).unwrap();
        }
        assert_eq!(scene.verify(&[])["checkpoints"], 2);
        scene.verify(&["--checkpoint", "checkpoint.txt", "--public-key", "kept.key"]);
        scene
    }

    fn verify(&self, arguments: &[&str]) -> Value {
        self.server.cli(&[&["verify"], arguments].concat()).ok()
    }

    /// What is found, as `what` of each finding; empty: nothing.
    fn found(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.server.cli(&[&["verify"], arguments].concat());
        let report: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(output.code, i32::from(!findings.is_empty()));
        findings.iter().map(|finding| finding["what"].as_str().unwrap().to_owned()).collect()
    }

    fn found_with_what_was_kept(&self) -> Vec<String> {
        self.found(&["--checkpoint", "checkpoint.txt", "--public-key", "kept.key"])
    }

    /// Writes into the file behind the database's guards, and puts them back.
    fn forge(&self, forgery: impl FnOnce(&Connection)) {
        // Whoever can write the database can remove what lies beside it.
        let _not_there_twice = fs::remove_file(self.server.path("data/communitytoken.db-head"));
        let conn = Connection::open(self.server.database()).unwrap();
        let triggers: Vec<(String, String)> = conn
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        conn.execute_batch("PRAGMA foreign_keys = 0; BEGIN").unwrap();
        for (name, _) in &triggers {
            conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        forgery(&conn);
        for (_, sql) in &triggers {
            conn.execute_batch(sql).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
    }

    fn copy(&self) -> PathBuf {
        let copy = self.server.path("copy.db");
        fs::copy(self.server.database(), &copy).unwrap();
        copy
    }

    fn put_back(&self, copy: &Path) {
        for end in ["-wal", "-shm"] {
            let _not_there = fs::remove_file(format!("{}{end}", self.server.database().display()));
        }
        fs::copy(copy, self.server.database()).unwrap();
    }
}

/// 25 tokens become 24 tokens of another type, say: what nothing but the hash covers.
const ALTERED: &str = "UPDATE transactions SET transaction_type = 3 WHERE amount = 25;
    UPDATE daily_totals SET count = count - 1, volume = volume - 25 WHERE kind = 3;
    INSERT INTO daily_totals SELECT day, 3, 3, 1, 25 FROM daily_totals WHERE kind = 3";

/// Computes both chains anew, and the seals.
fn rechain(conn: &Connection) {
    if let Some(sealed) = rechain_transactions(conn) {
        conn.execute("UPDATE ledger SET sealed_sequence = ?1, sealed_hash = ?2", sealed).unwrap();
    }
    let mut previous = chain::genesis(ledger_id(conn), chain::AUDIT);
    let lines: Vec<AuditContent> = conn
        .prepare(
            "SELECT sequence, created_at, operator, action, target, reason, details, coalesce(request_id, ''),
                    coalesce(first_sequence, 0), coalesce(last_sequence, 0) FROM audit_log ORDER BY 1",
        )
        .unwrap()
        .query_map([], |row| {
            Ok(AuditContent {
                sequence: row.get(0)?,
                created_at: row.get(1)?,
                operator: row.get(2)?,
                action: row.get(3)?,
                target: row.get(4)?,
                reason: row.get(5)?,
                details: row.get(6)?,
                request_id: row.get(7)?,
                first_sequence: row.get(8)?,
                last_sequence: row.get(9)?,
            })
        })
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    for line in lines {
        previous = line.hash(&previous);
        conn.execute("UPDATE audit_log SET hash = ?2 WHERE sequence = ?1", (line.sequence, previous)).unwrap();
        conn.execute("UPDATE ledger SET audit_sealed_sequence = ?1, audit_sealed_hash = ?2", (line.sequence, previous))
            .unwrap();
    }
}

/// Every trace of signatures in the file: checkpoints, tree, and the lines that name the keys.
fn without_signatures(conn: &Connection) {
    conn.execute_batch(
        "DELETE FROM checkpoints; DELETE FROM tree_nodes;
         UPDATE audit_log SET action = 'note', target = 'x', details = '{}' WHERE action GLOB 'key.*'",
    )
    .unwrap();
    rechain(conn);
}

/// The whole chain computed anew: the signatures in the file no longer fit, each at its place.
#[tokio::test]
async fn a_chain_computed_anew_does_not_fit_its_checkpoints() {
    let scene = Scene::new().await;
    scene.forge(|conn| {
        conn.execute_batch(ALTERED).unwrap();
        rechain(conn);
        conn.execute_batch(
            "UPDATE checkpoints SET hash = (SELECT hash FROM transactions WHERE sequence = checkpoints.sequence)",
        )
        .unwrap();
    });
    assert_eq!(scene.found(&[]), ["checkpoint", "checkpoint"]);
    assert_eq!(scene.found_with_what_was_kept(), ["checkpoint", "checkpoint", "kept"]);
    // The program takes no further checkpoint of it, and hands out none that does not fit.
    let output = scene.server.cli(&["checkpoint"]);
    assert!(output.code == 1 && output.stderr.contains("no longer fits"), "{output:?}");
}

/// The same with every signature taken out of the file. It agrees with itself, so the file alone shows
/// nothing: this is what checkpoints and receipts are kept elsewhere for.
#[tokio::test]
async fn a_forgery_without_seams_is_found_by_what_was_kept() {
    let scene = Scene::new().await;
    let honest = scene.copy();
    scene.forge(|conn| {
        conn.execute_batch(ALTERED).unwrap();
        without_signatures(conn);
    });
    assert!(scene.found(&[]).is_empty(), "nobody can tell from the file alone");
    assert_eq!(scene.found_with_what_was_kept(), ["kept"]);
    elsewhere("--receipt", &scene.receipt, &scene.key).ok();
    let output = scene.server.cli(&["verify", "--receipt", "receipt.txt", "--public-key", "kept.key"]);
    assert!(output.refused("refused")["detail"].as_str().unwrap().contains("does not hold"), "{output:?}");

    // He signs all of it with a key of his own: sound in itself, refused by the key that was kept.
    fs::remove_file(scene.server.path("data/instance.key")).unwrap();
    scene.server.cli(&["checkpoint"]).ok();
    assert!(scene.found(&[]).is_empty());
    assert_eq!(scene.found(&["--public-key", "kept.key"]), ["checkpoint"]);
    fs::write(scene.server.path("his.txt"), scene.server.run(&["checkpoint"]).stdout).unwrap();
    scene.server.cli(&["verify", "--checkpoint", "his.txt", "--public-key", "kept.key"]).refused("refused");

    // Nothing altered but the signatures gone: what was kept still fits, as it must.
    scene.put_back(&honest);
    scene.forge(without_signatures);
    assert!(scene.found_with_what_was_kept().is_empty());
}

/// The audit log is covered: who did it and why cannot be rewritten.
#[tokio::test]
async fn the_audit_log_is_covered() {
    let scene = Scene::new().await;
    scene.forge(|conn| {
        conn.execute_batch("UPDATE audit_log SET operator = 'somebody else' WHERE action = 'distribution'").unwrap();
        rechain(conn);
    });
    assert_eq!(scene.found(&[]), ["checkpoint", "checkpoint"]);
    assert_eq!(scene.found_with_what_was_kept(), ["checkpoint", "checkpoint", "kept"]);
}

/// Hashes emptied from a row on, so that the program might seal a forgery: it does not, and says why.
#[tokio::test]
async fn emptied_hashes_are_not_sealed_anew() {
    let scene = Scene::new().await;
    let honest = scene.copy();
    let emptied =
        "UPDATE transactions SET hash = NULL WHERE sequence >= (SELECT sequence FROM transactions WHERE amount = 25)";
    scene.forge(|conn| {
        conn.execute_batch(ALTERED).unwrap();
        conn.execute_batch(emptied).unwrap();
    });
    let found = scene.found(&[]);
    assert!(found.contains(&"chain".to_owned()) && found.contains(&"checkpoint".to_owned()), "{found:?}");
    assert_eq!(scene.server.cli(&["issue", "--amount", "1", "--reason", "x"]).code, 1);
    // With the seal set back too, the checkpoints in the file forbid it, and the operator reads why.
    scene.put_back(&honest);
    scene.forge(|conn| {
        conn.execute_batch(ALTERED).unwrap();
        conn.execute_batch(emptied).unwrap();
        conn.execute_batch(
            "UPDATE ledger SET sealed_sequence = (SELECT max(sequence) FROM transactions WHERE hash IS NOT NULL);
             UPDATE ledger SET sealed_hash = (SELECT hash FROM transactions WHERE sequence = sealed_sequence)",
        )
        .unwrap();
    });
    assert!(scene.found(&[]).contains(&"checkpoint".to_owned()));
    let output = scene.server.cli(&["issue", "--amount", "1", "--reason", "x"]);
    let problem = output.refused("storage_unavailable");
    assert!(problem["cause"].as_str().unwrap().contains("a checkpoint covers transaction"), "{problem}");
    // And with the checkpoints gone as well, the one that was kept tells.
    scene.forge(|conn| conn.execute_batch("DELETE FROM checkpoints").unwrap());
    scene.server.cli(&["issue", "--amount", "1", "--reason", "x"]).ok();
    assert!(scene.found_with_what_was_kept().contains(&"kept".to_owned()));
}

/// An older copy, cut off at its end, and another community's ledger: the kept checkpoint tells.
#[tokio::test]
async fn a_shorter_ledger_and_another_one() {
    let scene = Scene::new().await;
    scene.forge(|conn| {
        // Bob's 5 tokens never came back.
        conn.execute_batch(
            "DELETE FROM transactions WHERE sequence > 3; DELETE FROM idempotency_records WHERE sequence > 3;
             DELETE FROM checkpoints; DELETE FROM tree_nodes;
             UPDATE wallets SET balance = coalesce((SELECT iif(to_wallet = key, to_balance, from_balance) FROM transactions WHERE key IN (from_wallet, to_wallet) ORDER BY sequence DESC LIMIT 1), 0),
                                last_sequence = coalesce((SELECT max(sequence) FROM transactions WHERE key IN (from_wallet, to_wallet)), 0),
                                last_traded = coalesce((SELECT max(sequence) FROM transactions WHERE (kind >= 3 AND key = from_wallet) OR (kind = 3 AND key = to_wallet)), 0);
             DELETE FROM wallet_days; DELETE FROM daily_totals;
             INSERT INTO daily_totals SELECT created_at / 86400000, kind, transaction_type, count(*), sum(amount) FROM transactions GROUP BY 1, 2, 3;
             INSERT INTO wallet_days SELECT transactions.created_at / 86400000, key, sum(to_wallet = key), sum(iif(to_wallet = key, amount, 0)),
                    sum(from_wallet = key AND kind <> 1), sum(iif(from_wallet = key AND kind <> 1, amount, 0)), max(sequence), balance,
                    min(iif((kind >= 3 AND key = from_wallet) OR (kind = 3 AND key = to_wallet), transactions.created_at % 86400000, NULL)),
                    max(iif((kind >= 3 AND key = from_wallet) OR (kind = 3 AND key = to_wallet), transactions.created_at % 86400000, NULL))
               FROM transactions JOIN wallets ON key IN (from_wallet, to_wallet) GROUP BY 1, 2",
        )
        .unwrap();
        rechain(conn);
    });
    assert!(scene.found(&[]).is_empty(), "it is a sound ledger, only not all of it");
    assert_eq!(scene.found_with_what_was_kept(), ["kept"]);
    let other = Scene::new().await;
    fs::write(other.server.path("foreign.txt"), &scene.checkpoint).unwrap();
    fs::write(other.server.path("foreign.key"), &scene.key).unwrap();
    assert_eq!(
        other.found(&["--checkpoint", "foreign.txt", "--public-key", "foreign.key"]),
        ["checkpoint", "checkpoint", "kept"],
        "nothing of one community speaks for another"
    );
}

/// Signatures and nodes of the tree, altered one by one.
#[tokio::test]
async fn signatures_and_nodes_are_looked_at() {
    let scene = Scene::new().await;
    let honest = scene.copy();
    for (forgery, what) in [
        (
            "UPDATE checkpoints SET signature = zeroblob(64) WHERE sequence = (SELECT min(sequence) FROM checkpoints)",
            "checkpoint",
        ),
        ("UPDATE checkpoints SET created_at = created_at + 1", "checkpoint"),
        ("UPDATE checkpoints SET key_id = '00000000'", "checkpoint"),
        ("UPDATE checkpoints SET key_id = 'nonsense'", "checkpoint"),
        ("UPDATE checkpoints SET audit_sequence = 1", "checkpoint"),
        ("UPDATE checkpoints SET audit_sequence = 999", "checkpoint"),
        ("UPDATE checkpoints SET sequence = sequence + 100", "checkpoint"),
        ("INSERT INTO tree_nodes VALUES (1, 0, zeroblob(32))", "tree"),
        ("INSERT INTO tree_nodes VALUES (3, 7, zeroblob(32))", "tree"),
        ("UPDATE audit_log SET details = '{}' WHERE action = 'key.introduce'", "key"),
    ] {
        scene.forge(|conn| conn.execute_batch(forgery).unwrap());
        assert!(scene.found(&[]).iter().any(|found| found == what), "{forgery}: {:?}", scene.found(&[]));
        scene.put_back(&honest);
        scene.verify(&[]);
    }
}
