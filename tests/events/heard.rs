//! What is heard, and by whom.

use std::time::{Duration, Instant};

use serde_json::json;

use super::stream::{Stream, latest};
use super::support::Server;

/// Ways to be paid: by a member, by a verb of another process, by a row that somebody inserts in a shell.
/// Each is heard, as it stands in the history, and the balance after it.
#[tokio::test]
async fn whichever_way_it_comes() {
    let server = Server::start().await;
    let (ann, bob, eve) =
        (server.funded("ann", 1000).await, server.member("bob").await, server.funded("eve", 10).await);
    let (mut payer, mut paid, mut other) =
        (Stream::open(&ann).await, Stream::open(&bob).await, Stream::open(&eve).await);
    for (name, value) in [("content-type", "text/event-stream"), ("x-accel-buffering", "no")] {
        assert_eq!(paid.header(name), Some(value));
    }
    assert!(paid.header("cache-control").unwrap().contains("no-store"));
    assert_eq!(paid.header("content-encoding"), None);
    let first = paid.hears("balance").await;
    assert_eq!((first.id, &first.data), (0, &bob.get("/v1/wallet").await.ok(200)));
    assert_eq!(paid.retry.as_deref(), Some("2000"));
    payer.hears("balance").await;
    assert_eq!(other.hears("balance").await.id, latest(&server));

    let distribution =
        json!([{ "wallet_id": bob.wallet_id, "amount": 3 }, { "wallet_id": ann.wallet_id, "amount": 4 }]);
    let quoted = distribution.to_string();
    let insert = format!(
        "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('shell', 'By hand', '{quoted}')"
    );
    let to = format!("{}=3", bob.wallet_id);
    for way in ["a member", "a verb", "a shell"] {
        let began = Instant::now();
        match way {
            "a member" => drop(ann.pay(&bob, 5).await.ok(201)),
            "a verb" => drop(server.cli(&["distribute", "--to", &to, "--reason", "Market day"]).ok()),
            _ => drop(server.sql(&insert)),
        }
        let event = paid.hears("transaction").await;
        println!("paid by {way}: heard after {:?}", began.elapsed());
        let newest = &bob.history("?limit=1").await[0];
        assert_eq!((&event.data, Some(event.id)), (newest, newest["sequence"].as_i64()), "{way}");
        assert_eq!(event.data["direction"], "in");
        let balance = paid.hears("balance").await;
        assert_eq!((balance.id, &balance.data), (event.id, &bob.get("/v1/wallet").await.ok(200)), "{way}");
    }
    // Who paid hears it too, and that the shell remembered them.
    let sent = payer.hears("transaction").await;
    assert_eq!((&sent.data["direction"], &sent.data["balance_after"]), (&json!("out"), &json!(995)));
    assert_eq!(payer.hears("balance").await.data["balance"], 995);
    assert_eq!(payer.hears("transaction").await.data["direction"], "in");
    payer.hears("balance").await;
    // And nobody else.
    other.hears_nothing(Duration::from_secs(1)).await;
    server.assert_sound().await;
}

/// A wallet that is frozen is no transaction, and its owner hears of it all the same.
#[tokio::test]
async fn a_frozen_wallet() {
    let server = Server::start().await;
    let ann = server.funded("ann", 10).await;
    let mut stream = Stream::open(&ann).await;
    let before = stream.hears("balance").await;
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Lost phone"]).ok();
    let frozen = stream.hears("balance").await;
    assert_eq!((frozen.id, &frozen.data["is_frozen"]), (before.id, &json!(true)));
    assert_eq!(frozen.data["frozen_reason"], "Lost phone");
    server.cli(&["unfreeze", &ann.wallet_id, "--reason", "Found it"]).ok();
    assert_eq!(stream.hears("balance").await.data["is_frozen"], false);
}
