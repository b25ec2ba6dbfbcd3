//! The steps give exactly what `schema.sql` shows, and going down and up again loses nothing.

use communitytoken::identity::Role;
use communitytoken::ledger::verify::verify;
use communitytoken::ledger::{Books, DAY_MS, Once};
use communitytoken::members::SetRole;
use communitytoken::schema;
use communitytoken::transfers::Reverse;
use rusqlite::Connection;

use super::support::{Community, MORNING, authority, delete, freeze, issue, key, others_operate, rows, transfer};

fn built(version: u32) -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    schema::migrate(&mut conn, version).unwrap();
    conn
}

#[test]
fn the_steps_give_exactly_the_schema_file() {
    let shown = Connection::open_in_memory().unwrap();
    shown.execute_batch(schema::SCHEMA).unwrap();
    let (shown, stepped) = (schema::objects(&shown).unwrap(), schema::objects(&built(schema::NEWEST)).unwrap());
    for (one, other) in shown.iter().zip(&stepped) {
        assert_eq!(one, other);
    }
    assert_eq!(shown.len(), stepped.len());
}

#[test]
fn every_version_is_reached_from_every_other() {
    for from in schema::OLDEST..=schema::NEWEST {
        for to in schema::OLDEST..=schema::NEWEST {
            let mut conn = built(from);
            schema::migrate(&mut conn, to).unwrap();
            assert_eq!(schema::version(&conn).unwrap(), to);
            assert_eq!(schema::objects(&conn).unwrap(), schema::objects(&built(to)).unwrap(), "{from} to {to}");
        }
    }
}

#[test]
fn a_version_that_does_not_exist_is_refused() {
    let mut conn = built(schema::NEWEST);
    for version in [0, schema::NEWEST + 1, u32::MAX] {
        let refusal = schema::migrate(&mut conn, version).unwrap_err().to_string();
        assert!(
            refusal.contains(&format!("there is no schema version {version}; choose one from 1 to {}", schema::NEWEST)),
            "{refusal}"
        );
        assert_eq!(schema::version(&conn).unwrap(), schema::NEWEST);
    }
}

/// A database with rows in every table, over several days, with volumes that pass the largest amount.
fn full() -> Community {
    let mut community = Community::founded(5, MORNING);
    community.run(issue(1000)).unwrap();
    community.endow(i64::MAX / 8);
    for round in 0..12 {
        // Back and forth, so that one day's volume passes the largest amount, and the next day's does not.
        let tokens = if round == 11 { 3 } else { community.balance(community.wallet(0)) };
        let paid = community.send(0, 1, tokens).unwrap();
        let back =
            Reverse { caller: community.members[1].wallet_key, transaction_id: paid.id, amount: None, note: None };
        community.run(back).unwrap();
        if round > 9 {
            community.clock.turn(DAY_MS);
        }
    }
    community.run(transfer(&community.members[0], community.treasury, 10)).unwrap();
    let member = &community.members[4];
    community.run(Once::new(member.key, &key("k"), transfer(member, community.wallet(0), 5))).unwrap();
    community.run(freeze(community.wallet(2), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    let grant = SetRole {
        user_id: community.members[0].id,
        role: Role::Auditor,
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

/// All rows but those of the proofs: nodes of the tree follow from the transactions and are computed
/// again, and what a checkpoint says of the audit log is unknown to older versions. Without the values of
/// columns that older versions do not have; what follows from the transactions, `verify` looks at.
fn lasting(rows: &[String], version: u32) -> Vec<String> {
    rows.iter()
        .filter(|row| !row.starts_with("checkpoints") && !row.starts_with("tree_nodes"))
        // They begin at the end of the ledger as it is then.
        .filter(|row| !row.starts_with("followers") && !row.starts_with("notice_marks"))
        .map(|row| row.rsplitn(unknown(row, version) + 1, ", ").last().unwrap_or(row).to_owned())
        .collect()
}

/// How many values of a row a version does not know.
fn unknown(row: &str, version: u32) -> usize {
    match row.split_once(' ').map(|(table, _)| table) {
        Some("wallets") if version < STATISTICS => 1,
        Some("wallet_days") if version < STATISTICS => 2,
        Some("users") if version < LANGUAGE => 1,
        _ => 0,
    }
}

/// The version from which wallets and their days say when they traded.
const STATISTICS: u32 = 9;
/// The version from which members say in which language they read.
const LANGUAGE: u32 = 12;

/// What every version knows of the checkpoints.
fn signatures(conn: &Connection) -> Vec<String> {
    conn.prepare("SELECT concat_ws(' ', sequence, hex(hash), created_at, key_id, hex(signature)) FROM checkpoints")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

#[test]
fn down_and_up_again_loses_nothing() {
    let mut community = full();
    let saturated: i64 = community
        .shell()
        .query_row("SELECT count(*) FROM daily_totals WHERE volume = ?1", [i64::MAX], |row| row.get(0))
        .unwrap();
    assert_eq!(saturated, 1, "one day's volume stays at the largest amount");
    for version in (schema::OLDEST..schema::NEWEST).rev() {
        let mut conn = community.shell();
        let (before, signed) = (rows(&conn), signatures(&conn));
        assert!(before.len() > 60 && signed.len() == 1);
        schema::migrate(&mut conn, version).unwrap();
        let made_again =
            |row: &str| version == 1 && (row.starts_with("daily_totals") || row.starts_with("wallet_days"));
        let kept: Vec<String> = lasting(&before, version).into_iter().filter(|row| !made_again(row)).collect();
        let found: Vec<String> = lasting(&rows(&conn), schema::NEWEST)
            .into_iter()
            .map(|row| if unknown(&row, version) > 0 { row.trim_end_matches(']').to_owned() } else { row })
            .collect();
        assert_eq!(found, kept, "down to {version}");
        schema::migrate(&mut conn, schema::NEWEST).unwrap();
        assert_eq!(lasting(&rows(&conn), schema::NEWEST), lasting(&before, schema::NEWEST), "up from {version}");
        assert_eq!(signatures(&conn), signed, "no signature is lost");
        let report = verify(&conn, |_, _| {}).unwrap();
        assert!(report.is_sound, "{:?}", report.findings);
    }
    // Opening the books brings an older database up to date by itself.
    schema::migrate(&mut community.shell(), schema::OLDEST).unwrap();
    community.books = Some(Books::open(&community.path, &community.clock.options()).unwrap());
    community.send(0, 1, 1).unwrap();
    community.checkpoint();
    community.assert_sound();
    assert_eq!(community.verify().checkpoints, 1, "the next checkpoint covers everything anew");
}
