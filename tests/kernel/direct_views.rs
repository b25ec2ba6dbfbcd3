//! The supported way of working on the database itself: six views.

use super::support::{Community, delete, freeze, issue, rows};
use rusqlite::Connection;

fn figure(shell: &Connection, sql: &str) -> i64 {
    shell.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

fn text(shell: &Connection, sql: &str) -> String {
    shell.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// A distribution to these wallets, as one would type it.
fn distribute(recipients: &[(String, &str)]) -> String {
    let list: Vec<String> =
        recipients.iter().map(|(wallet, amount)| format!(r#"{{"wallet_id":"{wallet}","amount":{amount}}}"#)).collect();
    format!(
        "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'Weekly', '[{}]')",
        list.join(",")
    )
}

#[track_caller]
fn refused(shell: &Connection, sql: &str, message: &str) {
    let before = rows(shell);
    let error = shell.execute_batch(sql).expect_err(sql).to_string();
    assert!(error.contains(message), "{sql}\n  gives: {error}\n  not: {message}");
    assert_eq!(rows(shell), before, "{sql}");
}

/// The example of the requirements: 20 members, 10,000 tokens, a pool that holds a part of it.
#[test]
fn twenty_members_get_ten_thousand_tokens() {
    let community = Community::new(20);
    let shell = community.shell();
    shell
        .execute_batch(
            "INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Opening stock', 3000)",
        )
        .unwrap();
    assert_eq!(figure(&shell, "SELECT balance FROM wallets WHERE is_system"), 3000);
    shell
        .execute_batch(
            "INSERT INTO direct_distributions (operator, reason, recipients)
             SELECT 'maria', 'Weekly rewards', json_group_array(json_object('wallet_id', wallet_id, 'amount', 500)) FROM owners WHERE owner = 'user'",
        )
        .unwrap();
    assert_eq!(
        figure(&shell, "SELECT amount FROM transactions WHERE sequence = 2 AND kind = 1"),
        7000,
        "what lacked, exactly"
    );
    assert_eq!(figure(&shell, "SELECT count(*) FROM wallets WHERE balance = 500 AND NOT is_system"), 20);
    assert_eq!(figure(&shell, "SELECT balance FROM wallets WHERE is_system"), 0);
    assert_eq!(figure(&shell, "SELECT total_issued FROM ledger"), 10_000);
    assert_eq!(
        text(
            &shell,
            "SELECT group_concat(action || ' ' || operator || ' ' || reason || ' ' || coalesce(first_sequence || '-' || last_sequence, ''), '; ') FROM audit_log WHERE sequence > 1"
        ),
        "issuance maria Opening stock 1-1; distribution maria Weekly rewards 2-22"
    );
    assert_eq!(
        text(&shell, "SELECT details FROM audit_log WHERE sequence = 3"),
        r#"{"issued":7000,"distributed":10000,"recipients":20,"by":"sql"}"#
    );
    assert_eq!(text(&shell, "SELECT uuid FROM (SELECT target AS uuid FROM audit_log WHERE sequence = 3)").len(), 36);
    assert_eq!(figure(&shell, "SELECT count(*) FROM direct_issuances"), 2);
    assert_eq!(figure(&shell, "SELECT json_array_length(recipients) FROM direct_distributions"), 20);
    assert_eq!(figure(&shell, "SELECT count(*) FROM transaction_list WHERE operator = 'maria'"), 22);
    // Nothing is chained yet, and that is no fault.
    let report = community.verify();
    assert!(report.is_sound, "{:?}", report.findings);
    assert_eq!(report.unsealed, 24);
    community.send(0, 1, 500).unwrap();
    let report = community.verify();
    assert!(report.is_sound, "{:?}", report.findings);
    assert_eq!((report.unsealed, report.transactions), (0, 23));
    assert_eq!(
        text(&shell, "SELECT action || ' ' || (details ->> 'rows') FROM audit_log ORDER BY sequence DESC LIMIT 1"),
        "chain.seal 24",
        "22 transactions and 2 audit lines"
    );
    community.assert_sound();
}

/// A pool that holds enough issues nothing; one that holds exactly enough is emptied.
#[test]
fn what_the_pool_holds_is_used_first() {
    let community = Community::new(2);
    let shell = community.shell();
    shell.execute_batch("INSERT INTO direct_issuances (operator, reason, amount, system_account) VALUES ('m', 'r', 100, 'system_account_communitytoken')").unwrap();
    let wallets = [community.wallet(0).to_string(), community.wallet(1).to_string()];
    shell.execute_batch(&distribute(&[(wallets[0].clone(), "30"), (wallets[1].clone(), "20")])).unwrap();
    shell.execute_batch(&distribute(&[(wallets[0].clone(), "30"), (wallets[1].clone(), "20")])).unwrap();
    assert_eq!(figure(&shell, "SELECT total_issued FROM ledger"), 100);
    shell.execute_batch(&distribute(&[(wallets[1].clone(), "1")])).unwrap();
    assert_eq!(figure(&shell, "SELECT total_issued FROM ledger"), 101);
    let report = community.verify();
    assert!(report.is_sound, "{:?}", report.findings);
    // A hundred recipients is the most.
    let mut community = Community::new(100);
    let list: Vec<(String, &str)> = (0..100).map(|member| (community.wallet(member).to_string(), "1")).collect();
    community.shell().execute_batch(&distribute(&list)).unwrap();
    let one_more = community.join("one_more");
    let mut list = list;
    list.push((one_more.wallet_id.to_string(), "1"));
    refused(&community.shell(), &distribute(&list), "a distribution serves 1 to 100 recipients");
    community.assert_sound();
}

#[test]
fn what_a_distribution_by_hand_refuses() {
    let community = Community::new(4);
    community.endow(10);
    community.run(freeze(community.wallet(2), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    let shell = community.shell();
    let wallet = |member: usize| community.wallet(member).to_string();
    let amount = "every amount must be a whole number above zero";
    let member = "every recipient must be the wallet of a member";
    for bad in ["0", "-1", "1.5", "\"10\"", "1e3", "null", "true", "[]"] {
        refused(&shell, &distribute(&[(wallet(0), "1"), (wallet(1), bad)]), amount);
    }
    for bad in ["9223372036854775808", "9223372036854775807", "99999999999999999999999"] {
        shell.execute_batch(&distribute(&[(wallet(0), "1"), (wallet(1), bad)])).expect_err(bad);
    }
    refused(&shell, &distribute(&[(wallet(0), "9223372036854775807")]), "would pass the largest amount");
    refused(&shell, &distribute(&[(wallet(0), "1"), ("nobody".into(), "1")]), member);
    refused(&shell, &distribute(&[(community.treasury.to_string(), "1")]), member);
    refused(&shell, &distribute(&[(wallet(0), "1"), (wallet(1), "1"), (wallet(0), "1")]), "a wallet is named twice");
    refused(&shell, &distribute(&[(wallet(0), "1"), (wallet(2), "1")]), "a frozen wallet neither sends nor receives");
    refused(&shell, &distribute(&[(wallet(0), "1"), (wallet(3), "1")]), "a closed wallet does not receive");
    refused(&shell, &distribute(&[]), "a distribution serves 1 to 100 recipients");
    let with = |from: &str, to: &str| distribute(&[(wallet(0), "1")]).replacen(from, to, 1);
    for nobody in ["''", "'  '", "NULL"] {
        refused(&shell, &with("'maria'", nobody), "a distribution needs an operator and a reason");
        refused(&shell, &with("'Weekly'", nobody), "a distribution needs an operator and a reason");
    }
    refused(
        &shell,
        &with(
            "(operator, reason, recipients) VALUES ('maria', 'Weekly',",
            "(operator, reason, system_account, recipients) VALUES ('maria', 'Weekly', 'other',",
        ),
        "there is no system account with this name",
    );
    for bad in ["'[1]'", "'[{}]'", "'[[\"a\"]]'"] {
        refused(
            &shell,
            &format!("INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('m', 'r', {bad})"),
            amount,
        );
    }
    for bad in ["NULL", "''", "'{}'", "'x'", "'[{'", "5", "x'00'"] {
        refused(
            &shell,
            &format!("INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('m', 'r', {bad})"),
            "recipients must be a JSON array",
        );
    }
    community.assert_sound();
}

#[test]
fn what_an_issuance_by_hand_refuses() {
    let community = Community::new(1);
    let shell = community.shell();
    let issue = |amount: &str| {
        format!("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', {amount})")
    };
    for bad in ["0", "-5", "1.5", "'10'", "'ten'", "NULL", "x'05'", "9223372036854775808"] {
        refused(&shell, &issue(bad), "an issuance needs an amount: a whole number above zero");
    }
    shell.execute_batch(&issue("9223372036854775807")).unwrap();
    refused(&shell, &issue("1"), "the total supply would pass the largest amount");
    refused(&shell, &issue("9223372036854775807"), "the total supply would pass the largest amount");
    refused(&shell, &issue("5").replace("'maria'", "NULL"), "an issuance needs an operator and a reason");
    refused(&shell, &issue("5").replace("'Stock'", "' '"), "an issuance needs an operator and a reason");
    refused(
        &shell,
        "INSERT INTO direct_issuances VALUES ('m', 'r', 5, 'other')",
        "there is no system account with this name",
    );
    let ann = community.wallet(0).to_string();
    shell.execute_batch(&distribute(&[(ann.clone(), "9223372036854775807")])).unwrap();
    assert_eq!(figure(&shell, "SELECT balance FROM wallets WHERE NOT is_system"), i64::MAX);
    refused(&shell, &distribute(&[(ann, "1")]), "would pass the largest amount");
    community.assert_sound();
}

#[test]
fn freezing_by_hand() {
    let community = Community::new(2);
    community.endow(10);
    let shell = community.shell();
    let ann = community.wallet(0);
    let freezing = |wallet: &str| {
        format!("INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', {wallet})")
    };
    let unfreezing = |wallet: &str| {
        format!("INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found', {wallet})")
    };
    let quoted = format!("'{ann}'");
    refused(&shell, &unfreezing(&quoted), "there is no frozen wallet with this id");
    shell.execute_batch(&freezing(&quoted)).unwrap();
    assert_eq!(super::support::refusal(community.send(0, 1, 1)), communitytoken::error::Code::WalletFrozen);
    assert_eq!(
        text(&shell, "SELECT operator || ' ' || reason || ' ' || wallet_id FROM direct_freezes"),
        format!("maria Phone stolen {ann}")
    );
    assert_eq!(
        text(
            &shell,
            "SELECT action || ' ' || target || ' ' || reason FROM audit_log WHERE action LIKE 'wallet.%' ORDER BY sequence DESC LIMIT 1"
        ),
        format!("wallet.freeze {ann} Phone stolen")
    );
    refused(&shell, &freezing("'nobody'"), "there is no wallet with this id");
    refused(&shell, &freezing("NULL"), "there is no wallet with this id");
    refused(&shell, &freezing(&format!("'{}'", community.treasury)), "system wallets cannot be frozen");
    refused(&shell, &freezing(&quoted).replace("'maria'", "''"), "freezing needs an operator and a reason");
    refused(&shell, &freezing(&quoted).replace("'Phone stolen'", "NULL"), "freezing needs an operator and a reason");
    refused(&shell, &unfreezing(&quoted).replace("'Found'", "NULL"), "unfreezing needs an operator and a reason");
    refused(&shell, &unfreezing(&quoted).replace("'maria'", "'  '"), "unfreezing needs an operator and a reason");
    // A reason longer than the log takes is refused, and `OR IGNORE` does not freeze without a line.
    let long = format!("'{}'", "x".repeat(501));
    let bens = format!("'{}'", community.wallet(1));
    refused(&shell, &freezing(&bens).replace("'Phone stolen'", &long), "CHECK constraint failed");
    refused(
        &shell,
        &freezing(&bens).replace("'Phone stolen'", &long).replace("INSERT", "INSERT OR IGNORE"),
        "freezing and unfreezing need an operator and a reason",
    );
    shell.execute_batch(&freezing(&quoted).replace("Phone stolen", "Still stolen")).unwrap();
    let report = community.verify();
    assert!(report.is_sound, "{:?}", report.findings);
    shell.execute_batch(&unfreezing(&quoted)).unwrap();
    assert_eq!(text(&shell, "SELECT reason || ' ' || wallet_id FROM direct_unfreezes"), format!("Found {ann}"));
    community.send(0, 1, 1).unwrap();
    community.assert_sound();
}

/// An account is made and tokens go there and back, as by the program; what is wrong is refused with a sentence.
#[test]
fn accounts_by_hand() {
    let community = Community::new(1);
    let shell = community.shell();
    let add = |name: &str| {
        format!("INSERT INTO direct_system_accounts (operator, reason, name) VALUES ('maria', 'Prizes', {name})")
    };
    for bad in ["NULL", "''", "'ab'", "'a fair'", "5"] {
        refused(&shell, &add(bad), "a system account has a name of 3 to 255 letters, digits, _ or -");
    }
    for nobody in ["NULL", "' '"] {
        refused(&shell, &add("'fair'").replace("'maria'", nobody), "a system account needs an operator and a reason");
        refused(&shell, &add("'fair'").replace("'Prizes'", nobody), "a system account needs an operator and a reason");
    }
    refused(&shell, &add("'fair'").replace("'Prizes'", "'a' || char(10) || 'b'"), "are one line of text");
    shell.execute_batch(&add("'fair'")).unwrap();
    refused(&shell, &add("'fair'"), "this system account exists already");
    assert_eq!(
        text(&shell, "SELECT operator || ' ' || reason || ' ' || name FROM direct_system_accounts WHERE name = 'fair'"),
        "maria Prizes fair"
    );
    let wallet = text(&shell, "SELECT wallet_id FROM owners WHERE name = 'fair'");
    assert!(wallet.parse::<uuid::Uuid>().is_ok_and(|id| id.get_version_num() == 4), "{wallet}");
    assert_eq!(
        text(&shell, "SELECT details FROM audit_log ORDER BY sequence DESC LIMIT 1"),
        format!(r#"{{"wallet_id":"{wallet}","by":"sql"}}"#)
    );

    community.run(issue(50)).unwrap();
    let own = "'system_account_communitytoken'";
    let move_to = |amount: &str, from: &str, to: &str| {
        format!(
            "INSERT INTO direct_account_transfers (operator, reason, amount, from_account, to_account)
             VALUES ('maria', 'For the fair', {amount}, {from}, {to})"
        )
    };
    for bad in ["0", "-1", "1.5", "'5'", "NULL"] {
        refused(&shell, &move_to(bad, own, "'fair'"), "needs an amount: a whole number above zero");
    }
    refused(&shell, &move_to("1", own, own), "name two");
    refused(&shell, &move_to("1", "NULL", "'fair'"), "name two");
    refused(&shell, &move_to("1", own, "'other'"), "there is no system account with this name");
    refused(&shell, &move_to("51", own, "'fair'"), "the sender does not have that many tokens");
    refused(&shell, &move_to("1", own, "'fair'").replace("'maria'", "''"), "needs an operator and a reason");
    shell.execute_batch(&move_to("50", own, "'fair'")).unwrap();
    shell.execute_batch(&move_to("20", "'fair'", own)).unwrap();
    assert_eq!(figure(&shell, "SELECT total_issued FROM ledger"), 50, "nothing is issued");
    assert_eq!(figure(&shell, &format!("SELECT balance FROM wallets WHERE id = '{wallet}'")), 30);
    assert_eq!(
        text(
            &shell,
            "SELECT group_concat(operator || ' ' || reason || ' ' || amount || ' ' || to_account, '; ') FROM direct_account_transfers"
        ),
        "maria For the fair 50 fair; maria For the fair 20 system_account_communitytoken"
    );
    assert_eq!(
        text(
            &shell,
            "SELECT group_concat(action || ' ' || target) FROM (SELECT * FROM audit_log ORDER BY sequence DESC LIMIT 2)"
        ),
        "transfer system_account_communitytoken,transfer fair"
    );
    community.send(0, 0, 1).unwrap_err();
    community.assert_sound();
}
