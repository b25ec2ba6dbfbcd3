//! Who does not mean well, or not TLS.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::authority::Authority;
use super::community::{connect, prepare, serve, settings};
use super::support::Server;

/// How a handshake begins: that of TLS 1.2, a thousand bytes announced, and a few of them.
const BEGUN: &[u8] = &[0x16, 3, 1, 4, 0, 1, 0, 3, 0xfc, 3, 3];

async fn limited(authority: &Authority, limits: &str) -> Server {
    let mut server = prepare(authority, "", "").await;
    let with = settings(authority, "", "").replace("[limits]\n", &format!("[limits]\n{limits}\n"));
    std::fs::write(server.path("config.toml"), with).unwrap();
    server.serve(&[]).await;
    server
}

/// Everything until the other side closes.
async fn heard(stream: &mut TcpStream, within: Duration) -> Vec<u8> {
    let mut all = Vec::new();
    let read = timeout(within, stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the connection is open after {within:?}");
    all
}

/// Five hundred handshakes that go no further, where there is room for fifty: an honest member is served at
/// once, and each of them ends in the time that the head of a request may take.
#[tokio::test]
async fn handshakes_that_go_no_further() {
    let authority = Authority::open().await;
    let server = limited(&authority, "connections = 50\nheader_seconds = 3").await;
    let ann = server.funded("ann", 100).await;
    let mut begun = Vec::new();
    for _ in 0..500 {
        let mut stream = TcpStream::connect(authority.address()).await.unwrap();
        stream.write_all(BEGUN).await.unwrap();
        begun.push(stream);
    }
    // As long as an honest handshake takes, theirs are not cut off; after that they give way.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let asked = Instant::now();
    let root = authority.root().await;
    let mut fresh = connect(&authority, &root).await.unwrap();
    fresh.write_all(b"GET /health HTTP/1.1\r\nhost: tokens.example.org\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    fresh.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(ann.balance().await, 100);
    for mut stream in begun {
        let mut rest = [0; 64];
        timeout(Duration::from_secs(6), async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} })
            .await
            .expect("a handshake is waited for without end");
    }
}

/// A handshake of which a byte comes now and then ends like one of which none comes; so does a request, once
/// hands are shaken.
#[tokio::test]
async fn slow_ones_end_in_time() {
    let authority = Authority::open().await;
    let _server = limited(&authority, "header_seconds = 2").await;
    let root = authority.root().await;
    let began = Instant::now();
    let mut slow = TcpStream::connect(authority.address()).await.unwrap();
    let mut byte = [0];
    for sent in BEGUN.iter().chain([0; 100].iter()) {
        if slow.write_all(&[*sent]).await.is_err() {
            break;
        }
        if let Ok(read) = timeout(Duration::from_millis(200), slow.read(&mut byte)).await {
            assert!(matches!(read, Ok(0) | Err(_)));
            break;
        }
    }
    let took = began.elapsed();
    assert!((1800..4000).contains(&took.as_millis()), "{took:?}");
    let mut polite = connect(&authority, &root).await.unwrap();
    polite.write_all(b"GET / HTTP/1.1\r\nhost: tokens").await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), polite.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
}

/// Plain HTTP is told where it went wrong; what is nothing at all ends, and nothing else does.
#[tokio::test]
async fn what_is_no_tls() {
    let authority = Authority::open().await;
    let server = serve(&authority).await;
    let ann = server.member("ann").await;
    let mut plain = TcpStream::connect(authority.address()).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: tokens.example.org\r\n\r\n").await.unwrap();
    let answer = String::from_utf8(heard(&mut plain, Duration::from_secs(3)).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("https://"), "{answer}");
    let mut random = fastrand::Rng::with_seed(7);
    for number in 0..60_usize {
        let mut garbage: Vec<u8> = (0..random.usize(1..2000)).map(|_| random.u8(..)).collect();
        if number % 2 == 0 {
            // As if it were a handshake of its length.
            let length = u16::try_from(garbage.len()).unwrap().to_be_bytes();
            garbage.splice(0..0, [0x16, 3, 1, length[0], length[1]]);
        }
        let mut stream = TcpStream::connect(authority.address()).await.unwrap();
        let _closed_already = stream.write_all(&garbage).await;
        let _ended = stream.shutdown().await;
        let mut rest = Vec::new();
        let _reset = timeout(Duration::from_secs(3), stream.read_to_end(&mut rest)).await.expect("it stays open");
        assert!(rest.len() < 4096);
    }
    ann.get("/v1/wallet").await.ok(200);
    assert!(!server.log().contains("panic"), "{}", server.log());
}

/// Where all lines of an address are at work, its next is told so over TLS.
#[tokio::test]
async fn a_refusal_is_understood() {
    let authority = Authority::open().await;
    let server = limited(&authority, "connections_per_address = 6").await;
    let ann = server.member("ann").await;
    let root = authority.root().await;
    // Each answer is under way for as long as its member listens.
    let head = format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", ann.token);
    let mut listeners = Vec::new();
    for _ in 0..6 {
        let mut stream = connect(&authority, &root).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        listeners.push(stream);
    }
    let mut late = connect(&authority, &root).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), late.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 1"), "{answer}");
}
