//! The right to one's data: everything the database holds about a member is in their file, by a walk
//! of the schema, so that a new table or column cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use communitytoken::members::SECTIONS;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Member, Server};

/// Columns of tables that belong to a user or their wallet and are not in the file, each with the reason.
const NOT_IN_THE_FILE: &[(&str, &[&str], &str)] = &[
    ("users", &["key", "wallet", "state_audit"], "how rows refer to each other; the audit line itself is there"),
    ("wallets", &["key", "is_system", "last_sequence", "last_traded", "state_audit"], "how rows refer to each other"),
    ("identities", &["user"], "how rows refer to each other"),
    ("roles", &["user", "audit"], "the audit line is there with operator and reason"),
    ("sessions", &["key", "user", "secret_hash"], "the hash of a secret says nothing about anyone"),
    (
        "passkeys",
        &["key", "credential_id", "user", "credential"],
        "what the member's own device holds the other half of, which says nothing about anyone",
    ),
    ("recovery_codes", &["code_hash", "user"], "the hash of a secret says nothing about anyone"),
    ("links", &["key", "secret_hash", "user", "audit"], "the audit line is there with operator and reason"),
    ("client_permissions", &["user", "client"], "the client's name and id are there"),
    ("service_counts", &["key", "client", "user"], "the client's name is there"),
    ("favourites", &["user", "wallet"], "name and wallet's id are there"),
    (
        "payment_requests",
        &["key", "caller_key", "request"],
        "digests of a key and of what was asked with it, beside which it stands itself",
    ),
    ("browsers", &["user"], "how rows refer to each other"),
    ("notices", &["key", "user"], "how rows refer to each other"),
    ("notice_marks", &["user"], "how rows refer to each other"),
    ("notice_choices", &["user"], "how rows refer to each other"),
    ("mail_addresses", &["key", "user", "code_hash"], "the hash of a code says nothing about anyone"),
    ("letters", &["key", "user", "browser"], "how rows refer to each other"),
    (
        "push_browsers",
        &["key", "user", "session", "public_key", "secret"],
        "how rows refer to each other, and what the member's own browser has made and holds",
    ),
    (
        "proposals",
        &["key", "act", "proposer", "answerer", "claimed_until", "asked", "answered", "done", "caller_key", "request"],
        "what an operator proposed names others; who proposed and answered is said by two words",
    ),
    (
        "alerts",
        &["key", "wallet", "others", "transactions", "audit"],
        "how rows refer to each other; who else was in it is about others, and the member's own transactions are there",
    ),
    ("alert_mutes", &["key", "wallet", "audit"], "the audit line is there with operator and reason"),
    ("letter_exits", &["token_hash", "user"], "the hash of a secret says nothing about anyone"),
    ("wallet_days", &["wallet", "last_sequence"], "how rows refer to each other"),
];
/// Tables that are in the file as a whole by another way: as transactions, with the client's name and the
/// member's category.
const AS_TRANSACTIONS: &[&str] = &["transactions", "service_calls", "categories"];
/// Tables of the community itself, though they refer to a wallet.
const NOBODYS: &[&str] = &["system_accounts"];

/// A table and what the file says of it.
const SECTION_OF: &[(&str, &str)] = &[
    ("users", "profile"),
    ("wallets", "wallet"),
    ("identities", "identities"),
    ("roles", "roles"),
    ("sessions", "sessions"),
    ("passkeys", "passkeys"),
    ("recovery_codes", "recovery_codes"),
    ("links", "links"),
    ("client_permissions", "service_clients"),
    ("service_counts", "service_counts"),
    ("favourites", "favourites"),
    ("payment_requests", "payment_requests"),
    ("proposals", "proposals"),
    ("browsers", "browsers"),
    ("notices", "notices"),
    ("notice_marks", "notices_read"),
    ("notice_choices", "notice_choices"),
    ("mail_addresses", "mail_addresses"),
    ("letters", "letters_waiting"),
    ("push_browsers", "browsers_told"),
    ("letter_exits", "letters_sent"),
    ("alerts", "alerts"),
    ("alert_mutes", "alerts_muted"),
    ("wallet_days", "days"),
];

