//! `verify` finds what was planted, names the place, and is silent on what is sound. Each corruption
//! is planted with the guards taken away and put back, so that only the data differs.

use communitytoken::identity::Role;
use communitytoken::ledger::verify::{Report, verify};
use communitytoken::ledger::{DAY_MS, Note, Once};
use communitytoken::members::SetRole;
use communitytoken::schema;
use communitytoken::transfers::Reverse;
use rusqlite::Connection;

use super::support::{
    Community, amount, authority, delete, freeze, issue, key, others_operate, rechain_transactions, transfer,
};

/// Three days of a community, with some of everything. Keys: treasury 1, wallets 2 to 6.
fn community() -> Community {
    let mut community = Community::new(5);
    community.run(issue(100)).unwrap();
    community.endow(500);
    let noted = communitytoken::transfers::Send {
        note: Some(Note::new("for the bread").unwrap()),
        ..transfer(&community.members[0], community.wallet(1), 100)
    };
    let paid = community.run(noted).unwrap();
    community.clock.turn(DAY_MS);
    let back = Reverse {
        caller: community.members[1].wallet_key,
        transaction_id: paid.id,
        amount: Some(amount(40)),
        note: None,
    };
    community.run(back).unwrap();
    community.run(transfer(&community.members[0], community.treasury, 10)).unwrap();
    let member = &community.members[4];
    let once = Once::new(member.key, &key("k"), transfer(member, community.wallet(0), 5));
    community.run(once).unwrap();
    community.clock.turn(DAY_MS);
    community.send(1, 0, 7).unwrap();
    community.run(freeze(community.wallet(2), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    let grant = SetRole {
        user_id: community.members[0].id,
        role: Role::Operator,
        granted: true,
        configured: others_operate(),
        authority: authority("Elected"),
    };
    community.run(grant).unwrap();
    community.checkpoint();
    community.assert_sound();
    community.close();
    community
}

/// Does something with every trigger away, and puts the triggers back.
pub(crate) fn without_guards(conn: &Connection, plant: impl FnOnce(&Connection)) {
    let triggers: Vec<(String, String, String)> =
        schema::objects(conn).unwrap().into_iter().filter(|object| object.0 == "trigger").collect();
    // Only for speed; where a reading connection is still closing, the log stays as it is.
    let _stays = conn.execute_batch("PRAGMA journal_mode = MEMORY");
    conn.execute_batch("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; PRAGMA synchronous = 0; BEGIN")
        .unwrap();
    for (_, name, _) in &triggers {
        conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    plant(conn);
    for (_, _, sql) in &triggers {
        conn.execute_batch(sql).unwrap();
    }
    conn.execute_batch("COMMIT").unwrap();
}

/// A private copy of the community's file.
pub(crate) fn copy(community: &Community) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    std::fs::copy(&community.path, &path).unwrap();
    let conn = Connection::open(path).unwrap();
    (folder, conn)
}

pub(crate) fn look(conn: &Connection) -> Report {
    verify(conn, |_, _| {}).unwrap()
}

#[track_caller]
pub(crate) fn found(report: &Report, planted: &str, what: &str, place: &str) {
    assert!(!report.is_sound, "not found: {planted}");
    assert!(
        report.findings.iter().any(|finding| finding.what == what && finding.place.starts_with(place)),
        "{planted}\n  wanted: {what} at {place}\n  found: {:#?}",
        report.findings
    );
}

/// What is planted, what it is called, and where it must be found; `{n}` is the id of wallet n.
const PLANTED: &[(&str, &str, &str)] = &[
    ("UPDATE wallets SET balance = balance + 1 WHERE key = 2", "balance", "wallet {2}"),
    ("UPDATE wallets SET balance = balance + 1 WHERE key = 2; UPDATE wallets SET balance = balance - 1 WHERE key = 3", "balance", "wallet {3}"),
    ("UPDATE wallets SET balance = 77 WHERE key = 1", "supply", "wallets"),
    ("UPDATE wallets SET last_sequence = 3 WHERE key = 2", "link", "wallet {2}"),
    ("UPDATE wallets SET is_system = 1 WHERE key = 6", "owner", "wallet {6}"),
    ("UPDATE wallets SET is_system = 0 WHERE key = 1", "kind", "transaction 1"),
    ("UPDATE wallets SET is_frozen = 0, frozen_reason = NULL WHERE key = 4", "state", "wallet {4}"),
    ("UPDATE wallets SET is_frozen = 1, frozen_reason = 'x' WHERE key = 2", "state", "wallet {2}"),
    ("UPDATE wallets SET frozen_reason = 'x' WHERE key = 4", "state", "wallet {4}"),
    ("UPDATE wallets SET is_closed = 0 WHERE key = 5", "state", "wallet {5}"),
    ("UPDATE wallets SET is_closed = 1 WHERE key = 2", "state", "wallet {2}"),
    ("UPDATE wallets SET id = '00000000-0000-4000-8000-000000000000' WHERE key = 2", "chain", "transaction 3"),
    ("DELETE FROM wallets WHERE key = 6", "missing_wallet", "transactions"),
    ("UPDATE transactions SET created_at = created_at + 1 WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET created_at = created_at - 86400000 WHERE sequence = 12", "chain", "transaction 12"),
    ("UPDATE transactions SET created_at = 5 WHERE sequence = 9", "time", "transaction 9"),
    ("UPDATE transactions SET kind = 4 WHERE sequence = 8", "kind", "transaction 8"),
    ("UPDATE transactions SET transaction_type = 2 WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET transaction_type = 2 WHERE sequence = 8", "fee", "transaction 8"),
    ("UPDATE transactions SET from_wallet = 6 WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET to_wallet = 6 WHERE sequence = 8", "link", "transaction 8"),
    ("UPDATE transactions SET amount = 101 WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET amount = 101 WHERE sequence = 8", "balance", "transaction 8"),
    ("UPDATE transactions SET from_previous = 1 WHERE sequence = 8", "link", "transaction 8"),
    ("UPDATE transactions SET to_previous = 1 WHERE sequence = 8", "link", "transaction 8"),
    ("UPDATE transactions SET from_balance = 1 WHERE sequence = 8", "balance", "transaction 8"),
    ("UPDATE transactions SET to_balance = 1 WHERE sequence = 8", "balance", "transaction 8"),
    ("UPDATE transactions SET reverses = NULL WHERE sequence = 9", "chain", "transaction 9"),
    ("UPDATE transactions SET reverses = 4 WHERE sequence = 9", "reversal", "transaction 9"),
    ("UPDATE transactions SET audit = NULL WHERE sequence = 1", "audit", "transaction 1"),
    ("UPDATE transactions SET audit = 2 WHERE sequence = 5", "audit", "audit line 2"),
    ("UPDATE transactions SET audit = 99 WHERE sequence = 5", "audit", "audit line 99"),
    ("UPDATE transactions SET note = 'for the wine' WHERE sequence = 8", "note", "transaction 8"),
    ("UPDATE transactions SET note_salt = zeroblob(16) WHERE sequence = 8", "note", "transaction 8"),
    ("UPDATE transactions SET note_digest = zeroblob(32) WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET hash = zeroblob(32) WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET hash = NULL WHERE sequence = 8", "chain", "transaction 8"),
    ("UPDATE transactions SET hash = NULL", "chain", "transaction 12"),
    ("DELETE FROM transactions WHERE sequence = 9", "missing_row", "transaction 10"),
    ("DELETE FROM transactions WHERE sequence = 1", "missing_row", "transaction 2"),
    ("DELETE FROM transactions WHERE sequence = 12", "missing_row", "transaction 12"),
    ("DELETE FROM transactions WHERE sequence > 10", "missing_row", "transaction 11"),
    (
        "DELETE FROM transactions WHERE sequence = 12; DELETE FROM wallet_days WHERE last_sequence = 12;
         DELETE FROM daily_totals WHERE day = (SELECT max(day) FROM daily_totals);
         UPDATE wallets SET balance = balance + 7, last_sequence = 9 WHERE key = 3;
         UPDATE wallets SET balance = balance - 7, last_sequence = 11 WHERE key = 2",
        "missing_row",
        "transaction 12",
    ),
    (
        "INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_previous, to_previous, from_balance, to_balance, hash)
         SELECT 13, created_at, 3, 1, 2, 3, 5, 12, 12, 0, 0, zeroblob(32) FROM transactions WHERE sequence = 12",
        "chain",
        "transaction 13",
    ),
    (
        "UPDATE transactions SET sequence = 700 WHERE sequence = 8; UPDATE transactions SET sequence = 8 WHERE sequence = 9; UPDATE transactions SET sequence = 9 WHERE sequence = 700",
        "chain",
        "transaction 8",
    ),
    ("UPDATE daily_totals SET count = count + 1 WHERE kind = 3", "rollup", "daily_totals day"),
    ("UPDATE daily_totals SET volume = volume + 1 WHERE kind = 1", "rollup", "daily_totals day"),
    ("DELETE FROM daily_totals WHERE kind = 4", "rollup", "daily_totals day"),
    ("INSERT INTO daily_totals VALUES (5, 3, 1, 1, 1)", "rollup", "daily_totals day 5"),
    ("UPDATE wallet_days SET count_in = 9 WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallet_days SET amount_out = 9 WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallet_days SET balance = 9 WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallet_days SET last_sequence = 9 WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallet_days SET first_traded = 9 WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallet_days SET last_traded = NULL WHERE wallet = 2", "rollup", "wallet_days day"),
    ("UPDATE wallets SET last_traded = 1 WHERE key = 2", "rollup", "wallet"),
    ("INSERT INTO slot_totals VALUES (3, 1, 0, 5, 1, 0, 1)", "rollup", "slot_totals"),
    ("INSERT INTO account_slots VALUES (1, 5, 1)", "rollup", "account_slots"),
    ("INSERT INTO amount_counts VALUES (0, 5, 3, 1, 1, 1)", "rollup", "amount_counts"),
    ("DELETE FROM wallet_days WHERE wallet = 6", "rollup", "wallet_days day"),
    ("INSERT INTO wallet_days SELECT day, 99, 1, 1, 0, 0, 12, 1, NULL, NULL FROM wallet_days LIMIT 1", "rollup", "wallet_days day"),
    ("INSERT INTO wallet_days VALUES (5, 2, 1, 1, 0, 0, 1, 1, NULL, NULL)", "rollup", "wallet_days"),
    ("DELETE FROM audit_log WHERE sequence = 2", "audit", "audit line 3"),
    ("DELETE FROM audit_log WHERE sequence = (SELECT max(sequence) FROM audit_log)", "audit", "audit_log"),
    ("DELETE FROM audit_log", "audit", "audit_log"),
    ("UPDATE audit_log SET operator = 'eve' WHERE sequence = 2", "audit", "audit line 2"),
    ("UPDATE audit_log SET reason = 'x' WHERE sequence = 2", "audit", "audit line 2"),
    ("UPDATE audit_log SET details = '{}' WHERE sequence = 3", "audit", "audit line 3"),
    ("UPDATE audit_log SET target = 'x' WHERE sequence = 4", "audit", "audit line 4"),
    ("UPDATE audit_log SET action = 'reversal' WHERE sequence = 2", "audit", "transaction 1"),
    ("UPDATE audit_log SET request_id = NULL WHERE sequence = 2", "audit", "audit line 2"),
    ("UPDATE audit_log SET created_at = 5 WHERE sequence = 2", "time", "audit line 2"),
    ("UPDATE audit_log SET last_sequence = 8 WHERE sequence = 3", "audit", "audit line 3"),
    ("UPDATE audit_log SET hash = NULL WHERE sequence = 2", "audit", "audit line 2"),
    ("UPDATE audit_log SET hash = zeroblob(32) WHERE sequence = 2", "audit", "audit line 2"),
    ("UPDATE ledger SET total_issued = total_issued + 1", "supply", "ledger"),
    ("UPDATE ledger SET issued_sequence = 1", "supply", "ledger"),
    ("UPDATE ledger SET sealed_hash = zeroblob(32)", "chain", "transaction 12"),
    ("UPDATE ledger SET sealed_sequence = 99", "missing_row", "transaction 13"),
    ("UPDATE ledger SET audit_sealed_hash = zeroblob(32)", "audit", "audit_log"),
    ("UPDATE ledger SET id = '00000000-0000-4000-8000-000000000000'", "chain", "transaction 1"),
    ("UPDATE checkpoints SET hash = zeroblob(32)", "checkpoint", "checkpoint 12"),
    ("UPDATE checkpoints SET sequence = 10", "checkpoint", "checkpoint 10"),
    ("INSERT INTO roles VALUES (2, 'operator', 1)", "role", "role operator"),
    ("UPDATE roles SET role = 'auditor'", "role", "role auditor"),
    ("UPDATE roles SET user = 2", "role", "role operator"),
    ("DELETE FROM roles", "role", "role operator"),
    ("UPDATE users SET deleted_at = NULL WHERE key = 4; UPDATE wallets SET is_closed = 0 WHERE key = 5", "state", "user"),
    ("UPDATE users SET deleted_at = 5 WHERE key = 1; UPDATE wallets SET is_closed = 1 WHERE key = 2", "state", "user"),
    ("DELETE FROM users WHERE key = 5", "owner", "wallet {6}"),
    ("DELETE FROM users WHERE key = 5", "identity", "identity member_4"),
    ("UPDATE users SET wallet = 2 WHERE key = 5; ", "owner", "wallet {6}"),
    ("DELETE FROM system_accounts", "owner", "wallet {1}"),
    ("UPDATE idempotency_records SET sequence = 3", "idempotency", "idempotency record 3"),
    ("UPDATE idempotency_records SET sequence = 99", "idempotency", "idempotency record 99"),
    ("UPDATE idempotency_records SET period = 1", "idempotency", "idempotency record"),
    ("DELETE FROM ledger", "ledger", "ledger"),
];

#[test]
fn every_planted_corruption_is_found_at_its_place() {
    let community = community();
    for (plant, what, place) in PLANTED {
        let (_folder, conn) = copy(&community);
        let place = (1..=6).fold((*place).to_owned(), |place, number| {
            let id: String =
                conn.query_row("SELECT id FROM wallets WHERE key = ?1", [number], |row| row.get(0)).unwrap();
            place.replace(&format!("{{{number}}}"), &id)
        });
        // One wallet for two users needs the index away too; the table's own rule does not stand in the way of others.
        without_guards(&conn, |conn| {
            if let Err(error) = conn.execute_batch(plant) {
                assert!(error.to_string().contains("UNIQUE"), "{error}: {plant}");
                conn.execute_batch("UPDATE users SET wallet = 98 WHERE key = 5").unwrap();
            }
        });
        found(&look(&conn), plant, what, &place);
    }
}

/// Whoever changes a row and computes the whole chain anew is betrayed by what was kept elsewhere:
/// the seal, and the checkpoint.
#[test]
fn a_chain_computed_anew_does_not_fit_what_was_kept() {
    let community = community();
    for (forge_seal, what, place) in [(false, "chain", "transaction 12"), (true, "checkpoint", "checkpoint 12")] {
        let (_folder, conn) = copy(&community);
        without_guards(&conn, |conn| {
            conn.execute_batch(
                "UPDATE transactions SET transaction_type = 3 WHERE sequence = 8;
                 UPDATE daily_totals SET count = count - 1, volume = volume - 100 WHERE kind = 3 AND day = (SELECT min(day) FROM daily_totals);
                 DELETE FROM daily_totals WHERE count = 0;
                 INSERT INTO daily_totals SELECT min(day), 3, 3, 1, 100 FROM daily_totals",
            )
            .unwrap();
            rechain_transactions(conn);
            if forge_seal {
                conn.execute_batch(
                    "UPDATE ledger SET sealed_hash = (SELECT hash FROM transactions WHERE sequence = 12)",
                )
                .unwrap();
            }
        });
        let report = look(&conn);
        assert_eq!(
            report.findings.iter().filter(|finding| finding.what != what).count(),
            usize::from(!forge_seal),
            "{:?}",
            report.findings
        );
        found(&report, "a chain computed anew", what, place);
    }
}

/// Guards that are missing, weakened or joined by strangers.
#[test]
fn the_guards_themselves_are_looked_at() {
    let community = community();
    for (plant, place) in [
        ("DROP TRIGGER transactions_delete_guard", "trigger transactions_delete_guard"),
        ("DROP INDEX audit_log_by_target", "index audit_log_by_target"),
        ("DROP VIEW direct_freezes", "view direct_freezes"),
        (
            "DROP TRIGGER wallets_delete_guard; CREATE TRIGGER wallets_delete_guard BEFORE DELETE ON wallets BEGIN SELECT 1; END",
            "trigger wallets_delete_guard",
        ),
        ("CREATE TRIGGER helpful BEFORE UPDATE ON wallets BEGIN SELECT RAISE(IGNORE); END", "trigger helpful"),
        ("ALTER TABLE checkpoints ADD COLUMN more TEXT", "table checkpoints"),
    ] {
        let (_folder, conn) = copy(&community);
        conn.execute_batch(plant).unwrap();
        found(&look(&conn), plant, "schema", place);
    }
}

/// A note can be erased, and the chain stays whole.
#[test]
fn an_erased_note_leaves_everything_sound() {
    let (_folder, conn) = copy(&community());
    conn.execute_batch("UPDATE transactions SET note = NULL, note_salt = NULL WHERE sequence = 8").unwrap();
    let report = look(&conn);
    assert!(report.is_sound, "{:?}", report.findings);
}

/// Sound databases of several shapes are silent, and looking changes no byte.
#[test]
fn sound_databases_are_silent_and_looking_changes_nothing() {
    let empty = Community::new(0);
    let members_only = Community::new(3);
    let full_supply = Community::new(2);
    full_supply.endow(i64::MAX / 2);
    full_supply.run(issue(1)).unwrap();
    let restored = community();
    let (_folder, conn) = copy(&restored);
    conn.execute_batch(
        "INSERT INTO direct_unfreezes (operator, reason, wallet_id) SELECT 'm', 'r', wallet_id FROM direct_freezes;
         INSERT INTO direct_issuances (operator, reason, amount) VALUES ('m', 'r', 5);",
    )
    .unwrap();
    let report = look(&conn);
    assert!(report.is_sound, "{:?}", report.findings);
    assert_eq!(report.unsealed, 3);
    for mut community in [empty, members_only, full_supply, restored] {
        if community.books.is_none() {
            community.reopen();
        }
        community.assert_sound();
        community.close();
        let before = std::fs::read(&community.path).unwrap();
        let conn = Connection::open_with_flags(&community.path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut calls = 0;
        let report = verify(&conn, |done, total| {
            calls += 1;
            assert!(done <= total);
        })
        .unwrap();
        assert!(report.is_sound && calls > 0, "{:?}", report.findings);
        drop(conn);
        assert_eq!(std::fs::read(&community.path).unwrap(), before);
    }
}

/// The program does not build on damage: a supply that does not add up ends all writing, and rows
/// whose end was cut off, or whose hashes were emptied, are not continued or sealed.
#[test]
fn nothing_is_built_upon_damage() {
    let plant_in = |community: &mut Community, sql: &str| {
        community.close();
        without_guards(&community.shell(), |conn| conn.execute_batch(sql).unwrap());
        community.reopen();
    };
    let mut damaged = community();
    damaged.reopen();
    assert!(damaged.books().prove().unwrap().is_consistent);
    plant_in(&mut damaged, "UPDATE wallets SET balance = balance + 1 WHERE key = 2");
    assert!(!damaged.books().prove().unwrap().is_consistent);
    assert_eq!(damaged.send(0, 1, 1).unwrap_err().code.as_str(), "storage_unavailable");
    assert!(damaged.books().write_failure().unwrap().contains("does not add up"));

    for plant in [
        "DELETE FROM transactions WHERE sequence = (SELECT max(sequence) FROM transactions)",
        "UPDATE transactions SET hash = NULL WHERE sequence = (SELECT max(sequence) FROM transactions)",
    ] {
        let mut damaged = community();
        plant_in(&mut damaged, plant);
        assert_eq!(damaged.send(0, 1, 1).unwrap_err().code.as_str(), "storage_unavailable", "{plant}");
        assert!(damaged.books().write_failure().is_some());
    }
}
