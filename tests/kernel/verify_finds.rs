//! The proof: silent on a healthy ledger, and naming the place of every damage planted behind the
//! database's back.

use communitytoken::members::SetDeleted;
use communitytoken::treasury::SetFrozen;
use rusqlite::Connection;

use super::support::{Community, authority};

/// Does what someone with the file can do: without the triggers, which are put back afterwards.
fn behind_the_back(community: &Community, sql: &str) {
    let shell = community.shell();
    let triggers: Vec<(String, String)> = shell
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    for (name, _) in &triggers {
        shell.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    shell.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    shell.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    for (_, sql) in &triggers {
        shell.execute_batch(sql).unwrap();
    }
}

/// Healthy ledgers of several shapes have no finding, and looking changes no byte.
#[test]
fn silent_on_health() {
    let empty = Community::new();
    empty.assert_sound();
    let (lively, members) = Community::lively();
    lively.run(SetFrozen { wallet_id: members[0].wallet_id, frozen: true, authority: authority() }).unwrap();
    lively.run(SetDeleted { user_id: members[1].id, deleted: true, authority: authority() }).unwrap();
    lively
        .shell()
        .execute("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'By hand', 5)", [])
        .unwrap();
    let file = |name: &str| std::fs::read(lively.folder.path().join(name)).unwrap();
    let before = (file("ledger.db"), file("ledger.db-wal"));
    let report = lively.verify();
    assert!(report.is_sound, "{:?}", report.findings);
    assert_eq!(report.unsealed, 2, "a row and its audit line wait for the program");
    assert!((file("ledger.db"), file("ledger.db-wal")) == before);
    // An erased note leaves the chain whole.
    lively.shell().execute("UPDATE transactions SET note = NULL, note_salt = NULL WHERE note IS NOT NULL", []).unwrap();
    lively.assert_sound();
}

/// Every planted damage is found, and the finding names where.
#[test]
fn every_damage_is_found() {
    let damages = [
        ("UPDATE wallets SET balance = balance + 1 WHERE key = 2", "wallet "),
        (
            "UPDATE wallets SET balance = balance - 1 WHERE key = 2; UPDATE wallets SET balance = balance + 1 WHERE key = 3",
            "wallet ",
        ),
        ("UPDATE wallets SET last_sequence = last_sequence - 1 WHERE key = 2", "wallet "),
        ("UPDATE transactions SET amount = amount + 1 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET created_at = created_at + 1 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET transaction_type = 2 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET kind = 4 WHERE sequence = 7", "transaction 7"),
        (
            "UPDATE transactions SET from_wallet = to_wallet, to_wallet = from_wallet WHERE sequence = 7",
            "transaction 7",
        ),
        ("UPDATE transactions SET from_balance = from_balance + 1 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET to_balance = to_balance + 1 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET from_previous = 0 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET reverses = 6 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET audit = 1 WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET audit = NULL WHERE sequence = 2", "transaction 2"),
        ("UPDATE transactions SET note = 'Thankz' WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET note_digest = zeroblob(32) WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET hash = zeroblob(32) WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET hash = NULL WHERE sequence = 7", "transaction 7"),
        ("UPDATE transactions SET hash = NULL WHERE sequence >= 7", "transaction 7"),
        ("DELETE FROM transactions WHERE sequence = 7", "transaction 8"),
        (
            "UPDATE transactions SET sequence = -1 - sequence WHERE sequence > 7; UPDATE transactions SET sequence = -sequence WHERE sequence < 0; INSERT INTO transactions SELECT 8, created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_previous, to_previous, from_balance, to_balance, reverses, audit, note, note_salt, note_digest, hash FROM transactions WHERE sequence = 7",
            "transaction 8",
        ),
        (
            "INSERT INTO transactions SELECT sequence + 100, created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_previous, to_previous, from_balance, to_balance, reverses, audit, note, note_salt, note_digest, NULL FROM transactions WHERE sequence = 17",
            "transaction 117",
        ),
        (
            "UPDATE transactions SET sequence = -1 WHERE sequence = 7; UPDATE transactions SET sequence = 7 WHERE sequence = 8; UPDATE transactions SET sequence = 8 WHERE sequence = -1",
            "transaction 7",
        ),
        ("DELETE FROM transactions WHERE sequence = (SELECT max(sequence) FROM transactions)", "transaction "),
        (
            "DELETE FROM transactions WHERE sequence > 10; UPDATE wallets SET last_sequence = coalesce((SELECT max(sequence) FROM transactions WHERE wallets.key IN (from_wallet, to_wallet)), 0); UPDATE wallets SET balance = coalesce((SELECT iif(to_wallet = wallets.key, to_balance, from_balance) FROM transactions WHERE sequence = wallets.last_sequence), 0); DELETE FROM wallet_days; DELETE FROM daily_totals",
            "transaction 11",
        ),
        ("UPDATE daily_totals SET volume = volume + 1 WHERE kind = 3", "daily_totals"),
        ("DELETE FROM daily_totals WHERE kind = 2", "daily_totals"),
        ("INSERT INTO daily_totals VALUES (1, 3, 1, 1, 1)", "daily_totals"),
        ("UPDATE wallet_days SET count_in = count_in + 1 WHERE wallet = 2", "wallet_days"),
        ("DELETE FROM wallet_days WHERE wallet = 2", "wallet_days"),
        ("INSERT INTO wallet_days VALUES (1, 2, 1, 1, 0, 0, 1, 1)", "wallet_days"),
        ("UPDATE ledger SET total_issued = total_issued + 1", "ledger"),
        ("UPDATE ledger SET sealed_hash = zeroblob(32)", "transaction "),
        ("DELETE FROM audit_log WHERE sequence = 2", "audit line"),
        ("DELETE FROM audit_log WHERE sequence = (SELECT max(sequence) FROM audit_log)", "audit"),
        ("UPDATE audit_log SET operator = 'somebody' WHERE sequence = 2", "audit line 2"),
        ("UPDATE audit_log SET reason = 'Other' WHERE sequence = 1", "audit line 1"),
        ("UPDATE audit_log SET hash = NULL WHERE sequence = 1", "audit line 1"),
        ("UPDATE audit_log SET last_sequence = last_sequence + 1 WHERE action = 'distribution'", "audit line"),
        ("INSERT INTO roles VALUES (1, 'operator', 1)", "role"),
        ("UPDATE users SET deleted_at = 5 WHERE key = 1", "user"),
        ("UPDATE wallets SET is_frozen = 1, frozen_reason = 'x' WHERE key = 2", "wallet"),
        ("UPDATE wallets SET is_closed = 1 WHERE key = 2", "wallet"),
        ("DELETE FROM users WHERE key = 1", "wallet"),
        (
            "INSERT INTO wallets (id, is_system, balance, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', 0, 500, 1, 1)",
            "wallet 00000000",
        ),
        ("INSERT INTO idempotency_records VALUES (7, 5, zeroblob(16), zeroblob(16))", "idempotency record 7"),
        ("INSERT INTO checkpoints VALUES (7, zeroblob(32), 1, 'k', zeroblob(64))", "checkpoint 7"),
    ];
    for (damage, place) in damages {
        let (community, _) = Community::lively();
        behind_the_back(&community, damage);
        let report = community.verify();
        assert!(
            report.findings.iter().any(|finding| finding.place.starts_with(place)),
            "{damage}: {:?}",
            report.findings
        );
    }
}

/// A trigger that is missing or altered is a finding even where all rows are right.
#[test]
fn a_disarmed_database_is_found() {
    let (community, _) = Community::lively();
    community.shell().execute_batch("DROP TRIGGER wallets_balance_guard").unwrap();
    let report = community.verify();
    assert_eq!(report.findings[0].place, "trigger wallets_balance_guard");
    community
        .shell()
        .execute_batch("CREATE TRIGGER wallets_balance_guard BEFORE UPDATE OF balance ON wallets BEGIN SELECT 1; END")
        .unwrap();
    assert_eq!(community.verify().findings[0].what, "schema");
}

/// Rows whose end was cut off are not built upon: the program stops taking writes and says so.
#[test]
fn the_program_does_not_build_on_damage() {
    let (mut community, members) = Community::lively();
    behind_the_back(&community, "DELETE FROM transactions WHERE sequence = (SELECT max(sequence) FROM transactions)");
    for _ in 0..2 {
        let refusal = community.pay(&members[0], &members[1], 1, None).unwrap_err();
        assert_eq!(refusal.code.as_str(), "storage_unavailable");
        assert!(community.books.write_failure().is_some());
        community.reopen();
    }
    // A supply that does not add up: the living proof notices, and writes end.
    let (community, members) = Community::lively();
    assert!(community.books.prove().unwrap().is_consistent);
    behind_the_back(&community, "UPDATE wallets SET balance = balance + 1 WHERE key = 2");
    assert!(!community.books.prove().unwrap().is_consistent);
    assert_eq!(community.pay(&members[0], &members[1], 1, None).unwrap_err().code.as_str(), "storage_unavailable");
    assert!(community.books.write_failure().unwrap().contains("does not add up"));
    // A head nulled to have a forgery blessed is not sealed either.
    let (mut community, members) = Community::lively();
    behind_the_back(&community, "UPDATE transactions SET amount = amount + 1, hash = NULL WHERE sequence = 17");
    community.reopen();
    community.pay(&members[0], &members[1], 1, None).unwrap_err();
    let conn: Connection = community.shell();
    let hash: Option<Vec<u8>> =
        conn.query_row("SELECT hash FROM transactions WHERE sequence = 17", [], |row| row.get(0)).unwrap();
    assert_eq!(hash, None);
}
