//! The lists that operators and auditors read: complete, in order, stable while rows arrive, and
//! exact about what is wrong with a query.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::support::{Member, Server};

/// Every entry of a list, page by page.
async fn all(caller: &Member, path: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = caller.get(&format!("{path}{separator}limit={limit}{cursor}")).await.ok(200);
        let here = page["items"].as_array().unwrap();
        assert!(here.len() <= limit);
        items.extend(here.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn sequences(items: &[Value]) -> Vec<i64> {
    items.iter().map(|item| item["sequence"].as_i64().unwrap()).collect()
}

/// All transactions, filtered every way there is, are those of the database.
#[tokio::test]
async fn all_transactions() {
    let server = Server::start().await;
    let (operator, ann, bob) = (server.operator().await, server.funded("ann", 500).await, server.member("bob").await);
    for amount in 1..=20 {
        ann.pay(&bob, amount).await.ok(201);
    }
    let body = serde_json::json!({ "to_wallet_id": server.treasury(), "amount": 3, "note": "Fee for the hall" });
    bob.post("/v1/transfers", &body).await.ok(201);
    let times = server.sql("SELECT sequence, created_at FROM transactions ORDER BY sequence");
    let time = |sequence: usize| times[sequence - 1]["created_at"].as_i64().unwrap();
    let path = "/v1/admin/transactions";
    let wanted = |condition: &str| -> Vec<i64> {
        let rows = server.sql(&format!(
            "SELECT sequence FROM transactions JOIN wallets AS f ON f.key = from_wallet JOIN wallets AS t ON t.key = to_wallet WHERE {condition} ORDER BY sequence DESC"
        ));
        sequences(rows.as_array().unwrap())
    };
    let (early, late) = (time(5), time(15));
    let cases = [
        (String::new(), "true".to_owned()),
        ("?kind=transfer".into(), "kind = 3".into()),
        ("?kind=issuance".into(), "kind = 1".into()),
        ("?min_amount=5&max_amount=9".into(), "amount BETWEEN 5 AND 9".into()),
        ("?q=HALL".into(), "note LIKE '%hall%'".into()),
        ("?type=2".into(), "false".into()),
        (format!("?from_time={early}"), format!("transactions.created_at >= {early}")),
        (format!("?to_time={late}"), format!("transactions.created_at <= {late}")),
        (
            format!("?from_time={early}&to_time={late}&kind=transfer"),
            format!("transactions.created_at BETWEEN {early} AND {late} AND kind = 3"),
        ),
        ("?to_time=0".into(), "false".into()),
        (format!("?from_time={}", i64::MAX), "false".into()),
        (format!("?wallet_id={}", bob.wallet_id), format!("'{}' IN (f.id, t.id)", bob.wallet_id)),
        (format!("?wallet_id={}&direction=out", bob.wallet_id), format!("f.id = '{}'", bob.wallet_id)),
        (
            format!("?wallet_id={}&counterparty={}", ann.wallet_id, bob.wallet_id),
            format!("f.id = '{}' AND t.id = '{}'", ann.wallet_id, bob.wallet_id),
        ),
        (format!("?wallet_id={}", server.treasury()), "f.is_system OR t.is_system".into()),
    ];
    for (query, condition) in cases {
        for limit in [1, 7, 200] {
            let found = all(&operator, &format!("{path}{query}"), limit).await;
            assert_eq!(sequences(&found), wanted(&condition), "{query}");
        }
    }
    // Stable while rows arrive.
    let first = operator.get(&format!("{path}?limit=2")).await.ok(200);
    let newest = first["items"][0]["sequence"].as_i64().unwrap();
    ann.pay(&bob, 1).await.ok(201);
    let second =
        operator.get(&format!("{path}?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.ok(200);
    assert_eq!(sequences(second["items"].as_array().unwrap()), [newest - 2, newest - 3]);
    for (query, field) in [
        ("direction=in", "direction"),
        (&*format!("counterparty={}", bob.wallet_id), "counterparty"),
        ("wallet_id=x", "wallet_id"),
        ("wallet=x", "wallet"),
        ("type=100", "type"),
        ("from_time=-1", "from_time"),
        ("from_time=soon", "from_time"),
        ("kind=gift", "kind"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
        // A member's cursor, and one of another list, fit only where they were made.
        (
            &*format!("cursor={}", ann.get("/v1/transactions?limit=1").await.ok(200)["next_cursor"].as_str().unwrap()),
            "cursor",
        ),
        (
            &*format!(
                "cursor={}",
                operator.get("/v1/admin/audit-log?limit=1").await.ok(200)["next_cursor"].as_str().unwrap()
            ),
            "cursor",
        ),
    ] {
        let problem = operator.get(&format!("{path}?{query}")).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    operator.get(&format!("{path}?wallet_id={}", ann.user_id)).await.refused(404, "wallet_not_found");
    let own = ann.get(&format!("/v1/transactions?wallet_id={}", bob.wallet_id)).await.refused(400, "invalid_request");
    assert_eq!(own["errors"][0]["field"], "wallet_id");
    server.assert_sound().await;
}

/// Members by name, those who are here and those who left, page by page.
#[tokio::test]
async fn all_users() {
    let server = Server::start().await;
    let operator = server.operator().await;
    let mut names = BTreeSet::new();
    for number in 0..12 {
        let name = if number % 2 == 0 { format!("Rose_{number:02}") } else { format!("tulip-{number:02}") };
        server.member(&name).await;
        names.insert(name);
    }
    server.cli(&["member", "delete", "Rose_00", "--reason", "Moved"]).ok();
    let found = |items: Vec<Value>| -> Vec<String> {
        items.iter().map(|item| item["username"].as_str().unwrap().to_owned()).collect()
    };
    for limit in [1, 5, 200] {
        let here = found(all(&operator, "/v1/admin/users", limit).await);
        assert_eq!(here.len(), 12, "eleven and the operator");
        assert!(here.is_sorted_by_key(|name| name.to_lowercase()), "{here:?}");
    }
    assert_eq!(found(all(&operator, "/v1/admin/users?q=ROSE_", 2).await).len(), 5, "the sign stands for itself");
    assert_eq!(found(all(&operator, "/v1/admin/users?deleted=true", 2).await), ["Rose_00"]);
    assert_eq!(found(all(&operator, "/v1/admin/users?deleted=false&q=rose", 2).await).len(), 5);
    assert_eq!(found(all(&operator, "/v1/admin/users?q=%25", 2).await).len(), 0);
    for (query, field) in [("deleted=maybe", "deleted"), ("limit=x", "limit"), ("who=x", "who"), ("cursor=!", "cursor")]
    {
        let problem = operator.get(&format!("/v1/admin/users?{query}")).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    server.assert_sound().await;
}

/// The audit log by operator, action, target and time.
#[tokio::test]
async fn the_audit_log() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.funded("ann", 5).await);
    for reason in ["Phone stolen", "Phone found"] {
        let verb = if reason.ends_with("stolen") { "freeze" } else { "unfreeze" };
        server.cli(&[verb, &ann.wallet_id, "--reason", reason, "--operator", "Maria B."]).ok();
    }
    let path = "/v1/admin/audit-log";
    let rows = server.sql("SELECT sequence, created_at FROM audit_log ORDER BY sequence DESC");
    for limit in [1, 2, 200] {
        assert_eq!(sequences(&all(&operator, path, limit).await), sequences(rows.as_array().unwrap()));
    }
    let by_maria = all(&operator, &format!("{path}?operator=maria"), 1).await;
    assert_eq!(by_maria.len(), 2);
    assert_eq!((&by_maria[0]["action"], &by_maria[0]["reason"]), (&"wallet.unfreeze".into(), &"Phone found".into()));
    assert_eq!(by_maria[0]["target"], ann.wallet_id.as_str());
    assert_eq!(all(&operator, &format!("{path}?action=wallet.freeze"), 50).await.len(), 1);
    assert_eq!(all(&operator, &format!("{path}?action=wallet"), 50).await.len(), 0);
    let distributed = all(&operator, &format!("{path}?action=distribution"), 50).await;
    assert!(
        distributed[0]["first_sequence"].is_i64() && distributed[0]["details"]["distributed"] == 5,
        "{distributed:?}"
    );
    let time = by_maria[1]["created_at"].as_i64().unwrap();
    for line in all(&operator, &format!("{path}?from_time={time}"), 50).await {
        assert!(line["created_at"].as_i64().unwrap() >= time);
    }
    for line in all(&operator, &format!("{path}?to_time={}", time - 1), 50).await {
        assert!(line["created_at"].as_i64().unwrap() < time);
    }
    for (query, field) in
        [("to_time=-1", "to_time"), ("verb=x", "verb"), ("limit=999", "limit"), ("cursor=AAAA", "cursor")]
    {
        let problem = operator.get(&format!("{path}?{query}")).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let accounts = operator.get("/v1/admin/system-accounts").await.ok(200);
    assert_eq!(accounts["items"][0]["name"], "system_account_communitytoken");
    assert_eq!(accounts["items"][0]["wallet_id"], server.treasury().as_str());
    server.assert_sound().await;
}

/// Lines are found by what a reader knows: a name where the log holds an id, words, a request.
#[tokio::test]
async fn the_audit_log_is_searched() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.funded("annegret", 5).await);
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Phone stolen in Zürich", "--operator", "Maria B."]).ok();
    server.cli(&["member", "delete", "annegret", "--reason", "Moved away", "--operator", "Maria B."]).ok();
    server.cli(&["member", "restore", "annegret", "--reason", "Back again", "--operator", "Maria B."]).ok();
    let asked = [("x-request-id", "request/19"), ("idempotency-key", "one"), ("content-type", "application/json")];
    let body = json!({ "amount": 7, "reason": "Stock" });
    operator.call(reqwest::Method::POST, "/v1/admin/issuances", &asked, Some(body.to_string())).await.ok(201);
    server.sql(&format!(
        "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason)
         SELECT max(sequence) + 1, max(created_at), 'member {0}', 'session.open', '{0}', 'Signed in' FROM audit_log",
        ann.user_id
    ));
    let path = "/v1/admin/audit-log";
    let found = async |query: &str, limit| -> Vec<String> {
        let lines = all(&operator, &format!("{path}?{query}"), limit).await;
        lines.iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
    };
    for limit in [1, 50] {
        // Of members, the log holds the id alone.
        assert_eq!(found("operator=NEGR", limit).await, ["session.open"]);
        assert_eq!(found(&format!("operator={}", ann.user_id), limit).await, ["session.open"]);
        let done_to_her = ["session.open", "user.restore", "user.delete", "wallet.freeze"];
        assert_eq!(found("target=Annegret", limit).await, done_to_her);
        assert_eq!(found("target=annegret&action=user.delete", limit).await, ["user.delete"]);
        assert_eq!(found("target=annegre", limit).await, <[String; 0]>::default());
        assert_eq!(found("q=STOLEN+in+z%C3%BCR", limit).await, ["wallet.freeze"]);
        assert_eq!(found("q=%22amount%22:7", limit).await, ["issuance"]);
        assert_eq!(found("q=stolen&operator=somebody", limit).await, <[String; 0]>::default());
        assert_eq!(found("request_id=request/19", limit).await, ["issuance"]);
        assert_eq!(found("request_id=request", limit).await, <[String; 0]>::default());
    }
    server.assert_sound().await;
}

/// However long the log is, a page looks at a part of it: a line far back is found by going on, a part for each page.
#[tokio::test]
async fn a_long_audit_log_is_searched_in_parts() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Phone stolen"]).ok();
    let body = json!({ "amount": 7, "reason": "Stock" });
    let asked = [("x-request-id", "long-ago"), ("idempotency-key", "one"), ("content-type", "application/json")];
    operator.call(reqwest::Method::POST, "/v1/admin/issuances", &asked, Some(body.to_string())).await.ok(201);
    server.sql(
        "WITH RECURSIVE more (line) AS (SELECT 1 UNION ALL SELECT line + 1 FROM more WHERE line < 120000)
         INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, request_id)
         SELECT last.sequence + line, last.created_at, 'Maria B.', 'settings.change', 'settings', 'Number ' || line, 'id-' || line
           FROM more, (SELECT max(sequence) AS sequence, max(created_at) AS created_at FROM audit_log) AS last",
    );
    let path = "/v1/admin/audit-log";
    // What is asked for exactly is found within a few pages, what is about a member at once; words take their time.
    for (query, pages_max) in
        [("request_id=long-ago", 2), ("action=wallet.freeze", 2), ("target=ann&q=stolen", 1), ("q=stolen", 25)]
    {
        let (mut lines, mut pages, mut cursor) = (0, 0, String::new());
        loop {
            let began = std::time::Instant::now();
            let page = operator.get(&format!("{path}?{query}{cursor}")).await.ok(200);
            assert!(began.elapsed().as_secs() < 5, "{query} took {:?}", began.elapsed());
            (lines, pages) = (lines + page["items"].as_array().unwrap().len(), pages + 1);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(lines, 1, "{query}");
        assert!(pages <= pages_max, "{query} took {pages} pages");
    }
}

/// A second system account: made once, audited, and as good as the first for issuing and distributing.
#[tokio::test]
async fn more_system_accounts() {
    let server = Server::start().await;
    let (operator, ann) = (server.operator().await, server.member("ann").await);
    let path = "/v1/admin/system-accounts";
    let before = server.rows();
    for (field, value) in [("name", json!("x y")), ("name", json!("ab")), ("reason", json!(" "))] {
        let mut wrong = json!({ "name": "festival", "reason": "Summer" });
        wrong[field] = value;
        let problem = operator.post(path, &wrong).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    let made = operator.post(path, &json!({ "name": "festival", "reason": "Summer" })).await.ok(201);
    assert_eq!((&made["name"], &made["balance"]), (&json!("festival"), &json!(0)));
    let after = server.rows();
    for taken in ["festival", "system_account_communitytoken"] {
        let again = json!({ "name": taken, "reason": "Again" });
        operator.post(path, &again).await.refused(409, "system_account_exists");
    }
    assert_eq!(server.rows(), after, "a refusal changes nothing");
    let issue = json!({ "amount": 50, "reason": "Drinks", "system_account": "festival" });
    operator.post("/v1/admin/issuances", &issue).await.ok(201);
    let give = json!({ "reason": "Helpers", "system_account": "festival", "recipients": [{ "wallet_id": ann.wallet_id, "amount": 60 }] });
    assert_eq!(operator.post("/v1/admin/distributions", &give).await.ok(201)["issued"], 10);
    let payment = json!({ "to_wallet_id": made["wallet_id"], "amount": 7 });
    assert_eq!(ann.post("/v1/transfers", &payment).await.ok(201)["kind"], "pool");
    let accounts = operator.get(path).await.ok(200);
    assert_eq!((&accounts["items"][1]["name"], &accounts["items"][1]["balance"]), (&json!("festival"), &json!(7)));
    // Between accounts tokens move and none are issued; asked again, they have moved once.
    let moving = format!("{path}/transfers");
    let before = server.rows();
    let own = "system_account_communitytoken";
    for (body, status, code) in [
        (json!({ "amount": 3, "to_account": own, "reason": "Back" }), 400, "invalid_request"),
        (
            json!({ "amount": 3, "from_account": "festival", "to_account": "festival", "reason": "Back" }),
            400,
            "invalid_request",
        ),
        (json!({ "amount": 0, "from_account": "festival", "reason": "Back" }), 400, "invalid_request"),
        (json!({ "amount": 3, "from_account": "festival", "reason": " " }), 400, "invalid_request"),
        (json!({ "amount": 3, "from_account": "fair", "reason": "Back" }), 404, "system_account_not_found"),
        (json!({ "amount": 8, "from_account": "festival", "reason": "Back" }), 422, "insufficient_balance"),
    ] {
        operator.post(&moving, &body).await.refused(status, code);
    }
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    let back = json!({ "amount": 5, "from_account": "festival", "reason": "Left over" });
    let moved = operator.post_with(&moving, &back, "back").await.ok(201);
    assert_eq!(
        (&moved["kind"], &moved["from"]["name"], &moved["to"]["name"]),
        (&json!("pool"), &json!("festival"), &json!(own))
    );
    assert_eq!(operator.post_with(&moving, &back, "back").await.ok(201)["id"], moved["id"]);
    let accounts = operator.get(path).await.ok(200);
    let held: Vec<_> =
        accounts["items"].as_array().unwrap().iter().map(|account| account["balance"].as_i64()).collect();
    assert_eq!(held, [Some(5), Some(2)]);
    assert_eq!(operator.get("/v1/statistics/supply").await.ok(200)["total_issuance"], 60);
    let log = operator.get("/v1/admin/audit-log?action=transfer").await.ok(200);
    assert_eq!((&log["items"][0]["reason"], &log["items"][0]["target"]), (&json!("Left over"), &json!(own)));
    let log = operator.get("/v1/admin/audit-log?action=system_account.create&target=festival").await.ok(200);
    assert_eq!(log["items"][0]["reason"], "Summer");
    server.assert_sound().await;
}
