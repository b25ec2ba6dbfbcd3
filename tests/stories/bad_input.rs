//! What bad input gets: a clear refusal with a stable code, and nothing changed.

use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::server::bare;
use super::support::{Server, key};

/// Amounts, notes, fields, wallets: each refused by name.
#[tokio::test]
async fn payments() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let (frozen, gone) = (server.member("frozen").await, server.member("gone").await);
    server.cli(&["freeze", &frozen.wallet_id, "--reason", "Phone stolen"]).ok();
    server.cli(&["member", "delete", "gone", "--reason", "Moved away"]).ok();
    let rows = server.rows();
    let raw = |amount: &str| format!("{{\"to_wallet_id\":\"{}\",\"amount\":{amount}}}", bob.wallet_id);
    let to = |wallet: &str| json!({ "to_wallet_id": wallet, "amount": 1 }).to_string();
    let note = |note: &str| json!({ "to_wallet_id": bob.wallet_id, "amount": 1, "note": note }).to_string();
    let mut cases: Vec<(String, u16, &str, &str)> = Vec::new();
    for amount in ["0", "-1", "1.5", "\"10\"", "1e3", "null", "9223372036854775808", "true", "[]", "{}"] {
        cases.push((raw(amount), 400, "invalid_request", "amount"));
    }
    cases.extend([
        (raw("1,\"colour\":\"red\""), 400, "invalid_request", "colour"),
        (raw("1,\"amount\":2"), 400, "invalid_request", ""),
        ("{}".into(), 400, "invalid_request", "to_wallet_id"),
        (json!({ "to_wallet_id": bob.wallet_id }).to_string(), 400, "invalid_request", "amount"),
        (String::new(), 400, "invalid_request", "body"),
        ("[1]".into(), 400, "invalid_request", ""),
        ("{\"to_wallet_id\":".into(), 400, "invalid_request", ""),
        (raw("1") + "x", 400, "invalid_request", ""),
        (to("nonsense"), 400, "invalid_request", "to_wallet_id"),
        (to(&uuid::Uuid::new_v4().to_string()), 404, "wallet_not_found", ""),
        (to(&ann.wallet_id), 422, "self_transfer", ""),
        (to(&frozen.wallet_id), 422, "wallet_frozen", ""),
        (to(&gone.wallet_id), 422, "recipient_closed", ""),
        (raw("101"), 422, "insufficient_balance", ""),
        (raw("9223372036854775807"), 422, "insufficient_balance", ""),
        (note(&"x".repeat(281)), 400, "invalid_request", "note"),
        (note("two\nlines"), 400, "invalid_request", "note"),
        (note("nul\u{0}"), 400, "invalid_request", "note"),
        (note("turned \u{202e} around"), 400, "invalid_request", "note"),
        (note("  "), 400, "invalid_request", "note"),
    ]);
    for (body, status, code, field) in cases {
        let key = key();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let problem = ann.call(Method::POST, "/v1/transfers", &headers, Some(body.clone())).await.refused(status, code);
        if !field.is_empty() {
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
        assert_eq!(server.rows(), rows, "{body}");
    }
    let problem = ann
        .post("/v1/transfers", &serde_json::from_str(&raw("101")).unwrap())
        .await
        .refused(422, "insufficient_balance");
    assert_eq!((problem["balance"].as_i64(), problem["required"].as_i64()), (Some(100), Some(101)));
    // The frozen one cannot pay either, and sees why.
    server.assert_sound().await;
    let wallet = frozen.get("/v1/wallet").await.ok(200);
    assert_eq!((wallet["is_frozen"].as_bool(), wallet["frozen_reason"].as_str()), (Some(true), Some("Phone stolen")));
    frozen.pay(&bob, 1).await.refused(422, "wallet_frozen");
    gone.get("/v1/wallet").await.refused(403, "forbidden");
    // At the border all is well: 280 characters, HTML is text.
    let longest = json!({ "to_wallet_id": bob.wallet_id, "amount": 1, "note": "ü".repeat(280) });
    ann.post("/v1/transfers", &longest).await.ok(201);
    server.assert_sound().await;
}

/// Media type and size of the body.
#[tokio::test]
async fn bodies() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let rows = server.rows();
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 }).to_string();
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let key = key();
        let headers = [("content-type", media_type), ("idempotency-key", key.as_str())];
        ann.call(Method::POST, "/v1/transfers", &headers, Some(body.clone()))
            .await
            .refused(415, "unsupported_media_type");
    }
    let padded = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    for (bytes, status) in [(65 * 1024, 413), (64 * 1024 + 1, 413)] {
        let key = key();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        ann.call(Method::POST, "/v1/transfers", &headers, Some(padded(bytes)))
            .await
            .refused(status, "payload_too_large");
    }
    assert_eq!(server.rows(), rows);
    let key = key();
    let headers = [("content-type", "application/json; charset=utf-8"), ("idempotency-key", key.as_str())];
    ann.call(Method::POST, "/v1/transfers", &headers, Some(padded(64 * 1024))).await.ok(201);
}

