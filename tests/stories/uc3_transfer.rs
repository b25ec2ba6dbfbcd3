//! UC-3: Peer-to-Peer Token Transfer.

use serde_json::json;

use super::support::Server;

/// A member pays another: both balances and both histories show it, before and after.
#[tokio::test]
async fn a_payment_is_in_both_histories() {
    let server = Server::start().await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 30, "note": "Thanks for the <b>bread</b>" });
    let answer = ann.post("/v1/transfers", &body).await;
    let made = answer.ok(201);
    assert_eq!(answer.headers["location"], format!("/v1/transactions/{}", made["id"].as_str().unwrap()));
    assert_eq!(made["kind"], "transfer");
    assert_eq!(made["from"], json!({ "wallet_id": ann.wallet_id, "name": "ann", "owner": "user" }));
    assert_eq!(made["to"], json!({ "wallet_id": bob.wallet_id, "name": "bob", "owner": "user" }));
    assert_eq!(made["note"], "Thanks for the <b>bread</b>");
    assert_eq!(made["hash"].as_str().unwrap().len(), 64);
    assert_eq!(uuid::Uuid::parse_str(made["id"].as_str().unwrap()).unwrap().get_version_num(), 7);
    assert_eq!((ann.balance().await, bob.balance().await), (70, 30));
    for (member, direction, before, after) in [(&ann, "out", 100, 70), (&bob, "in", 0, 30)] {
        let entry = &member.history("?limit=1").await[0];
        assert_eq!(entry["id"], made["id"]);
        assert_eq!(entry["direction"], direction);
        assert_eq!((entry["balance_before"].as_i64(), entry["balance_after"].as_i64()), (Some(before), Some(after)));
        let one = member.get(answer.headers["location"].as_str()).await.ok(200);
        assert_eq!(&one, entry);
    }
    server.assert_sound().await;
}

/// A payment to the system account is a pool transfer.
#[tokio::test]
async fn a_fee_goes_to_the_pool() {
    let server = Server::start().await;
    let ann = server.funded("ann", 10).await;
    let body = json!({ "to_wallet_id": server.treasury(), "amount": 4 });
    assert_eq!(ann.post("/v1/transfers", &body).await.ok(201)["kind"], "pool");
    let supply = ann.get("/v1/statistics/supply").await.ok(200);
    assert_eq!((supply["circulating_supply"].as_i64(), supply["system_pool"].as_i64()), (Some(6), Some(4)));
    assert_eq!((supply["total_users"].as_i64(), supply["active_users"].as_i64()), (Some(2), Some(1)));
    server.assert_sound().await;
}

/// What was acknowledged is there after the program is killed without warning.
#[tokio::test]
async fn an_acknowledged_payment_survives_a_kill() {
    let mut server = Server::start().await;
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    let made = ann.pay(&bob, 1).await.ok(201);
    server.kill();
    server.serve(&[]).await;
    let bob = server.member("bob").await;
    assert_eq!(bob.history("").await[0]["id"], made["id"]);
    server.assert_sound().await;
}
