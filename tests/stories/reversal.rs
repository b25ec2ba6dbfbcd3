//! Mistakes are answered by a transfer back that names what it gives back.

use serde_json::json;

use super::support::Server;

/// The recipient gives back in parts and as a whole, both histories link the two, and never more
/// goes back than was received.
#[tokio::test]
async fn by_the_recipient() {
    let server = Server::start().await;
    let (ann, bob, eve) =
        (server.funded("ann", 100).await, server.funded("bob", 100).await, server.member("eve").await);
    let id = ann.pay(&bob, 30).await.ok(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/transactions/{id}/reverse");
    eve.post(&path, &json!({})).await.refused(404, "transaction_not_found");
    ann.post(&path, &json!({})).await.refused(403, "forbidden");
    bob.post(&path, &json!({ "amount": 31 })).await.refused(409, "already_reversed");
    bob.post(&path, &json!({ "amount": 0 })).await.refused(400, "invalid_request");
    let part = bob.post(&path, &json!({ "amount": 10, "note": "Too much" })).await.ok(201);
    assert_eq!(
        (part["reverses"].as_str(), part["amount"].as_i64(), part["kind"].as_str()),
        (Some(id.as_str()), Some(10), Some("transfer"))
    );
    let problem = bob.post(&path, &json!({ "amount": 21 })).await.refused(409, "already_reversed");
    assert_eq!(problem["remaining"], 20);
    let rest = bob.post(&path, &json!({})).await.ok(201);
    assert_eq!(rest["amount"], 20);
    bob.post(&path, &json!({})).await.refused(409, "already_reversed");
    for member in [&ann, &bob] {
        let original = member.get(&format!("/v1/transactions/{id}")).await.ok(200);
        assert_eq!((&original["reversed_by"], original["reversed_amount"].as_i64()), (&rest["id"], Some(30)));
        assert_eq!(member.history("?limit=1").await[0]["reverses"], id.as_str());
    }
    let back = format!("/v1/transactions/{}/reverse", rest["id"].as_str().unwrap());
    ann.post(&back, &json!({})).await.refused(422, "not_reversible");
    assert_eq!((ann.balance().await, bob.balance().await), (100, 100));
    server.assert_sound().await;
}

/// An operator corrects a mistake with a reason; when the tokens are gone, nothing happens.
#[tokio::test]
async fn by_an_operator() {
    let server = Server::start().await;
    let (ann, bob, eve) = (server.funded("ann", 100).await, server.member("bob").await, server.member("eve").await);
    let operator = server.operator().await;
    let made = ann.pay(&bob, 30).await.ok(201);
    let path = format!("/v1/admin/transactions/{}/reverse", made["id"].as_str().unwrap());
    ann.post(&path, &json!({ "reason": "Mine" })).await.refused(403, "forbidden");
    operator.post(&path, &json!({})).await.refused(400, "invalid_request");
    bob.pay(&eve, 25).await.ok(201);
    operator.post(&path, &json!({ "reason": "Wrong person" })).await.refused(422, "insufficient_balance");
    eve.pay(&bob, 25).await.ok(201);
    let back = operator.post(&path, &json!({ "reason": "Wrong person" })).await.ok(201);
    assert_eq!((&back["reverses"], back["amount"].as_i64()), (&made["id"], Some(30)));
    operator.post(&path, &json!({ "reason": "Again" })).await.refused(409, "already_reversed");
    let audit = server.sql("SELECT reason, target FROM audit_log WHERE action = 'reversal'");
    assert_eq!(audit.as_array().unwrap().len(), 1);
    assert_eq!((&audit[0]["target"], audit[0]["reason"].as_str()), (&made["id"], Some("Wrong person")));
    let issued = operator.post("/v1/admin/issuances", &json!({ "amount": 1, "reason": "Stock" })).await.ok(201);
    let path = format!("/v1/admin/transactions/{}/reverse", issued["id"].as_str().unwrap());
    operator.post(&path, &json!({ "reason": "Unissue" })).await.refused(422, "not_reversible");
    server.assert_sound().await;
}

/// Recipient and operators reverse the same transfer at the same moment: it goes back once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_same_moment() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.funded("bob", 1000).await);
    let operator = server.operator().await;
    for _ in 0..5 {
        let id = ann.pay(&bob, 30).await.ok(201)["id"].as_str().unwrap().to_owned();
        let attempts: Vec<_> = (0..20)
            .map(|number| {
                let (who, path, body) = if number % 2 == 0 {
                    (bob.clone(), format!("/v1/transactions/{id}/reverse"), json!({}))
                } else {
                    (operator.clone(), format!("/v1/admin/transactions/{id}/reverse"), json!({ "reason": "Mistake" }))
                };
                tokio::spawn(async move { who.post(&path, &body).await })
            })
            .collect();
        let mut done = 0;
        for attempt in attempts {
            let answer = attempt.await.unwrap();
            if answer.status == 201 {
                done += 1;
            } else {
                answer.refused(409, "already_reversed");
            }
        }
        assert_eq!(done, 1);
        assert_eq!((ann.balance().await, bob.balance().await), (100, 1000));
    }
    server.assert_sound().await;
}
