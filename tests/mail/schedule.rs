//! A distribution that should have happened by itself and did not: operators are written to.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::community::{Person, serve, until, waiting};
use super::office::Office;
use super::support::Server;

/// Somebody who has confirmed this address and reads this language.
async fn reader(server: &Server, name: &str, address: &str, language: &str) -> Person {
    let person = Person::join(server, name).await;
    server.sql(&format!(
        "INSERT INTO mail_addresses (user, address, created_at, confirmed_at)
         SELECT key, '{address}', 0, 0 FROM users WHERE username = '{name}'"
    ));
    let (headers, body) = ([("content-type", "application/json")], json!({ "language": language }).to_string());
    person.member.call(Method::PATCH, "/v1/me", &headers, Some(body)).await.ok(200);
    person
}

/// Every operator reads of it in their own language, once: however often the letter is tried, and however
/// often is looked whether something is due. The next time that fails is another letter.
#[tokio::test]
async fn operators_read_of_it_once() {
    let office = Office::open();
    let server = serve(&office).await;
    // The server of this address takes each letter at the second attempt only.
    let ann = reader(&server, "ann", "later-ann@example.org", "de").await;
    reader(&server, "bob", "bob@example.org", "es").await;
    reader(&server, "cat", "cat@example.org", "en").await;
    for operator in ["ann", "bob"] {
        server.cli(&["member", "grant", operator, "operator", "--reason", "Elected"]).ok();
    }
    // To have a role is told, too.
    office.wait("later-ann@example.org", 1);
    office.wait("bob@example.org", 1);
    let schedule = json!({
        "name": "Weekly rewards",
        "cron": "0 9 * * 1",
        "recipients": { "rule": "everyone" },
        "amount": { "rule": "fixed", "tokens": 5 },
        "issued_max": 0,
        "reason": "Agreed in the assembly",
    });
    let made = ann.member.post("/v1/admin/schedules", &schedule).await.ok(201);
    let id = made["id"].as_str().unwrap();
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    for times in 1..=2_usize {
        conn.execute("UPDATE schedules SET next_at = ?1", [1_000_000 + i64::try_from(times).unwrap()]).unwrap();
        let letters = office.wait("later-ann@example.org", 1 + times);
        assert_eq!(office.wait("bob@example.org", 1 + times).len(), 1 + times);
        until("all are settled", || waiting(&server).is_empty());
        // Some looks later there is no more to read, and no more has happened.
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(office.letters("later-ann@example.org").len(), 1 + times);
        assert_eq!(office.letters("bob@example.org").len(), 1 + times);
        let runs = ann.member.get(&format!("/v1/admin/schedules/{id}/runs")).await.ok(200);
        let codes: Vec<_> = runs["items"].as_array().unwrap().iter().map(|run| &run["code"]).collect();
        assert_eq!(codes, vec!["issuance_too_large"; times]);
        let told = letters.last().unwrap().text();
        assert!(told.starts_with("Eine Verteilung von Our community ist nicht geschehen\n"), "{told}");
        assert!(told.contains(&format!("/admin/schedules/{id}")) && !told.contains("Weekly rewards"), "{told}");
    }
    let told = office.letters("bob@example.org").pop().unwrap().text();
    assert!(told.starts_with("Un reparto de Our community no ocurrió\n"), "{told}");
    assert!(office.letters("cat@example.org").is_empty(), "it is nothing to members");
}
