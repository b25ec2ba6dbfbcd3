//! Several providers at once, honest and hostile: none vouches for another's members.

use serde_json::{Value, json};

use super::site::Site;
use super::support::provider::{AUDIENCE, ISSUER};
use super::support::server::OPERATOR;
use super::support::{Provider, Server};

const OTHER: &str = "https://other.test.invalid/realms/garden";

/// A community with the usual provider and another one with its keys in `other.json`.
async fn two_providers() -> (Server, Provider) {
    let other = Provider::new();
    let block = format!(
        "[[identity.providers]]\nissuer = \"{OTHER}\"\naudience = \"{AUDIENCE}\"\njwks_file = \"other.json\"\n"
    );
    let mut server = Server::prepare(&Server::settings(&block));
    other.write(&server.path("other.json"));
    server.serve(&[]).await;
    (server, other)
}

fn claims(issuer: &str, subject: &str) -> Value {
    let mut claims = Provider::claims(subject, "ann");
    claims["iss"] = json!(issuer);
    claims
}

/// The same subject at two issuers is two people; neither issuer can speak for the other, and the
/// operator whom the configuration names is one of them only.
#[tokio::test]
async fn two_providers_have_members_of_their_own() {
    let (server, other) = two_providers().await;
    let me = async |provider: &Provider, issuer: &str, subject: &str| {
        server.stranger(provider.sign("EdDSA", &claims(issuer, subject))).get("/v1/me").await
    };
    let here = me(&server.provider, ISSUER, "7").await.ok(200);
    let there = me(&other, OTHER, "7").await.ok(200);
    assert_ne!(here["id"], there["id"]);
    assert_ne!(here["wallet_id"], there["wallet_id"]);
    assert_eq!(me(&server.provider, ISSUER, "7").await.ok(200)["id"], here["id"]);
    assert_eq!(me(&other, OTHER, "7").await.ok(200)["id"], there["id"]);
    me(&other, ISSUER, "7").await.refused(401, "unauthorized");
    me(&server.provider, OTHER, "7").await.refused(401, "unauthorized");
    assert_eq!(me(&server.provider, ISSUER, OPERATOR).await.ok(200)["roles"], json!(["member", "operator"]));
    assert_eq!(me(&other, OTHER, OPERATOR).await.ok(200)["roles"], json!(["member"]));
    let issuers = server.sql("SELECT issuer, count(*) AS n FROM identities GROUP BY issuer ORDER BY issuer");
    assert_eq!(issuers, json!([{ "issuer": ISSUER, "n": 2 }, { "issuer": OTHER, "n": 2 }]));
    server.assert_sound().await;
}

/// Providers name people in any way they like. Each name is one person, and the same one every time;
/// what differs by a letter, a space or a way to write "é" is someone else.
#[tokio::test]
async fn a_subject_may_have_any_shape() {
    let subjects = [
        "80351110224678912",
        "248289761001",
        "0",
        "-1",
        "5be86359-073c-434b-ad2d-a3932222dabe",
        "5BE86359-073C-434B-AD2D-A3932222DABE",
        "auth0|507f1f77bcf86cd799439011",
        "google-oauth2|1087",
        "maria@example.org",
        "Maria@example.org",
        "maria",
        " maria",
        "maria ",
        "maria\u{a0}",
        "mari\u{e1}",
        "maria\u{301}",
        "マリア",
        "🪙",
        "'; DROP TABLE users; --",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "https://id.test.invalid/|the-operator",
        "null",
        "%00",
        &"x".repeat(255),
        &"ü".repeat(255),
    ];
    let server = Server::start().await;
    let mut ids = Vec::new();
    for subject in subjects {
        let ann = server.stranger(server.provider.sign("EdDSA", &claims(ISSUER, subject)));
        let me = ann.get("/v1/me").await.ok(200);
        assert_eq!(me["roles"], json!(["member"]), "{subject}");
        let again = server.stranger(server.provider.sign("ES256", &claims(ISSUER, subject)));
        assert_eq!(again.get("/v1/me").await.ok(200)["id"], me["id"], "{subject}");
        ids.push(me["id"].as_str().unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), subjects.len(), "each is someone else");
    let operator = "auth0|507f1f77bcf86cd799439011";
    let mut server = Server::prepare(&Server::settings("").replace(OPERATOR, operator));
    server.serve(&[]).await;
    let ann = server.stranger(server.provider.sign("EdDSA", &claims(ISSUER, operator)));
    assert_eq!(ann.get("/v1/me").await.ok(200)["roles"], json!(["member", "operator"]));
}

