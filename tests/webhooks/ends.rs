//! How a webhook ends: by its own word, after days of failure, by an operator's hand.

use serde_json::json;

use super::community::{ALLOWED, act, hook, lines, remove, serve, state, until};
use super::receiver::Receiver;

/// One that answers 410 is told nothing any more, and one that took nothing for five days, neither; the
/// audit log and every operator know. When it goes on it is told first what it missed.
#[tokio::test]
async fn one_that_takes_nothing_is_stopped_and_operators_are_told() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    server.cli(&["member", "grant", "bob", "operator", "--reason", "Elected"]).ok();
    let gone = hook(&server, &mut receiver, "/gone", &["transfer.created"]).await;
    let failing = hook(&server, &mut receiver, "/fail-2", &["transfer.created"]).await;
    ann.pay(&bob, 1).await.ok(201);
    let stopped = until(&server, &gone, "it is stopped", |hook| !hook["stopped_at"].is_null()).await;
    assert_eq!((&stopped["stopped_by"], &stopped["last_answer"]), (&json!("gone"), &json!("410")));
    until(&server, &failing, "it fails", |hook| hook["attempts"] == 1).await;
    server.sql("UPDATE webhooks SET failing_since = failing_since - 5 * 86400000 WHERE failing_since IS NOT NULL");
    let stopped = until(&server, &failing, "it is stopped", |hook| !hook["stopped_at"].is_null()).await;
    assert_eq!(stopped["stopped_by"], "failures");
    for id in [&gone, &failing] {
        assert_eq!(lines(&server, id).last().unwrap(), &("webhook.stop".to_owned(), "communitytoken".to_owned()));
    }
    for operator in [server.operator().await, bob.clone()] {
        let news = operator.get("/v1/notifications").await.ok(200);
        let told = news["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "webhook_stopped").count();
        assert_eq!(told, 2, "{news}");
    }
    let news = ann.get("/v1/notifications").await.text;
    assert!(!news.contains("webhook_stopped"), "it is nothing to members: {news}");

    ann.pay(&bob, 2).await.ok(201);
    act(&server, &failing, "resume").await.ok(200);
    let amounts = || {
        receiver.attempts("/fail-2").iter().map(|one| one.body["data"]["amount"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    receiver.wait("/fail-2", 4);
    until(&server, &failing, "it works", |hook| hook["last_answer"] == "2xx").await;
    assert_eq!(amounts()[..3], [1, 1, 1], "what it missed comes first");
    assert_eq!(receiver.attempts("/gone").len(), 1);
    server.assert_sound().await;
}

/// Stopped by an operator, it is told nothing and misses nothing; removed, nothing of it stays but its lines.
#[tokio::test]
async fn an_operator_stops_resumes_and_removes() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    let id = hook(&server, &mut receiver, "/calm", &["transfer.created"]).await;
    act(&server, &id, "stop").await.ok(200);
    act(&server, &id, "stop").await.ok(200);
    ann.pay(&bob, 1).await.ok(201);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(receiver.attempts("/calm").len(), 0);
    act(&server, &id, "resume").await.ok(200);
    assert_eq!(receiver.wait("/calm", 1)[0].body["data"]["amount"], 1);
    let test = act(&server, &id, "test").await.ok(202);
    let arrived = receiver.wait("/calm", 2).remove(1);
    assert_eq!(
        (arrived.kind(), &json!(arrived.id), arrived.verified.as_slice()),
        ("webhook.test", &test["id"], [true].as_slice())
    );
    let operator = server.operator().await;
    let by_hand = server.run(&["sql", "DELETE FROM webhooks"]);
    assert!(by_hand.code == 1 && by_hand.stderr.contains("needs a line in the audit log"), "{by_hand:?}");
    remove(&operator, &id, &json!({})).await.refused(400, "invalid_request");
    assert_eq!(remove(&operator, &id, &json!({ "reason": "Not needed" })).await.status, 204);
    remove(&operator, &id, &json!({ "reason": "Not needed" })).await.refused(404, "webhook_not_found");
    let rows = server.sql("SELECT (SELECT count(*) FROM webhooks) + (SELECT count(*) FROM webhook_letters) AS rows");
    assert_eq!(rows[0]["rows"], 0);
    let done: Vec<String> = lines(&server, &id).into_iter().map(|(action, _)| action).collect();
    // What is stopped already is not stopped again.
    assert_eq!(done, ["webhook.create", "webhook.stop", "webhook.resume", "webhook.test", "webhook.remove"]);
    server.assert_sound().await;
}

/// Whoever may not, and what may not be, is refused and changes nothing.
#[tokio::test]
async fn what_may_not_be_is_refused() {
    let receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let before = server.rows();
    let url = receiver.url("/refused");
    for (body, code) in [
        (json!({ "url": url, "kinds": [], "reason": "Why" }), "kinds"),
        (json!({ "url": url, "kinds": ["webhook.test"], "reason": "Why" }), "kinds"),
        (json!({ "url": url, "kinds": ["transfer"], "reason": "Why" }), "kinds"),
        (json!({ "url": url, "kinds": ["transfer.created"] }), "reason"),
        (json!({ "url": "http://10.0.0.1/", "kinds": ["transfer.created"], "reason": "Why" }), "url"),
        (json!({ "url": "http://example.org:99999/", "kinds": ["transfer.created"], "reason": "Why" }), "url"),
        (json!({ "url": "file:///etc/passwd", "kinds": ["transfer.created"], "reason": "Why" }), "url"),
    ] {
        let refused = operator.post("/v1/admin/webhooks", &body).await.refused(400, "invalid_request");
        assert_eq!(refused["errors"][0]["field"], code, "{body}: {refused}");
    }
    let good = json!({ "url": url, "kinds": ["transfer.created"], "reason": "Why" });
    ann.post("/v1/admin/webhooks", &good).await.refused(403, "forbidden");
    assert_eq!(server.rows(), before);
    for number in 0..21 {
        let answer = operator.post("/v1/admin/webhooks", &good).await;
        if number < 20 {
            answer.ok(201);
        } else {
            answer.refused(409, "too_many_webhooks");
        }
    }
    assert_eq!(
        state(&server, server.sql("SELECT id FROM webhooks LIMIT 1")[0]["id"].as_str().unwrap()).await["attempts"],
        0
    );
}
