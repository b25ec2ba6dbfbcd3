//! Payment requests and favourites by the API of the real binary.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Member, Server, key};

pub async fn ask(asker: &Member, payer: &Member, amount: i64) -> String {
    let body = json!({ "from_wallet_id": payer.wallet_id, "amount": amount, "note": "For bread" });
    asker.post("/v1/requests", &body).await.ok(201)["id"].as_str().unwrap().to_owned()
}

pub async fn answer(member: &Member, id: &str, how: &str) -> super::support::Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", &*key())];
    let body = (how == "decline").then(|| json!({ "answer": "Not now" }).to_string());
    member.call(Method::POST, &format!("/v1/requests/{id}/{how}"), &headers, body).await
}

/// Asked, seen by both and nobody else, paid, linked; and all of it after a restart too.
#[tokio::test]
async fn asked_and_paid() {
    let mut server = Server::start().await;
    let (ann, bob, eve) = (server.member("ann").await, server.funded("bob", 100).await, server.member("eve").await);
    let body = json!({ "from_wallet_id": bob.wallet_id, "amount": 40, "note": "For bread" });
    let idempotency = key();
    let first = ann.post_with("/v1/requests", &body, &idempotency).await;
    let made = first.ok(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/requests/{id}");
    assert_eq!(first.headers["location"], path);
    assert_eq!((&made["direction"], &made["state"], &made["amount"]), (&json!("out"), &json!("open"), &json!(40)));
    assert_eq!((&made["asker"]["name"], &made["payer"]["name"]), (&json!("ann"), &json!("bob")));
    for absent in ["asks_back", "transaction_id", "answer"] {
        assert!(made.get(absent).is_none(), "{absent}");
    }
    assert_eq!(bob.get(&path).await.ok(200)["direction"], "in");
    eve.get(&path).await.refused(404, "request_not_found");
    eve.get("/v1/requests/nonsense").await.refused(404, "request_not_found");
    for how in ["accept", "decline", "withdraw"] {
        answer(&eve, &id, how).await.refused(404, "request_not_found");
    }
    answer(&ann, &id, "accept").await.refused(403, "forbidden");
    answer(&ann, &id, "decline").await.refused(403, "forbidden");
    answer(&bob, &id, "withdraw").await.refused(403, "forbidden");
    server.kill();
    server.serve(&[]).await;
    let [ann, bob, eve] = [&ann, &bob, &eve].map(|member| Member { base: server.base.clone(), ..member.clone() });
    let replayed = ann.post_with("/v1/requests", &body, &idempotency).await;
    assert_eq!((replayed.ok(201), &*replayed.headers["idempotency-replayed"]), (made, "true"));
    let other = json!({ "from_wallet_id": bob.wallet_id, "amount": 41 });
    ann.post_with("/v1/requests", &other, &idempotency).await.refused(422, "idempotency_key_reused");
    let accepting = key();
    let headers = [("idempotency-key", &*accepting)];
    let paid = bob.call(Method::POST, &format!("{path}/accept"), &headers, None).await;
    let transaction = paid.ok(201);
    assert_eq!((&transaction["amount"], &transaction["note"]), (&json!(40), &json!("For bread")));
    assert_eq!(paid.headers["location"], format!("/v1/transactions/{}", transaction["id"].as_str().unwrap()));
    let again = bob.call(Method::POST, &format!("{path}/accept"), &headers, None).await;
    assert_eq!((again.ok(201), &*again.headers["idempotency-replayed"]), (transaction.clone(), "true"));
    let problem = answer(&bob, &id, "accept").await.refused(409, "request_ended");
    assert_eq!(problem["state"], "accepted");
    server.kill();
    server.serve(&[]).await;
    let [ann, bob, eve] = [&ann, &bob, &eve].map(|member| Member { base: server.base.clone(), ..member.clone() });
    let seen = ann.get(&path).await.ok(200);
    assert_eq!((&seen["state"], &seen["transaction_id"]), (&json!("accepted"), &transaction["id"]));
    assert_eq!((ann.balance().await, bob.balance().await, eve.balance().await), (40, 60, 0));
    server.assert_sound().await;
}

async fn listed(member: &Member, query: &str) -> Vec<Value> {
    member.get(&format!("/v1/requests{query}")).await.ok(200)["items"].as_array().unwrap().clone()
}

/// The list is filtered and goes on behind the last one shown, while others arrive.
#[tokio::test]
async fn lists() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.funded("bob", 100).await);
    let mut asked = Vec::new();
    for round in 0..3 {
        asked.push(ask(&ann, &bob, 1 + round).await);
        asked.push(ask(&bob, &ann, 1 + round).await);
    }
    answer(&bob, &asked[0], "accept").await.ok(201);
    answer(&ann, &asked[1], "decline").await.ok(200);
    answer(&ann, &asked[2], "withdraw").await.ok(200);
    let ids = |found: &[Value]| found.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let newest_first: Vec<String> = asked.iter().rev().cloned().collect();
    assert_eq!(ids(&listed(&ann, "").await), newest_first);
    for (query, expected) in [
        ("?direction=in", vec![5, 3, 1]),
        ("?direction=out", vec![4, 2, 0]),
        ("?state=open", vec![5, 4, 3]),
        ("?state=accepted", vec![0]),
        ("?state=declined", vec![1]),
        ("?state=withdrawn", vec![2]),
        ("?state=expired", vec![]),
        ("?direction=out&state=open", vec![4]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|place: usize| asked[place].clone()).collect();
        assert_eq!(ids(&listed(&ann, query).await), expected, "{query}");
    }
    let (mut cursor, mut found) = (String::new(), Vec::new());
    loop {
        let page = ann.get(&format!("/v1/requests?limit=2{cursor}")).await.ok(200);
        found.extend(ids(page["items"].as_array().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        if found.len() == 2 {
            ask(&ann, &bob, 9).await;
        }
    }
    assert_eq!(found, newest_first, "stable while one more arrives");
    let eve = server.member("eve").await;
    eve.get(&format!("/v1/requests?cursor={}", asked[0])).await.refused(400, "invalid_request");
    for wrong in ["cursor=nonsense", "state=paid", "direction=up", "limit=0", "limit=201", "colour=red"] {
        ann.get(&format!("/v1/requests?{wrong}")).await.refused(400, "invalid_request");
    }
    server.assert_sound().await;
}

/// What is not of the form the contract asks for is named by its field, and asks nobody.
#[tokio::test]
async fn malformed() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 10).await, server.member("bob").await);
    let wallet = &bob.wallet_id;
    for (body, field) in [
        (json!({ "from_wallet_id": wallet }), "amount"),
        (json!({ "amount": 1 }), "from_wallet_id"),
        (json!({ "from_wallet_id": "x", "amount": 1 }), "from_wallet_id"),
        (json!({ "from_wallet_id": wallet, "amount": 0 }), "amount"),
        (json!({ "from_wallet_id": wallet, "amount": -1 }), "amount"),
        (json!({ "from_wallet_id": wallet, "amount": 1.5 }), "amount"),
        (json!({ "from_wallet_id": wallet, "amount": "1" }), "amount"),
        (json!({ "from_wallet_id": wallet, "amount": 9_223_372_036_854_775_808_u64 }), "amount"),
        (json!({ "from_wallet_id": wallet, "amount": 1, "note": "a".repeat(281) }), "note"),
        (json!({ "from_wallet_id": wallet, "amount": 1, "note": "" }), "note"),
        (json!({ "from_wallet_id": wallet, "amount": 1, "note": "a\u{202e}b" }), "note"),
        (json!({ "from_wallet_id": wallet, "amount": 1, "colour": "red" }), "colour"),
    ] {
        let problem = ann.post("/v1/requests", &body).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let headers = [("content-type", "application/json")];
    let body = json!({ "from_wallet_id": wallet, "amount": 1 }).to_string();
    ann.call(Method::POST, "/v1/requests", &headers, Some(body)).await.refused(400, "idempotency_key_required");
    assert_eq!(listed(&bob, "").await.len(), 0);
    let longest = json!({ "from_wallet_id": wallet, "amount": i64::MAX, "note": "a".repeat(280) });
    let id = ann.post("/v1/requests", &longest).await.ok(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/requests/{id}/decline");
    bob.post(&path, &json!({ "answer": "a".repeat(281) })).await.refused(400, "invalid_request");
    let declined = bob.post(&path, &json!({ "answer": "ä".repeat(280) })).await.ok(200);
    assert_eq!(declined["answer"].as_str().unwrap().chars().count(), 280);
    server.assert_sound().await;
}

/// A program acts by its scopes: it reads and accepts for a member who allows it, and asks nobody.
#[tokio::test]
async fn service_clients() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.funded("bob", 100).await);
    let id = ask(&ann, &bob, 5).await;
    let made = server
        .cli(&["client", "create", "bot", "--scope", "wallet:read", "--scope", "transfers:write", "--reason", "A bot"])
        .ok();
    let bot = server.stranger(made["credential"].as_str().unwrap().to_owned());
    let of_bob = format!("{}|bob", super::support::provider::ISSUER);
    let idempotency = key();
    let headers =
        [("on-behalf-of", &*of_bob), ("idempotency-key", &*idempotency), ("content-type", "application/json")];
    let path = format!("/v1/requests/{id}");
    bot.call(Method::GET, &path, &headers, None).await.refused(403, "client_not_allowed");
    bob.call(Method::PUT, &format!("/v1/me/service-clients/{}", made["id"].as_str().unwrap()), &[], None).await.ok(200);
    assert_eq!(bot.call(Method::GET, &path, &headers, None).await.ok(200)["direction"], "in");
    let body = json!({ "from_wallet_id": ann.wallet_id, "amount": 1 }).to_string();
    bot.call(Method::POST, "/v1/requests", &headers, Some(body)).await.refused(403, "forbidden");
    bot.call(Method::POST, &format!("{path}/decline"), &headers, Some("{}".into())).await.refused(403, "forbidden");
    let paid = bot.call(Method::POST, &format!("{path}/accept"), &headers, None).await.ok(201);
    assert_eq!((&paid["client"], &paid["amount"]), (&json!("bot"), &json!(5)));
    server.assert_sound().await;
}