/// A hostile issuer with a key, a site and our audience: it is asked nothing and believed nothing,
/// whatever its tokens and its pages say.
#[tokio::test]
async fn a_hostile_issuer_is_nobody() {
    let (home, evil) = (Site::open().await, Site::open().await);
    let (ours, theirs) = (home.url(""), evil.url(""));
    let settings = Server::settings("").replace("jwks_file = \"jwks.json\"\n", "").replace(ISSUER, &ours);
    let mut server = Server::prepare(&settings);
    let mallory = Provider::new();
    home.speaks_for(&ours, &server.provider.jwks());
    evil.speaks_for(&ours, &mallory.jwks());
    server.serve(&[]).await;
    let header = |more: Value| {
        let mut header = json!({ "alg": "RS256", "kid": "RS256" });
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        header
    };
    for (issuer, header) in [
        (theirs.clone(), header(json!({}))),
        (format!("{theirs}/"), header(json!({}))),
        (ours.clone(), header(json!({}))),
        (format!("{ours}/"), header(json!({}))),
        (ours.clone(), header(json!({ "jku": evil.url("/keys") }))),
        (ours.clone(), header(json!({ "kid": evil.url("/keys") }))),
        (ours.clone(), header(json!({ "jwk": mallory.jwks()["keys"][0] }))),
        (format!("{ours}@{}", theirs.trim_start_matches("http://")), header(json!({}))),
    ] {
        let token = mallory.sign_with_header(&header, &claims(&issuer, OPERATOR));
        server.stranger(token).get("/v1/me").await.refused(401, "unauthorized");
    }
    assert_eq!(evil.visits(), 0, "nobody goes there");
    let good = server.provider.sign("RS256", &claims(&ours, OPERATOR));
    assert_eq!(server.stranger(good).get("/v1/me").await.ok(200)["roles"], json!(["member", "operator"]));
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 1);
}

/// A provider that the community was talked into adding: its pages cannot give it another's name, and
/// its key signs for itself alone.
#[tokio::test]
async fn a_second_provider_speaks_for_itself_alone() {
    let evil = Site::open().await;
    let theirs = evil.url("");
    let mallory = Provider::new();
    let block = format!("[[identity.providers]]\nissuer = \"{theirs}\"\naudience = \"{AUDIENCE}\"\n");
    // Its discovery says that it is our first provider.
    evil.speaks_for(ISSUER, &mallory.jwks());
    let mut server = Server::prepare(&Server::settings(&block));
    server.serve(&[]).await;
    let token = |issuer: &str| server.stranger(mallory.sign("EdDSA", &claims(issuer, OPERATOR)));
    for issuer in [ISSUER, &theirs] {
        token(issuer).get("/v1/me").await.refused(401, "unauthorized");
    }
    assert!(evil.visits() > 0, "it was asked");
    assert!(server.log().contains("they must be equal"), "and the log says what is wrong with it");
    // As itself it may come in. Its operator is not ours.
    server.stop();
    evil.speaks_for(&theirs, &mallory.jwks());
    server.serve(&[]).await;
    let token = |issuer: &str| server.stranger(mallory.sign("EdDSA", &claims(issuer, OPERATOR)));
    assert_eq!(token(&theirs).get("/v1/me").await.ok(200)["roles"], json!(["member"]));
    token(ISSUER).get("/v1/me").await.refused(401, "unauthorized");
    let body = json!({ "amount": 1, "reason": "Mine" });
    token(&theirs).post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    token(ISSUER).post("/v1/admin/issuances", &body).await.refused(401, "unauthorized");
    server.assert_sound().await;
}

/// An issuer is what it says to the last slash, in tokens and in its own pages; its pages are found
/// without a double slash.
#[tokio::test]
async fn an_issuer_ends_as_it_ends() {
    for (configured, other) in [("/realms/garden/", "/realms/garden"), ("/realms/garden", "/realms/garden/")] {
        let site = Site::open().await;
        let (issuer, other) = (site.url(configured), site.url(other));
        let settings = Server::settings("").replace("jwks_file = \"jwks.json\"\n", "").replace(ISSUER, &issuer);
        let mut server = Server::prepare(&settings);
        let page = json!({ "issuer": issuer, "jwks_uri": site.url("/keys") });
        site.says("/realms/garden/.well-known/openid-configuration", &page);
        site.says("/keys", &server.provider.jwks());
        server.serve(&[]).await;
        let me = async |issuer: &str| {
            server.stranger(server.provider.sign("ES256", &claims(issuer, "ann"))).get("/v1/me").await
        };
        me(&issuer).await.ok(200);
        me(&other).await.refused(401, "unauthorized");
    }
}
