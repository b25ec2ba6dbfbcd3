//! Service clients: what a chat bot can do for members who allow it, and nothing else.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::provider::ISSUER;
use super::support::{Answer, Member, Server, key};

/// A program with a credential.
pub struct Bot {
    caller: Member,
    id: String,
}

const JSON: (&str, &str) = ("content-type", "application/json");

impl Bot {
    pub fn new(server: &Server, name: &str, scopes: &[&str]) -> Self {
        let mut arguments = vec!["client", "create", name, "--reason", "A chat bot"];
        for scope in scopes {
            arguments.extend(["--scope", scope]);
        }
        let made = server.cli(&arguments).ok();
        let credential = made["credential"].as_str().unwrap();
        assert!(credential.starts_with("ctk_") && credential.len() == 47, "{credential}");
        Self { caller: server.stranger(credential.to_owned()), id: made["id"].as_str().unwrap().to_owned() }
    }

    pub async fn allow(&self, member: &Member) {
        let path = format!("/v1/me/service-clients/{}", self.id);
        let answer = member.call(Method::PUT, &path, &[], None).await.ok(200);
        assert!(answer["allowed_at"].is_i64(), "{answer}");
    }

    async fn stop(&self, member: &Member) {
        let path = format!("/v1/me/service-clients/{}", self.id);
        assert_eq!(member.call(Method::DELETE, &path, &[], None).await.ok(200)["allowed_at"], Value::Null);
    }

    pub async fn get_for(&self, subject: &str, path: &str) -> Answer {
        self.caller.call(Method::GET, path, &[("on-behalf-of", &format!("{ISSUER}|{subject}"))], None).await
    }

    async fn post_for(&self, subject: &str, path: &str, body: &Value, key: &str) -> Answer {
        let behalf = format!("{ISSUER}|{subject}");
        let headers = [("on-behalf-of", &*behalf), JSON, ("idempotency-key", key)];
        self.caller.call(Method::POST, path, &headers, Some(body.to_string())).await
    }

    async fn pay_for(&self, subject: &str, to: &Member, amount: i64) -> Answer {
        self.post_for(subject, "/v1/transfers", &json!({ "to_wallet_id": to.wallet_id, "amount": amount }), &key())
            .await
    }
}

