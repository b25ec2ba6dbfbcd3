//! UC-7: Weekly Reward Distribution, with auto-issuance.

use serde_json::json;

use super::support::Server;

/// What lies in the pool is used first, and exactly the rest is issued, week after week.
#[tokio::test]
async fn only_what_is_missing_is_issued() {
    let server = Server::start().await;
    // The operator, too, is a member.
    let mut members = vec![server.operator().await];
    members.extend(server.members(3).await);
    server.cli(&["issue", "--amount", "100", "--reason", "Opening stock"]).ok();
    for (week, issued) in [(1, 0), (2, 60), (3, 80)] {
        let reason = format!("Weekly rewards Q1 2025 W{week}");
        let made = server.cli(&["distribute", "--everyone", "20", "--reason", &reason]).ok();
        assert_eq!((made["issued"].as_i64(), made["distributed"].as_i64()), (Some(issued), Some(80)), "week {week}");
        server.assert_sound().await;
    }
    // What members pay back into the pool is distributed again.
    let body = json!({ "to_wallet_id": server.treasury(), "amount": 50 });
    members[1].post("/v1/transfers", &body).await.ok(201);
    let made = server.cli(&["distribute", "--everyone", "20", "--reason", "Weekly rewards Q1 2025 W4"]).ok();
    assert_eq!(made["issued"], 30);
    assert_eq!((members[0].balance().await, members[1].balance().await), (80, 30));
    let audit = server.sql("SELECT reason FROM audit_log WHERE action = 'distribution' ORDER BY sequence");
    assert_eq!(audit.as_array().unwrap().len(), 4);
    assert_eq!(audit[2]["reason"], "Weekly rewards Q1 2025 W3");
    server.assert_sound().await;
}

/// One recipient who cannot receive stops the whole distribution, and nothing is issued for it.
#[tokio::test]
async fn all_or_nothing() {
    let server = Server::start().await;
    let members = server.members(3).await;
    let operator = server.operator().await;
    let freeze = format!("/v1/admin/wallets/{}/freeze", members[1].wallet_id);
    operator.post(&freeze, &json!({ "reason": "Phone stolen" })).await.ok(200);
    server.cli(&["member", "delete", "member-02", "--reason", "Moved away"]).ok();
    let rows = server.rows();
    let share = |wallet: &str| json!({ "wallet_id": wallet, "amount": 5 });
    let treasury = server.treasury();
    let nobody = uuid::Uuid::new_v4().to_string();
    let huge = json!({ "wallet_id": members[0].wallet_id, "amount": i64::MAX });
    for (recipients, status, code) in [
        (json!([share(&members[0].wallet_id), share(&members[1].wallet_id)]), 422, "wallet_frozen"),
        (json!([share(&members[0].wallet_id), share(&members[2].wallet_id)]), 422, "recipient_closed"),
        (json!([share(&members[0].wallet_id), share(&nobody)]), 404, "wallet_not_found"),
        (json!([share(&members[0].wallet_id), { "user_id": nobody, "amount": 1 }]), 404, "user_not_found"),
        (json!([share(&members[0].wallet_id), share(&treasury)]), 422, "system_wallet"),
        (json!([share(&members[0].wallet_id), share(&members[0].wallet_id)]), 400, "invalid_request"),
        (json!([huge, { "wallet_id": operator.wallet_id, "amount": 1 }]), 422, "amount_overflow"),
        (json!([]), 400, "invalid_request"),
        (json!(vec![share(&members[0].wallet_id); 101]), 422, "too_many_recipients"),
        (json!([{ "amount": 5 }]), 400, "invalid_request"),
    ] {
        let body = json!({ "reason": "Weekly rewards", "recipients": recipients });
        let problem = operator.post("/v1/admin/distributions", &body).await.refused(status, code);
        assert_eq!(server.rows(), rows, "{problem}");
        let names_the_setting = problem["detail"].as_str().unwrap().contains("limits.recipients_per_distribution");
        assert_eq!(names_the_setting, code == "too_many_recipients", "{problem}");
    }
    operator
        .post("/v1/admin/distributions", &json!({ "reason": " ", "recipients": [share(&members[0].wallet_id)] }))
        .await
        .refused(400, "invalid_request");
    assert_eq!(server.rows(), rows);
    server.assert_sound().await;
}

/// A distribution serves a hundred members at once.
#[tokio::test]
async fn a_hundred_recipients() {
    let server = Server::start().await;
    let members = server.members(100).await;
    let recipients: Vec<_> =
        members.iter().map(|member| json!({ "wallet_id": member.wallet_id, "amount": 3 })).collect();
    let body = json!({ "reason": "Weekly rewards", "recipients": recipients });
    let made = server.operator().await.post("/v1/admin/distributions", &body).await.ok(201);
    assert_eq!((made["issued"].as_i64(), made["transactions"].as_array().unwrap().len()), (Some(300), 101));
    assert_eq!(members[99].balance().await, 3);
    server.assert_sound().await;
}