/// Favourites: kept for oneself, in the order of names.
#[tokio::test]
async fn favourites() {
    let server = Server::start().await;
    let (ann, bob, carl) = (server.member("ann").await, server.member("bob").await, server.member("carl").await);
    let set = |method: Method, wallet: &str| {
        let (ann, path) = (ann.clone(), format!("/v1/me/favourites/{wallet}"));
        async move { ann.call(method, &path, &[], None).await }
    };
    for member in [&carl, &bob, &bob] {
        assert_eq!(set(Method::PUT, &member.wallet_id).await.ok(200)["is_favourite"], true);
    }
    let names = |member: Member| async move {
        let items = member.get("/v1/me/favourites").await.ok(200)["items"].clone();
        items.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(ann.clone()).await, ["bob", "carl"]);
    assert_eq!(names(bob.clone()).await, Vec::<String>::new(), "nobody else sees them");
    set(Method::PUT, &ann.wallet_id).await.refused(422, "self_transfer");
    set(Method::PUT, "00000000-0000-4000-8000-000000000000").await.refused(404, "wallet_not_found");
    set(Method::PUT, "nonsense").await.refused(400, "invalid_request");
    for _ in 0..2 {
        assert_eq!(set(Method::DELETE, &bob.wallet_id).await.ok(200)["is_favourite"], false);
    }
    assert_eq!(names(ann.clone()).await, ["carl"]);
    let data = ann.get("/v1/me/data").await.ok(200);
    assert_eq!(data["favourites"][0]["name"], "carl");
    server.assert_sound().await;
}
