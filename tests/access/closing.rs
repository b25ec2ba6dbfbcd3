//! Leaving for good: nothing that says who someone was stays, and the books stay whole.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::provider::{ISSUER, Provider};
use super::support::server::OPERATOR;
use super::support::{Answer, Member, Server};

async fn close(member: &Member, body: &Value) -> Answer {
    member.call(Method::DELETE, "/v1/me", &[("content-type", "application/json")], Some(body.to_string())).await
}

fn leaving(member: &Member, remaining: &str) -> Value {
    json!({ "confirm": member.user_id, "remaining": remaining })
}

/// Everything that is left of a user, by every table that refers to users, found in the schema itself.
fn left_of(server: &Server, user_id: &str) -> Vec<String> {
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    let columns: Vec<(String, String)> = conn
        .prepare(
            "SELECT t.name, f.\"from\" FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
              WHERE t.type = 'table' AND f.\"table\" = 'users' ORDER BY t.name",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(columns.len() >= 5, "{columns:?}");
    let mut left = Vec::new();
    for (table, column) in columns {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = (SELECT key FROM users WHERE id = ?1)");
        let rows: i64 = conn.query_row(&sql, [user_id], |row| row.get(0)).unwrap();
        if rows > 0 {
            left.push(table);
        }
    }
    left
}

/// The bytes of the database and what lies beside it.
pub fn holds(server: &Server, text: &str) -> bool {
    ["", "-wal", "-shm"].iter().any(|end| {
        let bytes = std::fs::read(format!("{}{end}", server.database().display())).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// A member with a past of every kind closes the account: the file itself forgets them.
#[tokio::test]
async fn nothing_personal_is_left() {
    let mut server = Server::start().await;
    let (operator, bob) = (server.operator().await, server.funded("bob", 50).await);
    let ann = server.stranger(server.provider.sign("EdDSA", &Provider::claims("subject-8712649", "Annabel_Lee")));
    let me = ann.get("/v1/me").await.ok(200);
    let ann = Member {
        user_id: me["id"].as_str().unwrap().into(),
        wallet_id: me["wallet_id"].as_str().unwrap().into(),
        ..ann
    };
    server.fund(&ann, 100).await;
    let note = json!({ "to_wallet_id": bob.wallet_id, "amount": 10, "note": "For the sea-side kingdom" });
    let sent = ann.post("/v1/transfers", &note).await.ok(201);
    let to_her = json!({ "to_wallet_id": ann.wallet_id, "amount": 1, "note": "From Bob, who stays" });
    bob.post("/v1/transfers", &to_her).await.ok(201);
    server.cli(&["member", "grant", &ann.user_id, "operator", "--reason", "Elected"]).ok();
    server.cli(&["member", "grant", &ann.user_id, "auditor", "--reason", "Elected"]).ok();
    let made = server
        .cli(&["client", "create", "bot", "--scope", "transfers:write", "--scope", "wallet:read", "--reason", "A bot"])
        .ok();
    let permit = format!("/v1/me/service-clients/{}", made["id"].as_str().unwrap());
    ann.call(Method::PUT, &permit, &[], None).await.ok(200);
    let bot = server.stranger(made["credential"].as_str().unwrap().to_owned());
    let behalf = format!("{ISSUER}|subject-8712649");
    let headers = [("on-behalf-of", &*behalf), ("content-type", "application/json"), ("idempotency-key", "k")];
    let by_bot = json!({ "to_wallet_id": bob.wallet_id, "amount": 2, "note": "By the bot for the kingdom" });
    bot.call(Method::POST, "/v1/transfers", &headers, Some(by_bot.to_string())).await.ok(201);
    bot.call(Method::GET, "/v1/wallet", &headers[..1], None).await.ok(200);
    assert!(left_of(&server, &ann.user_id).len() >= 5);

    server.cli(&["checkpoint"]).ok();
    let receipt = format!("/v1/transactions/{}/receipt", sent["id"].as_str().unwrap());
    let with_note = bob.get(&receipt).await.ok(200);
    let before = server.rows();
    for wrong in [
        json!({}),
        json!({ "confirm": bob.user_id, "remaining": "pool" }),
        json!({ "confirm": "Annabel_Lee", "remaining": "pool" }),
        json!({ "confirm": ann.user_id }),
        json!({ "confirm": ann.user_id, "remaining": "gone" }),
    ] {
        close(&ann, &wrong).await.refused(400, "invalid_request");
    }
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    let farewell = close(&ann, &leaving(&ann, "pool")).await.ok(200);
    assert_eq!((&farewell["given_to_pool"], &farewell["notes_erased"]), (&json!(89), &json!(2)), "{farewell}");

    let kept = ["service_calls", "service_counts"];
    assert_eq!(left_of(&server, &ann.user_id), kept, "the books say that a bot acted, for nobody known");
    let user = operator.get(&format!("/v1/admin/users/{}", ann.user_id)).await.ok(200);
    assert_eq!(user["username"], format!("former_member_{}", &ann.user_id[..4]));
    assert_eq!((&user["identities"], &user["roles"]), (&json!([]), &json!(["member"])));
    let seen = bob.get(&format!("/v1/transactions/{}", sent["id"].as_str().unwrap())).await.ok(200);
    assert_eq!((&seen["note"], &seen["hash"]), (&Value::Null, &sent["hash"]), "the note goes, the chain stays");
    assert_eq!(bob.history("").await.iter().filter(|entry| entry["note"] == "From Bob, who stays").count(), 1);
    bob.pay(&ann, 1).await.refused(422, "recipient_closed");
    bot.call(Method::POST, "/v1/transfers", &headers, Some(by_bot.to_string()))
        .await
        .refused(403, "client_not_allowed");
    server.cli(&["member", "restore", &ann.user_id, "--reason", "x"]).refused("user_erased");
    server.cli(&["member", "erase", &ann.user_id, "--remaining", "keep", "--reason", "x"]).refused("user_erased");
    let log = server.sql(&format!(
        "SELECT operator, action FROM audit_log WHERE target = '{}' ORDER BY sequence DESC LIMIT 4",
        ann.user_id
    ));
    let actions: Vec<_> = log.as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user.erase", "user.delete", "role.revoke", "role.revoke"]);
    assert_eq!(log[0]["operator"], format!("member {}", ann.user_id));
    server.assert_sound().await;
    // Receipts of what she paid stay good: the one with her note that Bob kept, and the one he gets now.
    let without = bob.get(&receipt).await.ok(200);
    assert!(!without["text"].as_str().unwrap().contains("sea-side"));
    for receipt in [with_note, without] {
        std::fs::write(server.path("receipt.txt"), receipt["text"].as_str().unwrap()).unwrap();
        server.cli(&["verify", "--receipt", "receipt.txt"]).ok();
    }

    // With her identity she is somebody new now.
    let again = ann.get("/v1/me").await.ok(200);
    assert_ne!(again["id"], me["id"]);
    assert_eq!(ann.balance().await, 0);
    let new = Member { user_id: again["id"].as_str().unwrap().into(), ..ann.clone() };
    ann.pay(&bob, 1).await.refused(422, "insufficient_balance");
    close(&new, &leaving(&ann, "keep")).await.refused(400, "invalid_request");
    close(&new, &leaving(&new, "keep")).await.ok(200);
    server.stop();
    for trace in ["Annabel_Lee", "subject-8712649", "sea-side kingdom", "bot for the kingdom"] {
        assert!(!holds(&server, trace), "the file still holds {trace:?}");
    }
    assert!(holds(&server, "From Bob, who stays"));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// What becomes of the tokens; a frozen wallet; the last operator; an erasure by an operator.
#[tokio::test]
async fn borders() {
    let mut server = Server::start().await;
    let (operator, ann, bob) = (server.operator().await, server.funded("ann", 7).await, server.funded("bob", 10).await);
    bob.pay(&operator, 1).await.ok(201);
    let penniless = server.member("penniless").await;
    let pool = |supply: &Value| supply["system_pool"].as_i64().unwrap();
    let supply = async || operator.get("/v1/statistics/supply").await.ok(200);
    let before = pool(&supply().await);
    let kept = close(&ann, &leaving(&ann, "keep")).await.ok(200);
    assert_eq!((&kept["given_to_pool"], &kept["transaction_id"]), (&json!(0), &Value::Null));
    assert_eq!(pool(&supply().await), before);
    assert_eq!(close(&penniless, &leaving(&penniless, "pool")).await.ok(200)["given_to_pool"], 0);
    server.assert_sound().await;
    // A freeze holds things as they are.
    server.cli(&["freeze", &bob.wallet_id, "--reason", "To be looked at"]).ok();
    let rows = server.rows();
    for remaining in ["pool", "keep"] {
        close(&bob, &leaving(&bob, remaining)).await.refused(422, "wallet_frozen");
    }
    server.cli(&["member", "erase", "bob", "--remaining", "pool", "--reason", "Asked"]).refused("wallet_frozen");
    assert_eq!(server.rows(), rows);
    server.cli(&["unfreeze", &bob.wallet_id, "--reason", "Looked at"]).ok();
    let erased = server
        .cli(&["member", "erase", "bob", "--remaining", "pool", "--reason", "Asked by letter", "--operator", "maria"])
        .ok();
    assert_eq!(erased["given_to_pool"], 9);
    assert_eq!(pool(&supply().await), before + 9);
    let lines = server
        .sql("SELECT action FROM audit_log WHERE operator = 'maria' AND reason = 'Asked by letter' ORDER BY sequence");
    let actions: Vec<_> = lines.as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["transfer", "user.delete", "user.erase"], "the operator answers for all of it");
    // The running server, which remembers bob as a payer, learns it too: his token is somebody new's at once.
    bob.pay(&operator, 1).await.refused(422, "insufficient_balance");
    server.cli(&["member", "sign-in-link", &bob.user_id, "--reason", "Lost phone"]).refused("user_erased");
    assert_ne!(bob.get("/v1/me").await.ok(200)["id"], bob.user_id.as_str());
    close(&operator, &leaving(&operator, "keep")).await.refused(422, "last_operator");
    server.cli(&["member", "erase", OPERATOR, "--remaining", "keep", "--reason", "x"]).refused("last_operator");
    // One who was deleted can be erased on request.
    let gone = server.member("gone").await;
    server.cli(&["member", "delete", "gone", "--reason", "Moved"]).ok();
    server.cli(&["member", "erase", &gone.user_id, "--remaining", "keep", "--reason", "Asked"]).ok();
    server.assert_sound().await;
    server.stop();
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Closing while others pay: the supply holds, nobody's tokens are lost, and it happens once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_while_paying() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1_000).await, server.funded("bob", 1_000).await);
    let pay = |from: &Member, to: &Member| {
        let (from, to) = (from.clone(), to.clone());
        tokio::spawn(async move {
            let mut sent = 0;
            for _ in 0..40 {
                match from.pay(&to, 1).await.status {
                    201 => sent += 1,
                    status => assert!(matches!(status, 403 | 422), "{status}"),
                }
            }
            sent
        })
    };
    let (hers, his) = (pay(&ann, &bob), pay(&bob, &ann));
    let closing: Vec<_> = (0..4)
        .map(|_| {
            let ann = ann.clone();
            tokio::spawn(async move { close(&ann, &leaving(&ann, "pool")).await })
        })
        .collect();
    let mut closed = 0;
    for attempt in closing {
        closed += usize::from(attempt.await.unwrap().status == 200);
    }
    assert_eq!(closed, 1);
    let (hers, his): (i64, i64) = (hers.await.unwrap(), his.await.unwrap());
    let wallets = server.sql(&format!("SELECT balance, is_closed FROM wallets WHERE id = '{}'", ann.wallet_id));
    assert_eq!(wallets[0], json!({ "balance": 0, "is_closed": 1 }));
    assert_eq!(bob.balance().await, 1_000 + hers - his);
    server.assert_sound().await;
}

/// What a shell may try about erased members, roles and clients: the database refuses it.
#[tokio::test]
async fn the_database_guards_it() {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 5).await, server.funded("bob", 5).await);
    server.cli(&["member", "grant", "bob", "operator", "--reason", "Elected"]).ok();
    let made = server.cli(&["client", "create", "bot", "--scope", "wallet:read", "--reason", "A bot"]).ok();
    let client = made["id"].as_str().unwrap();
    let permit = format!("/v1/me/service-clients/{client}");
    bob.call(Method::PUT, &permit, &[], None).await.ok(200);
    let bot = server.stranger(made["credential"].as_str().unwrap().to_owned());
    bot.call(Method::GET, "/v1/wallet", &[("on-behalf-of", &format!("{ISSUER}|bob"))], None).await.ok(200);
    close(&ann, &leaving(&ann, "keep")).await.ok(200);
    server.stop();
    let shell = rusqlite::Connection::open(server.database()).unwrap();
    shell.pragma_update(None, "foreign_keys", false).unwrap();
    let (ann, bob) = (&ann.user_id, &bob.user_id);
    let line = |action: &str, target: &str, details: &str| {
        format!(
            "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details) SELECT audit_sequence, at, 'maria', '{action}', '{target}', 'x', '{details}' FROM next_rows;"
        )
    };
    let last = "(SELECT max(sequence) FROM audit_log)";
    let attacks = [
        ("DELETE FROM identities".into(), "an identity stays with its user"),
        (line("user.erase", bob, "{}") + "DELETE FROM identities", "an identity stays with its user"),
        (line("user.restore", ann, "{}") + format!("UPDATE users SET deleted_at = NULL, state_audit = {last} WHERE id = '{ann}'").as_str(), "an erased user cannot be restored"),
        (line("role.revoke", bob, r#"{"role":"operator"}"#) + "DELETE FROM roles", "the last operator cannot be removed"),
        (line("user.delete", bob, "{}") + format!("UPDATE users SET deleted_at = 1, state_audit = {last} WHERE id = '{bob}'").as_str(), "the last operator cannot be removed"),
        ("DELETE FROM service_clients".into(), "revoked, not deleted"),
        ("UPDATE service_clients SET scopes = '[\"statistics:read\"]'".into(), "may do never changes"),
        ("UPDATE service_clients SET secret_hash = randomblob(32)".into(), "a new credential needs a line"),
        (line("client.rotate", bob, "{}") + format!("UPDATE service_clients SET secret_hash = randomblob(32), audit = {last}").as_str(), "a new credential needs a line"),
        ("UPDATE service_clients SET revoked = 1".into(), "revoking a service client needs a line"),
        (line("client.revoke", client, "{}") + format!("UPDATE service_clients SET revoked = {last}; UPDATE service_clients SET revoked = NULL").as_str(), "is for good"),
        ("INSERT INTO service_clients (id, name, secret_hash, scopes, audit, created_at) VALUES (lower(hex(randomblob(18))), 'evil', randomblob(32), '[\"transfers:write\"]', 1, 0)".into(), "needs a line in the audit log"),
        ("REPLACE INTO service_clients SELECT * FROM service_clients".into(), "exists already"),
        ("UPDATE service_counts SET count = count + 2".into(), "counted up, never changed"),
        ("UPDATE service_counts SET path = '/v1/me', count = count + 1".into(), "counted up, never changed"),
        ("DELETE FROM service_counts".into(), "never deleted"),
        ("REPLACE INTO service_counts SELECT * FROM service_counts".into(), "counted already"),
        ("INSERT INTO service_counts (client, user, method, path, outcome, hour_at, count) SELECT client, user, method, path, outcome, 0, 5 FROM service_counts".into(), "one call at a time"),
        (format!("INSERT INTO service_counts (client, user, method, path, outcome, hour_at, count) SELECT client, (SELECT key FROM users WHERE id = '{ann}'), method, path, outcome, 0, 1 FROM service_counts"), "a member who allows it"),
        ("UPDATE client_permissions SET created_at = 0".into(), "given or taken, never changed"),
        (format!("INSERT INTO client_permissions SELECT users.key, service_clients.key, 0 FROM users, service_clients WHERE users.id = '{ann}'"), "of a member who is here"),
        ("INSERT INTO service_calls SELECT (SELECT max(sequence) FROM transactions), client, user FROM client_permissions".into(), "stands beside the transaction"),
    ];
    for (attack, message) in attacks {
        let outcome = shell.execute_batch(&format!("BEGIN; {attack};"));
        let error = outcome.expect_err(&attack).to_string();
        assert!(error.contains(message), "{attack}\n gives {error}");
        shell.execute_batch("ROLLBACK").unwrap();
    }
    // Where the configuration names operators, the line that says so lets the last granted one go.
    let by_hand = line("role.revoke", bob, r#"{"role":"operator","configured_operators":1}"#) + "DELETE FROM roles";
    shell.execute_batch(&format!("BEGIN; {by_hand}; COMMIT")).unwrap();
    drop(shell);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
