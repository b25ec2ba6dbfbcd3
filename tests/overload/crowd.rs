//! More clients than there are lines, and all of them at work.

use std::time::Duration;

use rusqlite::Connection;

use super::raw::{Raw, hold_the_pen, request, server, transfer, unfinished_transfer};
use super::support::{Member, Server, key};

/// So many payments under way, for as long as nothing can be written.
async fn payments(server: &Server, from: &Member, to: &Member, count: usize) -> (Vec<Raw>, Connection) {
    let pen = hold_the_pen(server);
    let mut working = Vec::new();
    for _ in 0..count {
        working.push(Raw::saying(server, transfer(from, to, &key())).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    (working, pen)
}

/// When all lines are at work, one more is told so at once; when one is free, it is served again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_lines_at_work() {
    let server = server("connections = 5").await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let (working, pen) = payments(&server, &ann, &bob, 5).await;
    for _ in 0..20 {
        // Whether it has asked already or not.
        let mut extra = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
        extra.hear().await.unwrap().refused(503, "overloaded");
        Raw::open(&server).await.hear().await.unwrap().refused(503, "overloaded");
    }
    drop(pen);
    for mut payment in working {
        assert_eq!(payment.hear().await.unwrap().status, 201);
    }
    let mut next = Raw::saying(&server, request("GET", "/v1/wallet", &ann, "", "")).await;
    assert_eq!(next.hear().await.unwrap().status, 200);
    assert_eq!(bob.balance().await, 5);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(server.log().contains("connections were refused"), "one line for all of them");
    server.assert_sound().await;
}

/// Who sends a head or a body slowly gives way as well when lines are short.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_give_way() {
    let server = server("connections = 3").await;
    let ann = server.member("ann").await;
    let (mut slow, mut came) = (Vec::new(), Vec::new());
    for beginning in ["GET / HTTP/1.1\r\nHost:", &unfinished_transfer(&ann), "POST"] {
        slow.push(Raw::saying(&server, beginning).await);
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
    let server = server("connections_per_address = 3").await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let mut oldest = Raw::open(&server).await;
    let (_working, _pen) = payments(&server, &ann, &bob, 3).await;
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
