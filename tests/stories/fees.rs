//! Fees on payments between members: told before anybody pays, paid besides, seen by whom they concern, and
//! there with their payment or not at all.
//!
//! `COMMUNITYTOKEN_ROUNDS=100` kills that often, `COMMUNITYTOKEN_SEED=…` in the same way again.

use std::fs;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Method, Response};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::pages::{Visitor, field, wallet_of};
use super::support::provider::ISSUER;
use super::support::setting::{dice, rounds};
use super::support::{Member, Server, key};

const OPERATIONS: &str = include_str!("../../docs/operations.md");

/// A community with this rule.
async fn community(fees: &str) -> Server {
    let mut server = Server::prepare(&Server::settings(&format!("[fees]\n{fees}")));
    server.serve(&[]).await;
    server
}

async fn price(payer: &Member, to: &Member, amount: i64) -> Value {
    payer.get(&format!("/v1/fees?to_wallet_id={}&amount={amount}", to.wallet_id)).await.ok(200)
}

/// What is told beforehand is what is paid, in one step, and each of the two leads to the other.
#[tokio::test]
async fn told_paid_and_seen() {
    let server = community("percent = \"2.5\"\nfixed = 1\nat_most = 20\n").await;
    let (ann, bob) = (server.funded("ann", 500).await, server.member("bob").await);
    let told = price(&ann, &bob, 100).await;
    let account = "system_account_communitytoken";
    assert_eq!(told, json!({ "amount": 100, "fee": 3, "total": 103, "system_account": account }));
    assert_eq!(price(&ann, &bob, 100_000).await["fee"], 20, "a cap is one");
    assert_eq!(price(&ann, &bob, i64::MAX).await["fee"], 20);
    let paid = ann.pay(&bob, 100).await.ok(201);
    let fee = paid["fee"]["transaction_id"].as_str().unwrap().to_owned();
    assert_eq!((&paid["amount"], &paid["fee"]["amount"]), (&json!(100), &json!(3)));
    assert_eq!((ann.balance().await, bob.balance().await), (397, 100));
    // Both histories: the payer reads both and each names the other, the recipient reads of the payment.
    let history = ann.history("?limit=2").await;
    assert_eq!((&history[0]["id"], &history[1]["id"]), (&json!(fee), &paid["id"]));
    assert_eq!((&history[0]["kind"], &history[0]["transaction_type"]), (&json!("pool"), &json!(2)));
    assert_eq!(history[0]["fee_of"]["transaction_id"], paid["id"]);
    assert_eq!(history[0]["fee_of"]["to"]["name"], "bob");
    assert_eq!(history[1]["fee"], paid["fee"]);
    assert_eq!(ann.get(&format!("/v1/transactions/{fee}")).await.ok(200), history[0]);
    assert_eq!(ann.history("?type=2").await.len(), 1);
    let received = bob.history("").await;
    assert_eq!((received.len(), received[0].get("fee")), (1, None));
    bob.get(&format!("/v1/transactions/{fee}")).await.refused(404, "transaction_not_found");
    // Nothing is taken of what goes to the community, or back.
    let body = json!({ "to_wallet_id": server.treasury(), "amount": 10 });
    assert_eq!(ann.post("/v1/transfers", &body).await.ok(201).get("fee"), None);
    let treasury = format!("/v1/fees?to_wallet_id={}&amount=10", server.treasury());
    let costs_nothing = json!({ "amount": 10, "fee": 0, "total": 10, "system_account": null });
    assert_eq!(ann.get(&treasury).await.ok(200), costs_nothing);
    let reverse = format!("/v1/transactions/{}/reverse", paid["id"].as_str().unwrap());
    assert_eq!(bob.post(&reverse, &json!({})).await.ok(201).get("fee"), None);
    // What wants too much, or cannot be read.
    let nobody = "/v1/fees?to_wallet_id=00000000-0000-4000-8000-000000000000&amount=1";
    ann.get(nobody).await.refused(404, "wallet_not_found");
    for wrong in ["", "&amount=0", "&amount=-1", "&amount=1.5", "&amount=1&x=1"] {
        ann.get(&format!("/v1/fees?to_wallet_id={}{wrong}", bob.wallet_id)).await.refused(400, "invalid_request");
    }
    server.assert_sound().await;
}

