//! The whole proof as a job: it finds what the command line finds, one at a time, beside payments.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{Member, Server};

async fn finished(operator: &Member, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let job = operator.get(&format!("/v1/admin/verify/{id}")).await.ok(200);
        if job["state"] != "running" {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_sound_ledger_is_found_sound_while_it_is_used() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.funded("ann", 100).await);
    let begun = operator.post("/v1/admin/verify", &json!({})).await;
    let job = begun.ok(202);
    assert_eq!(begun.headers["location"], format!("/v1/admin/verify/{}", job["id"].as_str().unwrap()));
    for _ in 0..20 {
        ann.pay(&operator, 1).await.ok(201);
    }
    let job = finished(&operator, job["id"].as_str().unwrap()).await;
    assert_eq!((&job["state"], &job["report"]["is_sound"]), (&json!("done"), &json!(true)), "{job}");
    assert_eq!(job["done"], job["total"]);
    assert!(job["ended_at"].as_i64().unwrap() >= job["started_at"].as_i64().unwrap());
    // A later job takes its place.
    let next = operator.post("/v1/admin/verify", &json!({})).await.ok(202);
    assert_ne!(next["id"], job["id"]);
    operator.get(&format!("/v1/admin/verify/{}", job["id"].as_str().unwrap())).await.refused(404, "not_found");
    operator.get("/v1/admin/verify/x").await.refused(404, "not_found");
    let report = &finished(&operator, next["id"].as_str().unwrap()).await["report"];
    assert_eq!(report["head"], server.cli(&["verify"]).ok()["head"]);
    server.assert_sound().await;
}

/// What was forged behind the program's back is found and named.
#[tokio::test]
async fn a_forgery_is_found() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.funded("ann", 100).await);
    let shell = rusqlite::Connection::open(server.database()).unwrap();
    shell.busy_timeout(Duration::from_secs(5)).unwrap();
    shell.execute_batch("DROP TRIGGER wallets_balance_guard").unwrap();
    shell.execute("UPDATE wallets SET balance = 1000 WHERE id = ?1", [&ann.wallet_id]).unwrap();
    let id = operator.post("/v1/admin/verify", &json!({})).await.ok(202)["id"].as_str().unwrap().to_owned();
    let job = finished(&operator, &id).await;
    assert_eq!((&job["state"], &job["report"]["is_sound"]), (&json!("done"), &json!(false)));
    let findings = job["report"]["findings"].to_string();
    assert!(findings.contains(&ann.wallet_id) && findings.contains("wallets_balance_guard"), "{findings}");
}
