//! What a shell may try on the file, foreign keys off. The database itself refuses every one of
//! these with a sentence, and no row changes.

use communitytoken::identity::Role;
use communitytoken::ledger::{Authority, Once};
use communitytoken::members::SetRole;
use communitytoken::transfers::Reverse;

use super::support::{Community, amount, authority, delete, freeze, key, others_operate, rows, transfer};

/// A community with some of everything: rows of every kind, a frozen wallet, a member who left, a
/// role, an idempotency record, a checkpoint, and one row by hand that waits for its hash.
pub(crate) fn community() -> Community {
    let community = Community::new(5);
    let books = community.books();
    community.endow(500);
    let paid = community.send(0, 1, 100).unwrap();
    let back = Reverse {
        caller: community.members[1].wallet_key,
        transaction_id: paid.id,
        amount: Some(amount(40)),
        note: None,
    };
    books.execute_blocking(back).unwrap();
    books.execute_blocking(transfer(&community.members[0], community.treasury, 10)).unwrap();
    let member = &community.members[4];
    let once = Once::new(member.key, &key("k"), transfer(member, community.wallet(0), 5));
    books.execute_blocking(once).unwrap();
    books.execute_blocking(freeze(community.wallet(2), true)).unwrap();
    books.execute_blocking(delete(&community.members[3], true)).unwrap();
    let grant = |granted| SetRole {
        user_id: community.members[0].id,
        role: Role::Operator,
        granted,
        configured: others_operate(),
        authority: Authority { request_id: None, ..authority("Elected") },
    };
    for granted in [true, false, true] {
        books.execute_blocking(grant(granted)).unwrap();
    }
    community.checkpoint();
    community
        .shell()
        .execute_batch("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', 7)")
        .unwrap();
    community.assert_sound();
    community
}

/// Runs each attack in a transaction of its own and expects this message and no change.
#[track_caller]
pub(crate) fn refused(community: &Community, attacks: &[(String, &str)]) {
    let shell = community.shell();
    let before = rows(&shell);
    for (attack, message) in attacks {
        let outcome = shell.execute_batch(&format!("BEGIN; {attack}"));
        let error = outcome.expect_err(&format!("this must be refused: {attack}")).to_string();
        assert!(error.contains(message), "{attack}\n  gives: {error}\n  not: {message}");
        if !shell.is_autocommit() {
            shell.execute_batch("ROLLBACK").unwrap();
        }
        shell.execute_batch("PRAGMA ignore_check_constraints = 0").unwrap();
        // Once more as a shell runs it, outside a transaction: what went before the refusal stays, so
        // only attacks of one statement can be judged.
        if attack.trim_end().trim_end_matches(';').find(';').is_none() {
            shell.execute_batch(attack).expect_err("refused a second time");
        }
        assert_eq!(rows(&shell), before, "changed by: {attack}");
    }
    drop(shell);
    community.send(0, 1, 1).expect("the community goes on");
    community.assert_sound();
}

pub(crate) fn table(attacks: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    attacks.iter().map(|(attack, message)| ((*attack).to_owned(), *message)).collect()
}