/// To the last token, once for each key, and no more than was agreed to.
#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let server = community("percent = \"10\"\n").await;
    let (ann, bob) = (server.funded("ann", 109).await, server.member("bob").await);
    let before = server.rows();
    let refused = ann.pay(&bob, 100).await.refused(422, "insufficient_balance");
    assert_eq!((&refused["balance"], &refused["required"], &refused["fee"]), (&json!(109), &json!(110), &json!(10)));
    let agreed = |most: i64| json!({ "to_wallet_id": bob.wallet_id, "amount": 50, "fee_max": most });
    let changed = ann.post("/v1/transfers", &agreed(4)).await.refused(409, "fee_changed");
    assert_eq!((&changed["fee"], &changed["fee_max"]), (&json!(5), &json!(4)));
    ann.post("/v1/transfers", &agreed(-1)).await.refused(400, "invalid_request");
    assert_eq!(server.rows(), before);
    server.fund(&ann, 1).await;
    let (once, body) = (key(), json!({ "to_wallet_id": bob.wallet_id, "amount": 100 }));
    let twin = || ann.post_with("/v1/transfers", &body, &once);
    let (first, second) = tokio::join!(twin(), twin());
    assert_eq!((first.ok(201), first.ok(201)["fee"]["amount"].as_i64()), (second.ok(201), Some(10)));
    assert_eq!((ann.balance().await, bob.balance().await), (0, 100));
    server.assert_sound().await;
}

/// By a service client, and for a request: what is written down beside a payment finds it before its fee.
#[tokio::test]
async fn other_ways_to_pay() {
    let server = community("fixed = 2\n").await;
    let (ann, bob) = (server.funded("ann", 100).await, server.funded("bob", 100).await);
    let made = server.cli(&["client", "create", "bot", "--scope", "transfers:write", "--reason", "Chat"]).ok();
    let bot = server.stranger(made["credential"].as_str().unwrap().to_owned());
    let permit = format!("/v1/me/service-clients/{}", made["id"].as_str().unwrap());
    ann.call(Method::PUT, &permit, &[], None).await.ok(200);
    let (behalf, once) = (format!("{ISSUER}|ann"), key());
    let asks = format!("/v1/fees?to_wallet_id={}&amount=30", bob.wallet_id);
    assert_eq!(bot.call(Method::GET, &asks, &[("on-behalf-of", &behalf)], None).await.ok(200)["fee"], 2);
    let headers = [("on-behalf-of", &*behalf), ("content-type", "application/json"), ("idempotency-key", &once)];
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 30 }).to_string();
    for _ in 0..2 {
        let paid = bot.call(Method::POST, "/v1/transfers", &headers, Some(body.clone())).await.ok(201);
        assert_eq!((&paid["client"], &paid["fee"]["amount"]), (&json!("bot"), &json!(2)));
    }
    assert_eq!((ann.balance().await, bob.balance().await), (68, 130));
    let asked = bob.post("/v1/requests", &json!({ "from_wallet_id": ann.wallet_id, "amount": 66 })).await.ok(201);
    let accept = format!("/v1/requests/{}/accept", asked["id"].as_str().unwrap());
    let paid = ann.post(&accept, &Value::Null).await.ok(201);
    assert_eq!((&paid["fee"]["amount"], ann.balance().await), (&json!(2), 0));
    let entry = &ann.history("?limit=2").await[1];
    assert_eq!((&entry["id"], &entry["fee"]), (&paid["id"], &paid["fee"]));
    server.assert_sound().await;
}

