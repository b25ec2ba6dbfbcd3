//! The provider's keys change under a running community.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Value, json};

use super::community::settings;
use super::issuer::{CLIENT, Issuer, PROGRAM, SECRET};
use super::support::clock::Clock;
use super::support::{Server, client};
use super::visitor::Visitor;

const MINUTE: i64 = 60;

/// The tokens that a member's own program gets at the provider, by a code flow of its own.
pub async fn tokens(issuer: &Issuer, name: &str, resource: Option<&str>) -> Value {
    let verifier = "a verifier of at least forty-three characters, as the standard asks";
    let verifier = URL_SAFE_NO_PAD.encode(verifier);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let mut url = Url::parse(&format!("{}/auth", issuer.url)).unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", CLIENT)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", PROGRAM)
        .append_pair("scope", "openid wallet")
        .append_pair("code_challenge_method", "S256")
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(digest.as_ref()));
    if let Some(resource) = resource {
        url.query_pairs_mut().append_pair("resource", resource);
    }
    let mut browser = Visitor::new();
    let seen = browser.ask(reqwest::Method::GET, &url, None).await;
    let back = browser.pass_provider(seen, name, PROGRAM).await.location.unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let encoded = |text: &str| serde_urlencoded::to_string([("", text)]).unwrap()[1..].to_owned();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", PROGRAM),
        ("code_verifier", &*verifier),
    ];
    form.extend(resource.map(|resource| ("resource", resource)));
    let request =
        client().build().unwrap().post(format!("{}/token", issuer.url)).basic_auth(CLIENT, Some(encoded(SECRET)));
    let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    assert!(answer["id_token"].is_string(), "{answer}");
    answer
}

/// Lets time pass, and the connections that were idle for so long be closed.
async fn pass(server: &Server, clock: &Clock, seconds: i64) {
    clock.run(seconds);
    // Whoever sleeps notices nothing of a clock that jumps: this wakes the program.
    client().build().unwrap().get(format!("{}/health", server.base)).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// Waits until the program has asked the provider for its keys since this moment, in Unix seconds.
async fn asked_again(server: &Server, since: u64) {
    for _ in 0..400 {
        let kept = std::fs::read_dir(server.database().parent().unwrap()).unwrap().find_map(|entry| {
            let path = entry.unwrap().path();
            path.to_str().unwrap().contains("-keys-").then(|| std::fs::read(path).unwrap())
        });
        let kept: Option<Value> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if kept.is_some_and(|kept| kept["fetched_at"].as_u64().unwrap() >= since) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the provider was not asked for its keys: {}", server.log());
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// A new key signs: signing in and bearer tokens go on without a restart, and the old key's tokens hold as
/// long as it is listed. All keys are withdrawn: their tokens are refused, remembered ones too, and so is
/// the session that was opened by a token which would still be good. Those whose tokens had run out while
/// their key was listed notice nothing of all that.
#[tokio::test]
async fn rotation() {
    let issuer = Issuer::start();
    let mut server = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    issuer.register(&server, json!({})).await;
    let bearer = async |name: &str| {
        let tokens = tokens(&issuer, name, Some("https://tokens.test.invalid")).await;
        server.stranger(tokens["access_token"].as_str().unwrap().into())
    };
    let send = format!("{}/send", server.base);
    let (mut early, mut late) = (Visitor::new(), Visitor::new());
    // An ID token that is good for a moment, for the early session.
    issuer.control(json!({ "lifetime": 1 })).await;
    early.sign_in(&server.base, "ann").await;
    let over = now() + 2;
    issuer.control(json!({ "lifetime": 3600 })).await;
    let first = bearer("ann").await;
    first.get("/v1/me").await.ok(200);

    issuer.control(json!({ "rotate": "add" })).await;
    // So long must pass between two fetches of keys.
    clock.run(MINUTE + 1);
    let second = bearer("bob").await;
    second.get("/v1/me").await.ok(200);
    first.get("/v1/me").await.ok(200);
    Visitor::new().sign_in(&server.base, "bob").await.shows(200, "Signed in as <strong>");

    // The keys are seen to be listed still when the ID token of the early session has run out.
    while now() < over {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    pass(&server, &clock, 2 * 60 * MINUTE).await;
    early.open(&send).await.shows(200, "To whom");
    asked_again(&server, over).await;
    late.sign_in(&server.base, "bob").await.shows(200, "Signed in as <strong>");

    issuer.control(json!({ "rotate": "withdraw" })).await;
    // And so long a set is used at most before it is looked at again: a page alone sees to that.
    pass(&server, &clock, 27 * 60 * MINUTE).await;
    let mut seen = late.open(&send).await;
    for _ in 0..200 {
        if seen.text.contains("Sign in") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        seen = late.open(&send).await;
    }
    assert!(!seen.text.contains("To whom"), "the late session is over: {}", seen.text);
    early.open(&send).await.shows(200, "To whom");
    second.get("/v1/me").await.refused(401, "unauthorized");
    first.get("/v1/me").await.refused(401, "unauthorized");
    bearer("ann").await.get("/v1/me").await.ok(200);
    late.sign_in(&server.base, "bob").await.shows(200, "Signed in as <strong>");
    late.open(&send).await.shows(200, "To whom");
    assert!(server.log().contains("the provider has withdrawn a key"));
}
