//! How much a stranger may ask for, and that members do not pay for it.

use std::time::Duration;

use super::community::answer;
use super::support::{Answer, Member, Server};

async fn server(limits: &str, proxies: &str) -> Server {
    let settings = Server::settings("")
        .replace("requests_per_minute_per_address = 0", limits)
        .replace("[server]\n", &format!("[server]\n{proxies}\n"));
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    server
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.client.get(format!("{}{path}", server.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request.send().await.unwrap()).await
}

/// Whoever is not signed in shares what one address may do: pages to sign in, calls without a token
/// and with bad ones. A member whose token is known goes on meanwhile, and so does who watches.
#[tokio::test]
async fn a_flood_of_bad_tokens_is_for_its_sender() {
    let server = server("requests_per_minute_per_address = 4", "").await;
    let ann = server.member("ann").await;
    let bad = server.stranger(format!("{}x", server.provider.token("eve", "eve")));
    let mut counted = 1;
    for number in 0..3 {
        let answer = match number % 3 {
            0 => bad.get("/v1/me").await,
            1 => get(&server, "/v1/me", &[]).await,
            _ => get(&server, "/login", &[]).await,
        };
        assert!([200, 401].contains(&answer.status), "{answer:?}");
        counted += 1;
    }
    assert_eq!(counted, 4);
    for _ in 0..8 {
        let refused = bad.get("/v1/me").await;
        refused.refused(429, "too_many_requests");
        let seconds: u64 = refused.headers["retry-after"].parse().unwrap();
        assert!((1..=15).contains(&seconds), "{seconds}");
        for path in ["/v1/me", "/login", "/", "/profile"] {
            assert_eq!(get(&server, path, &[]).await.status, 429, "{path}");
        }
    }
    // A forged cookie opens nothing and is one more stranger; a good token that is new must wait as well.
    assert_eq!(get(&server, "/profile", &[("cookie", "session=forged")]).await.status, 429);
    server.stranger(server.provider.token("new", "new")).get("/v1/me").await.refused(429, "too_many_requests");
    for _ in 0..30 {
        ann.get("/v1/me").await.ok(200);
        assert_eq!(get(&server, "/health", &[]).await.status, 200);
        assert_eq!(get(&server, "/favicon.ico", &[]).await.status, 200);
    }
}

/// Who waits as long as they are told is let in.
#[tokio::test]
async fn retry_after_is_true() {
    let server = server("requests_per_minute_per_address = 60", "").await;
    let refused = loop {
        let answer = get(&server, "/login", &[]).await;
        if answer.status == 429 {
            break answer;
        }
    };
    let seconds: u64 = refused.headers["retry-after"].parse().unwrap();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert_eq!(get(&server, "/login", &[]).await.status, 200);
}

async fn until_refused(server: &Server, headers: impl Fn(usize) -> Vec<(&'static str, String)>) -> usize {
    for number in 0..40 {
        let headers = headers(number);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if get(server, "/login", &headers).await.status == 429 {
            return number;
        }
    }
    40
}

/// What a request says about its sender counts when a proxy says it that the community has named.
#[tokio::test]
async fn proxies_are_believed_when_they_are_ours() {
    let ours = server("requests_per_minute_per_address = 5", "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]").await;
    let forwarded = |text: String| vec![("x-forwarded-for", text)];
    // Each address has its own account.
    assert_eq!(until_refused(&ours, |number| forwarded(format!("198.51.100.{number}"))).await, 40);
    // What the client itself wrote before the proxy did does not matter; nor do our own proxies after it.
    assert_eq!(until_refused(&ours, |number| forwarded(format!("192.0.2.{number}, 203.0.113.9"))).await, 5);
    assert_eq!(until_refused(&ours, |number| forwarded(format!("203.0.113.9, 10.0.0.{number}"))).await, 0);
    // One network of IPv6 is one household.
    assert_eq!(until_refused(&ours, |number| forwarded(format!("2001:db8:0:1::{number:x}"))).await, 5);
    assert_eq!(until_refused(&ours, |number| forwarded(format!("2001:db8:1:{number:x}::1"))).await, 40);
    assert_eq!(
        until_refused(&ours, |number| vec![(
            "forwarded",
            format!("for=192.0.2.{number}, for=\"[2001:db8:7::1]:{number}\"")
        )])
        .await,
        5
    );
    // A stranger who is no proxy of ours says what he likes, and it is said once in the log.
    let plain = server("requests_per_minute_per_address = 5", "").await;
    assert_eq!(until_refused(&plain, |number| forwarded(format!("198.51.100.{number}"))).await, 5);
    assert_eq!(plain.log().matches("trusted_proxies does not name").count(), 1, "{}", plain.log());
    let other = server("requests_per_minute_per_address = 5", "trusted_proxies = [\"192.0.2.1\"]").await;
    assert_eq!(until_refused(&other, |number| forwarded(format!("198.51.100.{number}"))).await, 5);
}

/// What cannot be an address is said before anything is opened.
#[test]
fn proxies_are_addresses() {
    for wrong in ["proxy.example.org", "10.0.0.0/33", "", "10.0.0", "*"] {
        let server = Server::prepare(&format!("[server]\ntrusted_proxies = [\"{wrong}\"]\n"));
        let output = server.run(&["serve"]);
        assert!(output.code == 1 && output.stderr.contains("server.trusted_proxies"), "{wrong}: {output:?}");
    }
}

/// A member who asks too often waits; the other one does not notice.
#[tokio::test]
async fn members_have_limits_of_their_own() {
    let settings = Server::settings("").replace("requests_per_minute = 0\n", "requests_per_minute = 5\n");
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    let (ann, bob): (Member, Member) = (server.member("ann").await, server.member("bob").await);
    for _ in 0..4 {
        ann.get("/v1/wallet").await.ok(200);
    }
    let refused = ann.pay(&bob, 1).await;
    refused.refused(429, "too_many_requests");
    let seconds: u64 = refused.headers["retry-after"].parse().unwrap();
    assert!((1..=12).contains(&seconds), "{seconds}");
    bob.get("/v1/wallet").await.ok(200);
}