/// What was taken in is found by everybody who may look: figures, lists, and SQL as the handbook has it. What
/// members pay each other is what they pay each other.
#[tokio::test]
async fn what_was_taken_in() {
    let server = community("percent = \"10\"\n").await;
    let (ann, bob, operator) = (server.funded("ann", 500).await, server.member("bob").await, server.operator().await);
    for amount in [100, 50] {
        ann.pay(&bob, amount).await.ok(201);
    }
    let figures = ann.get("/v1/statistics/transactions").await.ok(200);
    assert_eq!((&figures["by_type"]["2"]["count"], &figures["by_type"]["2"]["volume"]), (&json!(2), &json!(15)));
    assert_eq!(
        (&figures["by_kind"]["transfer"]["volume"], &figures["by_kind"]["pool"]["volume"]),
        (&json!(150), &json!(15))
    );
    assert_eq!(ann.get("/v1/statistics/velocity").await.ok(200)["volume"], 150);
    assert_eq!(operator.get("/v1/statistics/flow").await.ok(200)["strongest"][0]["volume"], 150);
    let accounts = ann.get("/v1/statistics/accounts").await.ok(200);
    assert_eq!(accounts["accounts"][0]["total"]["received_from_members"], 15);
    let listed = operator.get("/v1/admin/transactions?type=2").await.ok(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][0]["fee_of"]["to"]["name"], "bob");
    let sql = OPERATIONS.split("communitytoken sql \"").filter(|sql| sql.contains("WHERE transaction_type = 2"));
    let answers: Vec<Value> = sql.map(|sql| server.sql(sql.split('"').next().unwrap())).collect();
    assert_eq!(answers.len(), 2, "the handbook has two");
    assert_eq!(answers[0], json!([{ "fees": 2, "tokens": 15 }]));
    assert_eq!((&answers[1][0]["fees"], &answers[1][0]["tokens"]), (&json!(2), &json!(15)));
    server.assert_sound().await;
}

/// An operator gives a payment back, and its fee with it; the member hears of it once.
#[tokio::test]
async fn a_correction() {
    let server = community("percent = \"10\"\n").await;
    let (ann, bob, operator) = (server.funded("ann", 110).await, server.member("bob").await, server.operator().await);
    let paid = ann.pay(&bob, 100).await.ok(201);
    let path = format!("/v1/admin/transactions/{}/reverse", paid["id"].as_str().unwrap());
    let back = operator.post(&path, &json!({ "reason": "The wrong bob" })).await.ok(201);
    assert_eq!((&back["amount"], &back["fee"]["amount"]), (&json!(100), &json!(10)));
    assert_eq!((ann.balance().await, bob.balance().await), (110, 0));
    let history = ann.history("?limit=4").await;
    assert_eq!(history[0]["reverses"], paid["fee"]["transaction_id"]);
    assert_eq!((&history[1]["reverses"], &history[1]["fee"]), (&paid["id"], &back["fee"]));
    assert_eq!(history[2]["reversed_by"], history[0]["id"]);
    server.assert_sound().await;
}

