//! More clients than there are lines, and all of them at work.

use std::time::{Duration, Instant};

use super::raw::{Raw, request, server, unfinished_transfer};

/// When all lines are at work, one more is told so at once; when one is free, it is served again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_lines_at_work() {
    let server = server("connections = 5\nbody_seconds = 3").await;
    let ann = server.member("ann").await;
    let mut working = Vec::new();
    for _ in 0..5 {
        working.push(Raw::saying(&server, unfinished_transfer(&ann)).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    for _ in 0..20 {
        // Whether it has asked already or not.
        let mut extra = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
        extra.hear().await.unwrap().refused(503, "overloaded");
        Raw::open(&server).await.hear().await.unwrap().refused(503, "overloaded");
    }
    assert!(began.elapsed() < Duration::from_secs(2), "at once: {:?}", began.elapsed());
    for mut slow in working {
        slow.hear().await.unwrap().refused(408, "request_timeout");
    }
    let mut next = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
    assert_eq!(next.hear().await.unwrap().status, 200);
    assert!(server.log().contains("connections were refused"));
}

/// A line that sends a head slowly, or takes no answer, gives way as well when lines are short.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_give_way() {
    let server = server("connections = 3").await;
    let ann = server.member("ann").await;
    let (mut slow, mut came) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        slow.push(Raw::saying(&server, "GET / HTTP/1.1\r\nHost:").await);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    Raw::open(&server).await.hear().await.unwrap().refused(503, "overloaded");
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for mut gives_way in slow {
        let mut next = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
        assert_eq!(next.hear().await.unwrap().status, 200);
        gives_way.hear().await.unwrap().refused(408, "request_timeout");
        next.say("GET / HTTP/1.1\r\nHost:").await.unwrap();
        came.push(next);
    }
}

/// One address has so many lines; its own idle ones give way first, and another address is not concerned.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_one_address() {
    let server = server("connections_per_address = 3\nbody_seconds = 3").await;
    let ann = server.member("ann").await;
    let mut oldest = Raw::open(&server).await;
    for _ in 0..3 {
        let mut raw = Raw::saying(&server, unfinished_transfer(&ann)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        tokio::spawn(async move { raw.hear().await });
    }
    assert_eq!(oldest.end(Duration::from_secs(2)).await, "", "the idle one has given way");
    let mut extra = Raw::open(&server).await;
    let refused = extra.hear().await.unwrap();
    refused.refused(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // The whole of 127.0.0.0/8 is this machine: here comes another address.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let address = server.base.strip_prefix("http://").unwrap().parse().unwrap();
    let mut other = Raw::over(socket.connect(address).await.unwrap());
    other.say(request("GET", "/v1/wallet", &ann, "", "")).await.unwrap();
    assert_eq!(other.hear().await.unwrap().status, 200);
}
