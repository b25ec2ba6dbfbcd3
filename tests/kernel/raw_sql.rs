//! Someone at an SQL shell: what breaks a rule is refused by the database itself, and the direct
//! views do their work.

use communitytoken::identity::Role;
use communitytoken::ledger::Wallet;
use communitytoken::members::{SetDeleted, SetRole};
use communitytoken::treasury::SetFrozen;
use rusqlite::Connection;

use super::support::{Community, authority};

/// The columns a transaction by hand must bring.
const BY_HAND: &str = "INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount, from_previous, to_previous, from_balance, to_balance, reverses, audit, hash) SELECT ";

/// Each attack is refused with its own sentence, and no row of any table is another afterwards.
#[test]
fn attacks_are_refused() {
    let (community, members) = Community::lively();
    let (ann, bob, eve, gone) = (&members[0], &members[1], &members[2], &members[3]);
    community.run(SetFrozen { wallet_id: eve.wallet_id, frozen: true, authority: authority() }).unwrap();
    community.run(SetDeleted { user_id: gone.id, deleted: true, authority: authority() }).unwrap();
    community
        .run(SetRole {
            user_id: ann.id,
            role: Role::Auditor,
            granted: true,
            others_operate: true,
            authority: authority(),
        })
        .unwrap();
    let paid = community.pay(ann, bob, 5, Some("Once")).unwrap().sequence;
    let shell = community.shell();
    let number = |sql: &str| shell.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let next = number("SELECT max(sequence) + 1 FROM transactions");
    let at = number("SELECT max(created_at) FROM transactions");
    let line = number("SELECT max(sequence) + 1 FROM audit_log");
    let treasury = number("SELECT wallet FROM system_accounts");
    let state = |key: i64| {
        shell
            .query_row("SELECT balance, last_sequence FROM wallets WHERE key = ?1", [key], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })
            .unwrap()
    };
    // A payment by hand that would be right, to be bent in one place each.
    let (a, b) = (ann.wallet_key.0, bob.wallet_key.0);
    let ((have, a_last), (has, b_last)) = (state(a), state(b));
    let payment = |sequence: i64,
                   time: i64,
                   kind: i64,
                   code: i64,
                   from: i64,
                   to: i64,
                   amount: i64,
                   links: (i64, i64),
                   after: (i64, i64),
                   reverses: &str,
                   audit: &str| {
        // With a hash, as the program writes; by hand there is none.
        let hash = if audit == "NULL" { "zeroblob(32)" } else { "NULL" };
        format!(
            "{BY_HAND}{sequence}, {time}, {kind}, {code}, {from}, {to}, {amount}, {}, {}, {}, {}, {reverses}, {audit}, {hash}",
            links.0, links.1, after.0, after.1
        )
    };
    let right = (a_last, b_last);
    let after = (have - 1, has + 1);
    let (e, e_last) = (eve.wallet_key.0, state(eve.wallet_key.0).1);
    let (g, g_last) = (gone.wallet_key.0, state(gone.wallet_key.0).1);
    let (pool, t_last) = state(treasury);
    let e_has = state(e).0;
    let attacks: Vec<(String, &str)> = vec![
        // Rows that never change.
        ("UPDATE transactions SET amount = 1".into(), "never changed"),
        ("UPDATE transactions SET to_wallet = from_wallet".into(), "never changed"),
        ("UPDATE transactions SET created_at = created_at + 1".into(), "never changed"),
        ("UPDATE transactions SET note = 'Other words', note_salt = zeroblob(16) WHERE note IS NOT NULL".into(), "never changed"),
        ("UPDATE transactions SET hash = zeroblob(32)".into(), "never changed"),
        ("UPDATE transactions SET hash = NULL".into(), "never changed"),
        ("UPDATE transactions SET sequence = sequence + 1000".into(), "never changed"),
        ("UPDATE transactions SET rowid = 99".into(), "never changed"),
        ("DELETE FROM transactions".into(), "never deleted"),
        (format!("DELETE FROM transactions WHERE sequence = {paid}"), "never deleted"),
        ("REPLACE INTO transactions SELECT * FROM transactions WHERE sequence = 1".into(), "must follow the last"),
        ("INSERT OR REPLACE INTO transactions SELECT * FROM transactions LIMIT 1".into(), "must follow the last"),
        ("INSERT INTO transactions SELECT * FROM transactions WHERE sequence = 1 ON CONFLICT DO UPDATE SET amount = 9".into(), "must follow the last"),
        ("UPDATE audit_log SET operator = 'nobody'".into(), "never changed"),
        ("UPDATE audit_log SET hash = NULL".into(), "never changed"),
        ("DELETE FROM audit_log".into(), "never deleted"),
        ("REPLACE INTO audit_log SELECT * FROM audit_log LIMIT 1".into(), "must follow the last"),
        // Balances and wallets.
        ("UPDATE wallets SET balance = 1000000".into(), "only through a transaction"),
        (format!("UPDATE wallets SET balance = balance + 1 WHERE key = {a}"), "only through a transaction"),
        (format!("UPDATE wallets SET balance = -1 WHERE key = {a}"), "only through a transaction"),
        (format!("UPDATE wallets SET last_sequence = 0 WHERE key = {a}"), "only through a transaction"),
        (format!("UPDATE wallets SET balance = {has}, last_sequence = {b_last} WHERE key = {a}"), "only through a transaction"),
        (format!("UPDATE wallets SET is_system = 1 WHERE key = {a}"), "identity of a wallet"),
        (format!("UPDATE wallets SET id = lower(id), key = 77 WHERE key = {a}"), "identity of a wallet"),
        (format!("UPDATE OR REPLACE wallets SET id = '{}' WHERE key = {b}", ann.wallet_id), "identity of a wallet"),
        (format!("DELETE FROM wallets WHERE key = {a}"), "never deleted"),
        (format!("REPLACE INTO wallets (key, id, is_system, created_at, updated_at) VALUES ({a}, '{}', 0, 1, 1)", ann.wallet_id), "exists already"),
        ("INSERT INTO wallets (id, is_system, balance, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', 0, 500, 1, 1)".into(), "new wallet is empty"),
        (format!("UPDATE wallets SET is_frozen = 1, frozen_reason = 'Because' WHERE key = {a}"), "need an operator and a reason"),
        (format!("UPDATE wallets SET is_frozen = 0, frozen_reason = NULL WHERE key = {e}"), "need an operator and a reason"),
        (format!("UPDATE wallets SET is_frozen = 1, frozen_reason = 'Because', state_audit = 1 WHERE key = {treasury}"), "system wallets cannot be frozen"),
        (format!("UPDATE wallets SET is_closed = 0 WHERE key = {g}"), "deleting its owner"),
        (format!("UPDATE wallets SET is_closed = 1 WHERE key = {a}"), "deleting its owner"),
        // Users, identities, roles, accounts.
        ("DELETE FROM users".into(), "never deleted"),
        (format!("UPDATE users SET wallet = {b} WHERE key = {}", ann.key.0), "identity of a user"),
        (format!("UPDATE users SET deleted_at = 5 WHERE key = {}", ann.key.0), "audit log"),
        (format!("UPDATE users SET deleted_at = NULL WHERE key = {}", gone.key.0), "audit log"),
        (format!("UPDATE users SET username = '<b>' WHERE key = {}", ann.key.0), "CHECK"),
        (format!("INSERT INTO users (id, wallet, username, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', {a}, 'thief', 1, 1)"), "exists already"),
        (format!("INSERT INTO users (id, wallet, username, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', {treasury}, 'thief', 1, 1)"), "wallet of their own"),
        (format!("UPDATE identities SET user = {}", bob.key.0), "stays with its user"),
        ("DELETE FROM identities".into(), "stays with its user"),
        (format!("REPLACE INTO identities VALUES ('test', 'member-0', {}, 1)", bob.key.0), "belongs to a user already"),
        (format!("INSERT INTO roles VALUES ({}, 'operator', 1)", bob.key.0), "audit log"),
        ("DELETE FROM roles".into(), "audit log"),
        ("UPDATE roles SET role = 'operator'".into(), "never changed"),
        ("UPDATE system_accounts SET name = 'mine'".into(), "never changes"),
        ("DELETE FROM system_accounts".into(), "never deleted"),
        (format!("INSERT INTO system_accounts (id, wallet, name, created_at) VALUES ('00000000-0000-4000-8000-000000000001', {a}, 'mint', 1)"), "system wallet"),
        // The ledger's own row, checkpoints, idempotency.
        ("DELETE FROM ledger".into(), "cannot be deleted"),
        ("UPDATE ledger SET total_issued = total_issued + 500".into(), "only through an issuance"),
        ("UPDATE ledger SET total_issued = 0, issued_sequence = 0".into(), "only through an issuance"),
        ("UPDATE ledger SET sealed_sequence = 1, sealed_hash = (SELECT hash FROM transactions WHERE sequence = 1)".into(), "only moves forward"),
        ("UPDATE ledger SET sealed_hash = zeroblob(32)".into(), "only moves forward"),
        ("UPDATE ledger SET audit_sealed_sequence = 0".into(), "only moves forward"),
        ("UPDATE ledger SET tag = 0".into(), "never changes"),
        ("REPLACE INTO ledger SELECT * FROM ledger".into(), "one ledger"),
        (format!("INSERT INTO checkpoints VALUES ({paid}, zeroblob(32), 1, 'key', zeroblob(64))"), "chained transaction"),
        (format!("INSERT INTO idempotency_records VALUES ({paid}, {}, zeroblob(16), zeroblob(16)); DELETE FROM idempotency_records", at / 86_400_000), "at least seven days"),
        ("DELETE FROM daily_totals".into(), "never deleted"),
        ("DELETE FROM wallet_days".into(), "never deleted"),
        // Other names for the key, and rules that a shell can switch off.
        ("UPDATE wallets SET rowid = rowid + 1000".into(), "identity of a wallet"),
        ("UPDATE users SET oid = oid + 1000".into(), "identity of a user"),
        ("UPDATE ledger SET _rowid_ = 2".into(), "identity of the ledger"),
        (format!("PRAGMA ignore_check_constraints = ON; {}", payment(next, at, 3, 1, a, b, -5, right, (have + 5, has - 5), "NULL", "NULL")), "above zero"),
        (payment(next, at, 3, 1, a, b, 1, right, after, "NULL", "NULL").replace("zeroblob(32)", "NULL"), "inserted by hand needs"),
        (payment(next, at, 3, 1, a, b, 1, right, after, "NULL", "2"), "this very transaction"),
        // Transactions by hand, each wrong in one place.
        (payment(next + 1, at, 3, 1, a, b, 1, right, after, "NULL", "NULL"), "must follow the last"),
        (payment(0, at, 3, 1, a, b, 1, right, after, "NULL", "NULL"), "must follow the last"),
        (payment(paid, at, 3, 1, a, b, 1, right, after, "NULL", "NULL"), "must follow the last"),
        (payment(next, at - 1, 3, 1, a, b, 1, right, after, "NULL", "NULL"), "backwards"),
        (payment(next, at, 2, 1, a, b, 1, right, after, "NULL", "NULL"), "kind"),
        (payment(next, at, 3, 0, a, b, 1, right, after, "NULL", "NULL"), "CHECK"),
        (payment(next, at, 3, 100, a, b, 1, right, after, "NULL", "NULL"), "CHECK"),
        (payment(next, at, 3, 1, a, 999, 1, right, after, "NULL", "NULL"), "does not exist"),
        (payment(next, at, 3, 1, 999, b, 1, right, after, "NULL", "NULL"), "does not exist"),
        (payment(next, at, 3, 1, a, b, 0, right, (have, has), "NULL", "NULL"), "above zero"),
        (payment(next, at, 3, 1, a, b, -1, right, (have + 1, has - 1), "NULL", "NULL"), "above zero"),
        (payment(next, at, 3, 1, a, b, have + 1, right, (-1, has + have + 1), "NULL", "NULL"), "does not have that many"),
        (payment(next, at, 3, 1, a, b, 1, (0, b_last), after, "NULL", "NULL"), "must link"),
        (payment(next, at, 3, 1, a, b, 1, right, (have, has + 1), "NULL", "NULL"), "moved by the amount"),
        (payment(next, at, 3, 1, a, b, 1, right, (have - 1, has + 500), "NULL", "NULL"), "moved by the amount"),
        (payment(next, at, 1, 1, a, a, 500, (a_last, a_last), (have + 500, have + 500), "NULL", "NULL"), "only a system wallet"),
        (payment(next, at, 3, 1, a, e, 1, (a_last, e_last), (have - 1, e_has + 1), "NULL", "NULL"), "frozen"),
        (payment(next, at, 3, 1, e, b, 1, (e_last, b_last), (e_has - 1, has + 1), "NULL", "NULL"), "frozen"),
        (payment(next, at, 3, 1, a, g, 1, (a_last, g_last), (have - 1, 1), "NULL", "NULL"), "closed"),
        (payment(next, at, 1, 1, treasury, treasury, 500, (t_last, t_last), (pool + 500, pool + 500), "NULL", "NULL"), "need an operator and a reason"),
        (payment(next, at, 1, 1, treasury, treasury, 500, (t_last, t_last), (pool + 500, pool + 500), "NULL", "2"), "this very transaction"),
        (payment(next, at, 3, 1, b, a, 6, (b_last, a_last), (has - 6, have + 6), &paid.to_string(), "NULL"), "no more can be given back"),
        (payment(next, at, 3, 1, a, b, 1, right, after, &paid.to_string(), "NULL"), "the way the original came"),
        (payment(next, at, 3, 1, b, a, 1, (b_last, a_last), (has - 1, have + 1), "99999", "NULL"), "the way the original came"),
        (format!("INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES ({line}, {at}, ' ', 'x', 'y', 'z')"), "names an operator and a reason"),
        (format!("INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES ({line}, {at}, 'x', 'x', 'y', '')"), "names an operator and a reason"),
        (format!("INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES ({}, {at}, 'x', 'x', 'y', 'z')", line + 1), "must follow the last"),
        (format!("INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES ({line}, 5, 'x', 'x', 'y', 'z')"), "backwards"),
        (format!("INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, first_sequence, last_sequence) VALUES ({line}, {at}, 'x', 'issuance', 'y', 'z', 1, 2)"), "transactions that follow"),
    ];
    assert!(attacks.len() >= 25);
    let before = community.digest();
    for (attack, sentence) in &attacks {
        let outcome = shell.execute_batch(&format!("BEGIN; {attack}; COMMIT"));
        shell.execute_batch("PRAGMA ignore_check_constraints = OFF").unwrap();
        let error = outcome.err().unwrap_or_else(|| panic!("this went through: {attack}")).to_string();
        shell.execute_batch("ROLLBACK").unwrap();
        assert!(error.contains(sentence), "{attack}: {error}");
        assert_eq!(community.digest(), before, "{attack}");
    }
    // The same payment with nothing bent is accepted once it has its audit line: only rules are in the way.
    let by_hand = format!(
        "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, first_sequence, last_sequence) VALUES ({line}, {at}, 'maria', 'transfer', '{}', 'Asked for by phone', {next}, {next})",
        ann.wallet_id
    );
    shell.execute_batch(&by_hand).unwrap();
    shell.execute_batch(&payment(next, at, 3, 1, a, b, 1, right, after, "NULL", &line.to_string())).unwrap();
    community.assert_sound();
    assert_eq!(community.verify().unsealed, 2);
    community.pay(bob, ann, 1, None).unwrap();
    assert_eq!(community.verify().unsealed, 0);
    community.assert_sound();
}