/// A rule that cannot be kept is refused at the start, with the setting that says it; nothing is served.
#[tokio::test]
async fn a_rule_that_cannot_be_kept() {
    let mut server = Server::start().await;
    let ann = server.member("ann").await;
    server.stop();
    for (fees, says) in [
        ("percent = \"101\"", "fees.percent (file "),
        ("percent = \"1\"\nto = \"festival\"", "fees.to: there is no system account \"festival\""),
        (
            "fixed = 1\nexempt = [\"00000000-0000-4000-8000-000000000000\"]",
            "fees.exempt: nobody here has the wallet 00000000-0000-4000-8000-000000000000",
        ),
        ("fixed = 1\nexempt = [\"ann\"]", "fees.exempt (file "),
    ] {
        fs::write(server.path("config.toml"), Server::settings(&format!("[fees]\n{fees}\n"))).unwrap();
        let refused = server.run(&["serve"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains(says), "{refused:?}");
        let doctor = server.cli(&["doctor"]);
        assert!(doctor.code == 1 && doctor.stdout.contains(&says.replace('"', "\\\"")), "{doctor:?}");
    }
    let exempt = format!("[fees]\nfixed = 5\nexempt = [\"{}\"]\n", ann.wallet_id);
    fs::write(server.path("config.toml"), Server::settings(&exempt)).unwrap();
    server.serve(&[]).await;
    let (ann, bob) = (server.funded("ann", 50).await, server.funded("bob", 50).await);
    let eve = server.member("eve").await;
    assert_eq!(price(&ann, &bob, 10).await["fee"], 0);
    assert_eq!(bob.pay(&ann, 10).await.ok(201).get("fee"), None);
    assert_eq!(bob.pay(&eve, 10).await.ok(201)["fee"]["amount"], 5);
    let changed =
        server.sql("SELECT details FROM audit_log WHERE action = 'settings.change' ORDER BY sequence DESC LIMIT 1");
    assert!(changed[0]["details"].as_str().unwrap().contains("fees.fixed"), "{changed}");
    server.assert_sound().await;
}

async fn text(answer: Response, status: u16) -> String {
    assert_eq!(answer.status(), status);
    answer.text().await.unwrap()
}

fn to(answer: &Response) -> String {
    assert_eq!(answer.status(), 303);
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// The receipt that a page leads to, beside its own.
fn other_receipt(page: &str, own: &str) -> String {
    let links = page.split("href=\"/transactions/").skip(1).map(|link| link[..36].to_owned());
    format!("/transactions/{}", links.into_iter().find(|id| !own.contains(id.as_str())).unwrap())
}

const NBSP: &str = "\u{a0}";

/// On the pages: told by the rule, by a link, before paying, on both receipts and in the history; a fee that is
/// another by then is asked for once more.
#[tokio::test]
async fn on_the_pages() {
    let more = |fees: &str| format!("[fees]\n{fees}");
    let mut server = Server::demo_with(&more("percent = \"2.5\"\nfixed = 1\nat_most = 50\n")).await;
    let maria = wallet_of(&server, "maria");
    {
        let ann = Visitor::sign_in(&server, "ann").await;
        server.cli(&["distribute", "--to", "ann=300", "--reason", "For the test"]).ok();
        let form = ann.page("/send").await;
        assert!(form.contains("a fee of 1\u{a0}¤ and 2.5% of the amount. It is never more than 50\u{a0}¤."), "{form}");
        let link = ann.page(&format!("/pay/{maria}?amount=200")).await;
        assert!(link.contains("With the fee of 6\u{a0}¤ it costs 206\u{a0}¤."), "{link}");
        let csrf = ann.csrf().await;
        let review = [("csrf", &*csrf), ("step", "review"), ("to", &maria), ("amount", "296"), ("note", "")];
        let too_few = text(ann.post("/send", &review).await, 422).await;
        assert!(too_few.contains(&format!("with the fee of 8{NBSP}¤ it costs 304{NBSP}¤")), "{too_few}");
        assert!(too_few.contains("href=\"/requests/new?amount=4\""), "{too_few}");
        let review = [("csrf", &*csrf), ("step", "review"), ("to", &maria), ("amount", "200"), ("note", "Chairs")];
        let confirm = text(ann.post("/send", &review).await, 200).await;
        for says in ["Fee</dt><dd>6", "Altogether</dt><dd>206", "You will have</dt><dd>94"] {
            assert!(confirm.contains(says), "{says}: {confirm}");
        }
        let (key, fee) = (field(&confirm, "key"), field(&confirm, "fee"));
        let pay = [
            ("csrf", &*csrf),
            ("step", "pay"),
            ("key", &key),
            ("fee", &fee),
            ("to", &maria),
            ("amount", "200"),
            ("note", "Chairs"),
        ];
        let place = to(&ann.post("/send", &pay).await);
        assert_eq!(to(&ann.post("/send", &pay).await), place, "a double tap pays once");
        let receipt = ann.page(&place).await;
        assert!(receipt.contains("Your balance after it and its fee</dt><dd>94"), "{receipt}");
        let of_fee = other_receipt(&receipt, &place);
        let fee = ann.page(&of_fee).await;
        assert!(
            fee.contains("Fee for the payment to maria") && fee.contains(&place[..place.find('?').unwrap()]),
            "{fee}"
        );
        assert!(ann.page("/history").await.contains("Fee for the payment to maria"));
        let picture = ann.page(&format!("{of_fee}/receipt.svg")).await;
        assert!(picture.contains("Fee for the payment to maria"), "{picture}");
        let picture = ann.page(&format!("{}/receipt.svg", &place[..place.find('?').unwrap()])).await;
        assert!(picture.contains("Fee paid besides: 6"), "{picture}");
        let explained = ann.page("/history/balance").await;
        assert!(explained.contains("<span class=\"what\">Fee"), "{explained}");
        // The other side reads of the payment alone.
        let seen = Visitor::sign_in_as(&server, "maria").await.page(&place).await;
        assert!(seen.contains("200\u{a0}¤") && !seen.contains("Fee"), "{seen}");
    }
    // A form that was open while the rule changed.
    let (csrf, stale, cookie) = {
        let ann = Visitor::sign_in_as(&server, "ann").await;
        let csrf = ann.csrf().await;
        let review = [("csrf", &*csrf), ("step", "review"), ("to", &maria), ("amount", "40"), ("note", "")];
        let stale = text(ann.post("/send", &review).await, 200).await;
        (csrf, stale, ann.cookie)
    };
    server.stop();
    let settings = fs::read_to_string(server.path("config.toml")).unwrap();
    fs::write(server.path("config.toml"), settings.replace("fixed = 1", "fixed = 7")).unwrap();
    server.serve(&[]).await;
    let mut ann = Visitor::sign_in_as(&server, "ann").await;
    ann.cookie = cookie;
    let rows = server.rows();
    let key = field(&stale, "key");
    let pay = [
        ("csrf", &*csrf),
        ("step", "pay"),
        ("key", &key),
        ("fee", "2"),
        ("to", &maria),
        ("amount", "40"),
        ("note", ""),
    ];
    let refused = text(ann.post("/send", &pay).await, 422).await;
    assert!(refused.contains(&format!("The fee is another than you were shown: 8{NBSP}¤ now.")), "{refused}");
    assert!(refused.contains("Nothing was sent") && refused.contains("value=\"40\""), "{refused}");
    assert_eq!(server.rows(), rows);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A request says what paying it costs, and asks once more where it costs more by then; the page of a
/// correction says that the fee goes back.
#[tokio::test]
async fn requests_and_corrections_on_pages() {
    let server = Server::demo_with("[fees]\npercent = \"10\"\n").await;
    let (ann, maria) = (Visitor::sign_in(&server, "ann").await, Visitor::sign_in_as(&server, "maria").await);
    server.cli(&["distribute", "--to", "ann=100", "--reason", "For the test"]).ok();
    let (of_ann, csrf) = (wallet_of(&server, "ann"), maria.csrf().await);
    let ask = [("csrf", &*csrf), ("key", "ask"), ("from", &of_ann), ("amount", "60"), ("note", "Flour")];
    let place = to(&maria.post("/requests/new", &ask).await).replace("?asked=1", "");
    let request = ann.page(&place).await;
    for says in ["Fee</dt><dd>6", "Altogether</dt><dd>66", "You will have</dt><dd>34"] {
        assert!(request.contains(says), "{says}: {request}");
    }
    let (csrf, key) = (field(&request, "csrf"), field(&request, "key"));
    let accept =
        |fee| [("csrf", csrf.clone()), ("key", key.clone()), ("step", "accept".to_owned()), ("fee", String::from(fee))];
    let rows = server.rows();
    for less in ["5", "", "x"] {
        let fields = accept(less);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = text(ann.post(&place, &fields).await, 422).await;
        assert!(refused.contains("The fee is another than you were shown"), "{refused}");
    }
    assert_eq!(server.rows(), rows);
    let fields = accept("6");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let receipt = to(&ann.post(&place, &fields).await);
    let id = &receipt["/transactions/".len()..][..36];
    assert!(maria.page("/admin/transactions?type=2").await.contains("Fee for the payment to maria"));
    let page = maria.page(&format!("/admin/transactions/{id}/reverse")).await;
    assert!(page.contains(&format!("Where all of it goes back, the fee of 6{NBSP}¤ goes back, too.")), "{page}");
    let back = [
        ("csrf", field(&page, "csrf")),
        ("key", field(&page, "key")),
        ("amount", "60".into()),
        ("reason", "Asked twice".into()),
    ];
    let back: Vec<(&str, &str)> = back.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = to(&maria.post(&format!("/admin/transactions/{id}/reverse"), &back).await);
    assert!(maria.page(&done).await.contains("Fee given back with it"));
    assert_eq!(server.cli(&["member", "show", "ann"]).ok()["balance"], 100);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// What must hold at any moment: behind each payment its fee, and no fee without its payment.
fn assert_in_pairs(server: &Server) -> i64 {
    let conn = Connection::open_with_flags(server.database(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let number = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).unwrap() };
    let payments = number("SELECT count(*) FROM transactions WHERE kind = 3");
    let pairs = "SELECT count(*) FROM transactions AS paid JOIN transactions AS fee ON fee.sequence = paid.sequence + 1
                  WHERE paid.kind = 3 AND fee.kind = 4 AND fee.transaction_type = 2 AND fee.amount = 3
                    AND fee.from_wallet = paid.from_wallet";
    assert_eq!(number(pairs), payments);
    assert_eq!(number("SELECT count(*) FROM transactions WHERE transaction_type = 2"), payments);
    payments
}

/// `kill -9` while many pay: never one without the other, and what was acknowledged is there with its fee.
#[tokio::test]
async fn killed_there_are_both_or_neither() {
    let mut dice = dice();
    let mut server = community("fixed = 3\n").await;
    let names: Vec<String> = (0..8).map(|number| format!("payer-{number}")).collect();
    for name in &names {
        server.funded(name, 1_000_000).await;
    }
    let (mut acknowledged, rounds) = (0, rounds(6));
    for round in 1..=rounds {
        let mut payers = Vec::new();
        for name in &names {
            payers.push(server.member(name).await);
        }
        let paying: Vec<_> = (0..payers.len())
            .map(|number| {
                let (from, to) = (payers[number].clone(), payers[(number + 1) % payers.len()].wallet_id.clone());
                tokio::spawn(async move {
                    let (mut heard, body) = (0_i64, json!({ "to_wallet_id": to, "amount": 1 }).to_string());
                    loop {
                        let once = key();
                        let headers = [("content-type", "application/json"), ("idempotency-key", once.as_str())];
                        let paid = from.attempt(Method::POST, "/v1/transfers", &headers, Some(body.clone())).await;
                        let Ok(answer) = paid else { return heard };
                        assert_eq!(answer.ok(201)["fee"]["amount"], 3);
                        heard += 1;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(dice.u64(20..400))).await;
        server.kill();
        for payer in paying {
            acknowledged += payer.await.unwrap();
        }
        let payments = assert_in_pairs(&server);
        assert!(payments >= acknowledged, "round {round}: {payments} of {acknowledged}");
        server.serve(&[]).await;
    }
    println!("{rounds} kills, {acknowledged} payments acknowledged");
    assert!(acknowledged > 0);
    server.assert_sound().await;
}
