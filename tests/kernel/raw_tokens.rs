//! What a shell may try on the tokens themselves: the database refuses each with a sentence.

use super::raw_sql::{community, refused, table};
use super::support::distribution;

/// Wallet keys as the community of this test has them: 1 is the treasury.
const TREASURY: i64 = 1;
const ANN: i64 = 2;
const BEN: i64 = 3;
const FROZEN: i64 = 4;
const CLOSED: i64 = 5;
const NOT_A_WALLET: i64 = 99;

/// A transaction typed by hand, right in everything but what is said otherwise.
fn typed(from: i64, to: i64, tokens: i64, otherwise: &[(&str, &str)]) -> String {
    let tokens = tokens.to_string();
    let (from, to) = (from.to_string(), to.to_string());
    let mut columns = vec![
        ("sequence", "(SELECT sequence FROM next_rows)"),
        ("created_at", "(SELECT at FROM next_rows)"),
        (
            "kind",
            "CASE WHEN sender.key = recipient.key THEN 1 WHEN recipient.is_system THEN 4 WHEN sender.is_system THEN 2 ELSE 3 END",
        ),
        ("transaction_type", "1"),
        ("from_wallet", &from),
        ("to_wallet", &to),
        ("amount", &tokens),
        ("from_previous", "sender.last_sequence"),
        ("to_previous", "recipient.last_sequence"),
        ("from_balance", "sender.balance + iif(sender.key = recipient.key, 1, -1) * wanted.amount"),
        ("to_balance", "recipient.balance + wanted.amount"),
        ("reverses", "NULL"),
        ("audit", "NULL"),
        ("hash", "randomblob(32)"),
    ];
    for (column, value) in otherwise {
        columns.iter_mut().find(|(name, _)| name == column).expect("a column").1 = value;
    }
    let names: Vec<&str> = columns.iter().map(|column| column.0).collect();
    let values: Vec<&str> = columns.iter().map(|column| column.1).collect();
    format!(
        "INSERT INTO transactions ({}) SELECT {} FROM (SELECT {tokens} AS amount) AS wanted
           LEFT JOIN wallets AS sender ON sender.key = {from} LEFT JOIN wallets AS recipient ON recipient.key = {to};",
        names.join(", "),
        values.join(", ")
    )
}

/// An audit line typed by hand that promises the next transaction.
fn line(action: &str) -> String {
    format!(
        "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, first_sequence, last_sequence)
         SELECT audit_sequence, at, 'eve', '{action}', 'x', 'because', sequence, sequence FROM next_rows;"
    )
}

