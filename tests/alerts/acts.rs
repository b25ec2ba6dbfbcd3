//! Acknowledging and muting: by the API, on the page, on the command line.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Member, Server};
use super::visitor::{Visitor, between};

pub const SOON: &str = "[alerts]\npayments_in_an_hour = 3\nrefused_sign_ins = 10\n";

pub async fn serve(settings: &str) -> Server {
    let mut server = Server::prepare(settings);
    server.serve(&[]).await;
    server
}

/// Pays so often that it is unusual.
pub async fn rush(from: &Member, to: &Member) {
    for _ in 0..3 {
        from.pay(to, 1).await.ok(201);
    }
}

/// Waits until so many alerts are there; gives them, the newest first.
pub async fn alerts(operator: &Member, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = operator.get("/v1/admin/alerts").await.ok(200)["items"].as_array().unwrap().clone();
        if found.len() >= count {
            assert_eq!(found.len(), count, "{found:#?}");
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{} of {count} alerts: {found:#?}", found.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// From being raised to being seen to; what follows within a week is the same.
#[tokio::test]
async fn an_alert_is_seen_to_by_the_api() {
    let server = serve(&Server::settings(&format!("[metrics]\ntoken = \"a-secret-of-the-tests\"\n{SOON}"))).await;
    let (ann, bob, operator) = (server.funded("ann", 100).await, server.member("bob").await, server.operator().await);
    assert_eq!(operator.get("/v1/admin/alerts").await.ok(200), json!({ "items": [], "next_cursor": null }));
    rush(&ann, &bob).await;
    let alert = alerts(&operator, 1).await.remove(0);
    assert_eq!((&alert["rule"], &alert["state"], &alert["times"]), (&json!("frequency"), &json!("open"), &json!(1)));
    assert_eq!(alert["wallet"], json!({ "wallet_id": ann.wallet_id, "name": "ann", "user_id": ann.user_id }));
    assert_eq!(alert["numbers"], json!({ "rule": "frequency", "payments": 3, "usual": 0, "most": 0 }));
    assert!(alert["sentence"].as_str().unwrap().starts_with("ann made 3 payments within an hour."), "{alert}");
    let paid: Vec<Value> = ann.history("?limit=3").await.iter().rev().map(|paid| paid["id"].clone()).collect();
    assert_eq!(alert["transactions"], json!(paid));
    let id = alert["id"].as_str().unwrap();
    let figures = server.client.get(format!("{}/metrics", server.base)).bearer_auth("a-secret-of-the-tests");
    let figures = figures.send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("communitytoken_alerts_open{rule=\"frequency\"} 1"), "{figures}");
    assert!(figures.contains("communitytoken_alerts_open{rule=\"invariant\"} 0"), "{figures}");
    // By rule and by state, page by page.
    for (query, count) in [("rule=frequency", 1), ("rule=amount", 0), ("state=open", 1), ("state=acknowledged", 0)] {
        let found = operator.get(&format!("/v1/admin/alerts?{query}")).await.ok(200);
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["rule=x", "state=x", "limit=0", "cursor=x", "other=1"] {
        operator.get(&format!("/v1/admin/alerts?{query}")).await.refused(400, "invalid_request");
    }
    // Nobody else sees or does any of it.
    let path = format!("/v1/admin/alerts/{id}");
    ann.get(&path).await.refused(403, "forbidden");
    let why = json!({ "reason": "A jumble sale" });
    ann.post(&format!("{path}/acknowledge"), &why).await.refused(403, "forbidden");
    let seen = operator.post(&format!("{path}/acknowledge"), &why).await.ok(200);
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("acknowledged"), &json!("A jumble sale")));
    let again = operator.post(&format!("{path}/acknowledge"), &json!({ "reason": "Twice" })).await.ok(200);
    assert_eq!(again, seen);
    assert_eq!(operator.get(&path).await.ok(200), seen);
    let nobody = "/v1/admin/alerts/00000000-0000-4000-8000-000000000000";
    operator.get(nobody).await.refused(404, "alert_not_found");
    operator.post(&format!("{nobody}/acknowledge"), &why).await.refused(404, "alert_not_found");
    let lines = server.sql("SELECT action, target, reason FROM audit_log WHERE action GLOB 'alert.*'");
    assert_eq!(lines, json!([{ "action": "alert.acknowledge", "target": id, "reason": "A jumble sale" }]));
    // It cannot be deleted, nor said otherwise, not even in a shell.
    for statement in [
        "DELETE FROM alerts",
        "UPDATE alerts SET numbers = '{}'",
        "UPDATE alerts SET acknowledged_at = NULL, audit = NULL",
    ] {
        let refused = server.run(&["sql", statement]);
        assert_ne!(refused.code, 0, "{statement}");
    }
    server.assert_sound().await;
}

/// A muted rule raises nothing, for everybody or for one, until it is heard again.
#[tokio::test]
async fn a_rule_is_muted_by_the_api_and_the_command_line() {
    let server = serve(&Server::settings(SOON)).await;
    let operator = server.operator().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.funded("bob", 100).await);
    let operator_of = &operator;
    let mute = |body: Value| async move { operator_of.post("/v1/admin/alerts/mutes", &body).await };
    let of_ann = json!({ "rule": "frequency", "wallet_id": ann.wallet_id, "reason": "She pays the helpers" });
    let made = mute(of_ann.clone()).await.ok(201);
    assert_eq!((&made["wallet"]["name"], &made["until"]), (&json!("ann"), &Value::Null));
    for (name, value) in
        [("rule", json!("invariant")), ("rule", json!("x")), ("until", json!(1)), ("reason", json!(""))]
    {
        let mut body = of_ann.clone();
        body[name] = value;
        mute(body).await.refused(400, "invalid_request");
    }
    let mut nobody = of_ann.clone();
    nobody["wallet_id"] = json!("00000000-0000-4000-8000-000000000000");
    mute(nobody).await.refused(404, "wallet_not_found");
    rush(&ann, &bob).await;
    rush(&bob, &ann).await;
    // Of bob it is heard.
    let found = alerts(&operator, 1).await;
    assert_eq!(found[0]["wallet"]["name"], "bob");
    assert_eq!(server.cli(&["alerts", "replay"]).ok()["alerts"].as_array().unwrap().len(), 2, "it is found still");
    let listed = server.cli(&["alerts", "mutes"]).ok();
    assert_eq!(listed[0]["id"], made["id"]);
    let path = format!("/v1/admin/alerts/mutes/{}", made["id"].as_str().unwrap());
    let json_body = [("content-type", "application/json")];
    let why = json!({ "reason": "She has given it up" }).to_string();
    assert_eq!(operator.call(Method::DELETE, &path, &json_body, Some(why.clone())).await.status, 204);
    operator.call(Method::DELETE, &path, &json_body, Some(why)).await.refused(404, "mute_not_found");
    assert_eq!(operator.get("/v1/admin/alerts/mutes").await.ok(200)["items"], json!([]));
    // The whole rule, for a while, on the command line.
    let why = ["--reason", "The feast", "--operator", "maria"];
    let made = server.cli(&[&["alerts", "mute", "frequency", "--days", "3"][..], &why].concat()).ok();
    assert!(made["until"].as_i64().is_some());
    let eve = server.funded("eve", 100).await;
    rush(&eve, &ann).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    alerts(&operator, 1).await;
    server.cli(&[&["alerts", "unmute", made["id"].as_str().unwrap()][..], &why].concat()).ok();
    let tim = server.funded("tim", 100).await;
    rush(&tim, &ann).await;
    alerts(&operator, 2).await;
    let open = server.cli(&["alerts", "list"]).ok();
    assert_eq!(open.as_array().unwrap().len(), 2);
    let id = open[0]["id"].as_str().unwrap();
    server.cli(&[&["alerts", "acknowledge", id][..], &why].concat()).ok();
    assert_eq!(server.cli(&["alerts", "list"]).ok().as_array().unwrap().len(), 1);
    assert_eq!(server.cli(&["alerts", "list", "--all"]).ok().as_array().unwrap().len(), 2);
    server.cli(&[&["alerts", "mute", "invariant"][..], &why].concat()).refused("invalid_request");
    // Words for people, too.
    let words = String::from_utf8(server.command(&["alerts", "replay"]).output().unwrap().stdout).unwrap();
    assert!(words.contains("payments within an hour"), "{words}");
    server.assert_sound().await;
}