/// What is written stays written.
#[test]
fn rows_are_not_changed_and_not_deleted() {
    let never = "transactions are never changed";
    let log = "the audit log is never changed";
    refused(
        &community(),
        &table(&[
            ("UPDATE transactions SET amount = 1 WHERE sequence = 7", never),
            ("UPDATE transactions SET created_at = 0 WHERE sequence = 7", never),
            ("UPDATE transactions SET from_wallet = 6 WHERE sequence = 7", never),
            ("UPDATE transactions SET to_wallet = 6 WHERE sequence = 7", never),
            ("UPDATE transactions SET transaction_type = 2 WHERE sequence = 7", never),
            ("UPDATE transactions SET reverses = NULL WHERE sequence = 8", never),
            ("UPDATE transactions SET audit = NULL WHERE sequence = 11", never),
            ("UPDATE transactions SET rowid = 70 WHERE sequence = 11", never),
            ("UPDATE OR REPLACE transactions SET sequence = 7 WHERE sequence = 8", never),
            ("UPDATE OR IGNORE transactions SET to_balance = 1000 WHERE sequence = 7", never),
            ("UPDATE transactions SET note = 'other', note_salt = zeroblob(16) WHERE sequence = 7", never),
            ("UPDATE transactions SET note_digest = zeroblob(32) WHERE sequence = 7", never),
            ("UPDATE transactions SET hash = zeroblob(32) WHERE sequence = 7", never),
            ("UPDATE transactions SET hash = NULL WHERE sequence = 10", never),
            ("UPDATE transactions SET hash = NULL", never),
            ("DELETE FROM transactions WHERE sequence = 11", "transactions are never deleted"),
            ("DELETE FROM transactions", "transactions are never deleted"),
            (
                "REPLACE INTO transactions SELECT * FROM transactions WHERE sequence = 7",
                "the next transaction must follow",
            ),
            (
                "INSERT INTO transactions SELECT * FROM transactions WHERE sequence = 7 ON CONFLICT DO UPDATE SET amount = 9",
                "the next transaction must follow",
            ),
            ("UPDATE audit_log SET operator = 'someone' WHERE sequence = 2", log),
            ("UPDATE audit_log SET reason = 'other'", log),
            ("UPDATE audit_log SET rowid = 70 WHERE sequence = 2", log),
            ("UPDATE audit_log SET hash = NULL WHERE sequence = 2", log),
            ("UPDATE audit_log SET hash = zeroblob(32) WHERE sequence = 2", log),
            ("UPDATE OR REPLACE audit_log SET details = NULL WHERE sequence = 2", log),
            ("DELETE FROM audit_log WHERE sequence = 8", "the audit log is never deleted from"),
            ("REPLACE INTO audit_log SELECT * FROM audit_log WHERE sequence = 2", "the next audit line must follow"),
            (
                "INSERT INTO audit_log SELECT * FROM audit_log WHERE sequence = 2 ON CONFLICT DO UPDATE SET reason = 'x'",
                "the next audit line must follow",
            ),
            ("UPDATE checkpoints SET hash = zeroblob(32)", "checkpoints are never changed"),
            ("DELETE FROM checkpoints", "checkpoints are never deleted"),
            ("REPLACE INTO checkpoints SELECT * FROM checkpoints", "newer than the last checkpoint"),
            (
                "INSERT INTO checkpoints VALUES (10, zeroblob(32), 0, 'k', zeroblob(64), 1)",
                "a checkpoint must be of a chained transaction",
            ),
            (
                "INSERT INTO checkpoints VALUES (11, zeroblob(32), 0, 'k', zeroblob(64), 1)",
                "a checkpoint must be of a chained transaction",
            ),
            ("INSERT INTO tree_nodes VALUES (1, 1, zeroblob(32))", "the tree grows node by node"),
            ("INSERT INTO tree_nodes VALUES (8, 0, zeroblob(32))", "CHECK constraint failed"),
            ("UPDATE idempotency_records SET request = zeroblob(16)", "idempotency records are never changed"),
            ("DELETE FROM idempotency_records", "kept for at least seven days"),
            (
                "REPLACE INTO idempotency_records SELECT sequence, period, zeroblob(16), request FROM idempotency_records",
                "made by one request",
            ),
            (
                "INSERT INTO idempotency_records VALUES (12, 20500, zeroblob(16), zeroblob(16))",
                "stands beside its transaction",
            ),
            (
                "INSERT INTO idempotency_records VALUES (7, 1, zeroblob(16), zeroblob(16))",
                "stands beside its transaction",
            ),
            ("DELETE FROM daily_totals", "daily totals are never deleted"),
            ("DELETE FROM wallet_days", "the days of a wallet are never deleted"),
        ]),
    );
}

