//! Thousands who connect and say nothing.

use std::time::{Duration, Instant};

use super::honest::Honest;
use super::raw::{MB, Raw, affordable, assert_grew_less, memory, open_files, request, server};

/// Ten thousand silent connections at a server that holds two thousand: the longest silent give way,
/// and honest members do not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_give_way() {
    let (count, _turn) = affordable(10_000).await;
    let server = server("").await;
    let honest = Honest::start(&server).await;
    let before = memory(&server);
    let mut silent = Vec::with_capacity(count);
    for _ in 0..count {
        silent.push(Raw::open(&server).await);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let open = open_files(&server);
    println!("{count} connections, {open} files open at the server");
    assert!((1_000..2_200).contains(&open), "{open}");
    // The first were let go, the last are still welcome.
    assert_eq!(silent[0].end(Duration::from_secs(2)).await, "");
    let last = silent.last_mut().unwrap();
    last.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(last.hear().await.unwrap().status, 200);
    assert_grew_less(&server, before, 150 * MB);
    drop(silent);
    honest.all_went_well().await;
    server.assert_sound().await;
}

/// A server that is told to hold them all holds them all, and gives back what they took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_are_held() {
    let (count, _turn) = affordable(10_000).await;
    let server = server("connections = 12000").await;
    let honest = Honest::start(&server).await;
    let before = (memory(&server), open_files(&server));
    let mut silent = Vec::with_capacity(count);
    for _ in 0..count {
        silent.push(Raw::open(&server).await);
    }
    let began = Instant::now();
    while open_files(&server) < before.1 + count {
        assert!(began.elapsed() < Duration::from_secs(10), "{} files are open", open_files(&server));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_grew_less(&server, before.0, 50 * MB);
    drop(silent);
    while open_files(&server) > before.1 + 50 {
        assert!(began.elapsed() < Duration::from_secs(20), "{} files are open", open_files(&server));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    honest.all_went_well().await;
    server.assert_sound().await;
}

/// A connection without a request is closed after a while, be it the first or the next that is missing.
#[tokio::test]
async fn nobody_stays_for_nothing() {
    let server = server("idle_seconds = 1").await;
    let ann = server.member("ann").await;
    let mut silent = Raw::open(&server).await;
    let mut quiet = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
    assert_eq!(quiet.hear().await.unwrap().status, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    quiet.say(request("GET", "/v1/wallet", &ann, "", "")).await.unwrap();
    assert_eq!(quiet.hear().await.unwrap().status, 200);
    for idle in [&mut silent, &mut quiet] {
        assert_eq!(idle.end(Duration::from_secs(5)).await, "", "closed without a word");
    }
}
