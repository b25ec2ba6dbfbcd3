//! Coming back with the last id.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use super::stream::{Event, Stream, latest};
use super::support::Server;
use super::support::setting::{rounds, seed};

/// Until nobody pays any more.
async fn all_over(clients: &[JoinHandle<()>]) {
    while !clients.iter().all(JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// While many pay each other, one listens, and their stream breaks off again and again: between events,
/// and in the midst of what was missed. Together the pieces are the history, in order, each entry once;
/// and every balance is the one before it and the amount.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_missing_and_nothing_twice() {
    let payments = rounds(500);
    let mut dice = fastrand::Rng::with_seed(seed());
    let server = Server::start().await;
    let ann = server.funded("ann", 10_000).await;
    let others = server.members(8).await;
    for other in &others {
        server.fund(other, 1000).await;
    }
    let before = latest(&server);
    let clients: Vec<_> = others
        .iter()
        .enumerate()
        .map(|(number, other)| {
            let (ann, other, neighbour) = (ann.clone(), other.clone(), others[(number + 1) % others.len()].clone());
            let mut dice = dice.fork();
            tokio::spawn(async move {
                for _ in 0..payments.div_ceil(8) {
                    match dice.u8(0..4) {
                        0 => ann.pay(&other, 1).await.ok(201),
                        // Not a word of this is for her.
                        1 => other.pay(&neighbour, 1).await.ok(201),
                        _ => other.pay(&ann, dice.i64(1..4)).await.ok(201),
                    };
                    tokio::time::sleep(Duration::from_millis(dice.u64(0..150))).await;
                }
            })
        })
        .collect();

    let (mut heard, mut last, mut streams) = (Vec::<Event>::new(), before, 0);
    loop {
        let is_over = clients.iter().all(JoinHandle::is_finished);
        let mut stream = Stream::resume(&ann, Some(&last.to_string())).await;
        streams += 1;
        let mut words = if is_over { usize::MAX } else { dice.usize(1..40) };
        while words > 0 {
            let event = tokio::select! {
                biased;
                event = stream.next() => event.unwrap(),
                // Nothing more may come on this stream; the last one tells whether anything was missed.
                () = all_over(&clients), if !is_over => break,
            };
            last = event.id;
            let is_balance = event.name == "balance";
            heard.push(event);
            // When nobody pays any more, the balance is the last word.
            if is_balance && is_over {
                break;
            }
            words -= 1;
        }
        drop(stream);
        if is_over {
            break;
        }
        tokio::time::sleep(Duration::from_millis(dice.u64(0..400))).await;
    }
    for client in clients {
        client.await.unwrap();
    }

    let transactions: Vec<_> = heard.iter().filter(|event| event.name == "transaction").collect();
    println!("{streams} streams, {} transactions, {} words", transactions.len(), heard.len());
    assert!(streams > 5, "{streams}");
    let mut history = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ann.get(&format!("/v1/transactions?limit=200{cursor}")).await.ok(200);
        history.extend(
            page["items"].as_array().unwrap().iter().filter(|item| item["sequence"].as_i64() > Some(before)).cloned(),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    history.reverse();
    assert!(history.len() > payments / 2);
    assert_eq!(transactions.iter().map(|event| event.data.clone()).collect::<Vec<_>>(), history);
    assert!(transactions.windows(2).all(|two| two[0].data["balance_after"] == two[1].data["balance_before"]));
    for event in heard.iter().filter(|event| event.name == "balance") {
        let then = transactions.iter().rev().find(|transaction| transaction.id <= event.id);
        let balance = then.map_or(&json!(10_000), |transaction| &transaction.data["balance_after"]).clone();
        assert_eq!(event.data["balance"], balance, "{event:?}");
    }
    server.assert_sound().await;
}

/// After a long absence the newest are told, and the gap shows. An id that nobody gave begins anew.
#[tokio::test]
async fn a_long_absence() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    for _ in 0..270 {
        ann.pay(&bob, 1).await.ok(201);
    }
    let newest = bob.history("?limit=200").await;
    let mut stream = Stream::resume(&bob, Some("0")).await;
    for expected in newest.iter().rev() {
        assert_eq!(&stream.hears("transaction").await.data, expected);
    }
    let balance = stream.hears("balance").await;
    assert_eq!((balance.id, &balance.data["balance"]), (latest(&server), &json!(270)));
    assert_eq!(newest.last().unwrap()["balance_before"], 70);

    ann.pay(&bob, 1).await.ok(201);
    for wrong in ["", "-1", "-1x", "nonsense", "9223372036854775807", "99999999999999999999", "1.5"] {
        let mut stream = Stream::resume(&bob, Some(wrong)).await;
        assert_eq!(stream.hears("balance").await.id, latest(&server), "{wrong}");
        stream.hears_nothing(Duration::from_millis(300)).await;
    }
    // Somebody else's id leads to one's own transactions since.
    let mut stream = Stream::resume(&ann, Some(&(latest(&server) - 1).to_string())).await;
    assert_eq!(stream.hears("transaction").await.data["direction"], "out");
    stream.hears("balance").await;
}