/// The page shows those that are open first, each with its numbers; what somebody typed is text.
#[tokio::test]
async fn alerts_are_looked_after_on_their_pages() {
    const OWN: &str =
        "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n";
    let server = serve(&format!("{OWN}{SOON}")).await;
    let mut browser = Visitor::new();
    let at = |path: &str| format!("{}{path}", server.base);
    browser.post(&at("/login"), &[("new_username", "olga")]).await;
    browser.open(&at("/admin/alerts")).await.shows(403, "");
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    browser.open(&at("/admin/alerts")).await.shows(200, "Nothing is unusual.");
    let token = server.cli(&["token", "--member", "ann"]).ok()["token"].as_str().unwrap().to_owned();
    let mut ann = server.stranger(token);
    let me = ann.get("/v1/me").await.ok(200);
    (ann.user_id, ann.wallet_id) = (me["id"].as_str().unwrap().into(), me["wallet_id"].as_str().unwrap().into());
    server.cli(&["distribute", "--to", &format!("{}=50", ann.wallet_id), "--reason", "Start"]).ok();
    let olga = server.stranger(server.cli(&["token", "--member", "olga"]).ok()["token"].as_str().unwrap().to_owned());
    let wallet = olga.get("/v1/me").await.ok(200)["wallet_id"].as_str().unwrap().to_owned();
    let mut to = olga;
    to.wallet_id = wallet;
    rush(&ann, &to).await;
    let id = alerts(&to, 1).await[0]["id"].as_str().unwrap().to_owned();
    browser.open(&at("/admin")).await.shows(200, "One alert waits for somebody to look.");
    let page = format!("/admin/alerts/{id}");
    browser.open(&at("/admin/alerts")).await.shows(200, &page);
    browser.open(&at("/admin/alerts?state=acknowledged")).await.shows(200, "None yet.");
    browser.open(&at("/admin/alerts?rule=amount")).await.shows(200, "Nothing is unusual.");
    let one = browser.open(&at(&page)).await;
    for words in
        ["ann made 3 payments within an hour.", "/admin/transactions/", &format!("/admin/members/{}", ann.user_id)]
    {
        one.shows(200, words);
    }
    let csrf = between(&one.text, "name=\"csrf\" value=\"", "\"");
    let act = |what: &'static str, why: &'static str, days: &'static str| {
        [("csrf", csrf.clone()), ("act", what.to_owned()), ("reason", why.to_owned()), ("days", days.to_owned())]
    };
    for (what, why, days, status) in [
        ("acknowledge", "", "30", 422),
        ("fly", "Why not", "30", 422),
        ("mute", "Helpers", "31", 422),
        ("acknowledge", "<b>Helpers</b>", "30", 303),
        ("mute", "<i>Helpers</i>", "30", 303),
        ("mute-rule", "The feast", "", 303),
    ] {
        let fields = act(what, why, days);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post(&at(&page), &fields).await.status, status, "{what}");
    }
    let list = browser.open(&at("/admin/alerts")).await;
    for words in
        ["&#60;b&#62;Helpers&#60;/b&#62;", "&#60;i&#62;Helpers&#60;/i&#62;", "For good:", "Nothing is unusual."]
    {
        list.shows(200, words);
    }
    assert!(!browser.open(&at("/admin")).await.text.contains("waits for somebody"));
    let mutes = to.get("/v1/admin/alerts/mutes").await.ok(200);
    let unmute = format!("/admin/alerts/mutes/{}", mutes["items"][0]["id"].as_str().unwrap());
    for (why, status) in [("", 422), ("It is over", 303)] {
        let fields = [("csrf", csrf.as_str()), ("reason", why)];
        assert_eq!(browser.post(&at(&unmute), &fields).await.status, status);
    }
    assert_eq!(to.get("/v1/admin/alerts/mutes").await.ok(200)["items"].as_array().unwrap().len(), 1);
    browser.open(&at("/admin/audit")).await.shows(200, "Saw to an alert");
}
