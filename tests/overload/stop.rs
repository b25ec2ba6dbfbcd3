//! The end in mid-work.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use serde_json::json;

use super::raw::{Raw, hold_the_pen, server, transfer, unfinished_transfer};
use super::support::key;

/// All that is under way is answered, however slow it is, and idle, slow and mute clients hold nobody
/// up. After the restart every key still has one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_is_answered() {
    let mut server = server("").await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    let mut bystanders = vec![Raw::open(&server).await];
    bystanders.push(Raw::saying(&server, "GET / HTTP/1.1\r\nHost:").await);
    bystanders.push(Raw::saying(&server, unfinished_transfer(&ann)).await);

    // Eighty payments wait for the disk while the signal comes.
    let pen = hold_the_pen(&server);
    let mut paying = Vec::new();
    for _ in 0..80 {
        let key = key();
        paying.push((Raw::saying(&server, transfer(&ann, &bob, &key)).await, key));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    server.send("-TERM");
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(pen);
    for (raw, _) in &mut paying {
        assert_eq!(raw.hear().await.expect("an answer").status, 201);
    }
    let status = server.ended(Duration::from_secs(10)).await;
    println!("ended {:?} after the signal", began.elapsed());
    assert_eq!(status.code(), Some(0), "{}", server.log());
    drop(bystanders);

    server.serve(&[]).await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    assert_eq!(bob.balance().await, 80);
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
    for (_, key) in &paying {
        let again = ann.post_with("/v1/transfers", &body, key).await;
        again.ok(201);
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    server.assert_sound().await;
}

/// Under full load, no acknowledged payment is lost, and what was left open has one effect when repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_full_load() {
    let mut server = server("").await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    let payers: Vec<_> = (0..60)
        .map(|_| {
            let (ann, bob) = (ann.clone(), bob.clone());
            tokio::spawn(async move {
                let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 }).to_string();
                let (mut paid, mut open) = (Vec::new(), Vec::new());
                // Until the server is gone.
                while open.is_empty() {
                    let key = key();
                    let request = ann.client.post(format!("{}/v1/transfers", ann.base)).bearer_auth(&ann.token);
                    let fields = [("content-type", "application/json"), ("idempotency-key", &key)];
                    let request = fields.iter().fold(request, |request, (name, value)| request.header(*name, *value));
                    match request.body(body.clone()).send().await {
                        Ok(answer) if answer.status() == 201 => paid.push(key),
                        Ok(answer) => panic!("{}", answer.status()),
                        Err(error) if error.is_connect() => break,
                        Err(_) => open.push(key),
                    }
                }
                (paid, open)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let began = Instant::now();
    server.send("-TERM");
    let status = server.ended(Duration::from_secs(10)).await;
    println!("ended {:?} after the signal", began.elapsed());
    assert_eq!(status.code(), Some(0));
    let (mut paid, mut open) = (Vec::new(), Vec::new());
    for payer in payers {
        let (mut some, mut left) = payer.await.unwrap();
        paid.append(&mut some);
        open.append(&mut left);
    }
    println!("{} acknowledged, {} left open", paid.len(), open.len());
    server.serve(&[]).await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    assert!(bob.balance().await >= i64::try_from(paid.len()).unwrap());
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
    for key in &open {
        ann.post_with("/v1/transfers", &body, key).await.ok(201);
    }
    assert_eq!(bob.balance().await, i64::try_from(paid.len() + open.len()).unwrap());
    server.assert_sound().await;
}

/// The second signal ends it at once, and nothing that was acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_signal_ends_at_once() {
    let mut server = server("").await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    ann.pay(&bob, 1).await.ok(201);
    let pen = hold_the_pen(&server);
    let key = key();
    let mut open = Raw::saying(&server, transfer(&ann, &bob, &key)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.send("-TERM");
    tokio::time::sleep(Duration::from_millis(500)).await;
    // It still waits for the payment under way.
    let began = Instant::now();
    server.send("-TERM");
    let status = server.ended(Duration::from_secs(2)).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!((status.code(), status.signal()), (Some(143), None));
    assert!(open.hear().await.is_none(), "no answer");
    drop(pen);
    server.serve(&[]).await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    assert_eq!(bob.balance().await, 1);
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
    ann.post_with("/v1/transfers", &body, &key).await.ok(201);
    ann.post_with("/v1/transfers", &body, &key).await.ok(201);
    assert_eq!(bob.balance().await, 2);
    server.assert_sound().await;
}
