//! Distributions: as many rows as go into one statement and one more, and what happens between looking at the
//! recipients and the turn of the writer.

use communitytoken::error::{Code, Result};
use communitytoken::ledger::{Command, as_made};
use communitytoken::treasury::{Distribute, Distribution};

use super::support::{Community, delete, distribution, freeze, issue, refusal};

#[test]
fn as_many_as_go_into_one_statement_and_one_more() {
    let community = Community::new(100);
    community.run(issue(1_000_000)).unwrap();
    for count in [1, 7, 8, 9, 63, 64, 65, 72, 73, 100] {
        let shares = community.members.iter().take(count).zip(1..).map(|(member, tokens)| (member.wallet_id, tokens));
        let shares: Vec<_> = shares.collect();
        let before: Vec<i64> = shares.iter().map(|(wallet, _)| community.balance(*wallet)).collect();
        let made = community.run(distribution(shares.clone())).unwrap();
        let made: Vec<_> = made.transactions.each().collect();
        assert_eq!(made.len(), count);
        for ((transaction, (wallet, tokens)), before) in made.iter().zip(&shares).zip(before) {
            assert_eq!((transaction.to.wallet_id, transaction.amount), (*wallet, *tokens));
            assert_eq!(community.balance(*wallet), before + tokens);
            let read = community.books().read_blocking(|conn| as_made(conn, transaction.sequence)).unwrap();
            assert_eq!(&read, transaction, "what is given is what its reader finds");
        }
        community.assert_sound();
    }
}

/// One that has looked at its recipients already.
fn looked_ahead(community: &Community) -> Distribute {
    let mut command = distribution(community.members.iter().take(3).map(|member| (member.wallet_id, 10)));
    community.books().read_blocking(|conn| command.look_ahead(conn)).unwrap();
    command
}

/// Runs it as it is: nothing is looked at before its turn any more.
fn take_turn(community: &Community, command: Distribute) -> Result<Distribution> {
    community.books().submit(command).unwrap().wait_blocking()
}

/// What somebody does meanwhile.
type Happens = fn(&Community);

#[test]
fn whoever_can_receive_no_more_when_the_turn_comes_is_refused() {
    let community = Community::new(4);
    community.endow(100);
    let cases: [(Happens, Happens, Code); 3] = [
        (
            |community| drop(community.run(freeze(community.wallet(1), true)).unwrap()),
            |community| drop(community.run(freeze(community.wallet(1), false)).unwrap()),
            Code::WalletFrozen,
        ),
        (
            |community| by_shell(community, "direct_freezes"),
            |community| by_shell(community, "direct_unfreezes"),
            Code::WalletFrozen,
        ),
        (
            |community| drop(community.run(delete(&community.members[0], true)).unwrap()),
            |community| drop(community.run(delete(&community.members[0], false)).unwrap()),
            Code::RecipientClosed,
        ),
    ];
    for (happens, ends, code) in cases {
        let command = looked_ahead(&community);
        happens(&community);
        let rows = moved(&community);
        assert_eq!(refusal(take_turn(&community, command)), code);
        assert_eq!(moved(&community), rows);
        // And whoever could not when it was looked at, but can when the turn comes, receives.
        let command = looked_ahead(&community);
        ends(&community);
        take_turn(&community, command).unwrap();
        community.assert_sound();
    }
}

/// What a distribution writes; but for the audit log, where rows inserted by hand are chained by whatever comes next.
fn moved(community: &Community) -> Vec<String> {
    let chained = |row: &String| row.starts_with("audit_log ") || row.starts_with("ledger ");
    community.rows().into_iter().filter(|row| !chained(row)).collect()
}

fn by_shell(community: &Community, view: &str) {
    let sql = format!("INSERT INTO {view} (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', ?1)");
    community.shell().execute(&sql, [community.wallet(2).to_string()]).unwrap();
}

#[test]
fn what_recipients_hold_is_what_they_hold_when_the_turn_comes() {
    let community = Community::new(5);
    community.endow(100);
    let cases: [(Happens, [i64; 3]); 6] = [
        (|_| {}, [0, 0, 0]),
        (|community| drop(community.send(0, 4, 5).unwrap()), [-5, 0, 0]),
        (|community| drop(community.send(4, 1, 5).unwrap()), [0, 5, 0]),
        (|community| drop(community.run(issue(1_000)).unwrap()), [0, 0, 0]),
        (|community| drop(community.endow(7)), [7, 7, 7]),
        (
            |community| {
                let list = format!(r#"[{{"wallet_id":"{}","amount":3}}]"#, community.wallet(2));
                let sql =
                    "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'Weekly', ?1)";
                community.shell().execute(sql, [list]).unwrap();
            },
            [0, 0, 3],
        ),
    ];
    for (happens, moved) in cases {
        let before: Vec<i64> = (0..3).map(|member| community.balance(community.wallet(member))).collect();
        let command = looked_ahead(&community);
        happens(&community);
        let made = take_turn(&community, command).unwrap();
        for (member, (before, moved)) in before.into_iter().zip(moved).enumerate() {
            assert_eq!(community.balance(community.wallet(member)), before + moved + 10);
        }
        assert_eq!(made.distributed, 30);
        community.assert_sound();
    }
}

/// A wallet that is named twice, or is none, is refused in the turn, however often it was looked at before.
#[test]
fn looking_ahead_refuses_nothing() {
    let community = Community::new(2);
    community.endow(100);
    let nobody = uuid::Uuid::new_v4().to_string().parse().unwrap();
    let rows = community.rows();
    for (wallets, code) in [
        (vec![community.wallet(0), community.wallet(0)], Code::InvalidRequest),
        (vec![community.wallet(0), nobody], Code::WalletNotFound),
        (vec![community.wallet(0), community.treasury], Code::SystemWallet),
        (vec![community.wallet(0); 101], Code::TooManyRecipients),
        (vec![], Code::InvalidRequest),
    ] {
        let mut command = distribution(wallets.into_iter().map(|wallet| (wallet, 1)));
        community.books().read_blocking(|conn| command.look_ahead(conn)).unwrap();
        assert_eq!(refusal(take_turn(&community, command)), code);
        assert_eq!(community.rows(), rows);
    }
}
