//! Requests of every wrong size and shape. Each is answered 4xx or closed, never 5xx, and moves nothing.

use std::time::Duration;

use super::honest::Honest;
use super::raw::{Heard, MB, Raw, assert_grew_less, head, keyed, memory, request, server, transfer};
use super::support::{Member, Server, key};

fn post(member: &Member) -> String {
    head("POST", "/v1/transfers", member) + &keyed(&key())
}

/// Says it all, or as much as the server takes, and hears the first answer.
async fn say(server: &Server, text: impl AsRef<[u8]>) -> Option<Heard> {
    let mut raw = Raw::open(server).await;
    let _refused_before_the_end = raw.say(text).await;
    raw.hear().await
}

/// Bodies of a hundred megabytes, announced or in chunks without end, are refused after 64 KiB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_end() {
    let server = server("").await;
    let ann = server.funded("ann", 1000).await;
    let honest = Honest::start(&server).await;
    let before = memory(&server);
    let mut tasks = Vec::new();
    for turn in 0..20 {
        let mut raw = Raw::open(&server).await;
        let chunked = turn % 2 == 0;
        let length = if chunked { "Transfer-Encoding: chunked" } else { "Content-Length: 104857600" };
        let head = format!("{}{length}\r\n\r\n", post(&ann));
        tasks.push(tokio::spawn(async move {
            raw.say(head).await.unwrap();
            let part = if chunked { format!("4000\r\n{}\r\n", " ".repeat(0x4000)) } else { " ".repeat(0x4000) };
            let mut said = 0;
            while said < 100 * MB && raw.say(&part).await.is_ok() {
                said += 0x4000;
            }
            // The server hears out a megabyte at most, and the systems between us hold a few more.
            assert!(said < 20 * MB, "{said} bytes were taken");
            let answer = raw.hear().await.expect("an answer before the end");
            answer.refused(413, "payload_too_large");
            assert_eq!(answer.header("connection"), Some("close"));
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_grew_less(&server, before, 50 * MB);
    honest.all_went_well().await;
    assert_eq!(ann.balance().await, 1000);
}

/// Lengths that are not true.
#[tokio::test]
async fn lying_lengths() {
    let server = server("body_seconds = 1").await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let body = format!("{{\"to_wallet_id\":\"{}\",\"amount\":1}}", bob.wallet_id);
    let with = |fields: &str| format!("{}{fields}\r\n{body}", post(&ann));
    let exact = body.len();

    // More announced than sent: nothing happens.
    let longer = say(&server, with(&format!("Content-Length: {}\r\n", exact + 1))).await.unwrap();
    longer.refused(408, "request_timeout");
    // Less announced than sent: a broken body, and the rest is no request.
    let mut raw = Raw::saying(&server, with(&format!("Content-Length: {}\r\n", exact - 1))).await;
    raw.hear().await.unwrap().refused(400, "invalid_request");
    assert_eq!(raw.hear().await.unwrap().status, 400);
    raw.end(Duration::from_secs(3)).await;
    for wrong in [
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x10\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        assert_eq!(say(&server, with(wrong)).await.unwrap().status, 400, "{wrong}");
    }
    for (wrong, said) in [("zz\r\n", 400), ("-1\r\n", 400), ("ffffffffffffffffff\r\n", 400)] {
        let text = format!("{}Transfer-Encoding: chunked\r\n\r\n{wrong}", post(&ann));
        assert_eq!(say(&server, text).await.unwrap().status, said, "{wrong}");
    }
    assert_eq!((ann.balance().await, bob.balance().await), (1000, 0));
    server.assert_sound().await;
}

/// With both a length and chunks, nothing smuggled in behind is taken for a request.
#[tokio::test]
async fn nothing_is_smuggled() {
    let server = server("").await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let smuggled = transfer(&ann, &bob, &key());
    for both in
        ["Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"]
    {
        let text = format!("{}{both}\r\n0\r\n\r\n{smuggled}", post(&ann));
        let mut raw = Raw::saying(&server, text).await;
        assert_eq!(raw.hear().await.unwrap().status, 400, "an empty body");
        assert_eq!(raw.end(Duration::from_secs(3)).await, "", "one request, one answer");
    }
    assert_eq!((ann.balance().await, bob.balance().await), (1000, 0));
}

/// Heads that are too long, too many, or not HTTP at all.
#[tokio::test]
async fn heads_of_every_kind() {
    let server = server("").await;
    let ann = server.member("ann").await;
    let before = memory(&server);
    let get = |path: &str, fields: &str| request("GET", path, &ann, fields, "");
    let fields = |count: usize| "x: y\r\n".repeat(count);
    let long = |count: usize| format!("/v1/wallet?q={}", "q".repeat(count));

    assert_eq!(say(&server, get("/v1/wallet", &fields(90))).await.unwrap().status, 200);
    assert_eq!(say(&server, get("/v1/wallet", &fields(200))).await.unwrap().status, 431);
    assert_eq!(say(&server, get("/v1/wallet", &fields(10_000))).await.unwrap().status, 431);
    assert_eq!(say(&server, get("/v1/wallet", &format!("x: {}\r\n", "y".repeat(12_000)))).await.unwrap().status, 200);
    assert_eq!(say(&server, get("/v1/wallet", &format!("x: {}\r\n", "y".repeat(1 << 20)))).await.unwrap().status, 431);
    assert_eq!(say(&server, get(&long(8_000), "")).await.unwrap().status, 200);
    say(&server, get(&long(9_000), "")).await.unwrap().refused(414, "uri_too_long");
    assert_eq!(say(&server, get(&long(1 << 20), "")).await.unwrap().status, 431);
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\0T / HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: a\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nx y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
    ] {
        let answer = say(&server, garbage).await;
        assert!(answer.as_ref().is_none_or(|answer| answer.status == 400), "{garbage:?}: {answer:?}");
    }
    assert_grew_less(&server, before, 50 * MB);
    assert_eq!(ann.get("/v1/wallet").await.status, 200);
}
