//! UC-2: Initial Token Distribution, with auto-issuance.

use std::fmt::Write;

use serde_json::json;

use super::support::Server;

/// 20 members who came by their tokens receive 10,000 tokens out of nothing but the distribution:
/// exactly 10,000 are issued first, every movement is recorded, and the audit log names who and why.
#[tokio::test]
async fn twenty_members_and_ten_thousand_tokens() {
    let server = Server::start().await;
    let members = server.members(20).await;
    let mut csv = String::from("user_id,amount\n");
    for member in &members {
        writeln!(csv, "{},500", member.user_id).unwrap();
    }
    std::fs::write(server.path("members.csv"), csv).unwrap();

    let preview = server.cli(&["distribute", "--file", "members.csv", "--reason", "First tokens", "--dry-run"]).ok();
    assert_eq!(preview, json!({ "dry_run": true, "recipients": 20, "issued": 10_000, "distributed": 10_000 }));
    assert_eq!(members[0].balance().await, 0, "a dry run changes nothing");

    let made =
        server.cli(&["distribute", "--file", "members.csv", "--reason", "First tokens", "--operator", "maria"]).ok();
    assert_eq!(made["issued"], 10_000);
    assert_eq!(made["distributed"], 10_000);
    let transactions = made["transactions"].as_array().unwrap();
    assert_eq!(transactions.len(), 21);
    assert_eq!(transactions[0]["kind"], "issuance");
    assert_eq!(transactions[0]["amount"], 10_000);
    assert_eq!(transactions[0]["from"], transactions[0]["to"]);
    for (member, transaction) in members.iter().zip(&transactions[1..]) {
        assert_eq!(transaction["kind"], "distribution");
        assert_eq!(transaction["transaction_type"], 1);
        assert_eq!(transaction["to"]["wallet_id"], member.wallet_id);
        assert_eq!(member.balance().await, 500);
        let history = member.history("").await;
        assert_eq!(history.len(), 1);
        assert_eq!(history[0]["direction"], "in");
        assert_eq!((history[0]["balance_before"].as_i64(), history[0]["balance_after"].as_i64()), (Some(0), Some(500)));
    }
    let audit = server.sql("SELECT operator, reason, target, details FROM audit_log WHERE action = 'distribution'");
    assert_eq!(audit.as_array().unwrap().len(), 1);
    assert_eq!(audit[0]["operator"], "maria");
    assert_eq!(audit[0]["reason"], "First tokens");
    assert_eq!(audit[0]["target"], made["distribution_id"]);
    server.assert_sound().await;
}

/// The same by the API; members read the note beside it.
#[tokio::test]
async fn by_the_api() {
    let server = Server::start().await;
    let members = server.members(3).await;
    let operator = server.operator().await;
    let recipients: Vec<_> = members.iter().map(|member| json!({ "user_id": member.user_id, "amount": 7 })).collect();
    let body = json!({ "reason": "First tokens", "note": "Welcome", "recipients": recipients });
    let made = operator.post("/v1/admin/distributions", &body).await.ok(201);
    assert_eq!((made["issued"].as_i64(), made["distributed"].as_i64()), (Some(21), Some(21)));
    assert_eq!(members[2].history("").await[0]["note"], "Welcome");
    members[0].post("/v1/admin/distributions", &body).await.refused(403, "forbidden");
    let audit = server.sql("SELECT operator, request_id FROM audit_log WHERE action = 'distribution'");
    assert!(audit[0]["operator"].as_str().unwrap().contains(&operator.user_id));
    assert!(audit[0]["request_id"].is_string());
    server.assert_sound().await;
}
