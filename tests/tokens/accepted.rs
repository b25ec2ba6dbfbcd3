//! What opens the door, and as what one comes in.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::support::provider::ISSUER;
use super::support::{Member, Provider, Server};

/// A community whose provider has these settings besides.
async fn community(settings: &str) -> Server {
    let all =
        Server::settings("").replace("jwks_file = \"jwks.json\"", &format!("jwks_file = \"jwks.json\"\n{settings}"));
    let mut server = Server::prepare(&all);
    server.serve(&[]).await;
    server
}

/// Ann, with these claims besides.
fn ann(server: &Server, more: &Value) -> Member {
    let mut claims = Provider::claims("ann", "ann");
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    server.stranger(server.provider.sign("RS256", &claims))
}

/// RS256, ES256 and `EdDSA` open the door; whoever comes twice is the same member; their first
/// call has made a user and a wallet.
#[tokio::test]
async fn tokens_of_three_kinds() {
    let server = Server::start().await;
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let member = server.stranger(server.provider.sign(algorithm, &Provider::claims(algorithm, "ann")));
        let first = member.get("/v1/me").await.ok(200);
        assert_eq!((first["username"].as_str(), &first["roles"]), (Some("ann"), &json!(["member"])));
        assert_eq!(member.get("/v1/me").await.ok(200), first);
    }
    let users = server.sql("SELECT count(*) AS n FROM users");
    assert_eq!(users[0]["n"], 3, "the same name with other identities is other people");
    server.assert_sound().await;
}

/// Whoever's provider gives out opaque access tokens sends its ID token; one that another of the
/// provider's clients got opens nothing.
#[tokio::test]
async fn an_id_token_opens_the_door() {
    let server = community("client_id = \"wallet\"").await;
    ann(&server, &json!({ "aud": "wallet", "azp": "wallet", "nonce": "n", "at_hash": "h" }))
        .get("/v1/me")
        .await
        .ok(200);
    for claims in [json!({ "aud": "game" }), json!({ "aud": ["wallet", "game"], "azp": "game" })] {
        ann(&server, &claims).get("/v1/me").await.refused(401, "unauthorized");
    }
    // A Keycloak without a mapper for the audience.
    let keycloak = json!({ "aud": "account", "azp": "wallet" });
    ann(&server, &keycloak).get("/v1/me").await.refused(401, "unauthorized");
    let server = community("client_id = \"wallet\"\naccept_azp = true").await;
    ann(&server, &keycloak).get("/v1/me").await.ok(200);
    ann(&server, &json!({ "aud": "account", "azp": "game" })).get("/v1/me").await.refused(401, "unauthorized");
}

/// The configuration says which claim names a new member; where that is missing, "name" does.
#[tokio::test]
async fn a_claim_names_a_new_member() {
    let server = community("username_claim = \"nickname\"").await;
    let username = async |subject: &str, more: Value| {
        let member = ann(&server, &json!({ "sub": subject, "nickname": more["nickname"], "name": more["name"] }));
        member.get("/v1/me").await.ok(200)["username"].as_str().unwrap().to_owned()
    };
    assert_eq!(username("1", json!({ "nickname": "anna", "name": "berta" })).await, "anna");
    assert_eq!(username("2", json!({ "nickname": null, "name": "berta" })).await, "berta");
    assert_eq!(username("3", json!({ "nickname": ["carla"], "name": "dora" })).await, "dora");
    assert_eq!(username("1", json!({ "nickname": "erna" })).await, "anna", "it is a proposal, and made once");
    server.assert_sound().await;
}

/// A token may be of any length up to 16 KiB, and no longer.
#[tokio::test]
async fn a_long_token_opens_the_door() {
    const MOST: usize = 16 * 1024;
    let server = Server::start().await;
    let long = |pad: usize| ann(&server, &json!({ "groups": "g".repeat(pad) }));
    let fits = (11_000..13_000).rev().find(|pad| long(*pad).token.len() <= MOST).unwrap();
    assert!(long(fits).token.len() > MOST - 4);
    long(fits).get("/v1/me").await.ok(200);
    long(fits + 1).get("/v1/me").await.refused(401, "unauthorized");
}

/// A role by a claim opens what the role opens, in that token, and is nowhere written down as granted.
#[tokio::test]
async fn a_claim_makes_an_operator() {
    let server = community(
        "roles_claim = \"realm_access.roles\"\noperator_roles = [\"token-operator\"]\nauditor_roles = [\"token-auditor\"]",
    )
    .await;
    let body = json!({ "amount": 5, "reason": "Stock" });
    let named = |role: &str| ann(&server, &json!({ "realm_access": { "roles": ["offline_access", role] } }));
    for (role, roles, status) in [
        ("token-operator", json!(["member", "operator"]), 201),
        ("token-auditor", json!(["member", "auditor"]), 403),
        ("operator", json!(["member"]), 403),
        ("TOKEN-OPERATOR", json!(["member"]), 403),
    ] {
        let ann = named(role);
        assert_eq!(ann.get("/v1/me").await.ok(200)["roles"], roles, "{role}");
        let answer = ann.post("/v1/admin/issuances", &body).await;
        assert_eq!(answer.status, status, "{role}: {}", answer.text);
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM roles")[0]["n"], 0);
    let audit = server.sql("SELECT operator, reason FROM audit_log WHERE action = 'issuance'");
    assert_eq!(audit.as_array().map(Vec::len), Some(1), "{audit}");
    assert!(audit[0]["operator"].as_str().unwrap().starts_with("ann ("), "{audit}");
    // Without the settings the same token is a member's.
    let plain = Server::start().await;
    let ann =
        ann(&plain, &json!({ "realm_access": { "roles": ["token-operator", "operator"] }, "roles": ["operator"] }));
    assert_eq!(ann.get("/v1/me").await.ok(200)["roles"], json!(["member"]));
    server.assert_sound().await;
}

/// A provider that signs with the client secret is taken only where that is said, and the secret is
/// shown nowhere.
#[tokio::test]
async fn a_shared_secret_opens_the_door() {
    const SECRET: &str = "correct-horse-battery-staple-and-more";
    let signed = || {
        let message = [json!({ "alg": "HS256", "typ": "JWT" }), Provider::claims("ann", "ann")]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let with_keys = community(&format!("client_id = \"wallet\"\nclient_secret = \"{SECRET}\"")).await;
    with_keys.stranger(signed()).get("/v1/me").await.refused(401, "unauthorized");
    let settings = Server::settings("").replace(
        "jwks_file = \"jwks.json\"",
        &format!("algorithms = [\"HS256\"]\nclient_id = \"wallet\"\nclient_secret = \"{SECRET}\""),
    );
    let mut server = Server::prepare(&settings);
    server.environment = vec![("COMMUNITYTOKEN_LOG__FILTER".into(), "trace".into())];
    server.serve(&[]).await;
    server.stranger(signed()).get("/v1/me").await.ok(200);
    ann(&server, &json!({})).get("/v1/me").await.refused(401, "unauthorized");
    assert!(!server.log().contains(SECRET));
    assert!(!server.run(&["config"]).stdout.contains(SECRET));
    assert!(server.sql("SELECT issuer FROM identities")[0]["issuer"] == ISSUER);
}
