//! Plain HTTP, where it is led to HTTPS.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::authority::{Authority, free_port};
use super::community::{NAME, prepare};

async fn answer(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

/// To the community's own address, whoever a request takes it for; with path and query, and as it is, so that a
/// form is not sent as something else. Who is slow there ends as everywhere.
#[tokio::test]
async fn it_leads_to_the_community_alone() {
    let authority = Authority::open().await;
    let port = free_port();
    let mut server = prepare(&authority, &format!("redirect_bind = \"127.0.0.1:{port}\"\n"), "").await;
    let with = std::fs::read_to_string(server.path("config.toml")).unwrap();
    std::fs::write(server.path("config.toml"), with.replace("[limits]\n", "[limits]\nheader_seconds = 2\n")).unwrap();
    server.serve(&[]).await;
    let ours = format!("https://{NAME}:{}", authority.community);
    for (line, host, path) in [
        ("GET /pay/1?amount=3", NAME, "/pay/1?amount=3"),
        ("POST /login", "evil.example", "/login"),
        ("GET http://evil.example/x", "evil.example", "/x"),
        ("GET //evil.example/x", "evil.example", "//evil.example/x"),
        ("OPTIONS *", NAME, "/"),
    ] {
        let said = answer(port, &format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")).await;
        assert!(said.starts_with("HTTP/1.1 308"), "{line}: {said}");
        assert!(said.contains(&format!("\r\nlocation: {ours}{path}\r\n")), "{line}: {said}");
        assert!(!said.contains("set-cookie"), "{said}");
    }
    // And who follows arrives.
    let moved = server.client.get(format!("http://127.0.0.1:{port}/health")).send().await.unwrap();
    let to = moved.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(server.client.get(to).send().await.unwrap().status(), 200);
    let slow = answer(port, "GET / HTTP/1.1\r\nhost: to").await;
    assert!(slow.starts_with("HTTP/1.1 408"), "{slow}");
}
