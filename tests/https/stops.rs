//! The end of the program.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::authority::Authority;
use super::community::{connect, serve};
use super::support::key;

/// A payment that is under way when the program is asked to stop is answered, and the connection ends as TLS
/// ends: whoever reads knows that nothing was cut off. What was answered is there after the next start.
#[tokio::test]
async fn what_is_under_way_is_answered() {
    let authority = Authority::open().await;
    let root = authority.root().await;
    let mut server = serve(&authority).await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    // Somebody else writes, so that the payment waits.
    let other = rusqlite::Connection::open(server.database()).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 30 }).to_string();
    let mut paying = connect(&authority, &root).await.unwrap();
    let request = format!(
        "POST /v1/transfers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        ann.token,
        key(),
        body.len()
    );
    paying.write_all(request.as_bytes()).await.unwrap();
    let mut idle = connect(&authority, &root).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    server.send("-TERM");
    sleep(Duration::from_millis(300)).await;
    other.execute_batch("ROLLBACK").unwrap();
    let mut answer = String::new();
    // An end without TLS' own goodbye would be an error here.
    timeout(Duration::from_secs(8), paying.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains("connection: close"), "{answer}");
    let mut nothing = Vec::new();
    timeout(Duration::from_secs(3), idle.read_to_end(&mut nothing)).await.unwrap().unwrap();
    assert!(nothing.is_empty());
    assert!(server.ended(Duration::from_secs(10)).await.success());
    server.serve(&[]).await;
    assert_eq!((ann.balance().await, bob.balance().await), (70, 30));
}
