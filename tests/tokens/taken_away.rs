//! What was good when it was remembered and has been taken away since: a role, a member, a key.

use std::time::{Duration, Instant};

use serde_json::json;

use super::support::provider::now;
use super::support::{Provider, Server};

/// A role that was granted, and one that a claim gave, end with the next request after they were taken
/// away, for a token that is remembered.
#[tokio::test]
async fn a_role_taken_away_is_gone() {
    let claim = "roles_claim = \"groups\"\noperator_roles = [\"board\"]\n";
    let with_claim = Server::settings("").replace("jwks_file", &format!("{claim}jwks_file"));
    let mut server = Server::prepare(&with_claim);
    server.serve(&[]).await;
    let body = json!({ "amount": 1, "reason": "Stock" });
    let ann = server.member("ann").await;
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    ann.post("/v1/admin/issuances", &body).await.ok(201);
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).ok();
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    // By a claim: it counts as long as the configuration lets it.
    let mut claims = Provider::claims("bob", "bob");
    claims["groups"] = json!(["board"]);
    let token = server.provider.sign("RS256", &claims);
    server.stranger(token.clone()).post("/v1/admin/issuances", &body).await.ok(201);
    server.stop();
    std::fs::write(server.path("config.toml"), Server::settings("")).unwrap();
    server.serve(&[]).await;
    server.stranger(token).post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    // A role by a claim does not outlast a day, however long the token does.
    server.stop();
    std::fs::write(server.path("config.toml"), with_claim).unwrap();
    server.serve(&[]).await;
    claims["exp"] = json!(now() + 90 * 24 * 3600);
    let lasting = server.stranger(server.provider.sign("RS256", &claims));
    assert_eq!(lasting.get("/v1/me").await.ok(200)["roles"], json!(["member"]));
    server.assert_sound().await;
}

/// A member who has been deleted can do nothing with the token that was good a moment ago, not even pay,
/// whose payers are remembered.
#[tokio::test]
async fn a_member_taken_away_is_gone() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.funded("bob", 100).await);
    ann.pay(&bob, 1).await.ok(201);
    ann.get("/v1/wallet").await.ok(200);
    server.cli(&["member", "delete", &ann.user_id, "--reason", "Left"]).ok();
    let rows = server.rows();
    ann.pay(&bob, 1).await.refused(403, "forbidden");
    for path in ["/v1/me", "/v1/wallet", "/v1/transactions", "/v1/statistics/supply"] {
        ann.get(path).await.refused(403, "forbidden");
    }
    let fresh = server.stranger(server.provider.sign("ES256", &Provider::claims("ann", "ann")));
    fresh.get("/v1/me").await.refused(403, "forbidden");
    assert_eq!(server.rows(), rows, "and nobody new has come by the old name");
    server.cli(&["member", "restore", &ann.user_id, "--reason", "Came back"]).ok();
    ann.get("/v1/me").await.ok(200);
    server.assert_sound().await;
}

/// A key that the provider has withdrawn takes every token with it that it signed, remembered ones too;
/// tokens by its other keys stay good.
#[tokio::test]
async fn a_key_taken_away_is_gone() {
    let server = Server::start().await;
    let by = |algorithm: &str| server.stranger(server.provider.sign(algorithm, &Provider::claims("ann", "ann")));
    let (rsa, ec) = (by("RS256"), by("ES256"));
    rsa.get("/v1/me").await.ok(200);
    ec.get("/v1/me").await.ok(200);
    let mut keys = server.provider.jwks();
    keys["keys"].as_array_mut().unwrap().retain(|key| key["kid"] != "RS256");
    std::fs::write(server.path("jwks.json"), keys.to_string()).unwrap();
    let began = Instant::now();
    while rsa.get("/v1/me").await.status != 401 {
        assert!(began.elapsed() < Duration::from_secs(10), "the withdrawn key still opens the door");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    rsa.post("/v1/transfers", &json!({})).await.refused(401, "unauthorized");
    ec.get("/v1/me").await.ok(200);
    by("RS256").get("/v1/me").await.refused(401, "unauthorized");
}