/// Tokens move by the rules or not at all.
#[test]
fn tokens_do_not_appear_vanish_or_move_by_hand() {
    let balance = "a balance changes only through a transaction";
    let follow = "the next transaction must follow the last one";
    let link = "must link to the previous one of both wallets";
    let moved = "the balances after it must be those before it";
    let kind = "the kind must be what the two wallets make it";
    let way = "a reversal must go back the way the original came";
    let by_hand = "a transaction inserted by hand needs an operator and a reason";
    let issuing = "issuing and distributing need an operator and a reason";
    let mut attacks = table(&[
        ("UPDATE wallets SET balance = balance + 1 WHERE key = 2", balance),
        ("UPDATE wallets SET balance = -1 WHERE key = 2", balance),
        ("UPDATE OR REPLACE wallets SET balance = NULL WHERE key = 2", balance),
        ("UPDATE wallets SET balance = 0", balance),
        ("UPDATE wallets SET last_sequence = 0 WHERE key = 2", balance),
        ("UPDATE wallets SET balance = 500, last_sequence = 2 WHERE key = 2", balance),
        ("UPDATE wallets SET balance = 9000, last_sequence = 11 WHERE key = 2", balance),
        ("UPDATE OR REPLACE wallets SET balance = 9000, last_sequence = NULL WHERE key = 2", balance),
    ]);
    attacks.extend([
        (typed(ANN, BEN, 10, &[("hash", "NULL")]), by_hand),
        (typed(ANN, BEN, 10_000, &[]), "the sender does not have that many tokens"),
        (typed(ANN, BEN, 10_000, &[("from_balance", "0")]), "the sender does not have that many tokens"),
        (typed(ANN, BEN, 0, &[]), "an amount is a whole number above zero"),
        (typed(ANN, BEN, -10, &[]), "an amount is a whole number above zero"),
        (
            format!("PRAGMA ignore_check_constraints = 1; {}", typed(ANN, BEN, -10, &[])),
            "an amount is a whole number above",
        ),
        (typed(ANN, BEN, 10, &[("amount", "10.5")]), "cannot store REAL value in INTEGER column"),
        (typed(ANN, BEN, 10, &[("amount", "'ten'")]), "cannot store TEXT value in INTEGER column"),
        (typed(ANN, BEN, i64::MAX, &[("to_balance", "0")]), "the sender does not have that many tokens"),
        (typed(ANN, ANN, 10, &[]), "only a system wallet can pay itself"),
        (typed(ANN, ANN, 10, &[("kind", "3")]), "only a system wallet can pay itself"),
        (typed(ANN, BEN, 10, &[("kind", "1")]), kind),
        (typed(ANN, BEN, 10, &[("kind", "2")]), kind),
        (typed(TREASURY, BEN, 10, &[("kind", "3")]), kind),
        (typed(TREASURY, TREASURY, 10, &[]), issuing),
        (typed(TREASURY, ANN, 5, &[]), issuing),
        (typed(ANN, BEN, 10, &[("sequence", "0")]), follow),
        (typed(ANN, BEN, 10, &[("sequence", "-1")]), follow),
        (typed(ANN, BEN, 10, &[("sequence", "NULL")]), follow),
        (typed(ANN, BEN, 10, &[("sequence", "11")]), follow),
        (typed(ANN, BEN, 10, &[("sequence", "13")]), follow),
        (typed(ANN, BEN, 10, &[("created_at", "1")]), "time does not run backwards in the ledger"),
        (typed(ANN, BEN, 10, &[("created_at", "253402300800000")]), "created_at BETWEEN"),
        (typed(ANN, BEN, 10, &[("from_previous", "0")]), link),
        (typed(ANN, BEN, 10, &[("to_previous", "1")]), link),
        (typed(ANN, BEN, 10, &[("from_balance", "sender.balance")]), moved),
        (typed(ANN, BEN, 10, &[("to_balance", "recipient.balance + 11")]), moved),
        (typed(ANN, BEN, 10, &[("transaction_type", "0")]), "transaction_type BETWEEN"),
        (typed(ANN, FROZEN, 10, &[]), "a frozen wallet neither sends nor receives"),
        (typed(FROZEN, ANN, 10, &[]), "a frozen wallet neither sends nor receives"),
        (typed(FROZEN, TREASURY, 10, &[]), "a frozen wallet neither sends nor receives"),
        (typed(ANN, CLOSED, 10, &[]), "a closed wallet does not receive"),
        (
            typed(ANN, NOT_A_WALLET, 10, &[("to_previous", "0"), ("to_balance", "10"), ("kind", "3")]),
            "the receiving wallet does not",
        ),
        (
            typed(NOT_A_WALLET, ANN, 10, &[("from_previous", "0"), ("from_balance", "0"), ("kind", "3")]),
            "the sending wallet does not",
        ),
        (typed(BEN, ANN, 61, &[("reverses", "7")]), "no more can be given back than was sent"),
        (typed(ANN, BEN, 10, &[("reverses", "7")]), way),
        (typed(BEN, ANN, 10, &[("reverses", "10")]), way),
        (typed(BEN, ANN, 10, &[("reverses", "12")]), way),
        (typed(BEN, ANN, 10, &[("reverses", "99")]), way),
        (typed(ANN, BEN, 10, &[("reverses", "8")]), "issuances and reversals cannot be reversed"),
        (typed(ANN, BEN, -10, &[]).replace("INSERT", "INSERT OR REPLACE"), "an amount is a whole number above zero"),
        (
            typed(ANN, BEN, 10_000, &[]).replace("INSERT", "INSERT OR IGNORE"),
            "the sender does not have that many tokens",
        ),
    ]);
    refused(&community(), &attacks);
}

/// An operator's act needs its own audit line, and a line needs an operator and a reason.
#[test]
fn an_audit_line_accounts_for_what_it_names() {
    let named = "the audit line must account for this very transaction";
    refused(
        &community(),
        &[
            (typed(TREASURY, TREASURY, 10, &[("audit", "2")]), named),
            (typed(TREASURY, TREASURY, 10, &[("audit", "8")]), named),
            (typed(TREASURY, TREASURY, 10, &[("audit", "99")]), named),
            (typed(ANN, BEN, 10, &[("audit", "2"), ("hash", "NULL")]), named),
            (line("wallet.freeze") + &typed(ANN, BEN, 10, &[("audit", "10")]), named),
            (line("issuance") + &typed(ANN, BEN, 10, &[("audit", "10")]), named),
            (line("reversal") + &typed(ANN, BEN, 10, &[("audit", "10")]), named),
            (line("reversal") + &typed(TREASURY, TREASURY, 10, &[("audit", "10")]), named),
            (line("issuance") + &line("issuance") + &typed(TREASURY, TREASURY, 10, &[("audit", "10")]), named),
            (
                line("issuance")
                    + &typed(
                        TREASURY,
                        TREASURY,
                        i64::MAX,
                        &[("audit", "10"), ("to_balance", "1"), ("from_balance", "1")],
                    ),
                "the total supply would pass the largest amount",
            ),
            (
                line("reversal") + &typed(TREASURY, TREASURY, 10, &[("reverses", "1"), ("audit", "10")]),
                "issuances and reversals cannot be reversed",
            ),
            (
                line("issuance").replace("sequence, sequence FROM", "sequence + 1, sequence + 1 FROM"),
                "the transactions that follow it",
            ),
            (line("issuance").replace("sequence, sequence FROM", "1, 1 FROM"), "the transactions that follow it"),
            (line("issuance").replace("sequence, sequence FROM", "sequence, NULL FROM"), "CHECK constraint failed"),
            (
                line("issuance").replace("sequence, sequence FROM", "sequence, 0 FROM"),
                "last_sequence >= first_sequence",
            ),
            (line("issuance").replace("'eve'", "' '"), "an audit line names an operator and a reason"),
            (line("issuance").replace("'because'", "char(10)"), "an audit line names an operator and a reason"),
            (
                format!("PRAGMA ignore_check_constraints = 1; {}", line("issuance").replace("'because'", "''")),
                "an audit line names an operator and a reason",
            ),
            (
                line("issuance").replace("SELECT audit_sequence", "SELECT audit_sequence + 1"),
                "the next audit line must follow",
            ),
            (line("issuance").replace(", at, ", ", 1, "), "time does not run backwards in the audit log"),
        ],
    );
}

