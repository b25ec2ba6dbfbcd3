//! `kill -9` at random moments while much is found: each is raised once, and none is missed.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use super::support::Server;
use super::support::setting::{dice, rounds};

const MEMBERS: usize = 24;

#[tokio::test]
async fn killed_in_the_middle_each_is_raised_once() {
    let mut dice = dice();
    let mut server = Server::prepare(&Server::settings("[alerts]\npayments_in_an_hour = 2\n"));
    server.serve(&[]).await;
    let mut members = server.members(MEMBERS).await;
    for member in &members {
        server.fund(member, 1000).await;
    }
    let rounds = rounds(6);
    for round in 0..rounds {
        // Some have paid once before already; now each of these pays twice, and again.
        for pair in members[round * 4 % MEMBERS..][..4].windows(2) {
            for _ in 0..2 {
                pair[0].pay(&pair[1], 1).await.ok(201);
            }
        }
        std::thread::sleep(Duration::from_micros(dice.u64(0..1_500_000)));
        server.kill();
        server.serve(&[]).await;
        for member in &mut members {
            member.base.clone_from(&server.base);
        }
    }
    let expected = server.cli(&["alerts", "replay"]).ok();
    let expected = expected["alerts"].as_array().unwrap();
    assert!(expected.len() >= 3 * rounds.min(MEMBERS / 4), "{expected:#?}");
    let conn = Connection::open(server.database()).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    let heads = "SELECT (SELECT max(sequence) FROM transactions)";
    let last: i64 = conn.query_row(heads, [], |row| row.get(0)).unwrap();
    let began = Instant::now();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    while count("SELECT count(*) FROM alerts") < i64::try_from(expected.len()).unwrap() {
        assert!(began.elapsed() < Duration::from_secs(20), "of {} of {last} transactions", expected.len());
        std::thread::sleep(Duration::from_millis(100));
    }
    // A moment more, in which nothing must be raised twice.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let operator = server.operator().await;
    let raised = operator.get("/v1/admin/alerts?limit=200").await.ok(200);
    let short =
        |alert: &Value| (alert["rule"].to_string(), alert["wallet"]["name"].to_string(), alert["numbers"].to_string());
    let mut raised: Vec<_> = raised["items"].as_array().unwrap().iter().map(short).collect();
    let mut expected: Vec<_> = expected.iter().map(short).collect();
    raised.sort();
    expected.sort();
    assert_eq!(raised, expected);
    println!("{rounds} kills, {} alerts", raised.len());
    server.assert_sound().await;
}