/// A bot pays for a member who allows it; both names stand beside the transaction everywhere.
#[tokio::test]
async fn a_bot_acts_for_who_allows_it() {
    let server = Server::start().await;
    let (operator, ann, bob) = (server.operator().await, server.funded("ann", 100).await, server.member("bob").await);
    let bot = Bot::new(&server, "discord-bot", &["transfers:write", "wallet:read"]);
    let before = server.rows();
    bot.pay_for("ann", &bob, 1).await.refused(403, "client_not_allowed");
    bot.get_for("ann", "/v1/wallet").await.refused(403, "client_not_allowed");
    assert_eq!(server.rows(), before, "nothing before she allows it");
    bot.allow(&ann).await;
    bot.allow(&ann).await;
    // Whom she lets act for her stands in the log, once, and by her id.
    let allowed = server.sql("SELECT operator, target, details FROM audit_log WHERE action = 'client.allow'");
    let line = json!({ "operator": format!("member {}", ann.user_id), "target": bot.id, "details": "{\"name\":\"discord-bot\"}" });
    assert_eq!(allowed, json!([line]));
    let made = bot.pay_for("ann", &bob, 30).await.ok(201);
    assert_eq!((&made["client"], &made["from"]["wallet_id"]), (&json!("discord-bot"), &json!(ann.wallet_id)));
    assert_eq!((ann.balance().await, bob.balance().await), (70, 30));
    assert_eq!(bot.get_for("ann", "/v1/wallet").await.ok(200)["balance"], 70);
    assert_eq!(bot.get_for("ann", "/v1/me").await.ok(200)["id"], ann.user_id.as_str());
    assert_eq!(ann.history("").await[0]["client"], "discord-bot");
    assert!(ann.history("").await[1].get("client").is_none(), "what she did not send herself is marked, nothing else");
    let id = made["id"].as_str().unwrap();
    assert_eq!(bot.get_for("ann", &format!("/v1/transactions/{id}")).await.ok(200)["client"], "discord-bot");
    // Giving back, for the one who received.
    bot.allow(&bob).await;
    let back =
        bot.post_for("bob", &format!("/v1/transactions/{id}/reverse"), &json!({ "amount": 10 }), &key()).await.ok(201);
    assert_eq!((&back["client"], &back["amount"]), (&json!("discord-bot"), &json!(10)));
    bot.post_for("ann", &format!("/v1/transactions/{id}/reverse"), &json!({}), &key()).await.refused(403, "forbidden");
    let calls = operator.get(&format!("/v1/admin/service-calls?client_id={}", bot.id)).await.ok(200);
    let seen: Vec<_> = calls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            (call["client"].as_str().unwrap(), call["username"].as_str().unwrap(), call["transaction_id"].clone())
        })
        .collect();
    assert_eq!(seen, [("discord-bot", "bob", back["id"].clone()), ("discord-bot", "ann", made["id"].clone())]);
    let one = operator.get(&format!("/v1/admin/service-calls?user_id={}&limit=1", ann.user_id)).await.ok(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    assert_eq!(one["items"][0]["user_id"], ann.user_id.as_str());
    assert!(operator.get("/v1/admin/service-clients").await.ok(200)["items"][0]["last_used_at"].is_i64());
    // And whoever looks after the community sees what it read, of whom, and how often.
    for _ in 0..3 {
        bot.get_for("ann", "/v1/wallet").await.ok(200);
    }
    bot.get_for("bob", "/v1/transactions?limit=1").await.ok(200);
    let mut seen = std::collections::BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page =
            operator.get(&format!("/v1/admin/service-counts?client_id={}&limit=2{cursor}", bot.id)).await.ok(200);
        for read in page["items"].as_array().unwrap() {
            let text = |field: &str| read[field].as_str().unwrap().to_owned();
            assert_eq!((text("client"), read["hour_at"].as_i64().unwrap() % 3_600_000), ("discord-bot".into(), 0));
            // The test may run as the hour turns.
            let call = (text("username"), text("method"), text("path"), text("outcome"));
            *seen.entry(call).or_insert(0) += read["count"].as_i64().unwrap();
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let seen: Vec<_> = seen
        .iter()
        .map(|((name, method, path, outcome), count)| (&**name, &**method, &**path, &**outcome, *count))
        .collect();
    // Refusals too, with the name of the member for whom it was tried; what moved tokens has its rows above.
    assert_eq!(
        seen,
        [
            ("ann", "GET", "/v1/me", "answered", 1),
            ("ann", "GET", "/v1/transactions/{id}", "answered", 1),
            ("ann", "GET", "/v1/wallet", "answered", 4),
            ("ann", "GET", "/v1/wallet", "client_not_allowed", 1),
            ("ann", "POST", "/v1/transactions/{id}/reverse", "forbidden", 1),
            ("ann", "POST", "/v1/transfers", "client_not_allowed", 1),
            ("bob", "GET", "/v1/transactions", "answered", 1)
        ]
    );
    let of_bob = operator.get(&format!("/v1/admin/service-counts?user_id={}", bob.user_id)).await.ok(200);
    assert_eq!(of_bob["items"].as_array().unwrap().len(), 1);
    assert_eq!(ann.get("/v1/me/data").await.ok(200)["service_counts"].as_array().unwrap().len(), 6);
    // She stops it, and it is stopped.
    bot.stop(&ann).await;
    let stopped = "SELECT operator FROM audit_log WHERE action = 'client.disallow'";
    assert_eq!(server.sql(stopped), json!([{ "operator": format!("member {}", ann.user_id) }]));
    bot.pay_for("ann", &bob, 1).await.refused(403, "client_not_allowed");
    let answered = "SELECT sum(count) AS n FROM service_counts WHERE outcome = 'answered'";
    let read = server.sql(answered);
    bot.get_for("ann", "/v1/transactions").await.refused(403, "client_not_allowed");
    assert_eq!(server.sql(answered), read, "nothing is read");
    server.assert_sound().await;
}

/// One key, one effect, for each client and member by themselves; the replay says what the first said.
#[tokio::test]
async fn keys_belong_to_client_and_member() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let (one, two) = (Bot::new(&server, "one", &["transfers:write"]), Bot::new(&server, "two", &["transfers:write"]));
    one.allow(&ann).await;
    two.allow(&ann).await;
    let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 5, "note": "Rent" });
    let first = one.post_for("ann", "/v1/transfers", &body, "rent").await;
    let again = one.post_for("ann", "/v1/transfers", &body, "rent").await;
    assert_eq!(first.ok(201), again.ok(201));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    two.post_for("ann", "/v1/transfers", &body, "rent").await.ok(201);
    ann.post_with("/v1/transfers", &body, "rent").await.ok(201);
    assert_eq!(bob.balance().await, 15, "three callers, three payments");
    let other = json!({ "to_wallet_id": bob.wallet_id, "amount": 6 });
    one.post_for("ann", "/v1/transfers", &other, "rent").await.refused(422, "idempotency_key_reused");
    // Twins at the same moment: one effect.
    let twins = (0..10).map(|_| one.post_for("ann", "/v1/transfers", &body, "twin"));
    let mut ids: Vec<_> = futures(twins).await.iter().map(|answer| answer.ok(201)["id"].clone()).collect();
    ids.dedup();
    assert_eq!((ids.len(), bob.balance().await), (1, 20));
    let calls = server.sql("SELECT count(*) AS n FROM service_calls");
    assert_eq!(calls[0]["n"], 3);
    server.assert_sound().await;
}