/// A list of as many recipients as the settings allow finds room, and no other body becomes longer by it.
#[tokio::test]
async fn long_lists() {
    let settings = Server::settings("").replace("[limits]\n", "[limits]\nrecipients_per_distribution = 2000\n");
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    let (ann, operator) = (server.funded("ann", 100).await, server.operator().await);
    let send = async |path: &str, body: &str, bytes: usize| {
        let key = key();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let padded = format!("{body}{}", " ".repeat(bytes - body.len()));
        operator.call(Method::POST, path, &headers, Some(padded)).await
    };
    let list = |recipients: usize| {
        let share = json!({ "wallet_id": ann.wallet_id, "amount": i64::MAX });
        json!({ "reason": "Weekly", "recipients": vec![share; recipients] }).to_string()
    };
    let longest = 2000 * 128;
    // The longest list there may be, at the border; what is wrong is what it says, not its length.
    assert!(list(2000).len() < longest);
    send("/v1/admin/distributions", &list(2000), longest).await.refused(400, "invalid_request");
    send("/v1/admin/distributions", &list(2000), longest + 1).await.refused(413, "payload_too_large");
    let one = json!({ "reason": "Weekly", "recipients": [{ "wallet_id": ann.wallet_id, "amount": 1 }] }).to_string();
    send("/v1/admin/distributions", &one, longest).await.ok(201);
    let issue = json!({ "reason": "Weekly", "amount": 1 }).to_string();
    send("/v1/admin/issuances", &issue, 64 * 1024 + 1).await.refused(413, "payload_too_large");
    send("/v1/admin/issuances", &issue, 64 * 1024).await.ok(201);
    assert_eq!(ann.balance().await, 101);
    server.assert_sound().await;
}

/// Usernames: the border on both sides, and what must not be in them.
#[tokio::test]
async fn usernames() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let change = async |name: &Value| {
        let headers = [("content-type", "application/json")];
        ann.call(Method::PATCH, "/v1/me", &headers, Some(json!({ "username": name }).to_string())).await
    };
    for name in [
        json!("ab"),
        json!("a".repeat(256)),
        json!("ann b"),
        json!("<script>"),
        json!("änn"),
        json!(""),
        json!(null),
        json!(7),
    ] {
        let problem = change(&name).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], "username", "{name}");
    }
    assert_eq!(ann.get("/v1/me").await.ok(200)["username"], "ann");
    for name in ["abc".to_owned(), "a".repeat(255), "A_b-9".into()] {
        assert_eq!(change(&json!(name)).await.ok(200)["username"], name.as_str());
    }
}

/// Balances and the supply stop at the largest number, and nothing is lost by trying.
#[tokio::test]
async fn the_largest_amounts() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", i64::MAX).await, server.member("bob").await);
    let rows = server.rows();
    server.cli(&["issue", "--amount", "1", "--reason", "One too many"]).refused("amount_overflow");
    server
        .cli(&["distribute", "--to", &format!("{}=1", bob.wallet_id), "--reason", "One too many"])
        .refused("amount_overflow");
    assert_eq!(server.rows(), rows);
    ann.pay(&bob, i64::MAX).await.ok(201);
    bob.pay(&ann, i64::MAX).await.ok(201);
    assert_eq!(ann.balance().await, i64::MAX);
    server.assert_sound().await;
}

