//! What every answer has in common.

use reqwest::Method;
use serde_json::json;

use super::support::Server;

/// Health says that the ledger can be read and written, and with which SQLite.
#[tokio::test]
async fn health() {
    let server = Server::start().await;
    let health = server.stranger(String::new()).get("/health").await.ok(200);
    assert_eq!(
        (health["status"].as_str(), health["can_read"].as_bool(), health["can_write"].as_bool()),
        (Some("ok"), Some(true), Some(true))
    );
    let version: Vec<u32> =
        health["sqlite_version"].as_str().unwrap().split('.').map(|part| part.parse().unwrap()).collect();
    assert!(version >= vec![3, 51, 3], "{version:?}");
}

/// Unknown addresses and methods are problem details too, and every answer carries a request id.
#[tokio::test]
async fn problems_and_request_ids() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    ann.get("/v1/nowhere").await.refused(404, "not_found");
    ann.call(Method::DELETE, "/v1/wallet", &[], None).await.refused(405, "method_not_allowed");
    ann.call(Method::GET, "/v1/transfers", &[], None).await.refused(405, "method_not_allowed");
    let answer = ann.call(Method::GET, "/v1/nowhere", &[("x-request-id", "my-own-id")], None).await;
    assert_eq!(answer.headers["x-request-id"], "my-own-id");
    assert_eq!(answer.refused(404, "not_found")["request_id"], "my-own-id");
    assert!(server.log().contains("my-own-id"));
    let long = "x".repeat(200);
    for wrong in ["with space", "<script>", long.as_str()] {
        let answer = ann.call(Method::GET, "/v1/wallet", &[("x-request-id", wrong)], None).await;
        assert_ne!(answer.headers["x-request-id"], wrong);
    }
    for path in ["/v1/wallet", "/health", "/docs", "/nowhere", "/"] {
        let answer = ann.get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers["content-security-policy"].starts_with("default-src 'none'"), "{path}");
        assert!(!answer.headers["content-security-policy"].contains("unsafe"), "{path}");
        assert_eq!(answer.headers["cache-control"], "private, no-store", "{path}");
    }
    let page =
        server.client.get(format!("{}/nowhere", server.base)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("<h1>Not found</h1>"));
}

/// The API document is complete: every call of the contract's first part, described and true to its version.
#[tokio::test]
async fn the_api_document() {
    let server = Server::start().await;
    let document = server.stranger(String::new()).get("/openapi.json").await.ok(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path) in [
        ("get", "/v1/me"),
        ("patch", "/v1/me"),
        ("get", "/v1/wallet"),
        ("post", "/v1/transfers"),
        ("get", "/v1/transactions"),
        ("get", "/v1/transactions/{id}"),
        ("get", "/v1/transactions/{id}/receipt"),
        ("get", "/v1/ledger/checkpoint"),
        ("post", "/v1/transactions/{id}/reverse"),
        ("get", "/v1/members"),
        ("get", "/v1/statistics/supply"),
        ("post", "/v1/admin/distributions"),
        ("post", "/v1/admin/issuances"),
        ("post", "/v1/admin/transactions/{id}/reverse"),
        ("post", "/v1/admin/wallets/{id}/freeze"),
        ("post", "/v1/admin/wallets/{id}/unfreeze"),
        ("get", "/health"),
    ] {
        let operation = &document["paths"][path][method];
        assert!(operation["summary"].is_string(), "{method} {path} is missing");
        assert!(operation["responses"].as_object().unwrap().len() > 1, "{method} {path}");
        if path != "/health" {
            // Every documented call exists and asks for a token.
            let address = path.replace("{id}", &uuid::Uuid::nil().to_string());
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            server.stranger(String::new()).call(method, &address, &[], None).await.refused(401, "unauthorized");
        }
    }
    let references: Vec<&str> = document
        .to_string()
        .leak()
        .split("#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    for name in references {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is referred to and not there");
    }
    let mut docs = Vec::new();
    for page in ["/docs", "/docs/operators"] {
        let page = server.client.get(format!("{}{page}", server.base)).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("<script") && !page.contains("=\"http"), "the page loads nothing from elsewhere");
        docs.push(page);
    }
    for path in document["paths"].as_object().unwrap().keys() {
        let stands = format!(">{path}</span></h3>");
        let place = usize::from(path.starts_with("/v1/admin/"));
        assert!(docs[place].contains(&stands) && !docs[1 - place].contains(&stands), "{path} is on its page");
    }
}

/// The directory gives names and wallets, in order, page by page; the operator can switch it off.
#[tokio::test]
async fn the_directory() {
    let server = Server::start().await;
    let members = server.members(5).await;
    let page = members[0].get("/v1/members?limit=2").await.ok(200);
    assert_eq!(
        page["items"],
        json!([{ "username": "member-00", "wallet_id": members[0].wallet_id }, { "username": "member-01", "wallet_id": members[1].wallet_id }])
    );
    let next = members[0]
        .get(&format!("/v1/members?limit=200&cursor={}", page["next_cursor"].as_str().unwrap()))
        .await
        .ok(200);
    assert_eq!((next["items"].as_array().unwrap().len(), &next["next_cursor"]), (3, &json!(null)));
    assert_eq!(members[0].get("/v1/members?q=ER-03").await.ok(200)["items"].as_array().unwrap().len(), 1);
    for none in ["%25", "_ember", "'"] {
        assert_eq!(members[0].get(&format!("/v1/members?q={none}")).await.ok(200)["items"], json!([]), "{none}");
    }
    members[0].get("/v1/members?limit=201").await.refused(400, "invalid_request");
    members[0].get("/v1/members?cursor=xyz").await.refused(400, "invalid_request");
    let mut closed = Server::prepare(&Server::settings("[community]\ndirectory = false\n"));
    closed.serve(&[]).await;
    closed.member("ann").await.get("/v1/members").await.refused(403, "forbidden");
}

/// On SIGTERM what is under way is answered, and the program ends well.
#[tokio::test]
async fn a_stop_is_graceful() {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    let payments: Vec<_> = (0..50)
        .map(|_| {
            let (ann, bob) = (ann.clone(), bob.clone());
            tokio::spawn(async move { ann.pay(&bob, 1).await.status })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    server.stop();
    let mut acknowledged = 0;
    for payment in payments {
        acknowledged += i64::from(payment.await.is_ok_and(|status| status == 201));
    }
    server.serve(&[]).await;
    assert_eq!(server.member("bob").await.balance().await, acknowledged);
    assert!(!server.path("data/communitytoken.db-wal").exists() || server.cli(&["verify"]).code == 0);
    server.assert_sound().await;
}
