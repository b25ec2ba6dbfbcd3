//! One request, one effect: the contract's rules for `Idempotency-Key`, to the letter.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Member, Server, key};

fn replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

/// Every call that moves tokens, with a body that works.
async fn calls(server: &Server) -> Vec<(Member, String, Value)> {
    let (ann, bob, operator) = (server.funded("ann", 1000).await, server.member("bob").await, server.operator().await);
    let one = ann.pay(&bob, 40).await.ok(201)["id"].as_str().unwrap().to_owned();
    let two = ann.pay(&bob, 40).await.ok(201)["id"].as_str().unwrap().to_owned();
    vec![
        (ann.clone(), "/v1/transfers".into(), json!({ "to_wallet_id": bob.wallet_id, "amount": 5, "note": "Twice?" })),
        (bob.clone(), format!("/v1/transactions/{one}/reverse"), json!({ "amount": 3 })),
        (
            operator.clone(),
            format!("/v1/admin/transactions/{two}/reverse"),
            json!({ "reason": "Mistake", "amount": 3 }),
        ),
        (operator.clone(), "/v1/admin/issuances".into(), json!({ "amount": 7, "reason": "Stock" })),
        (
            operator,
            "/v1/admin/distributions".into(),
            json!({ "reason": "Rewards", "recipients": [{ "wallet_id": bob.wallet_id, "amount": 9 }] }),
        ),
    ]
}

/// The same key and request gives the first answer again, marked, and changes nothing: at once,
/// after more has happened, and after a restart.
#[tokio::test]
async fn a_repeated_request_is_answered_not_executed() {
    let mut server = Server::start().await;
    let mut done = Vec::new();
    for (caller, path, body) in calls(&server).await {
        let key = key();
        let first = caller.post_with(&path, &body, &key).await;
        first.ok(201);
        assert!(!replayed(&first), "{path}");
        let rows = server.rows();
        let second = caller.post_with(&path, &body, &key).await;
        assert!(replayed(&second), "{path}");
        assert_eq!((second.status, &second.text), (201, &first.text), "{path}");
        assert_eq!(second.headers.get("location"), first.headers.get("location"));
        assert_eq!(server.rows(), rows, "{path}");
        // The fields in another order are the same request; another amount is not.
        done.push((caller, path, body, key, first));
    }
    server.kill();
    server.serve(&[]).await;
    let rows = server.rows();
    for (caller, path, body, key, first) in done {
        let caller = Member { base: server.base.clone(), ..caller };
        let again = caller.post_with(&path, &body, &key).await;
        assert!(replayed(&again), "{path}");
        assert_eq!(again.text, first.text, "{path}");
        let mut other = body.clone();
        if path.ends_with("distributions") {
            other["recipients"][0]["amount"] = json!(10);
        } else {
            other["amount"] = json!(1);
        }
        caller.post_with(&path, &other, &key).await.refused(422, "idempotency_key_reused");
        assert_eq!(server.rows(), rows, "{path}");
    }
    server.assert_sound().await;
}

/// Without a key, with a wrong one, and with one too old.
#[tokio::test]
async fn keys_must_be_there_and_fit() {
    let server = Server::start().await;
    for (number, (caller, path, body)) in calls(&server).await.into_iter().enumerate() {
        let rows = server.rows();
        let headers = [("content-type", "application/json")];
        caller
            .call(Method::POST, &path, &headers, Some(body.to_string()))
            .await
            .refused(400, "idempotency_key_required");
        for wrong in [String::new(), "x".repeat(256), "two words".into()] {
            let answer = caller.post_with(&path, &body, &wrong).await;
            assert_eq!(answer.status, 400, "{wrong:?}: {}", answer.text);
        }
        let eight_days_ago =
            uuid::Timestamp::from_unix(uuid::NoContext, super::support::provider::now() - 8 * 86_400, 0);
        let old = uuid::Uuid::new_v7(eight_days_ago).to_string();
        caller.post_with(&path, &body, &old).await.refused(422, "idempotency_key_expired");
        assert_eq!(server.rows(), rows, "{path}");
        caller.post_with(&path, &body, &format!("{number}{}~!", "x".repeat(252))).await.ok(201);
    }
}

/// A key belongs to its caller; a refusal is not remembered.
#[tokio::test]
async fn callers_are_apart_and_refusals_forgotten() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 10).await, server.funded("bob", 10).await);
    let eve = server.member("eve").await;
    let body = json!({ "to_wallet_id": eve.wallet_id, "amount": 10 });
    let key = key();
    let one = ann.post_with("/v1/transfers", &body, &key).await.ok(201);
    let two = bob.post_with("/v1/transfers", &body, &key).await.ok(201);
    assert_ne!(one["id"], two["id"]);
    let retry = super::support::key();
    ann.post_with("/v1/transfers", &body, &retry).await.refused(422, "insufficient_balance");
    server.fund(&ann, 10).await;
    let answer = ann.post_with("/v1/transfers", &body, &retry).await;
    answer.ok(201);
    assert!(!replayed(&answer));
    server.assert_sound().await;
}

/// Twins at the same moment: one executes, and all get its answer.
#[tokio::test]
async fn twins_get_one_answer() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
    for round in 1..=10 {
        let key = key();
        let twins: Vec<_> = (0..20)
            .map(|_| {
                let (ann, body, key) = (ann.clone(), body.clone(), key.clone());
                tokio::spawn(async move { ann.post_with("/v1/transfers", &body, &key).await })
            })
            .collect();
        let (mut answers, mut executed) = (HashSet::new(), 0);
        for twin in twins {
            let answer = twin.await.unwrap();
            answer.ok(201);
            executed += i32::from(!replayed(&answer));
            answers.insert(answer.text);
        }
        assert_eq!((answers.len(), executed), (1, 1));
        assert_eq!(bob.balance().await, round);
    }
    server.assert_sound().await;
}
