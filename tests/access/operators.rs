//! Members as operators see them: found, deleted, restored, given roles; and the last operator, who
//! cannot be removed by any way there is.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::provider::ISSUER;
use super::support::server::OPERATOR;
use super::support::{Answer, Member, Server};

async fn send(caller: &Member, method: Method, path: &str, body: &Value) -> Answer {
    caller.call(method, path, &[("content-type", "application/json")], Some(body.to_string())).await
}

/// A community whose configuration names no operator.
async fn without_configured_operator() -> Server {
    let mut server = Server::prepare(
        &Server::settings("").replace(&format!("operators = [\"{ISSUER}|{OPERATOR}\"]"), "operators = []"),
    );
    server.serve(&[]).await;
    server
}

/// Deleting closes the wallet and restoring opens it again, each with its line in the audit log.
#[tokio::test]
async fn delete_and_restore() {
    let server = Server::start().await;
    let (operator, bob) = (server.operator().await, server.funded("bob", 5).await);
    let ann = server.funded("ann", 70).await;
    let path = format!("/v1/admin/users/{}", ann.user_id);
    let seen = operator.get(&path).await.ok(200);
    assert_eq!(seen["identities"], json!([{ "issuer": ISSUER, "subject": "ann", "roles": [] }]));
    assert_eq!((&seen["deleted_at"], &seen["roles"]), (&Value::Null, &json!(["member"])));
    let why = json!({ "reason": "Asked to leave" });
    let before = server.rows();
    for wrong in
        [json!({}), json!({ "reason": " " }), json!({ "reason": "x", "more": 1 }), json!({ "reason": "x".repeat(501) })]
    {
        send(&operator, Method::DELETE, &path, &wrong).await.refused(400, "invalid_request");
    }
    send(&operator, Method::DELETE, "/v1/admin/users/nobody", &why).await.refused(400, "invalid_request");
    send(&operator, Method::DELETE, &format!("/v1/admin/users/{}", bob.wallet_id), &why)
        .await
        .refused(404, "user_not_found");
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    let deleted = send(&operator, Method::DELETE, &path, &why).await.ok(200);
    assert!(deleted["deleted_at"].is_i64(), "{deleted}");
    ann.get("/v1/wallet").await.refused(403, "forbidden");
    ann.pay(&bob, 1).await.refused(403, "forbidden");
    bob.pay(&ann, 1).await.refused(422, "recipient_closed");
    let left = operator.get("/v1/admin/users?deleted=true").await.ok(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0]["id"], ann.user_id.as_str());
    let restored = operator
        .call(Method::POST, &format!("{path}/restore"), &[("content-type", "application/json")], Some(why.to_string()))
        .await
        .ok(200);
    assert_eq!(restored["deleted_at"], Value::Null);
    assert_eq!(ann.balance().await, 70, "with what was in it");
    bob.pay(&ann, 1).await.ok(201);
    let log = operator.get(&format!("/v1/admin/audit-log?target={}", ann.user_id)).await.ok(200);
    let lines: Vec<_> = log["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(lines, ["user.restore", "user.delete"]);
    assert!(log["items"][0]["operator"].as_str().unwrap().contains(&operator.user_id));
    assert!(!log.to_string().contains("\"username\""), "an id is enough: {log}");
    server.assert_sound().await;
}

/// Roles are set to exactly what is asked for, and count at once.
#[tokio::test]
async fn roles_are_set() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let path = format!("/v1/admin/users/{}/roles", ann.user_id);
    let set =
        async |roles: Value| send(&operator, Method::PUT, &path, &json!({ "roles": roles, "reason": "Elected" })).await;
    for (wanted, got) in [
        (json!(["auditor"]), json!(["member", "auditor"])),
        (json!(["member", "auditor"]), json!(["member", "auditor"])),
        (json!(["operator", "operator"]), json!(["member", "operator"])),
        (json!(["auditor", "operator"]), json!(["member", "operator", "auditor"])),
        (json!([]), json!(["member"])),
    ] {
        assert_eq!(set(wanted).await.ok(200)["roles"], got);
        assert_eq!(ann.get("/v1/me").await.ok(200)["roles"], got);
    }
    for wrong in [json!(["king"]), json!("operator"), json!([1]), Value::Null] {
        set(wrong).await.refused(400, "invalid_request");
    }
    let log = operator.get("/v1/admin/audit-log?limit=200").await.ok(200);
    let count = |action: &str| log["items"].as_array().unwrap().iter().filter(|line| line["action"] == action).count();
    assert_eq!((count("role.grant"), count("role.revoke")), (3, 3), "what is so already is not logged");
    // The configuration gives a role that cannot be taken here; it is shown, and nothing is revoked.
    let own = format!("/v1/admin/users/{}/roles", operator.user_id);
    let kept = send(&operator, Method::PUT, &own, &json!({ "roles": [], "reason": "x" })).await.ok(200);
    assert_eq!(kept["roles"], json!(["member", "operator"]));
    server.assert_sound().await;
}

