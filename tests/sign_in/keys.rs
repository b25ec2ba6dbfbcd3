//! The provider's keys change under a running community.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::community::{settings, start};
use super::issuer::{CLIENT, Issuer, PROGRAM, SECRET};
use super::support::Server;
use super::visitor::Visitor;

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

/// A new key signs: sign-in and bearer tokens go on without a restart. The old one is withdrawn: its
/// tokens are refused, the remembered ones too, once the community has seen that.
#[tokio::test]
async fn rotation() {
    let (issuer, server) = start().await;
    let resource = Some("https://tokens.test.invalid");
    let of_first_key = tokens(&issuer, "ann", resource).await["access_token"].as_str().unwrap().to_owned();
    let ann = server.stranger(of_first_key);
    ann.get("/v1/me").await.ok(200);

    issuer.control(json!({ "rotate": "add" })).await;
    // The same provider, known to a community that has fetched its keys just now: a restart stands for the
    // time that must pass between two fetches.
    let mut later = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    later.serve(&[]).await;
    issuer.register(&later, json!({})).await;
    let ann = later.stranger(ann.token.clone());
    ann.get("/v1/me").await.ok(200);
    let of_second_key = tokens(&issuer, "ann", resource).await["access_token"].as_str().unwrap().to_owned();
    let bob = later.stranger(of_second_key);
    bob.get("/v1/me").await.ok(200);
    Visitor::new().sign_in(&later.base, "ann").await.shows(200, "Signed in as <strong>");
}
