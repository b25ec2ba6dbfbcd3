//! Clients that vanish in mid-request.

use std::time::Duration;

use super::raw::{Raw, server, transfer};
use super::support::{key, setting};

/// A transfer whose sender vanishes at any byte, politely or not, has happened once or not at all;
/// repeated with its key, it has happened once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_has_happened_once_or_not_at_all() {
    let mut dice = setting::dice();
    let server = server("").await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    let rounds = i64::try_from(setting::rounds(300)).unwrap();
    let mut keys = Vec::new();
    for round in 0..rounds {
        let key = key();
        let text = transfer(&ann, &bob, &key);
        // Half of them say all of it and do not wait for the answer.
        let said = if round % 2 == 0 { text.len() } else { dice.usize(..text.len()) };
        let raw = Raw::saying(&server, &text[..said]).await;
        tokio::time::sleep(Duration::from_micros(dice.u64(..3_000))).await;
        if dice.bool() {
            raw.stream.set_zero_linger().unwrap();
        }
        keys.push((key, said == text.len()));
    }
    // What was said to the end may still be at work.
    let mut before = -1;
    while bob.balance().await != before {
        before = bob.balance().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(before <= (rounds + 1) / 2, "{before} happened, and fewer were said to the end");
    let body = serde_json::json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
    let mut replayed = 0;
    for (key, whole) in &keys {
        let answer = ann.post_with("/v1/transfers", &body, key).await;
        answer.ok(201);
        let again = answer.headers.contains_key("idempotency-replayed");
        assert!(*whole || !again, "half a transfer was executed");
        replayed += i64::from(again);
    }
    println!("{before} of {rounds} had happened");
    assert_eq!((replayed, bob.balance().await), (before, rounds));
    server.assert_sound().await;
}