async fn futures(calls: impl Iterator<Item = impl Future<Output = Answer>>) -> Vec<Answer> {
    let mut set: Vec<_> = calls.map(Box::pin).collect();
    let mut answers = Vec::new();
    std::future::poll_fn(|context| {
        set.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if set.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    answers
}

/// An identity nobody knows, one that left and one that did not allow it are refused alike, and
/// nobody is registered by a bot.
#[tokio::test]
async fn strangers_stay_strangers() {
    let server = Server::start().await;
    let bob = server.member("bob").await;
    let gone = server.funded("gone", 10).await;
    let bot = Bot::new(&server, "bot", &["transfers:write", "wallet:read"]);
    bot.allow(&gone).await;
    bot.pay_for("gone", &bob, 1).await.ok(201);
    server.cli(&["member", "delete", "gone", "--reason", "Moved"]).ok();
    let mut answers = Vec::new();
    for subject in ["nobody", "gone", "bob", "' OR 1=1 --", "|"] {
        for answer in [bot.pay_for(subject, &gone, 1).await, bot.get_for(subject, "/v1/wallet").await] {
            let mut problem = answer.refused(403, "client_not_allowed");
            problem.as_object_mut().unwrap().remove("request_id");
            answers.push(problem);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "no answer says more than another");
    assert_eq!(
        server.sql("SELECT count(*) AS n FROM users WHERE username NOT IN ('bob', 'gone', 'the-operator')")[0]["n"],
        0
    );
    server.cli(&["member", "restore", &gone.user_id, "--reason", "Back"]).ok();
    bot.pay_for("gone", &bob, 1).await.ok(201);
    server.assert_sound().await;
}

/// What a client may not do is told to the audit log within seconds, by its id, and what follows at the end: one line
/// for many.
#[tokio::test]
async fn what_is_refused_to_a_client_is_noted() {
    let mut server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let bot = Bot::new(&server, "bot", &["wallet:read"]);
    bot.caller.get("/v1/statistics/supply").await.refused(403, "scope_missing");
    let told = || {
        let lines = server.sql("SELECT operator, target, details, request_id IS NOT NULL AS asked FROM audit_log WHERE action = 'access.refused' ORDER BY sequence");
        lines.as_array().unwrap().clone()
    };
    let began = std::time::Instant::now();
    while told().is_empty() {
        assert!(began.elapsed().as_secs() < 20, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let first = told().remove(0);
    let refused = |line: &Value| -> Value {
        serde_json::from_str::<Value>(line["details"].as_str().unwrap()).unwrap()["refused"].clone()
    };
    assert_eq!(
        (&first["operator"], &first["target"], &first["asked"]),
        (&json!("communitytoken"), &json!(bot.id), &json!(1))
    );
    assert_eq!(refused(&first), json!({ "GET /v1/statistics/supply scope_missing": 1 }));
    let found = operator.get(&format!("/v1/admin/audit-log?target={}&action=access.refused", bot.id)).await.ok(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    bot.get_for("ann", "/v1/wallet").await.refused(403, "client_not_allowed");
    bot.pay_for("ann", &ann, 1).await.refused(403, "scope_missing");
    for _ in 0..2 {
        bot.caller.get("/v1/admin/users").await.refused(403, "forbidden");
    }
    // What it may do, and what is wrong with how it asks, is nothing for this log.
    bot.allow(&ann).await;
    bot.get_for("ann", "/v1/wallet").await.ok(200);
    bot.caller.get("/v1/wallet").await.refused(400, "invalid_request");
    server.stop();
    let all = server.sql("SELECT details FROM audit_log WHERE action = 'access.refused' ORDER BY sequence");
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    assert_eq!(
        refused(&all[1]),
        json!({
            "GET /v1/admin/users forbidden": 2,
            "GET /v1/wallet client_not_allowed": 1,
            "POST /v1/transfers scope_missing": 1,
        })
    );
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// For whom a client calls must be said, once, and as the community knows them. What its scopes open,
/// and what not, the tests of the closed door try with every call there is.
#[tokio::test]
async fn for_whom_must_be_said() {
    let server = Server::start().await;
    let ann = server.funded("ann", 10).await;
    let bot = Bot::new(&server, "bot", &["transfers:write", "wallet:read"]);
    bot.allow(&ann).await;
    bot.caller.get("/v1/wallet").await.refused(400, "invalid_request");
    let payment = json!({ "to_wallet_id": ann.wallet_id, "amount": 1 });
    bot.caller.post("/v1/transfers", &payment).await.refused(400, "invalid_request");
    let twice = [("on-behalf-of", &*format!("{ISSUER}|ann")), ("on-behalf-of", &*format!("{ISSUER}|bob"))];
    bot.caller.call(Method::GET, "/v1/wallet", &twice, None).await.refused(400, "invalid_request");
    for wrong in ["", "ann", "|ann", "https://id.test.invalid/|"] {
        let named = [("on-behalf-of", wrong)];
        bot.caller.call(Method::GET, "/v1/wallet", &named, None).await.refused(400, "invalid_request");
    }
    // The header is for clients: a member is who their token says, whatever else they claim.
    let claimed = [("on-behalf-of", &*format!("{ISSUER}|the-operator"))];
    assert_eq!(ann.call(Method::GET, "/v1/me", &claimed, None).await.ok(200)["id"], ann.user_id.as_str());
    server.assert_sound().await;
}

/// A new credential ends the old one; revoking ends all; neither can be undone; each has its line.
#[tokio::test]
async fn renewed_and_revoked() {
    let server = Server::start().await;
    let (operator, ann, bob) = (server.operator().await, server.funded("ann", 10).await, server.member("bob").await);
    let mut bot = Bot::new(&server, "bot", &["transfers:write"]);
    bot.allow(&ann).await;
    let path = format!("/v1/admin/service-clients/{}", bot.id);
    let renewed = operator
        .call(Method::POST, &format!("{path}/rotate"), &[JSON], Some(json!({ "reason": "It leaked" }).to_string()))
        .await
        .ok(200);
    bot.pay_for("ann", &bob, 1).await.refused(401, "unauthorized");
    bot.caller.token = renewed["credential"].as_str().unwrap().to_owned();
    bot.pay_for("ann", &bob, 1).await.ok(201);
    let rotated = server.cli(&["client", "rotate", "BOT", "--reason", "Again"]).ok();
    bot.pay_for("ann", &bob, 1).await.refused(401, "unauthorized");
    bot.caller.token = rotated["credential"].as_str().unwrap().to_owned();
    bot.pay_for("ann", &bob, 1).await.ok(201);
    for _ in 0..2 {
        let gone = operator
            .call(Method::DELETE, &path, &[JSON], Some(json!({ "reason": "No longer wanted" }).to_string()))
            .await
            .ok(200);
        assert!(gone["revoked_at"].is_i64() && gone.get("credential").is_none(), "{gone}");
    }
    bot.pay_for("ann", &bob, 1).await.refused(401, "unauthorized");
    server.cli(&["client", "rotate", &bot.id, "--reason", "x"]).refused("client_revoked");
    ann.call(Method::PUT, &format!("/v1/me/service-clients/{}", bot.id), &[], None)
        .await
        .refused(409, "client_revoked");
    let listed = ann.get("/v1/me/service-clients").await.ok(200);
    assert_eq!(listed["items"][0]["is_revoked"], true, "she sees what she once allowed");
    bot.stop(&ann).await;
    assert_eq!(ann.get("/v1/me/service-clients").await.ok(200)["items"], json!([]));
    // The name is free again.
    let next = Bot::new(&server, "Bot", &["wallet:read"]);
    server.cli(&["client", "create", "bOT", "--scope", "wallet:read", "--reason", "x"]).refused("client_exists");
    let actions = server.sql(&format!("SELECT group_concat(action) AS a FROM audit_log WHERE target = '{}'", bot.id));
    assert_eq!(actions[0]["a"], "client.create,client.allow,client.rotate,client.rotate,client.revoke,client.disallow");
    // The credential is nowhere but with the client.
    let file: Vec<u8> = ["", "-wal"]
        .iter()
        .flat_map(|end| std::fs::read(format!("{}{end}", server.database().display())).unwrap_or_default())
        .collect();
    for secret in [&bot.caller.token, &next.caller.token] {
        assert!(!String::from_utf8_lossy(&file).contains(&secret[4..]) && !server.log().contains(&secret[4..]));
    }
    for token in ["ctk_", "ctk_x", &next.caller.token[..46], &format!("{}x", next.caller.token)] {
        server.stranger(token.to_owned()).get("/v1/statistics/supply").await.refused(401, "unauthorized");
    }
    server.assert_sound().await;
}

/// What is wrong with a new client is said by field, and nothing is made.
#[tokio::test]
async fn clients_are_made_by_operators() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let path = "/v1/admin/service-clients";
    let good = json!({ "name": "bot", "scopes": ["wallet:read"], "reason": "A bot" });
    ann.post(path, &good).await.refused(403, "forbidden");
    for (field, value) in [
        ("name", json!("x")),
        ("name", json!("a b c")),
        ("name", json!("x".repeat(65))),
        ("scopes", json!([])),
        ("scopes", json!(["everything"])),
        ("reason", json!("")),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let problem = operator.post(path, &wrong).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(
        server.run(&["client", "create", "bot", "--reason", "x"]).code,
        2,
        "a client without scopes is wrong use"
    );
    assert_eq!(server.sql("SELECT count(*) AS n FROM service_clients")[0]["n"], 0);
    let later = Bot::new(&server, "later", &["activities:write"]);
    later.caller.get("/v1/statistics/supply").await.refused(403, "scope_missing");
    let made = operator.post(path, &good).await.ok(201);
    assert_eq!(made["scopes"], json!(["wallet:read"]));
    operator.post(path, &good).await.refused(409, "client_exists");
    operator
        .call(Method::DELETE, &format!("{path}/{}", ann.user_id), &[JSON], Some(json!({ "reason": "x" }).to_string()))
        .await
        .refused(404, "client_not_found");
    server.assert_sound().await;
}

/// A permission that is taken back while a bot pays: nothing moves after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_ends_at_once() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100_000).await, server.member("bob").await);
    let bot = std::sync::Arc::new(Bot::new(&server, "bot", &["transfers:write"]));
    for _ in 0..10 {
        bot.allow(&ann).await;
        let paying: Vec<_> = (0..8)
            .map(|_| {
                let (bot, bob) = (std::sync::Arc::clone(&bot), bob.clone());
                tokio::spawn(async move { while bot.pay_for("ann", &bob, 1).await.status == 201 {} })
            })
            .collect();
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        bot.stop(&ann).await;
        let after = ann.balance().await;
        for task in paying {
            task.await.unwrap();
        }
        assert_eq!(ann.balance().await, after, "a payment after she stopped it");
    }
    assert!(bob.balance().await > 0);
    server.assert_sound().await;
}

/// A client's calls are counted by client.
#[tokio::test]
async fn clients_are_counted() {
    let config = Server::settings("")
        .replace("requests_per_minute = 0", "requests_per_minute = 0\nrequests_per_minute_of_client = 3");
    let mut server = Server::prepare(&config);
    server.serve(&[]).await;
    let (one, two) = (Bot::new(&server, "one", &["statistics:read"]), Bot::new(&server, "two", &["statistics:read"]));
    for _ in 0..3 {
        one.caller.get("/v1/statistics/supply").await.ok(200);
    }
    let answer = one.caller.get("/v1/statistics/supply").await;
    answer.refused(429, "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
    two.caller.get("/v1/statistics/supply").await.ok(200);
}

/// Providers say who somebody is in whatever script.
#[tokio::test]
async fn a_subject_may_be_in_any_script() {
    let server = Server::start().await;
    let bot = Bot::new(&server, "bot", &["wallet:read"]);
    for subject in ["Jón|Þór", "結衣"] {
        let member = server.member(subject).await;
        bot.allow(&member).await;
        let named = reqwest::header::HeaderValue::from_bytes(format!("{ISSUER}|{subject}").as_bytes()).unwrap();
        let asked = server
            .client
            .get(format!("{}/v1/me", server.base))
            .bearer_auth(&bot.caller.token)
            .header("on-behalf-of", named);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{subject}");
        assert_eq!(answer.json::<Value>().await.unwrap()["id"], member.user_id.as_str());
    }
}