/// A distribution file with something wrong in it names the line, and changes nothing.
#[tokio::test]
async fn distribution_files() {
    let server = Server::start().await;
    let members = server.members(2).await;
    server.stranger(server.provider.token("another", "member-01")).get("/v1/me").await.ok(200);
    let rows = server.rows();
    let (first, second) = (members[0].wallet_id.clone(), members[1].user_id.clone());
    let many = vec![format!("{first},1\n"); 101].concat();
    let nobody = uuid::Uuid::new_v4();
    for (text, names) in [
        (format!("wallet_id,amount\n{first},5\n{nobody},5\n"), "line 3"),
        (format!("wallet_id,amount\n{first},5\n{first},5\n"), "line 3"),
        (format!("wallet_id,amount\n{first},-5\n"), "line 2"),
        (format!("wallet_id,amount\n\n\r\n{first},-5\n"), "line 4"),
        (format!("wallet_id,amount\n\n{first},5\n\n{first}\n"), "line 5"),
        (format!("wallet_id,amount\n{first},0\n"), "line 2"),
        (format!("wallet_id,amount\n{first},1.5\n"), "line 2"),
        (format!("wallet_id,amount\n{first},9223372036854775808\n"), "line 2"),
        (format!("wallet_id,amount\n{first},5\n{first}\n"), "line 3"),
        (format!("wallet_id,amount\n{first},5,7\n"), "line 2"),
        ("username,amount\nmember-00,5\nnobody,5\n".into(), "line 3"),
        ("username,amount\nmember-01,5\n".into(), "line 2"),
        (format!("wallet_id,amount\n{many}"), "100"),
        (format!("wallet,amount\n{first},5\n"), "wallet_id"),
        (format!("wallet_id\n{first}\n"), "amount"),
        ("wallet_id,amount\n".into(), "at least one"),
        (String::new(), "amount"),
        (format!("wallet_id,amount\nnot-an-id,5\n{first},5\n"), "line 2"),
    ] {
        fs::write(server.path("list.csv"), &text).unwrap();
        let output = server.cli(&["distribute", "--file", "list.csv", "--reason", "Rewards"]);
        assert_eq!(output.code, 1, "{text}: {output:?}");
        assert!(output.stderr.contains(names), "{text}: {output:?}");
        assert_eq!(server.rows(), rows, "{text}");
    }
    fs::write(
        server.path("list.csv"),
        [b"wallet_id,amount\n".as_slice(), first.as_bytes(), b",5\n\xff\xfe,1\n"].concat(),
    )
    .unwrap();
    let output = server.cli(&["distribute", "--file", "list.csv", "--reason", "Rewards"]);
    assert!(output.code == 1 && output.stderr.contains("line 3"), "{output:?}");
    assert_eq!(server.cli(&["distribute", "--file", "missing.csv", "--reason", "Rewards"]).code, 1);
    // What a spreadsheet writes is fine: a byte order mark, Windows line ends, other columns.
    fs::write(server.path("list.csv"), format!("\u{feff}Name,user_id,amount\r\nBob,{second},5\r\n")).unwrap();
    let made = server.cli(&["distribute", "--file", "list.csv", "--reason", "Rewards"]).ok();
    assert_eq!(made["distributed"], 5);
    assert_eq!(members[1].balance().await, 5);
    server.assert_sound().await;
}

/// A database file that cannot be ours gets one sentence and exit code 1, and stays as it was, byte
/// for byte.
#[tokio::test]
async fn database_files() {
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("text.db"), "This is a shopping list, not a database. ".repeat(20)).unwrap();
    fs::write(at("half.db"), b"SQLite format 3\0 and then nothing").unwrap();
    let other = rusqlite::Connection::open(at("other.db")).unwrap();
    other.execute_batch("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')").unwrap();
    drop(other);
    let made = bare(folder.path(), &["init", "--database", "ours.db"]);
    assert_eq!(made.code, 0, "{made:?}");
    for name in ["newer.db", "readonly.db"] {
        fs::copy(at("ours.db"), at(name)).unwrap();
    }
    let newer = rusqlite::Connection::open(at("newer.db")).unwrap();
    newer.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA user_version = 999").unwrap();
    drop(newer);
    fs::set_permissions(at("readonly.db"), std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    fs::create_dir(at("folder.db")).unwrap();
    for (name, word) in [
        ("text.db", "not an SQLite database"),
        ("half.db", "not an SQLite database"),
        ("other.db", "another program"),
        ("newer.db", "newer release"),
        ("readonly.db", "read-only"),
        ("folder.db", "not a file"),
    ] {
        let path = at(name);
        let before = path.is_file().then(|| fs::read(&path).unwrap());
        let listing = files(folder.path());
        for verb in [
            &["serve", "--bind", "127.0.0.1:0"][..],
            &["init"],
            &["issue", "--amount", "1", "--reason", "x"],
            &["member", "list"],
        ] {
            let output = bare(folder.path(), &[verb, &["--database", name]].concat());
            assert_eq!(output.code, 1, "{name} {verb:?}: {output:?}");
            assert!(output.stderr.contains(word), "{name} {verb:?}: {output:?}");
            assert_eq!(output.stderr.trim().lines().count(), 1, "{output:?}");
        }
        assert_eq!(before, path.is_file().then(|| fs::read(&path).unwrap()), "{name}");
        assert_eq!(listing, files(folder.path()), "{name}: nothing is left beside it");
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "instance.key")
        .collect();
    names.sort();
    names
}
