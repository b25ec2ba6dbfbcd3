//! Until when one hears.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::stream::Stream;
use super::support::clock::Clock;
use super::support::provider::{Provider, now};
use super::support::{Member, Server};

/// A member with a token that is good for so many seconds more. Clocks may differ by a minute, so it is
/// one that has ended by its own word.
async fn with_token_for(server: &Server, subject: &str, seconds: u64) -> Member {
    let mut claims = Provider::claims(subject, subject);
    claims["iat"] = json!(now() - 600);
    claims["exp"] = json!(now() - 60 + seconds);
    let mut member = server.stranger(server.provider.sign("EdDSA", &claims));
    let me = member.get("/v1/me").await.ok(200);
    member.wallet_id = me["wallet_id"].as_str().unwrap().into();
    member
}

/// The token ends: what comes after it is not heard, and the stream is over. Where nothing comes, it is
/// over with the next word that breaks the silence.
#[tokio::test]
async fn with_the_token() {
    let server = Server::start().await;
    let ann = server.funded("ann", 10).await;
    let (bob, eve) = (with_token_for(&server, "bob", 5).await, with_token_for(&server, "eve", 5).await);
    let (mut paid, mut unpaid) = (Stream::open(&bob).await, Stream::open(&eve).await);
    paid.hears("balance").await;
    unpaid.hears("balance").await;
    ann.pay(&bob, 1).await.ok(201);
    paid.hears("transaction").await;
    paid.hears("balance").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    bob.get("/v1/me").await.refused(401, "unauthorized");
    ann.pay(&bob, 1).await.ok(201);
    assert_eq!(paid.next().await, None);
    let began = Instant::now();
    assert_eq!(unpaid.next().await, None);
    println!("without a word, it ended {:?} later", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(18));
}

/// A key that the provider withdraws takes the streams with it that its tokens opened, and no others.
#[tokio::test]
async fn with_the_key() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 10).await, server.member("bob").await);
    let by = |algorithm: &str| server.stranger(server.provider.sign(algorithm, &Provider::claims("bob", "bob")));
    let (mut withdrawn, mut listed) = (Stream::open(&by("RS256")).await, Stream::open(&by("ES256")).await);
    withdrawn.hears("balance").await;
    listed.hears("balance").await;
    let mut keys = server.provider.jwks();
    keys["keys"].as_array_mut().unwrap().retain(|key| key["kid"] != "RS256");
    std::fs::write(server.path("jwks.json"), keys.to_string()).unwrap();
    let began = Instant::now();
    while by("RS256").get("/v1/me").await.status != 401 {
        assert!(began.elapsed() < Duration::from_secs(10), "the withdrawn key still opens the door");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ann.pay(&bob, 1).await.ok(201);
    assert_eq!(withdrawn.next().await, None);
    listed.hears("transaction").await;
}

/// Whoever leaves, is deleted or erased, hears nothing of it.
#[tokio::test]
async fn with_the_membership() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 10).await, server.funded("bob", 10).await);
    let (mut deleted, mut left) = (Stream::open(&ann).await, Stream::open(&bob).await);
    deleted.hears("balance").await;
    left.hears("balance").await;
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    let body = json!({ "confirm": bob.user_id, "remaining": "pool" }).to_string();
    bob.call(Method::DELETE, "/v1/me", &[("content-type", "application/json")], Some(body)).await.ok(200);
    let began = Instant::now();
    assert_eq!((deleted.next().await, left.next().await), (None, None));
    assert!(began.elapsed() < Duration::from_secs(5), "a deletion is noticed at once: {:?}", began.elapsed());
    assert_eq!(Stream::ask(&ann, None).await.status(), 403);
}

/// After five minutes a stream ends by itself, and whoever comes back is heard as before. The clock is
/// turned, for the server alone.
#[tokio::test]
async fn with_time() {
    let mut server = Server::prepare(&Server::settings(""));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let ann = server.funded("ann", 10).await;
    let mut stream = Stream::open(&ann).await;
    let last = stream.hears("balance").await.id;
    clock.run(280);
    stream.hears_nothing(Duration::from_secs(1)).await;
    server.fund(&ann, 1).await;
    stream.hears("transaction").await;
    stream.hears("balance").await;
    clock.run(301);
    assert_eq!(stream.next().await, None);
    let mut again = Stream::resume(&ann, Some(&last.to_string())).await;
    again.hears("transaction").await;
    again.hears("balance").await;
}

/// Stopping waits for nobody who only listens.
#[tokio::test]
async fn with_the_server() {
    let mut server = Server::start().await;
    let members = server.members(5).await;
    let mut streams = Vec::new();
    for member in members.iter().cycle().take(30) {
        let mut stream = Stream::open(member).await;
        stream.hears("balance").await;
        streams.push(stream);
    }
    let began = Instant::now();
    server.send("-TERM");
    let status = server.ended(Duration::from_secs(5)).await;
    println!("stopped after {:?}", began.elapsed());
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for stream in &mut streams {
        assert_eq!(stream.next().await, None);
    }
}