const WALLET: &str = "the identity of a wallet never changes";
const USER: &str = "the identity of a user never changes";
const STATE: &str = "freezing and unfreezing need an operator and a reason";
const CLOSING: &str = "a wallet is closed by deleting its owner";

/// Who is who stays so, whatever name a key is reached by.
const IDENTITY: &[(&str, &str)] = &[
    ("DELETE FROM wallets WHERE key = 6", "wallets are never deleted"),
    ("UPDATE wallets SET key = 70 WHERE key = 2", WALLET),
    ("UPDATE wallets SET rowid = 70 WHERE key = 2", WALLET),
    ("UPDATE wallets SET _rowid_ = 70 WHERE key = 2", WALLET),
    ("UPDATE wallets SET oid = 70 WHERE key = 2", WALLET),
    ("UPDATE OR REPLACE wallets SET key = 3 WHERE key = 2", WALLET),
    ("UPDATE OR REPLACE wallets SET rowid = 3 WHERE key = 2", WALLET),
    ("UPDATE wallets SET is_system = 1 WHERE key = 2", WALLET),
    ("UPDATE wallets SET id = lower(hex(randomblob(18))) WHERE key = 2", WALLET),
    ("REPLACE INTO wallets SELECT * FROM wallets WHERE key = 2", "this wallet exists already"),
    (
        "INSERT INTO wallets SELECT * FROM wallets WHERE key = 2 ON CONFLICT DO UPDATE SET balance = 1000",
        "this wallet exists already",
    ),
    (
        "INSERT INTO wallets (id, is_system, balance, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 0, 5, 0, 0)",
        "a new wallet is empty",
    ),
    (
        "INSERT INTO wallets (id, is_system, state_audit, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 0, 9e15, 0, 0)",
        "a new wallet is empty",
    ),
    (
        "INSERT INTO wallets (key, id, is_system, created_at, updated_at) VALUES (-1, lower(hex(randomblob(18))), 0, 0, 0)",
        "key > 0",
    ),
    ("UPDATE wallets SET is_frozen = 1, frozen_reason = 'x' WHERE key = 1", "system wallets cannot be frozen"),
    ("UPDATE wallets SET is_frozen = 1, frozen_reason = 'x' WHERE key = 2", STATE),
    ("UPDATE wallets SET is_frozen = 1, frozen_reason = 'x', state_audit = 99 WHERE key = 2", STATE),
    ("UPDATE wallets SET is_frozen = 0, frozen_reason = NULL WHERE key = 4", STATE),
    ("UPDATE OR REPLACE wallets SET is_frozen = NULL, frozen_reason = NULL WHERE key = 4", STATE),
    ("UPDATE wallets SET frozen_reason = 'a nicer one' WHERE key = 4", STATE),
    ("UPDATE wallets SET state_audit = NULL WHERE key = 4", STATE),
    ("UPDATE wallets SET is_closed = 0 WHERE key = 5", CLOSING),
    ("UPDATE OR REPLACE wallets SET is_closed = NULL WHERE key = 5", CLOSING),
    ("UPDATE wallets SET is_closed = 1 WHERE key = 2", CLOSING),
    ("UPDATE wallets SET is_closed = 1 WHERE key = 1", CLOSING),
    ("DELETE FROM users WHERE key = 1", "users are never deleted from the database"),
    ("UPDATE users SET wallet = 6 WHERE key = 1", USER),
    ("UPDATE users SET rowid = 70 WHERE key = 1", USER),
    ("UPDATE OR REPLACE users SET rowid = 2 WHERE key = 1", USER),
    ("UPDATE users SET deleted_at = 5 WHERE key = 1", "need a line in the audit log"),
    ("UPDATE users SET deleted_at = NULL WHERE key = 4", "need a line in the audit log"),
    ("REPLACE INTO users SELECT * FROM users WHERE key = 1", "this user exists already"),
    (
        "INSERT INTO users (id, WALLET, username, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 1, 'eve', 0, 0)",
        "a member needs a wallet of their own",
    ),
    (
        "INSERT INTO users (id, WALLET, username, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 99, 'eve', 0, 0)",
        "a member needs a wallet of their own",
    ),
    ("UPDATE identities SET user = 1", "an identity stays with its user"),
    ("DELETE FROM identities", "an identity stays with its user"),
    (
        "REPLACE INTO identities SELECT issuer, subject, 1, 0 FROM identities WHERE user = 2",
        "belongs to a user already",
    ),
    ("INSERT INTO identities VALUES ('i', 's', 99, 0)", "an identity needs its user"),
    ("UPDATE roles SET user = 2", "never changed"),
    ("DELETE FROM roles", "revoking a role needs a line in the audit log"),
    ("INSERT INTO roles VALUES (2, 'operator', 6)", "granting a role needs a line in the audit log"),
    ("INSERT INTO roles VALUES (2, 'operator', 99)", "granting a role needs a line in the audit log"),
    ("REPLACE INTO roles SELECT * FROM roles", "this role is granted already"),
    ("UPDATE system_accounts SET wallet = 2", "a system account never changes"),
    ("DELETE FROM system_accounts", "system accounts are never deleted"),
    (
        "INSERT INTO system_accounts VALUES (9, lower(hex(randomblob(18))), 2, 'mine', 0)",
        "a system account needs a system wallet",
    ),
    (
        "INSERT INTO wallets (id, is_system, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 1, 0, 0);
         INSERT INTO system_accounts VALUES (9, lower(hex(randomblob(18))), (SELECT max(key) FROM wallets), 'mine', 0)",
        "a system account needs an operator and a reason",
    ),
    ("REPLACE INTO system_accounts SELECT * FROM system_accounts", "this system account exists already"),
    ("DELETE FROM ledger", "the ledger cannot be deleted"),
    ("UPDATE ledger SET tag = 5", "the identity of the ledger never changes"),
    ("UPDATE ledger SET id = lower(hex(randomblob(18)))", "the identity of the ledger never changes"),
    ("UPDATE ledger SET rowid = 2", "the identity of the ledger never changes"),
    ("REPLACE INTO ledger SELECT * FROM ledger", "a database holds one ledger"),
    ("UPDATE ledger SET total_issued = 9000", "total issuance changes only through an issuance"),
    ("UPDATE ledger SET total_issued = total_issued + 7, issued_sequence = 11", "total issuance changes only through"),
    ("UPDATE ledger SET issued_sequence = 12", "total issuance changes only through an issuance"),
    ("UPDATE OR REPLACE ledger SET total_issued = NULL, issued_sequence = NULL", "total issuance changes only through"),
    (
        "UPDATE ledger SET sealed_sequence = 3, sealed_hash = (SELECT hash FROM transactions WHERE sequence = 3)",
        "the seal of the chain only moves forward",
    ),
    ("UPDATE ledger SET sealed_hash = zeroblob(32)", "the seal of the chain only moves forward"),
    ("UPDATE ledger SET sealed_sequence = 11", "the seal of the chain only moves forward"),
    ("UPDATE ledger SET sealed_sequence = 0, sealed_hash = zeroblob(32)", "the seal of the chain only moves forward"),
    ("UPDATE OR REPLACE ledger SET sealed_sequence = NULL", "the seal of the chain only moves forward"),
    (
        "UPDATE ledger SET audit_sealed_sequence = 1, audit_sealed_hash = (SELECT hash FROM audit_log WHERE sequence = 1)",
        "the seal of the audit log only moves forward",
    ),
    ("UPDATE ledger SET audit_sealed_hash = zeroblob(32)", "the seal of the audit log only moves forward"),
    ("UPDATE direct_freezes SET reason = 'x'", "cannot modify direct_freezes because it is a view"),
    ("DELETE FROM direct_issuances", "cannot modify direct_issuances because it is a view"),
];

#[test]
fn wallets_users_and_the_ledger_keep_their_identity() {
    refused(&community(), &table(IDENTITY));
}
