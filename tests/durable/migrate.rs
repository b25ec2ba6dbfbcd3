//! Migrations on a database that is in use by a community: forward, back, and cut off at each step.

use std::fs;

use communitytoken::schema;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::killed::killed_at_each_step;
use super::load::community;
use super::support::{Member, Server};
use super::{dice, files};

/// A stopped community in which everything has happened.
async fn full() -> Server {
    let (mut server, members) = community(4).await;
    for number in 0..12 {
        members[number % 3].pay(&members[(number + 1) % 3], 5).await.ok(201);
    }
    let paid = members[0].pay(&members[1], 50).await.ok(201);
    let back = format!("/v1/transactions/{}/reverse", paid["id"].as_str().unwrap());
    members[1].post(&back, &json!({ "amount": 20 })).await.ok(201);
    let pool = Member { wallet_id: server.treasury(), ..members[2].clone() };
    members[2].pay(&pool, 30).await.ok(201);
    server.cli(&["freeze", &members[2].wallet_id, "--reason", "Phone stolen"]).ok();
    server.cli(&["member", "delete", "member-03", "--reason", "Moved away"]).ok();
    server.cli(&["member", "grant", "member-00", "auditor", "--reason", "Elected"]).ok();
    server.stop();
    fs::create_dir(server.path("kept")).unwrap();
    server
}

/// Everything that must be the same before and after.
fn tokens(server: &Server) -> Value {
    let mut rows = server.rows();
    rows[0].as_object_mut().unwrap().remove("a");
    rows
}

/// The version of the database, whose objects are exactly those of that version.
#[track_caller]
fn version(server: &Server) -> u32 {
    let conn = Connection::open(server.database()).unwrap();
    let version = schema::version(&conn).unwrap();
    let mut built = Connection::open_in_memory().unwrap();
    schema::migrate(&mut built, version).unwrap();
    assert_eq!(schema::objects(&conn).unwrap(), schema::objects(&built).unwrap());
    version
}

/// Back to the oldest schema and forward again: nothing is lost, what was there is kept aside, and the
/// audit log says who did it.
#[tokio::test]
async fn back_and_forward_again() {
    let mut server = full().await;
    let before = tokens(&server);
    server.cli(&["webhook", "create", "https://hooks.example/community", "--kind", "all", "--reason", "The bot"]).ok();
    // What the old schema has no place for is named, and given up only where that is said.
    let (way, untouched) = (
        ["migrate", "--to", "1", "--reason", "The new release is broken", "--operator", "maria"],
        files(&server.path("data")),
    );
    let refusal = server.run(&way);
    assert!(
        refusal.code == 1 && refusal.stderr.contains("webhooks (1)") && refusal.stderr.contains("--discard"),
        "{refusal:?}"
    );
    assert!(!refusal.stderr.contains("daily totals"), "they are made again: {refusal:?}");
    assert_eq!(files(&server.path("data")), untouched);
    let newest = (schema::NEWEST - 1).to_string();
    server.cli(&["migrate", "--to", &newest]).ok();
    server.cli(&["migrate"]).ok();
    let made = server.cli(&[&way[..], &["--discard"]].concat()).ok();
    assert_eq!((&made["from"], &made["to"]), (&schema::NEWEST.into(), &1.into()));
    assert_eq!(version(&server), 1);
    let kept = made["kept"].as_str().unwrap();
    assert!(kept.contains(&format!("schema-{}", schema::NEWEST)), "{kept}");
    assert_eq!(server.cli(&["verify", "--database", kept]).ok()["is_sound"], true);
    // No verb changes an older schema unasked.
    let untouched = files(&server.path("data"));
    for verb in
        [&["member", "list"][..], &["verify"], &["backup", "kept/one.db"], &["init"], &["export", "--format", "csv"]]
    {
        let refusal = server.run(verb);
        assert!(refusal.code == 1 && refusal.stderr.contains("communitytoken migrate"), "{verb:?}: {refusal:?}");
    }
    assert_eq!(files(&server.path("data")), untouched);
    server.cli(&["migrate"]).ok();
    assert_eq!(version(&server), schema::NEWEST);
    assert_eq!(tokens(&server), before);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
    let again = server.cli(&["migrate"]).ok();
    assert_eq!(again["kept"], json!(null), "it is there already");
    let lines = server.sql("SELECT operator, reason, details FROM audit_log WHERE action = 'database.migrate'");
    assert_eq!(lines.as_array().unwrap().len(), 4);
    assert_eq!((&lines[2]["operator"], &lines[2]["reason"]), (&"maria".into(), &"The new release is broken".into()));
    // `serve` goes forward by itself, and keeps what was there.
    server.cli(&["migrate", "--to", "2", "--discard"]).ok();
    server.serve(&[]).await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
    assert!(files(&server.path("data")).keys().any(|name| name.contains("schema-2-")));
    let members = server.members(2).await;
    members[0].pay(&members[1], 1).await.ok(201);
    server.assert_sound().await;
    let refusal = server.run(&["migrate", "--to", "1"]);
    assert!(refusal.code == 1 && refusal.stderr.contains("stop the server first"), "{refusal:?}");
    server.assert_sound().await;
}

/// There is no way to a version that does not exist, and a newer database is left alone.
#[tokio::test]
async fn no_way_to_nowhere() {
    let server = full().await;
    let before = files(&server.path("data"));
    for version in ["0", "99"] {
        let refusal = server.run(&["migrate", "--to", version]);
        assert!(refusal.code == 1 && refusal.stderr.contains("There is no schema version"), "{refusal:?}");
    }
    assert_eq!(files(&server.path("data")), before);
    Connection::open(server.database())
        .unwrap()
        .execute_batch(&format!("PRAGMA user_version = {}", schema::NEWEST + 1))
        .unwrap();
    let before = files(&server.path("data"));
    for verb in [&["serve"][..], &["migrate"], &["verify"], &["backup", "kept/one.db"], &["sql", "SELECT 1"]] {
        let refusal = server.run(verb);
        assert!(refusal.code == 1 && refusal.stderr.contains("newer release"), "{verb:?}: {refusal:?}");
        assert!(refusal.stderr.contains(&format!("schema {}", schema::NEWEST + 1)), "{refusal:?}");
    }
    assert_eq!(files(&server.path("data")), before);
}

/// Killed at each step, back and forward: the old schema or the new one, never between, and the same
/// tokens.
#[tokio::test]
async fn killed_anywhere() {
    let mut dice = dice();
    let server = full().await;
    let before = tokens(&server);
    for (from, to) in [(schema::NEWEST, 1), (1, schema::NEWEST)] {
        if version(&server) != from {
            server.cli(&["migrate", "--to", &from.to_string(), "--discard"]).ok();
        }
        let (mut old, mut new) = (0, 0);
        killed_at_each_step(&server, &["migrate", "--to", &to.to_string(), "--discard"], &mut dice, |step| {
            let found = version(&server);
            assert!(found == from || found == to, "{step}: schema {found}");
            *(if found == from { &mut old } else { &mut new }) += 1;
            server.cli(&["migrate"]).ok();
            assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true, "{step}");
            assert_eq!(tokens(&server), before, "{step}");
        });
        println!("from {from} to {to}: {old} times the old schema, {new} times the new one");
        assert!(old > 0);
    }
}
