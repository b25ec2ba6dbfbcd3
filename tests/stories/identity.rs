//! Who may come in, and as what.

use serde_json::json;

use super::support::Server;

/// Two first calls at the same moment make one member.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registration_happens_once() {
    let server = Server::start().await;
    let ann = server.stranger(server.provider.token("ann", "ann"));
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let ann = ann.clone();
            tokio::spawn(async move { ann.get("/v1/me").await.ok(200)["id"].clone() })
        })
        .collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

/// Operators by configuration and by grant; a grant counts at once, and so does its end.
#[tokio::test]
async fn roles() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let body = json!({ "amount": 1, "reason": "Stock" });
    assert_eq!(server.operator().await.get("/v1/me").await.ok(200)["roles"], json!(["member", "operator"]));
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    server.cli(&["member", "grant", "ann", "auditor", "--reason", "Elected"]).ok();
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    let shown = server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected", "--operator", "maria"]).ok();
    assert_eq!(shown["roles"], json!(["member", "operator", "auditor"]));
    ann.post("/v1/admin/issuances", &body).await.ok(201);
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).ok();
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    let audit =
        server.sql("SELECT operator, action, reason FROM audit_log WHERE action LIKE 'role.%' ORDER BY sequence");
    assert_eq!(audit.as_array().unwrap().len(), 3);
    assert_eq!((audit[1]["operator"].as_str(), audit[1]["reason"].as_str()), (Some("maria"), Some("Elected")));
    server.assert_sound().await;
}

/// The developer identity answers to this machine alone, and is not offered on any other address.
#[tokio::test]
async fn the_developer_identity_stays_home() {
    let server = Server::demo().await;
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("host", "evil.example"),
    ] {
        for path in ["/", "/login", "/v1/me", "/static/x"] {
            let answer = server.client.get(format!("{}{path}", server.base)).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{name} {path}");
        }
    }
    let refused = Server::prepare("");
    let output = refused.run(&["serve", "--bind", "0.0.0.0:0"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("identity.providers"), "{output:?}");
    assert!(!refused.database().exists());
}

/// Whoever asks too often is told to wait; others are not.
#[tokio::test]
async fn requests_are_counted() {
    let config = Server::settings("").replace("requests_per_minute = 0\n", "requests_per_minute = 5\n");
    let mut server = Server::prepare(&config);
    server.serve(&[]).await;
    let (ann, bob) =
        (server.stranger(server.provider.token("ann", "ann")), server.stranger(server.provider.token("bob", "bob")));
    for _ in 0..5 {
        ann.get("/v1/me").await.ok(200);
    }
    let answer = ann.get("/v1/me").await;
    answer.refused(429, "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
    bob.get("/v1/me").await.ok(200);
}