/// The last operator cannot be removed: not by revoking, not by deleting, not by the command line.
#[tokio::test]
async fn the_last_operator_stays() {
    let server = without_configured_operator().await;
    let ann = server.member("ann").await;
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    let before = server.rows();
    let (user, none) = (format!("/v1/admin/users/{}", ann.user_id), json!({ "roles": ["auditor"], "reason": "x" }));
    send(&ann, Method::PUT, &format!("{user}/roles"), &none).await.refused(422, "last_operator");
    send(&ann, Method::DELETE, &user, &json!({ "reason": "x" })).await.refused(422, "last_operator");
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).refused("last_operator");
    server.cli(&["member", "delete", "ann", "--reason", "x"]).refused("last_operator");
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    // With a second one the first may go, and then the second is the last.
    let bob = server.member("bob").await;
    server.cli(&["member", "grant", "bob", "operator", "--reason", "Elected"]).ok();
    send(&bob, Method::DELETE, &user, &json!({ "reason": "x" })).await.ok(200);
    server.cli(&["member", "revoke", "bob", "operator", "--reason", "Term is over"]).refused("last_operator");
    server.cli(&["member", "delete", "bob", "--reason", "x"]).refused("last_operator");
    server.cli(&["verify"]).ok();
}

/// A configured operator keeps the community operated, until they are deleted themselves.
#[tokio::test]
async fn operators_by_configuration_count() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let own = format!("/v1/admin/users/{}", operator.user_id);
    send(&operator, Method::DELETE, &own, &json!({ "reason": "x" })).await.refused(422, "last_operator");
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    // Ann may lose the role while the configured one is here, and may not once that one is deleted.
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).ok();
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    send(&ann, Method::DELETE, &own, &json!({ "reason": "x" })).await.ok(200);
    operator.get("/v1/admin/users").await.refused(403, "forbidden");
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).refused("last_operator");
    server.cli(&["verify"]).ok();
}

/// Two operators who remove each other at the same moment: one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_removals_at_once() {
    let server = without_configured_operator().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    for round in 0..12 {
        for name in ["ann", "bob"] {
            server.cli(&["member", "grant", name, "operator", "--reason", "Elected"]).ok();
        }
        let remove = |caller: &Member, other: &Member| {
            let (caller, path) = (caller.clone(), format!("/v1/admin/users/{}/roles", other.user_id));
            tokio::spawn(async move { send(&caller, Method::PUT, &path, &json!({ "roles": [], "reason": "x" })).await })
        };
        let (one, other) = (remove(&ann, &bob), remove(&bob, &ann));
        let answers = [one.await.unwrap(), other.await.unwrap()];
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "round {round}: {answers:?}");
        let lost = answers.iter().find(|answer| answer.status != 200).unwrap();
        assert!(matches!(lost.status, 403 | 422), "{lost:?}");
        let left = server.sql("SELECT count(*) AS n FROM roles WHERE role = 'operator'");
        assert_eq!(left[0]["n"], 1);
    }
    server.cli(&["verify"]).ok();
}

/// What a caller may do is judged where it is done: headers that came while they might, and a body that
/// comes when they may no longer, change nothing.
#[tokio::test]
async fn a_held_request_does_not_outlive_the_office() {
    let server = Server::start().await;
    let ann = server.funded("ann", 5).await;
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    let own = format!("/v1/admin/users/{}", ann.user_id);
    let distribution = json!({ "reason": "x", "recipients": [{ "wallet_id": ann.wallet_id, "amount": 999 }] });
    let name = json!({ "username": "still-here" });
    let calls = [
        ("PUT", format!("{own}/roles"), json!({ "roles": ["operator"], "reason": "x" }), false),
        ("POST", "/v1/admin/distributions".to_owned(), distribution, false),
        ("POST", "/v1/admin/issuances".to_owned(), json!({ "amount": 5, "reason": "x" }), false),
        ("POST", format!("{own}/restore"), json!({ "reason": "x" }), true),
        ("PATCH", "/v1/me".to_owned(), name, true),
    ];
    for (method, path, body, leaves) in calls {
        let held = Held::begin(&server, &ann, method, &path, &body).await;
        if leaves {
            server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
        } else {
            server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).ok();
        }
        let before = server.rows();
        let answer = held.end().await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{method} {path}: {answer}");
        assert_eq!(server.rows(), before, "{method} {path}");
        if leaves {
            server.cli(&["member", "restore", &ann.user_id, "--reason", "Back"]).ok();
        } else {
            server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
        }
    }
    assert_eq!(ann.balance().await, 5);
    server.assert_sound().await;
}

/// Nobody is made an operator who is nobody any more.
#[tokio::test]
async fn the_erased_get_no_role() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    server.cli(&["member", "erase", "ann", "--remaining", "keep", "--reason", "They asked for it"]).ok();
    let path = format!("/v1/admin/users/{}/roles", ann.user_id);
    send(&operator, Method::PUT, &path, &json!({ "roles": ["operator"], "reason": "x" }))
        .await
        .refused(422, "user_erased");
    // And whom the configuration names stays somebody, so that the last operator is.
    let refused = server.run(&["member", "erase", OPERATOR, "--remaining", "keep", "--reason", "They asked for it"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A request whose last byte is kept back.
struct Held(tokio::net::TcpStream, u8);

impl Held {
    async fn begin(server: &Server, caller: &Member, method: &str, path: &str, body: &Value) -> Self {
        let (address, body) = (server.base.trim_start_matches("http://"), body.to_string());
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (token, length, (begun, last)) = (&caller.token, body.len(), body.split_at(body.len() - 1));
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {path}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{begun}"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // So that the head was read, and whoever calls was judged by it.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        Self(stream, last.as_bytes()[0])
    }

    async fn end(mut self) -> String {
        let mut answer = String::new();
        // What needs no body was answered before, and refuses what comes after.
        let _ = self.0.write_all(&[self.1]).await;
        self.0.read_to_string(&mut answer).await.unwrap();
        answer
    }
}
