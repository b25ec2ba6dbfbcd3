//! A provider that is not what it should be: what it says of itself leads elsewhere, or what it gives out is
//! not for us.

use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::community::settings;
use super::site::Site;
use super::support::provider::{AUDIENCE, now};
use super::support::{Provider, Server};
use super::visitor::Visitor;

/// Makes an ID token with this nonce.
type Make<'a> = &'a dyn Fn(&str) -> String;

/// Codes and the community's secret go to the provider by HTTPS, or within this machine. Where its
/// description says that they are to be sent in the open to another one, nobody is signed in, and nobody
/// is asked; nor where it speaks for another issuer.
#[tokio::test]
async fn codes_do_not_travel_in_the_open() {
    // An address that is nobody's (RFC 5737).
    for (issuer, token, why) in [
        (None, "http://192.0.2.1/token", "neither https: nor http: on this machine"),
        (None, "ftp://127.0.0.1/token", "of the kind"),
        (Some("https://id.example.org"), "http://127.0.0.1:9/token", "they must be equal"),
    ] {
        let site = Site::open().await;
        let ours = site.url("");
        site.says(
            "/.well-known/openid-configuration",
            &json!({
                "issuer": issuer.unwrap_or(&ours),
                "authorization_endpoint": site.url("/auth"),
                "token_endpoint": token,
                "jwks_uri": site.url("/keys"),
            }),
        );
        let mut server = Server::prepare(&settings(&ours, "name = \"Our club\"\n"));
        server.serve(&[]).await;
        let mut ann = Visitor::new();
        let start: Url = format!("{}/login/start?provider=0", server.base).parse().unwrap();
        let begun = ann.ask(Method::GET, &start, None).await;
        let failed = match begun.location {
            Some(provider) => {
                let state = provider.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
                ann.open(&format!("{}/login/callback?code=c&state={state}", server.base)).await
            }
            None => begun,
        };
        failed.shows(503, "Our club cannot be reached at present");
        assert!(server.log().contains(why), "{why}: {}", server.log());
        assert!(ann.session().is_none());
        assert_eq!(site.visits(), 1, "its description was read, and nothing else asked");
    }
}

/// The token endpoint gives out an ID token that is forged, over, someone else's, or for someone else: the
/// rules of bearer tokens hold, and our client alone is the audience. A good one from the same place does
/// sign in.
#[tokio::test]
async fn other_id_tokens_open_no_session() {
    let (site, keys, mallory) = (Site::open().await, Provider::new(), Provider::new());
    let ours = site.url("");
    site.says(
        "/.well-known/openid-configuration",
        &json!({
            "issuer": ours,
            "authorization_endpoint": site.url("/auth"),
            "token_endpoint": site.url("/token"),
            "jwks_uri": site.url("/keys"),
        }),
    );
    site.says("/keys", &keys.jwks());
    let wallet =
        settings(&ours, "name = \"Our club\"\n").replace("client_id = \"communitytoken\"", "client_id = \"wallet\"");
    let mut server = Server::prepare(&wallet);
    server.serve(&[]).await;
    let good = |nonce: &str| {
        json!({ "iss": ours, "aud": "wallet", "sub": "ann", "preferred_username": "ann", "nonce": nonce,
            "iat": now(), "exp": now() + 600 })
    };
    let with = |name: &'static str, value: Value| {
        let (good, keys) = (&good, &keys);
        move |nonce: &str| {
            let mut claims = good(nonce);
            claims[name] = value.clone();
            keys.sign("RS256", &claims)
        }
    };
    let header = |header: Value| {
        let (good, keys) = (&good, &keys);
        move |nonce: &str| keys.sign_with_header(&header, &good(nonce))
    };
    let forged = |nonce: &str| mallory.sign("RS256", &good(nonce));
    let unsigned = |nonce: &str| {
        let token = keys.sign_with_header(&json!({ "alg": "none" }), &good(nonce));
        token[..=token.rfind('.').unwrap()].to_owned()
    };
    let tokens: [(&str, Make<'_>); 14] = [
        ("another's key", &forged),
        ("no signature", &unsigned),
        ("another algorithm than the key's", &header(json!({ "alg": "HS256", "kid": "RS256" }))),
        ("a critical extension", &header(json!({ "alg": "RS256", "kid": "RS256", "crit": ["x"] }))),
        ("a logout token", &header(json!({ "alg": "RS256", "kid": "RS256", "typ": "logout+jwt" }))),
        ("our audience, but not our client", &with("aud", json!(AUDIENCE))),
        ("another client", &with("aud", json!("game"))),
        ("several, and none said to have asked", &with("aud", json!(["wallet", "game"]))),
        ("another client asked", &with("azp", json!("game"))),
        ("another issuer", &with("iss", json!("https://id.example.org"))),
        ("over", &with("exp", json!(now() - 120))),
        ("of tomorrow", &with("nbf", json!(now() + 86400))),
        ("another sign-in", &with("nonce", json!("another"))),
        ("another access token", &with("at_hash", json!("bm90IHRoaXMgb25l"))),
    ];
    let sign_in = async |id_token: Make<'_>| {
        let mut ann = Visitor::new();
        let provider = ann.begin(&server.base, "").await;
        let said = |name: &str| provider.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let token = id_token(&said("nonce"));
        site.says("/token", &json!({ "access_token": "a", "token_type": "Bearer", "id_token": token }));
        let seen = ann.open(&format!("{}/login/callback?code=c&state={}", server.base, said("state"))).await;
        (seen, ann, token)
    };
    for (what, id_token) in tokens {
        let (seen, ann, token) = sign_in(id_token).await;
        assert_eq!(seen.status, 403, "{what}: {}", seen.text);
        assert!(ann.session().is_none(), "{what}");
        assert!(!server.log().contains(&token), "{what}: the log holds it");
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 0);
    let (seen, ..) = sign_in(&|nonce| keys.sign("RS256", &good(nonce))).await;
    seen.shows(200, "Signed in as <strong>ann</strong>");
}
