//! Who may come in, and as what.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::provider::{AUDIENCE, ISSUER};
use super::support::{Provider, Server};

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

/// Forged, broken and misused tokens are refused alike, with a hint for clients and none for attackers.
#[tokio::test]
async fn other_tokens_stay_outside() {
    let server = Server::start().await;
    let provider = &server.provider;
    let good = Provider::claims("mallory", "mallory");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        provider.sign("EdDSA", &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        provider.sign("EdDSA", &claims)
    };
    let header = |header: Value| provider.sign_with_header(&header, &good);
    let token = provider.token("mallory", "mallory");
    let now = super::support::provider::now();
    let tokens = [
        String::new(),
        "nonsense".into(),
        "a.b.c".into(),
        token[..token.len() - 2].to_owned(),
        "x".repeat(20_000),
        Provider::new().token("mallory", "mallory"),
        with("iss", json!("https://id.test.invalid")),
        with("iss", json!([ISSUER])),
        with("aud", json!("another")),
        with("exp", json!(now - 120)),
        with("exp", json!("soon")),
        with("nbf", json!(now + 600)),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("sub", json!("x".repeat(256))),
        without("iss"),
        without("aud"),
        without("exp"),
        without("sub"),
        header(json!({ "alg": "none", "kid": "EdDSA" })),
        header(json!({ "alg": "HS256", "kid": "EdDSA" })),
        header(json!({ "alg": "RS256", "kid": "EdDSA" })),
        header(json!({ "alg": "EdDSA", "kid": "another" })),
        header(json!({ "alg": "EdDSA" })),
        header(json!({ "alg": "EdDSA", "kid": "EdDSA", "crit": ["exp"] })),
    ];
    let mut bodies = Vec::new();
    for token in tokens {
        let answer = server.stranger(token.clone()).get("/v1/me").await;
        let mut problem = answer.refused(401, "unauthorized");
        assert!(answer.headers["www-authenticate"].starts_with("Bearer"), "{token}");
        problem.as_object_mut().unwrap().remove("request_id");
        bodies.push(problem);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "no answer says more than another: {bodies:?}");
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 0);
    assert!(!server.log().contains(&token), "tokens never reach the log");
    // An audience may be one of several.
    server.stranger(with("aud", json!(["another", AUDIENCE]))).get("/v1/me").await.ok(200);
}

/// The keys may come from an address; a flood of unknown keys fetches them once more at most.
#[tokio::test]
async fn keys_from_an_address() {
    let provider = Provider::new();
    let fetched = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (body, counter) = (provider.jwks().to_string(), Arc::clone(&fetched));
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _request = stream.read(&mut buffer).await.unwrap();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let config =
        Server::settings("").replace("jwks_file = \"jwks.json\"", &format!("jwks_url = \"http://{address}/keys\""));
    let mut server = Server::prepare(&config);
    server.serve(&[]).await;
    server.stranger(provider.token("ann", "ann")).get("/v1/me").await.ok(200);
    for number in 0..50 {
        let token = provider
            .sign_with_header(&json!({ "alg": "EdDSA", "kid": format!("k{number}") }), &Provider::claims("x", "x"));
        server.stranger(token).get("/v1/me").await.refused(401, "unauthorized");
    }
    assert!(fetched.load(Ordering::SeqCst) <= 3, "{fetched:?}");
    task.abort();
    // The provider is gone; who is known stays known.
    server.stranger(provider.token("bob", "bob")).get("/v1/me").await.ok(200);
}

/// Operators by configuration and by grant; a grant counts at once, and so does its end.
#[tokio::test]
async fn roles() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let body = json!({ "amount": 1, "reason": "Stock" });
    assert_eq!(server.operator().await.get("/v1/me").await.ok(200)["roles"], json!(["member", "operator"]));
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    server.cli(&["member", "grant", "ann", "auditor"]).ok();
    ann.post("/v1/admin/issuances", &body).await.refused(403, "forbidden");
    let shown = server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected", "--operator", "maria"]).ok();
    assert_eq!(shown["roles"], json!(["member", "operator", "auditor"]));
    ann.post("/v1/admin/issuances", &body).await.ok(201);
    server.cli(&["member", "revoke", "ann", "operator"]).ok();
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
