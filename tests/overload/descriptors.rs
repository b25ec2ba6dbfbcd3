//! Too few file descriptors.

use std::time::Duration;

use super::honest::Honest;
use super::raw::{Raw, allow_open_files, open_files, prepared, processor_time, request, server};

/// With 256 descriptors instead of thousands, it serves as many as it can hold, and says so in the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_from_the_start() {
    let mut server = prepared("");
    server.open_files = Some(256);
    server.serve(&[]).await;
    assert!(server.log().contains("the system allows fewer open files"), "{}", server.log());
    let honest = Honest::start(&server).await;
    let mut silent = Vec::new();
    for _ in 0..1_500 {
        silent.push(Raw::open(&server).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let open = open_files(&server);
    assert!(open < 240, "{open} files are open");
    drop(silent);
    honest.all_went_well().await;
    // The database never went without.
    assert!(!server.log().contains("storage_unavailable"), "{}", server.log());
    server.assert_sound().await;
}

/// When the last descriptor goes while it serves, it waits quietly, goes on serving those who are
/// there, and takes new ones as soon as it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_left_meanwhile() {
    let server = server("").await;
    let ann = server.funded("ann", 1000).await;
    let ask = request("GET", "/v1/wallet", &ann, "", "");
    let mut there = Raw::saying(&server, &ask).await;
    assert_eq!(there.hear().await.unwrap().status, 200);
    allow_open_files(&server, open_files(&server) as u64);
    let mut waiting = Vec::new();
    for _ in 0..100 {
        waiting.push(Raw::saying(&server, &ask).await);
    }
    let before = processor_time(&server);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = processor_time(&server).saturating_sub(before);
    println!("{used:?} of processor time in 2 s without descriptors");
    assert!(used < Duration::from_millis(500), "{used:?}");
    assert!(server.log().contains("a connection could not be accepted"));
    there.say(&ask).await.unwrap();
    assert_eq!(there.hear().await.unwrap().status, 200, "who is there is served");
    allow_open_files(&server, 1024);
    for mut raw in waiting {
        assert_eq!(raw.hear().await.unwrap().status, 200, "who waited is served");
    }
    server.assert_sound().await;
}
