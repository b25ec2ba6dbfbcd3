//! The provider's keys change under a running community.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::community::settings;
use super::issuer::{CLIENT, Issuer, PROGRAM, SECRET};
use super::support::Server;
use super::support::clock::Clock;
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
    let request = Client::new().post(format!("{}/token", issuer.url)).basic_auth(CLIENT, Some(encoded(SECRET)));
    let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    assert!(answer["id_token"].is_string(), "{answer}");
    answer
}

/// A new key signs: signing in and bearer tokens go on without a restart, and the old key's tokens hold as
/// long as it is listed. The old keys are withdrawn: their tokens are refused, remembered ones too. Whoever
/// is signed in on the pages notices nothing of all that.
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
    let mut pages = Visitor::new();
    pages.sign_in(&server.base, "ann").await;
    let first = bearer("ann").await;
    first.get("/v1/me").await.ok(200);

    issuer.control(json!({ "rotate": "add" })).await;
    // So long must pass between two fetches of keys.
    clock.run(MINUTE + 1);
    let second = bearer("bob").await;
    second.get("/v1/me").await.ok(200);
    first.get("/v1/me").await.ok(200);
    Visitor::new().sign_in(&server.base, "bob").await.shows(200, "Signed in as <strong>");

    issuer.control(json!({ "rotate": "withdraw" })).await;
    // And so long a set is used at most before it is looked at again.
    clock.run(25 * 60 * MINUTE);
    let mut refused = 0;
    for _ in 0..200 {
        refused = second.get("/v1/me").await.status;
        if refused == 401 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(refused, 401);
    first.get("/v1/me").await.refused(401, "unauthorized");
    bearer("ann").await.get("/v1/me").await.ok(200);
    Visitor::new().sign_in(&server.base, "ann").await.shows(200, "Signed in as <strong>");
    pages.open(&format!("{}/send", server.base)).await.shows(200, "To whom");
}