/// Every table that refers to users or wallets has its section, and every column of it is there or is
/// left out for a reason that stands here.
#[tokio::test]
async fn no_table_is_forgotten() {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(communitytoken::schema::SCHEMA).unwrap();
    let mut traced: BTreeSet<String> = conn
        .prepare(
            "SELECT t.name FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
              WHERE t.type = 'table' AND f.\"table\" IN ('users', 'wallets')",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    traced.extend(["users".to_owned(), "wallets".to_owned()]);
    let queries: BTreeMap<&str, &str> = SECTIONS.iter().copied().collect();
    let sections: BTreeMap<&str, &str> = SECTION_OF.iter().copied().collect();
    for table in &traced {
        if AS_TRANSACTIONS.contains(&table.as_str()) || NOBODYS.contains(&table.as_str()) {
            continue;
        }
        let section = sections
            .get(table.as_str())
            .unwrap_or_else(|| panic!("{table} refers to members and is in nobody's file: add it to SECTIONS"));
        let statement = conn.prepare(queries[section]).unwrap();
        let shown: BTreeSet<&str> = statement.column_names().into_iter().collect();
        let left_out =
            NOT_IN_THE_FILE.iter().find(|(name, ..)| name == table).map_or(&[][..], |(_, columns, _)| *columns);
        let columns: Vec<String> = conn
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .unwrap()
            .query_map([table], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        for column in columns {
            assert!(
                shown.contains(column.as_str()) || left_out.contains(&column.as_str()),
                "{table}.{column} is neither in the file nor left out for a reason"
            );
        }
    }
    for (table, ..) in NOT_IN_THE_FILE {
        assert!(traced.contains(*table), "{table}");
    }
}

async fn file(member: &Member) -> Value {
    let answer = member.get("/v1/me/data").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(answer.headers["content-disposition"].contains("attachment"));
    answer.ok(200)
}

/// The file of a member with a past: all of it, nothing of others', no secret.
#[tokio::test]
async fn the_file_is_whole() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 10_000).await, server.funded("bob", 77).await);
    let note = json!({ "to_wallet_id": bob.wallet_id, "amount": 3, "note": "=SUM(A1) \"quoted\", \u{1f33f}" });
    ann.post("/v1/transfers", &note).await.ok(201);
    for _ in 0..450 {
        ann.pay(&bob, 1).await.ok(201);
    }
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Phone stolen"]).ok();
    server.cli(&["unfreeze", &ann.wallet_id, "--reason", "Phone found"]).ok();
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    ann.post("/v1/admin/issuances", &json!({ "amount": 1, "reason": "Her own act" })).await.ok(201);
    server.cli(&["freeze", &bob.wallet_id, "--reason", "Bob's affair"]).ok();
    let made = server.cli(&["client", "create", "bot", "--scope", "wallet:read", "--reason", "A bot"]).ok();
    ann.call(Method::PUT, &format!("/v1/me/service-clients/{}", made["id"].as_str().unwrap()), &[], None).await.ok(200);
    let data = file(&ann).await;
    assert_eq!(data["profile"]["id"], ann.user_id.as_str());
    assert_eq!((&data["wallet"]["id"], &data["wallet"]["balance"]), (&json!(ann.wallet_id), &json!(10_000 - 453)));
    assert_eq!(data["identities"][0]["subject"], "ann");
    let role = &data["roles"][0];
    assert_eq!((&role["role"], &role["reason"]), (&json!("operator"), &json!("Elected")));
    assert_eq!((&role["from"], data["roles"].as_array().unwrap().len()), (&json!("granted here"), 1));
    let by_configuration = file(&server.operator().await).await;
    assert_eq!(by_configuration["roles"], json!([{ "role": "operator", "from": "the configuration" }]));
    let seen = ann.get(&format!("/v1/admin/users/{}", server.operator().await.user_id)).await.ok(200);
    assert_eq!(seen["identities"][0]["roles"], json!(["operator"]), "by which identity they are one");
    assert_eq!(data["service_clients"][0]["name"], "bot");
    assert_eq!(data["days"].as_array().unwrap().iter().map(|day| day["count_out"].as_i64().unwrap()).sum::<i64>(), 451);
    let history = data["transactions"].as_array().unwrap();
    assert_eq!(history.len(), 452);
    let sequences: Vec<_> = history.iter().map(|entry| entry["sequence"].as_i64().unwrap()).collect();
    assert!(sequences.is_sorted_by(|one, other| one > other), "each once, newest first");
    assert_eq!(history[450]["note"], note["note"]);
    let reasons: Vec<_> =
        data["audit_log"].as_array().unwrap().iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["Phone stolen", "Phone found", "Elected", "Her own act", "The member's own choice"]);
    assert!(!data.to_string().contains("Bob's affair"));
    let his = file(&bob).await;
    assert_eq!(his["transactions"].as_array().unwrap().len(), 452);
    assert_eq!(his["roles"], json!([]));
    assert!(!his.to_string().contains("Phone stolen"));
    server.assert_sound().await;
}
