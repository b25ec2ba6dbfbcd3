//! What no library sends: raw bytes over TCP. Requests that two programs could read differently, heads
//! that are no heads, and addresses in every form.

use std::time::Duration;

use super::community::Community;
use super::raw::{Heard, Raw};
use super::support::Member;

const END: Duration = Duration::from_secs(20);

async fn answers(community: &Community, text: impl AsRef<[u8]>) -> Vec<Heard> {
    let mut raw = Raw::saying(&community.server, text).await;
    let mut heard = Vec::new();
    while let Ok(Some(answer)) = tokio::time::timeout(Duration::from_millis(600), raw.hear()).await {
        heard.push(answer);
    }
    heard
}

/// A transfer hidden behind a request: whichever way a proxy reads the two, here it is never executed.
fn smuggled(ann: &Member, to: &Member, head: &str, body: &str) -> String {
    let hidden = super::raw::transfer(ann, to, &super::support::key());
    format!("POST /v1/transfers HTTP/1.1\r\nHost: localhost\r\n{head}\r\n{body}{hidden}")
}

/// Two lengths, two ways to end, folded and malformed heads: refused, or the connection ends with it,
/// and nothing that was hidden behind is done.
#[tokio::test]
async fn smuggling() {
    let community = Community::found().await;
    let (ann, eve) = (&community.ann.member, &community.eve.member);
    let before = community.rows();
    for (head, body) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", "12345"),
        ("Content-Length: 5, 6\r\n", "12345"),
        ("Content-Length: +5\r\n", "12345"),
        ("Content-Length: 0x5\r\n", "12345"),
        ("Content-Length: -1\r\n", ""),
        ("Content-Length: 99999999999999999999\r\n", ""),
        ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "z\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"),
        (" Content-Length: 5\r\n", "12345"),
        ("X: y\r\n folded: 1\r\nContent-Length: 99\r\n", ""),
        ("Content-Length: 5\r\nX\0: y\r\n", "12345"),
        ("Content-Length : 5\r\n", "12345"),
    ] {
        let text = smuggled(ann, eve, head, body);
        for answer in answers(&community, text).await {
            assert!((400..500).contains(&answer.status), "{head:?}: {answer:?}");
        }
        assert_eq!(community.rows(), before, "{head:?}");
    }
}

/// Where HTTP itself is wrong the answer may have no body, and then the connection ends.
#[tokio::test]
async fn heads_that_are_none() {
    let community = Community::found().await;
    let long = "x".repeat(40 * 1024);
    for text in [
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET\r\n\r\n".into(),
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n".into(),
        "GET / HTTP/1.1\r\nHost: local\u{1}host\r\n\r\n".into(),
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n".into(),
        "GET /\u{7f} \r\n\r\n".into(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(200)),
        "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n".into(),
    ] {
        let mut raw = Raw::saying(&community.server, &text).await;
        let said = raw.end(END).await;
        let start = text.get(..40).unwrap_or(&text);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{start:?}: {said}");
        assert!(!said.to_lowercase().contains("\r\nserver:"), "{said}");
    }
    // A bare line feed ends a line for some and not for others: what follows is one request, or none.
    let sneaky = "GET /health HTTP/1.1\nHost: localhost\n\nGET /v1/me HTTP/1.1\nHost: localhost\n\n";
    for answer in answers(&community, sneaky).await {
        assert!([200, 400, 401].contains(&answer.status), "{answer:?}");
    }
}

/// No host, two, a foreign one in the address: refused. The address in full is what it names.
#[tokio::test]
async fn hosts_and_forms_of_addresses() {
    let community = Community::found().await;
    let one = async |head: &str| answers(&community, format!("{head}\r\n\r\n")).await.remove(0);
    for head in [
        "GET /login HTTP/1.1",
        "GET /login HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        "GET /login HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET http://evil.example/login HTTP/1.1\r\nHost: localhost",
        "GET http://localhost/login HTTP/1.1\r\nHost: evil.example",
        "GET /login HTTP/1.1\r\nHost: localhost, evil.example",
        "GET /login HTTP/1.1\r\nHost:",
    ] {
        let answer = one(head).await;
        assert!([400, 403].contains(&answer.status), "{head}: {answer:?}");
        assert!(answer.header("content-security-policy").is_some(), "{head}: {answer:?}");
    }
    assert_eq!(one("GET http://localhost/login HTTP/1.1\r\nHost: localhost").await.status, 200);
    for head in [
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443",
        "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443",
        "TRACE /login HTTP/1.1\r\nHost: localhost\r\nCookie: session=secret",
        "OPTIONS * HTTP/1.1\r\nHost: localhost",
        "GET * HTTP/1.1\r\nHost: localhost",
        "get /login HTTP/1.1\r\nHost: localhost",
        "GET /login/../v1/me HTTP/1.1\r\nHost: localhost",
    ] {
        let answer = one(head).await;
        assert!((400..500).contains(&answer.status), "{head}: {answer:?}");
        assert!(!answer.body.contains("secret"), "{head}: {answer:?}");
    }
}