fn wallets(shell: &Connection) -> Vec<String> {
    shell
        .prepare("SELECT wallet_id FROM owners WHERE owner = 'user' ORDER BY wallet")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

/// The direct views: twenty members and ten thousand tokens, an issuance, a frozen wallet; each with
/// its audit line, and chained with the program's next write.
#[test]
fn direct_views_do_their_work() {
    let community = Community::new();
    let members: Vec<_> = (0..20).map(|number| community.join(&format!("member-{number}"))).collect();
    let shell = community.shell();
    shell
        .execute("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Opening stock', 1500)", [])
        .unwrap();
    shell
        .execute(
            "INSERT INTO direct_distributions (operator, reason, recipients)
             SELECT 'maria', 'First tokens', json_group_array(json_object('wallet_id', wallet_id, 'amount', 500)) FROM owners WHERE owner = 'user'",
            [],
        )
        .unwrap();
    let issued: (i64, i64) = shell
        .query_row("SELECT count(*), sum(amount) FROM transactions WHERE kind = 1", [], |row| row.try_into())
        .unwrap();
    assert_eq!(issued, (2, 10_000), "exactly what the pool lacked was issued");
    let audit: (String, String, i64, i64) = shell
        .query_row("SELECT operator, reason, details ->> 'issued', details ->> 'distributed' FROM audit_log WHERE action = 'distribution'", [], |row| row.try_into())
        .unwrap();
    assert_eq!(audit, ("maria".into(), "First tokens".into(), 8_500, 10_000));
    let listed: (String, String) =
        shell.query_row("SELECT operator, recipients FROM direct_distributions", [], |row| row.try_into()).unwrap();
    assert_eq!(listed.1.matches("wallet_id").count(), 20);
    community.assert_sound();
    assert_eq!(community.verify().unsealed, 24);
    let first = members[0].wallet_id;
    shell
        .execute(
            "INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', ?1)",
            [first.to_string()],
        )
        .unwrap();
    assert_eq!(community.pay(&members[1], &members[0], 1, None).unwrap_err().code.as_str(), "wallet_frozen");
    let wallet = community.books.read_blocking(|conn| Wallet::by_id(conn, first)).unwrap();
    assert_eq!(wallet.frozen_reason.as_deref(), Some("Phone stolen"));
    shell
        .execute(
            "INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found', ?1)",
            [first.to_string()],
        )
        .unwrap();
    community.pay(&members[1], &members[0], 1, None).unwrap();
    let actions: Vec<String> = shell
        .prepare("SELECT action FROM audit_log ORDER BY sequence")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert_eq!(actions[..3], ["system_account.create", "issuance", "distribution"]);
    assert!(
        actions.contains(&"wallet.freeze".to_owned())
            && actions.contains(&"wallet.unfreeze".to_owned())
            && actions.contains(&"chain.seal".to_owned())
    );
    assert_eq!(community.verify().unsealed, 0);
    community.assert_sound();
}

/// The direct views refuse what the program refuses, and then nothing has changed.
#[test]
fn direct_views_refuse() {
    let (community, members) = Community::lively();
    community.run(SetFrozen { wallet_id: members[2].wallet_id, frozen: true, authority: authority() }).unwrap();
    community.run(SetDeleted { user_id: members[3].id, deleted: true, authority: authority() }).unwrap();
    let shell = community.shell();
    let all = wallets(&shell);
    let treasury = community.treasury();
    let list = |wallet: &str, amount: &str| format!("[{{\"wallet_id\":\"{wallet}\",\"amount\":{amount}}}]");
    let distribute = |recipients: &str| {
        format!(
            "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'Rewards', '{recipients}')"
        )
    };
    let many = format!("[{}]", vec![format!("{{\"wallet_id\":\"{}\",\"amount\":1}}", all[0]); 101].join(","));
    let twice = format!("[{0},{0}]", format!("{{\"wallet_id\":\"{}\",\"amount\":1}}", all[0]));
    let second_frozen =
        format!("[{{\"wallet_id\":\"{}\",\"amount\":1}},{{\"wallet_id\":\"{}\",\"amount\":1}}]", all[0], all[2]);
    let before = community.digest();
    for (statement, sentence) in [
        (
            "INSERT INTO direct_distributions (reason, recipients) VALUES ('x', '[]')".to_owned(),
            "operator and a reason",
        ),
        (
            "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', ' ', '[]')".into(),
            "operator and a reason",
        ),
        (distribute("nonsense"), "JSON array"),
        (distribute("{}"), "JSON array"),
        (distribute("[]"), "1 to 100"),
        (distribute(&many), "1 to 100"),
        (distribute("[1]"), "whole number"),
        (distribute(&list(&all[0], "0")), "whole number"),
        (distribute(&list(&all[0], "-5")), "whole number"),
        (distribute(&list(&all[0], "1.5")), "whole number"),
        (distribute(&list(&all[0], "\"5\"")), "whole number"),
        (distribute(&list("nobody", "5")), "wallet of a member"),
        (distribute(&list(&treasury.to_string(), "5")), "wallet of a member"),
        (distribute(&twice), "named twice"),
        (distribute(&second_frozen), "frozen"),
        (distribute(&list(&all[3], "5")), "closed"),
        (distribute(&list(&all[0], "9223372036854775807")), "largest amount"),
        ("INSERT INTO direct_issuances (operator, amount) VALUES ('maria', 5)".into(), "operator and a reason"),
        ("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'x', 0)".into(), "above zero"),
        ("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'x', 'many')".into(), "above zero"),
        (
            "INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'x', 9223372036854775807)".into(),
            "largest amount",
        ),
        (
            "INSERT INTO direct_issuances (operator, reason, amount, system_account) VALUES ('maria', 'x', 5, 'mint')"
                .into(),
            "no system account",
        ),
        (
            format!("INSERT INTO direct_freezes (operator, wallet_id) VALUES ('maria', '{}')", all[0]),
            "operator and a reason",
        ),
        (
            "INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'x', 'nobody')".into(),
            "no wallet",
        ),
        (
            format!("INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'x', '{treasury}')"),
            "system wallets",
        ),
        (
            format!("INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'x', '{}')", all[0]),
            "no frozen wallet",
        ),
        (
            format!("INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('', 'x', '{}')", all[2]),
            "operator and a reason",
        ),
    ] {
        let error =
            shell.execute(&statement, []).err().unwrap_or_else(|| panic!("this went through: {statement}")).to_string();
        assert!(error.contains(sentence), "{statement}: {error}");
        assert_eq!(community.digest(), before, "{statement}");
    }
    community.assert_sound();
}
