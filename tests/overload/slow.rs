//! Clients that send or take as slowly as they can.

use std::time::{Duration, Instant};

use super::honest::Honest;
use super::raw::{MB, Raw, assert_grew_less, memory, request, server, unfinished_transfer};
use super::support::Server;

const SLOW: Duration = Duration::from_millis(300);

/// So many connections that begin with this and then send a byte now and then: each is told 408 in time.
async fn drip(server: &Server, count: usize, beginning: &str) {
    let mut tasks = Vec::with_capacity(count);
    for _ in 0..count {
        let mut raw = Raw::saying(server, beginning).await;
        let began = Instant::now();
        tasks.push(tokio::spawn(async move {
            let answer = loop {
                tokio::select! {
                    answer = raw.hear() => break answer.expect("a word before the end"),
                    () = tokio::time::sleep(SLOW) => {}
                }
                // It may have closed by now, and then there is an answer to read.
                let _closed = raw.say("a").await;
            };
            answer.refused(408, "request_timeout");
            raw.end(Duration::from_secs(3)).await;
            began.elapsed()
        }));
    }
    let mut worst = Duration::ZERO;
    for task in tasks {
        worst = worst.max(task.await.unwrap());
    }
    println!("{count} slow clients, the last gone after {worst:?}");
    assert!(worst < Duration::from_secs(12), "{worst:?}");
}

/// Five hundred slow heads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads() {
    let server = server("header_seconds = 2").await;
    let honest = Honest::start(&server).await;
    let before = memory(&server);
    drip(&server, 500, "GET /v1/wallet HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await;
    assert_grew_less(&server, before, 150 * MB);
    honest.all_went_well().await;
}

/// A hundred slow bodies, with all that a transfer needs before them. None is executed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies() {
    let server = server("body_seconds = 2").await;
    let ann = server.funded("ann", 1000).await;
    let rows = server.rows();
    let before = memory(&server);
    drip(&server, 100, &unfinished_transfer(&ann)).await;
    assert_eq!(server.rows(), rows);
    let honest = Honest::start(&server).await;
    drip(&server, 100, &unfinished_transfer(&ann)).await;
    assert_grew_less(&server, before, 150 * MB);
    honest.all_went_well().await;
    assert_eq!(ann.balance().await, 1000);
    server.assert_sound().await;
}

/// Fifty clients ask and ask and never read: what waits for them is bounded, and they are cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_reads() {
    let server = server("answer_seconds = 2").await;
    let ann = server.member("ann").await;
    let honest = Honest::start(&server).await;
    let before = memory(&server);
    let asks = request("GET", "/openapi.json", &ann, "", "");
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let (mut raw, asks) = (Raw::open(&server).await, asks.clone());
        tasks.push(tokio::spawn(async move {
            let began = Instant::now();
            // Until the server cuts us off, which writing notices.
            while raw.say(&asks).await.is_ok() {
                assert!(began.elapsed() < Duration::from_secs(15), "nobody has cut us off");
            }
            began.elapsed()
        }));
    }
    let mut worst = Duration::ZERO;
    for task in tasks {
        worst = worst.max(task.await.unwrap());
    }
    println!("the last was cut after {worst:?}");
    assert_grew_less(&server, before, 150 * MB);
    honest.all_went_well().await;
}
