//! The API, the operators' pages and the command line: the same use cases.

use std::time::{Duration, Instant};

use communitytoken::language::Language;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Member, Server};
use super::visitor::{Visitor, between};

const SETTINGS: &str = "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n[community]\ntime_zone = \"Europe/Berlin\"\n";

async fn serve(settings: &str) -> Server {
    let mut server = Server::prepare(settings);
    server.serve(&[]).await;
    server
}

fn weekly() -> Value {
    json!({
        "name": "Weekly rewards",
        "cron": "0  9 * * 1",
        "recipients": { "rule": "everyone" },
        "amount": { "rule": "fixed", "tokens": 5 },
        "issued_max": 1000,
        "reason": "Agreed in the assembly",
    })
}

async fn send(operator: &Member, method: Method, path: &str, body: &Value) -> super::support::Answer {
    operator.call(method, path, &[("content-type", "application/json")], Some(body.to_string())).await
}

/// Lets a schedule be due, and waits until it has run.
async fn ran(server: &Server, operator: &Member, id: &str, times: usize) -> Vec<Value> {
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    let due = 1_000_000 + i64::try_from(times).unwrap();
    conn.execute("UPDATE schedules SET next_at = ?2 WHERE id = ?1", (id, due)).unwrap();
    let began = Instant::now();
    loop {
        let runs = operator.get(&format!("/v1/admin/schedules/{id}/runs")).await.ok(200)["items"].clone();
        let runs = runs.as_array().unwrap().clone();
        if runs.len() >= times {
            return runs;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "not run");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// From its making to its removal by the API; the program runs it by itself.
#[tokio::test]
async fn a_schedule_is_looked_after_by_the_api() {
    let server = serve(&Server::settings("[community]\ntime_zone = \"Europe/Berlin\"\n")).await;
    let ann = server.member("ann").await;
    let operator = server.operator().await;
    let made = operator.post("/v1/admin/schedules", &weekly()).await.ok(201);
    assert_eq!((&made["cron"], &made["time_zone"]), (&json!("0 9 * * 1"), &json!("Europe/Berlin")));
    assert_eq!((&made["paused_at"], &made["last_run"]), (&Value::Null, &Value::Null));
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/admin/schedules/{id}");
    let preview = operator.get(&format!("{path}/preview")).await.ok(200);
    assert_eq!((&preview["distributed"], &preview["issued"], &preview["code"]), (&json!(10), &json!(10), &Value::Null));
    assert_eq!(preview["due"][0], made["next_at"]);
    assert_eq!(preview["due"].as_array().unwrap().len(), 3);
    let runs = ran(&server, &operator, id, 1).await;
    assert_eq!((&runs[0]["outcome"], &runs[0]["distributed"]), (&json!("distributed"), &json!(10)));
    assert!(runs[0]["skipped"].as_i64().unwrap() > 500, "since 1970: {runs:?}");
    assert_eq!(ann.balance().await, 5);
    let mut other = weekly();
    other["issued_max"] = json!(0);
    other["amount"] = json!({ "rule": "per_payment", "tokens": 2, "days": 7, "most": 10 });
    ann.pay(&operator, 1).await.ok(201);
    let changed = send(&operator, Method::PUT, &path, &other).await.ok(200);
    assert_eq!((&changed["issued_max"], &changed["last_run"]["outcome"]), (&json!(0), &json!("distributed")));
    let preview = operator.get(&format!("{path}/preview")).await.ok(200);
    assert_eq!((&preview["code"], preview["recipients"].as_array().unwrap().len()), (&json!("issuance_too_large"), 1));
    let runs = ran(&server, &operator, id, 2).await;
    assert_eq!((&runs[0]["outcome"], &runs[0]["code"]), (&json!("failed"), &json!("issuance_too_large")));
    // It is told to the operator, who is sent to the schedule.
    let notices = operator.get("/v1/notifications").await.ok(200);
    assert!(notices.to_string().contains("schedule_failed"), "{notices}");
    // Page by page.
    let first = operator.get(&format!("{path}/runs?limit=1")).await.ok(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = operator.get(&format!("{path}/runs?limit=1&cursor={cursor}")).await.ok(200);
    assert_eq!((&second["items"][0], &second["next_cursor"]), (&runs[1], &Value::Null));
    operator.get(&format!("{path}/runs?cursor=x")).await.refused(400, "invalid_request");
    let why = json!({ "reason": "Holidays" });
    let paused = operator.post(&format!("{path}/pause"), &why).await.ok(200);
    assert_eq!(paused["next_at"], Value::Null);
    assert_eq!(operator.get(&format!("{path}/preview")).await.ok(200)["due"], json!([]));
    assert!(operator.post(&format!("{path}/resume"), &why).await.ok(200)["next_at"].is_i64());
    assert_eq!(operator.get("/v1/admin/schedules").await.ok(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(send(&operator, Method::DELETE, &path, &why).await.status, 204);
    operator.get(&path).await.refused(404, "schedule_not_found");
    assert_eq!(ann.balance().await, 4, "what was distributed stays");
    server.assert_sound().await;
}

#[tokio::test]
async fn what_is_sent_askew_is_refused() {
    let server = serve(&Server::settings("")).await;
    let operator = server.operator().await;
    let with = |name: &str, value: Value| {
        let mut body = weekly();
        body[name] = value;
        body
    };
    let fixed = |tokens: Value| json!({ "rule": "fixed", "tokens": tokens });
    for (field, body) in [
        ("cron", with("cron", json!("0 9 * * 1 ".repeat(1_000)))),
        ("cron", with("cron", json!("0 0 30 2 *"))),
        ("time_zone", with("time_zone", json!("Mars/Olympus"))),
        ("amount", with("amount", fixed(json!(0)))),
        ("amount", with("amount", fixed(json!(-1)))),
        ("amount", with("amount", fixed(json!(9_223_372_036_854_775_808_u64)))),
        ("amount", with("amount", fixed(json!("5")))),
        ("amount", with("amount", fixed(json!(1.5)))),
        ("amount", with("amount", json!({ "rule": "fixed", "tokens": 5, "days": 3 }))),
        ("amount", with("amount", json!({ "rule": "lottery" }))),
        ("amount", with("amount", json!(["fixed", 5]))),
        ("recipients", with("recipients", json!({ "rule": "everyone", "days": 3 }))),
        ("recipients", with("recipients", json!("everyone"))),
        ("recipients.days", with("recipients", json!({ "rule": "active", "days": 0 }))),
        ("recipients.user_ids", with("recipients", json!({ "rule": "list", "user_ids": [] }))),
        ("issued_max", with("issued_max", json!(-1))),
        ("reason", with("reason", json!(""))),
        ("often", with("often", json!(true))),
    ] {
        let refused = operator.post("/v1/admin/schedules", &body).await.refused(400, "invalid_request");
        let named = refused["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(named.starts_with(field), "{field}: {refused}");
    }
    operator
        .post("/v1/admin/schedules", &with("system_account", json!("no_such")))
        .await
        .refused(404, "system_account_not_found");
    assert_eq!(operator.get("/v1/admin/schedules").await.ok(200)["items"], json!([]));
    let largest = with("amount", fixed(json!(9_223_372_036_854_775_807_i64)));
    operator.post("/v1/admin/schedules", &largest).await.ok(201);
}

/// On the pages: made, shown with what it would do, changed, paused, resumed and removed, each with a reason.
#[tokio::test]
async fn a_schedule_is_looked_after_on_the_pages() {
    let server = serve(SETTINGS).await;
    let mut browser = Visitor::new();
    let at = |path: &str| format!("{}{path}", server.base);
    browser.post(&at("/login"), &[("new_username", "olga")]).await;
    browser.open(&at("/admin/schedules")).await.shows(403, "");
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    browser.open(&at("/admin/distribute")).await.shows(200, "/admin/schedules");
    browser.open(&at("/admin/schedules")).await.shows(200, "Nothing is distributed by itself yet.");
    let empty = browser.open(&at("/admin/schedules/new")).await;
    empty.shows(200, "Europe/Berlin");
    let csrf = between(&empty.text, "name=\"csrf\" value=\"", "\"");
    let form = |with: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("csrf", csrf.clone()),
            ("name", "Weekly <rewards>".to_owned()),
            ("cron", "0 9 * * 1".to_owned()),
            ("time_zone", "Europe/Berlin".to_owned()),
            ("whom", "list".to_owned()),
            ("list", "olga\r\n".to_owned()),
            ("how", "fixed".to_owned()),
            ("tokens", "5".to_owned()),
            ("issued_max", "100".to_owned()),
            ("reason", "Agreed".to_owned()),
        ];
        for (name, value) in with {
            fields.retain(|(field, _)| field != name);
            fields.push((name, (*value).to_owned()));
        }
        fields
    };
    for (with, words) in [
        (("name", " "), "1 to 80 characters"),
        (("cron", "0 0 30 2 *"), "This time never comes."),
        (("cron", "* * * * *"), "more often than every hour"),
        (("cron", "soon"), "five fields"),
        (("time_zone", "Mars/Olympus"), "There is no such time zone."),
        (("list", "nobody"), "There is no member"),
        (("list", ""), "1 to 1000 members"),
        (("tokens", "0"), "The amount must be a whole number"),
        (("issued_max", "much"), "What may be issued"),
        (("reason", ""), "reason"),
    ] {
        let fields = form(&[with]);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post(&at("/admin/schedules"), &fields).await;
        answer.shows(422, words);
        answer.shows(422, "Europe/Berlin");
    }
    let fields = form(&[]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let made = browser.post(&at("/admin/schedules"), &fields).await;
    assert_eq!(made.status, 303, "{made:#?}");
    let page = made.location.unwrap().path().to_owned();
    let shown = browser.open(&at(&page)).await;
    for words in ["Weekly &#60;rewards&#62;", "to 1 member by name", "0 9 * * 1", "As things stand now.", "09:00"] {
        shown.shows(200, words);
    }
    // Beside the expression: when that is the next three times, by the community's clock, in every language.
    let olga = server.stranger(server.run(&["token", "--member", "olga"]).stdout.trim().to_owned());
    let due = olga.get(&format!("/v1{page}/preview")).await.ok(200)["due"].clone();
    assert_eq!(due.as_array().unwrap().len(), 3);
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    for language in Language::ALL {
        browser.post(&at("/language"), &[("language", language.tag())]).await;
        let shown = browser.open(&at(&page)).await;
        for moment in due.as_array().unwrap() {
            let moment = Timestamp::from_millisecond(moment.as_i64().unwrap()).unwrap().to_zoned(berlin.clone());
            assert_eq!((moment.hour(), moment.weekday()), (9, Weekday::Monday));
            shown.shows(200, &format!("datetime=\"{}\">{}<", moment.timestamp(), language.moment(&moment)));
        }
    }
    browser.post(&at("/language"), &[("language", "en")]).await;
    browser.open(&at("/admin/schedules")).await.shows(200, "Next on");
    browser.open(&at(&format!("{page}/change"))).await.shows(200, "olga</textarea>");
    let fields = form(&[("name", "Rewards"), ("whom", "everyone"), ("how", "shared"), ("days", "7")]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let changed = browser.post(&at(&format!("{page}/change")), &fields).await;
    assert_eq!(changed.status, 303, "{changed:#?}");
    browser.open(&at(&page)).await.shows(200, "As things stand now nobody would get anything.");
    let act = |what: &'static str, why: &'static str| {
        [("csrf", csrf.clone()), ("act", what.to_owned()), ("reason", why.to_owned())]
    };
    for (what, why, status) in
        [("pause", "", 422), ("pause", "Holidays", 303), ("resume", "Back", 303), ("fly", "Why not", 422)]
    {
        let fields = act(what, why);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post(&at(&page), &fields).await.status, status, "{what}");
    }
    // The command line sees the same.
    let id = page.rsplit('/').next().unwrap();
    let listed = server.cli(&["schedule", "list"]).ok();
    assert_eq!((&listed[0]["name"], &listed[0]["id"]), (&json!("Rewards"), &json!(id)));
    let fields = act("remove", "Not needed");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let gone = browser.post(&at(&page), &fields).await;
    assert_eq!(gone.location.unwrap().path(), "/admin/schedules");
    let acts = server.sql("SELECT action FROM audit_log WHERE action GLOB 'schedule.*' ORDER BY sequence");
    let acts: Vec<&str> = acts.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["create", "change", "pause", "resume", "remove"].map(|act| format!("schedule.{act}")));
    browser.open(&at("/admin/audit")).await.shows(200, "Removed a schedule");
}

#[tokio::test]
async fn a_schedule_is_looked_after_on_the_command_line() {
    let server = serve(&Server::settings("")).await;
    let (ann, operator) = (server.member("ann").await, server.operator().await);
    let why = ["--reason", "Agreed", "--operator", "maria"];
    let says = ["--name", "Bonus", "--cron", "0 9 1 * *", "--issue-at-most", "50"];
    let file = server.path("team.txt");
    std::fs::write(&file, format!("\n{}\n", ann.user_id)).unwrap();
    let list = ["--list", file.to_str().unwrap(), "--each", "7"];
    let made = server.cli(&[&["schedule", "create"][..], &says, &list, &why].concat()).ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["recipients"], json!({ "rule": "list", "user_ids": [ann.user_id] }));
    let shown = server.cli(&["schedule", "show", id]).ok();
    assert_eq!((&shown["preview"]["distributed"], &shown["runs"]), (&json!(7), &json!([])));
    ran(&server, &operator, id, 1).await;
    assert_eq!(ann.balance().await, 7);
    let shared = ["--active", "30", "--shared", "100", "--days", "30"];
    let changed = server.cli(&[&["schedule", "change", id][..], &says, &shared, &why].concat()).ok();
    assert_eq!(changed["amount"], json!({ "rule": "shared", "tokens": 100, "days": 30 }));
    assert_eq!(server.cli(&[&["schedule", "pause", id][..], &why].concat()).ok()["next_at"], Value::Null);
    assert!(server.cli(&[&["schedule", "resume", id][..], &why].concat()).ok()["next_at"].is_i64());
    server.cli(&[&["schedule", "remove", id][..], &why].concat()).ok();
    server.cli(&["schedule", "show", id]).refused("schedule_not_found");
    let often = ["--name", "Often", "--cron", "* * * * *", "--everyone", "--each", "1"];
    server.cli(&[&["schedule", "create"][..], &often, &why].concat()).refused("invalid_request");
    let operators = server.sql("SELECT DISTINCT operator FROM audit_log WHERE action GLOB 'schedule.*'");
    assert_eq!(operators, json!([{ "operator": "maria" }]));
}
