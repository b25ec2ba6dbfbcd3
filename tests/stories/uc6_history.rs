//! UC-6: Transaction History Inquiry.

use serde_json::Value;

use super::support::Server;

fn amounts(items: &[Value]) -> Vec<i64> {
    items.iter().map(|item| item["amount"].as_i64().unwrap()).collect()
}

/// Every filter gives exactly what it names, alone and together.
#[tokio::test]
async fn filters_find_what_they_name() {
    let server = Server::start().await;
    let (ann, bob, eve) =
        (server.funded("ann", 1000).await, server.funded("bob", 1000).await, server.member("eve").await);
    ann.pay(&bob, 10).await.ok(201);
    ann.pay(&eve, 20).await.ok(201);
    bob.pay(&ann, 30).await.ok(201);
    let body = serde_json::json!({ "to_wallet_id": bob.wallet_id, "amount": 40, "note": "Fresh BREAD rolls" });
    ann.post("/v1/transfers", &body).await.ok(201);
    let body = serde_json::json!({ "to_wallet_id": server.treasury(), "amount": 50 });
    ann.post("/v1/transfers", &body).await.ok(201);
    assert_eq!(amounts(&ann.history("").await), [50, 40, 30, 20, 10, 1000]);
    let middle = ann.history("?min_amount=30&max_amount=30").await[0]["created_at"].as_i64().unwrap();
    for (query, expected) in [
        ("?direction=in".to_owned(), vec![30, 1000]),
        ("?direction=out".into(), vec![50, 40, 20, 10]),
        ("?kind=distribution".into(), vec![1000]),
        ("?kind=pool".into(), vec![50]),
        ("?kind=issuance".into(), vec![]),
        ("?type=1".into(), vec![50, 40, 30, 20, 10, 1000]),
        ("?type=2".into(), vec![]),
        (format!("?counterparty={}", bob.wallet_id), vec![40, 30, 10]),
        (format!("?counterparty={}&direction=out", bob.wallet_id), vec![40, 10]),
        (format!("?from_time={middle}&min_amount=31"), vec![50, 40]),
        (
            format!("?to_time={}", middle - 1),
            amounts(
                &ann.history("")
                    .await
                    .into_iter()
                    .filter(|item| item["created_at"].as_i64().unwrap() < middle)
                    .collect::<Vec<_>>(),
            ),
        ),
        ("?to_time=0".into(), vec![]),
        ("?min_amount=20&max_amount=40".into(), vec![40, 30, 20]),
        ("?q=bread".into(), vec![40]),
        ("?q=bread&direction=in".into(), vec![]),
        ("?limit=2".into(), vec![50, 40]),
    ] {
        assert_eq!(amounts(&ann.history(&query).await), expected, "{query}");
    }
    server.assert_sound().await;
}

/// Pages follow each other without a gap or a repetition, though rows arrive meanwhile.
#[tokio::test]
async fn pages_stay_in_place_while_rows_arrive() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1000).await, server.member("bob").await);
    for amount in 1..=25 {
        ann.pay(&bob, amount).await.ok(201);
    }
    let mut seen = Vec::new();
    let mut query = "?limit=10&direction=out".to_owned();
    for late in 1.. {
        let page = ann.get(&format!("/v1/transactions{query}")).await.ok(200);
        seen.extend(amounts(page["items"].as_array().unwrap()));
        ann.pay(&bob, 100 + late).await.ok(201);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=10&direction=out&cursor={cursor}");
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
}

/// Members see their own transactions alone; another's is not found, not forbidden.
#[tokio::test]
async fn others_transactions_are_not_found() {
    let server = Server::start().await;
    let (ann, bob, eve) = (server.funded("ann", 10).await, server.member("bob").await, server.member("eve").await);
    let id = ann.pay(&bob, 1).await.ok(201)["id"].as_str().unwrap().to_owned();
    eve.get(&format!("/v1/transactions/{id}")).await.refused(404, "transaction_not_found");
    bob.get(&format!("/v1/transactions/{id}")).await.ok(200);
    assert!(eve.history("").await.is_empty());
    // The same place in the ledger under a made-up id.
    let mut forged = id.clone();
    forged.replace_range(9..10, if &id[9..10] == "0" { "1" } else { "0" });
    for id in [forged.as_str(), "nonsense", &uuid::Uuid::now_v7().to_string(), &uuid::Uuid::max().to_string()] {
        bob.get(&format!("/v1/transactions/{id}")).await.refused(404, "transaction_not_found");
    }
}

/// A query that makes no sense is refused and names its field.
#[tokio::test]
async fn wrong_queries_name_their_field() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    for _ in 0..3 {
        ann.pay(&bob, 1).await.ok(201);
    }
    let page = ann.get("/v1/transactions?limit=1").await.ok(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    bob.get(&format!("/v1/transactions?cursor={cursor}")).await.refused(400, "invalid_request");
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=10000", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("cursor=AAAAAAAAAAEAAAAAAAAAAA", "cursor"),
        ("cursor=made-up", "cursor"),
        ("direction=sideways", "direction"),
        ("kind=gift", "kind"),
        ("type=0", "type"),
        ("type=100", "type"),
        ("counterparty=me", "counterparty"),
        ("from_time=yesterday", "from_time"),
        ("min_amount=1.5", "min_amount"),
        ("max_amount=-1", "max_amount"),
        ("colour=red", "colour"),
    ] {
        let problem = ann.get(&format!("/v1/transactions?{query}")).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
    }
}