/// The attacks above fail for the reason they are refused for: the same row, right in everything, goes in.
#[test]
fn the_same_row_without_a_mistake_is_accepted() {
    let community = community();
    let shell = community.shell();
    for good in [
        typed(ANN, BEN, 10, &[]),
        typed(ANN, TREASURY, 10, &[]),
        typed(BEN, ANN, 60, &[("reverses", "7")]),
        line("issuance") + &typed(TREASURY, TREASURY, 10, &[("audit", "10"), ("hash", "NULL")]),
        line("reversal") + &typed(BEN, ANN, 60, &[("reverses", "7"), ("audit", "10"), ("hash", "NULL")]),
    ] {
        shell.execute_batch(&format!("BEGIN; {good} ROLLBACK")).unwrap_or_else(|error| panic!("{error}: {good}"));
    }
}

/// Someone who adds triggers of their own can keep a transaction from moving its tokens; then no
/// other transaction follows, and `verify` names it.
#[test]
fn a_transaction_that_was_kept_from_its_work_is_the_last() {
    for trick in [
        "CREATE TEMP TRIGGER trick BEFORE UPDATE ON main.wallets WHEN NEW.key = 2 BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TEMP TRIGGER trick BEFORE UPDATE ON main.wallets WHEN NEW.key = 3 BEGIN SELECT RAISE(FAIL, 'half'); END",
    ] {
        let community = community();
        let shell = community.shell();
        shell.execute_batch(trick).unwrap();
        let _fails_or_not = shell.execute_batch(&typed(ANN, BEN, 10, &[]));
        shell.execute_batch("DROP TRIGGER trick").unwrap();
        for next in [typed(ANN, BEN, 10, &[]), typed(BEN, 6, 10, &[]), typed(6, TREASURY, 1, &[])] {
            let error = shell.execute_batch(&next).unwrap_err().to_string();
            assert!(error.contains("the transaction before this one has not moved its tokens"), "{error}");
        }
        let report = community.verify();
        assert!(report.findings.iter().any(|finding| finding.what == "balance"), "{:?}", report.findings);
    }
    // A row slipped in while another is applied escapes the trigger that would apply it.
    let community = community();
    let shell = community.shell();
    let slipped = typed(ANN, 6, 10, &[]);
    shell
        .execute_batch(&format!(
            "CREATE TEMP TRIGGER trick AFTER UPDATE ON main.wallets WHEN NEW.key = 3 AND NEW.last_sequence = 12 BEGIN {slipped} END"
        ))
        .unwrap();
    shell.execute_batch(&typed(ANN, BEN, 10, &[])).unwrap();
    shell.execute_batch("DROP TRIGGER trick").unwrap();
    let error = shell.execute_batch(&typed(ANN, BEN, 10, &[])).unwrap_err().to_string();
    assert!(error.contains("the transaction before this one has not moved its tokens"), "{error}");
    assert!(!community.verify().is_sound);
}

/// Audit lines of one act do not serve for another.
#[test]
fn an_audit_line_serves_its_own_act_alone() {
    let community = community();
    let ann = community.members[0].clone();
    let outcome = community.run(distribution([(ann.wallet_id, 5), (community.wallet(1), 5)])).unwrap();
    assert_eq!(outcome.distributed, 10);
    let shell = community.shell();
    let lines: i64 = shell.query_row("SELECT max(sequence) FROM audit_log", [], |row| row.get(0)).unwrap();
    let reused = typed(TREASURY, ANN, 1, &[("audit", &lines.to_string())]);
    let error = shell.execute_batch(&reused).unwrap_err().to_string();
    assert!(error.contains("the audit line must account for this very transaction"), "{error}");
}
