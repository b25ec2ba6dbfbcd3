//! Receivers that fail: what waits, what is set apart, what is sent again.

use std::time::{Duration, Instant};

use serde_json::json;

use super::community::{ALLOWED, act, hook, lines, serve, state, until};
use super::receiver::Receiver;

/// Each wait is twice the one before, the id stays, and nothing overtakes what waits.
#[tokio::test]
async fn a_failed_message_is_tried_again_and_stays_first() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let id = hook(&server, &mut receiver, "/fail-2", &["transfer.created"]).await;
    let ann = server.funded("ann", 10).await;
    let bob = server.member("bob").await;
    for _ in 0..2 {
        ann.pay(&bob, 1).await.ok(201);
    }
    receiver.wait("/fail-2", 1);
    let failing = until(&server, &id, "it fails", |hook| hook["attempts"] == 1).await;
    assert_eq!(failing["last_answer"], "500");
    assert!(failing["next_attempt_at"].as_i64() > failing["last_answer_at"].as_i64(), "{failing}");
    let attempts = receiver.wait("/fail-2", 6);
    let sequences: Vec<i64> = attempts.iter().map(|one| one.body["data"]["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, [3, 3, 3, 4, 4, 4], "{attempts:#?}");
    assert!(attempts.iter().all(|one| one.verified == [true]));
    for three in attempts.chunks(3) {
        assert!(three.iter().all(|one| one.id == three[0].id && one.body == three[0].body));
        let waits = [three[1].at - three[0].at, three[2].at - three[1].at];
        assert!(waits[0] >= 1.9 && waits[1] >= 3.9, "{waits:?}");
    }
    let well = until(&server, &id, "it works", |hook| hook["failing_since"].is_null()).await;
    assert_eq!((&well["attempts"], &well["set_apart"]), (&json!(0), &json!(0)));
}

/// One message that its receiver does not want is set apart after six attempts, and holds up no other; it is
/// looked at, and sent again with the id it had.
#[tokio::test]
async fn a_refused_message_is_set_apart_and_sent_again() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let path = "/refuse-6";
    let id = hook(&server, &mut receiver, path, &["transfer.created"]).await;
    let ann = server.funded("ann", 10).await;
    let bob = server.member("bob").await;
    ann.pay(&bob, 1).await.ok(201);
    for attempt in 1..=5 {
        receiver.wait(path, attempt);
        until(&server, &id, "the attempt is noted", |hook| hook["attempts"] == attempt).await;
        // Nobody waits for the clock: an operator has it tried now.
        act(&server, &id, "resume").await.ok(200);
    }
    until(&server, &id, "it is set apart", |hook| hook["set_apart"] == 1).await;
    ann.pay(&bob, 2).await.ok(201);
    let next = receiver.wait(path, 7).remove(6);
    assert_eq!(next.body["data"]["amount"], 2);
    let operator = server.operator().await;
    let apart = operator.get(&format!("/v1/admin/webhooks/{id}/messages")).await.ok(200);
    let first = receiver.attempts(path)[0].id.clone();
    let letter = &apart["items"][0];
    assert_eq!((&letter["id"], &letter["attempts"], &letter["last_answer"]), (&json!(first), &json!(6), &json!("400")));
    assert_eq!((&letter["kind"], &letter["waits"]), (&json!("transfer.created"), &json!(false)));
    // What it says is what was sent.
    assert_eq!(letter["content"], receiver.attempts(path)[0].body);
    assert_eq!(letter["content"]["data"]["amount"], 1);
    let shown = server.cli(&["webhook", "show", &id]).ok();
    assert_eq!(shown["messages"][0]["content"], letter["content"]);
    let other = json!({ "message": "another", "reason": "Mended" });
    operator.post(&format!("/v1/admin/webhooks/{id}/send-again"), &other).await.refused(404, "message_not_found");
    let this = json!({ "message": first, "reason": "Mended" });
    let sent = operator.post(&format!("/v1/admin/webhooks/{id}/send-again"), &this).await.ok(202);
    assert_eq!(sent["count"], 1);
    let again = receiver.wait(path, 8).remove(7);
    assert_eq!((again.id, again.verified), (first, vec![true]));
    assert_eq!(again.body["data"]["amount"], 1);
    until(&server, &id, "nothing is apart", |hook| hook["set_apart"] == 0).await;
    let done: Vec<String> = lines(&server, &id).into_iter().map(|(action, _)| action).collect();
    assert_eq!(done, ["webhook.create", "webhook.send_again"]);
}

/// A receiver that says nothing for a minute is left after fifteen seconds, and holds up neither another
/// webhook nor a payment; what waits for it is written nowhere.
#[tokio::test]
async fn one_that_hangs_holds_up_nobody() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let ann = server.funded("ann", 1_000).await;
    let bob = server.member("bob").await;
    let hanging = hook(&server, &mut receiver, "/hang", &["transfer.created"]).await;
    hook(&server, &mut receiver, "/well", &["transfer.created"]).await;
    ann.pay(&bob, 1).await.ok(201);
    receiver.wait("/hang", 1);
    let began = Instant::now();
    for _ in 0..50 {
        ann.pay(&bob, 1).await.ok(201);
    }
    receiver.wait("/well", 51);
    assert!(began.elapsed() < Duration::from_secs(14), "told while the other hangs");
    assert_eq!(receiver.attempts("/hang").len(), 1);
    let rows =
        server.sql("SELECT (SELECT count(*) FROM webhook_letters) AS letters, (SELECT count(*) FROM letters) AS mail");
    assert_eq!((&rows[0]["letters"], &rows[0]["mail"]), (&json!(0), &json!(0)));
    let left = until(&server, &hanging, "it is left", |hook| hook["attempts"] == 1).await;
    assert!(left["last_answer"].as_str().unwrap().contains("timed out"), "{left}");
    server.assert_sound().await;
}

/// A redirect is an answer and not followed; of ten megabytes little is taken; and a receiver that is not
/// there costs its messages nothing, however often it is tried.
#[tokio::test]
async fn answers_are_not_trusted() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    let moved = hook(&server, &mut receiver, "/redirect", &["transfer.created"]).await;
    let huge = hook(&server, &mut receiver, "/huge", &["transfer.created"]).await;
    ann.pay(&bob, 1).await.ok(201);
    receiver.wait("/redirect", 1);
    let answer = until(&server, &moved, "it is noted", |hook| hook["attempts"] != 0).await;
    assert_eq!(answer["last_answer"], "302");
    until(&server, &huge, "it is taken", |hook| hook["last_answer"] == "2xx").await;
    let sent = receiver.wait("/sent", 1)[0].raw["sent"].as_i64().unwrap();
    println!("of 10000000 bytes, {sent} were put on the way");
    assert!(sent < 9_000_000, "{sent}");
    assert_eq!(receiver.attempts("/redirected").len(), 0, "followed");

    let gone = hook(&server, &mut receiver, "/later", &["transfer.created"]).await;
    receiver.close();
    ann.pay(&bob, 7).await.ok(201);
    for attempt in 1..=14 {
        until(&server, &gone, "tried", |hook| hook["attempts"].as_i64() >= Some(attempt)).await;
        act(&server, &gone, "resume").await.ok(200);
    }
    assert_eq!(state(&server, &gone).await["set_apart"], 0);
    receiver.start();
    act(&server, &gone, "resume").await.ok(200);
    let arrived = receiver.wait("/later", 1);
    assert_eq!(arrived[0].body["data"]["amount"], 7);
}
