//! What members are told on the page, what they choose to hear, and the way out at the foot of a letter.

use reqwest::Method;
use serde_json::{Value, json};

use super::community::{Person, give, serve, serve_with, until};
use super::office::Office;

fn kinds(news: &Value) -> Vec<&str> {
    news["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

/// Payments and what happens to an account, newest first; counted until they are read.
#[tokio::test]
async fn what_is_new_is_there_until_it_is_read() {
    let server = serve_with("").await;
    let (mut ann, bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    assert_eq!(ann.news().await, json!({ "items": [], "unread": 0 }));
    ann.open("/notifications").await.shows(200, "Nothing yet");
    give(&server, &ann, 100);
    give(&server, &bob, 100);
    let paid = bob.member.pay(&ann.member, 7).await.ok(201);
    ann.member.pay(&bob.member, 1).await.ok(201);
    server.cli(&["freeze", &ann.member.wallet_id, "--reason", "<b>Phone</b> stolen"]).ok();
    server.sql(&format!(
        "INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found', '{}')",
        ann.member.wallet_id
    ));
    server.cli(&["member", "grant", "ann", "auditor", "--reason", "Elected"]).ok();
    let all = ["roles_changed", "wallet_unfrozen", "wallet_frozen", "payment_received", "distribution_received"];
    let mut news = Value::Null;
    for _ in 0..100 {
        news = ann.news().await;
        if news["unread"] == 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(kinds(&news), all, "{news}");
    assert!(news["items"].as_array().unwrap().iter().all(|one| one["read"] == false));
    assert_eq!(news["items"][3]["details"], json!({ "amount": 7, "from": "bob", "transaction_id": paid["id"] }));
    assert_eq!(kinds(&bob.news().await), ["payment_received", "distribution_received"], "each reads their own");

    // By pages, nothing is left out.
    let first = ann.member.get("/v1/notifications?limit=2").await.ok(200);
    let before = first["items"].as_array().unwrap().last().unwrap()["created_at"].as_i64().unwrap();
    let rest = ann.member.get(&format!("/v1/notifications?before={before}")).await.ok(200);
    assert_eq!([kinds(&first), kinds(&rest)].concat(), all);
    for wrong in ["?limit=0", "?limit=201", "?before=-1", "?other=1"] {
        ann.member.get(&format!("/v1/notifications{wrong}")).await.refused(400, "invalid_request");
    }

    let page = ann.open("/notifications").await;
    page.shows(200, "bob paid you 7");
    page.shows(200, "&#60;b&#62;Phone&#60;/b&#62; stolen");
    page.shows(200, "<span class=\"count\" aria-hidden=\"true\">5<");
    let newest = news["items"][0]["created_at"].to_string();
    assert_eq!(ann.form("/notifications", &[("up_to", &newest)]).await.status, 303);
    let news = ann.news().await;
    assert_eq!((news["unread"].as_i64(), kinds(&news)), (Some(0), all.to_vec()));
    assert!(news["items"].as_array().unwrap().iter().all(|one| one["read"] == true), "{news}");
    assert!(!ann.open("/").await.text.contains("class=\"count\""));

    // Ten and more are "9+"; by the API, too, they are read.
    for _ in 0..12 {
        bob.member.pay(&ann.member, 1).await.ok(201);
    }
    ann.open("/").await.shows(200, "<span class=\"count\" aria-hidden=\"true\">9+<");
    let news = ann.news().await;
    assert_eq!(news["unread"], 10);
    let body = json!({ "up_to": news["items"][0]["created_at"] });
    assert_eq!(ann.member.post("/v1/notifications/read", &body).await.status, 204);
    ann.member.post("/v1/notifications/read", &json!({ "up_to": 0 })).await;
    assert_eq!(ann.news().await["unread"], 0, "what was read stays read");
    // What is to come cannot be read before.
    ann.member.post("/v1/notifications/read", &json!({ "up_to": 9_000_000_000_000_000_i64 })).await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    bob.member.pay(&ann.member, 1).await.ok(201);
    assert_eq!(ann.news().await["unread"], 1);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Each kind can be switched off by each way, by page and by API.
#[tokio::test]
async fn everyone_chooses_what_they_want_to_hear() {
    let office = Office::open();
    let server = serve(&office).await;
    let (mut ann, bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    give(&server, &bob, 100);
    let chosen = ann.member.get("/v1/me/notifications").await.ok(200);
    let is_on = |chosen: &Value, kind: &str, channel: &str| {
        let all = chosen["choices"].as_array().unwrap();
        all.iter().find(|one| one["kind"] == kind && one["channel"] == channel).unwrap()["on"].as_bool().unwrap()
    };
    // Eight kinds by three ways: what is for operators alone is not among them.
    assert_eq!(chosen["choices"].as_array().unwrap().len(), 24);
    assert!(is_on(&chosen, "signed_in", "mail") && is_on(&chosen, "payment_received", "page"));
    assert!(!is_on(&chosen, "payment_received", "mail"), "mail about payments is for those who ask for it");
    let chosen = ann.choose("payment_received", "page", false).await;
    assert!(!is_on(&chosen, "payment_received", "page") && is_on(&chosen, "wallet_frozen", "page"));
    bob.member.pay(&ann.member, 3).await.ok(201);
    assert_eq!(ann.news().await, json!({ "items": [], "unread": 0 }));
    for wrong in [
        json!({}),
        json!({ "choices": [] }),
        json!({ "choices": [{ "kind": "other", "channel": "page", "on": true }] }),
        json!({ "choices": [{ "kind": "signed_in", "channel": "pigeon", "on": true }] }),
        json!({ "choices": [{ "kind": "signed_in", "channel": "page" }] }),
        json!({ "choices": vec![json!({ "kind": "signed_in", "channel": "page", "on": true }); 65] }),
    ] {
        let headers = [("content-type", "application/json")];
        let answer = ann.member.call(Method::PATCH, "/v1/me/notifications", &headers, Some(wrong.to_string())).await;
        answer.refused(400, "invalid_request");
    }
    // On the page, what is not ticked is off.
    assert_eq!(
        ann.form("/profile/notifications", &[("page.payment_received", "on"), ("mail.signed_in", "on")]).await.status,
        303
    );
    let chosen = ann.member.get("/v1/me/notifications").await.ok(200);
    // The page had no boxes for browsers, which are told nothing in this community.
    let offered = chosen["choices"].as_array().unwrap().iter().filter(|one| one["channel"] != "push");
    let on: Vec<_> = offered.filter(|one| one["on"] == true).collect();
    assert_eq!(on.len(), 2, "{on:?}");
    assert_eq!(kinds(&ann.news().await), ["payment_received"]);
    // The wallet is frozen, and whoever wants to hear nothing of it hears nothing.
    server.cli(&["freeze", &ann.member.wallet_id, "--reason", "x"]).ok();
    server.cli(&["freeze", &bob.member.wallet_id, "--reason", "x"]).ok();
    until("bob was told", || server.sql("SELECT count(*) AS n FROM notices")[0]["n"] == 1);
}

/// What only those hear who look after the community is offered to them alone, by API and page alike: an
/// auditor gets the report of a month and nothing else of it.
#[tokio::test]
async fn only_what_one_can_be_told_of_is_offered() {
    let office = Office::open();
    let server = serve(&office).await;
    let of_office = ["monthly_report", "webhook_stopped", "consent_asked", "schedule_failed", "alert_raised"];
    for (name, role, offered) in [
        ("ann", None, &of_office[..0]),
        ("bob", Some("auditor"), &of_office[..1]),
        ("cat", Some("operator"), &of_office[..]),
    ] {
        let mut person = Person::join(&server, name).await;
        if let Some(role) = role {
            server.cli(&["member", "grant", name, role, "--reason", "Elected"]).ok();
        }
        let chosen = person.member.get("/v1/me/notifications").await.ok(200);
        let page = person.open("/profile/notifications").await.text;
        for kind in of_office {
            let by_api = chosen["choices"].as_array().unwrap().iter().any(|one| one["kind"] == kind);
            let by_page = page.contains(&format!("name=\"mail.{kind}\""));
            let is_offered = offered.contains(&kind);
            assert_eq!((by_api, by_page), (is_offered, is_offered), "{name} {kind}");
            let body = json!({ "choices": [{ "kind": kind, "channel": "page", "on": false }] }).to_string();
            let headers = [("content-type", "application/json")];
            let changed = person.member.call(Method::PATCH, "/v1/me/notifications", &headers, Some(body)).await;
            if is_offered { drop(changed.ok(200)) } else { drop(changed.refused(403, "forbidden")) }
        }
        assert!(page.contains("name=\"mail.signed_in\""), "{page}");
    }
}

/// A sign-in in a browser that was not known is told; another in the same one is not, whatever its version.
#[tokio::test]
async fn a_new_browser_is_told() {
    let office = Office::open();
    let server = serve(&office).await;
    let mut ann = Person::join(&server, "ann").await;
    ann.gets_mail(&office, "ann@example.org").await;
    let sign_in = async |browser: &str| {
        let fields = [("user_id", ann.member.user_id.as_str())];
        let request = server.client.post(format!("{}/login", server.base)).header("user-agent", browser).form(&fields);
        assert_eq!(request.send().await.unwrap().status(), 303);
    };
    sign_in("Firefox/140.0 http://evil.example").await;
    let told = office.wait("ann@example.org", 2).remove(1).text();
    assert!(told.starts_with("Somebody signed in as ann in a new browser\n"), "{told}");
    assert!(told.contains("/profile/sessions") && !told.contains("evil"), "{told}");
    sign_in("Firefox/141.0 http://evil.example").await;
    sign_in("Lynx/2.9").await;
    office.wait("ann@example.org", 3);
    assert_eq!(kinds(&ann.news().await), ["signed_in", "signed_in"]);
}

/// The link at the foot of a letter: opening it changes nothing, the button does, and a mail program does
/// it by itself; nobody signs in for it, and no other link does anything.
#[tokio::test]
async fn the_way_out_works_without_signing_in() {
    let office = Office::open();
    let server = serve(&office).await;
    let (mut ann, bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    give(&server, &bob, 100);
    ann.gets_mail(&office, "ann@example.org").await;
    ann.choose("payment_received", "mail", true).await;
    bob.member.pay(&ann.member, 3).await.ok(201);
    let letter = office.wait("ann@example.org", 2).remove(1);
    let link = letter.header("List-Unsubscribe").unwrap().trim_matches(['<', '>']).to_owned();
    assert!(letter.text().contains(&link), "the same stands at its foot");
    let is_on = async |kind: &str| {
        let chosen = ann.member.get("/v1/me/notifications").await.ok(200);
        let all = chosen["choices"].as_array().unwrap().clone();
        all.iter().any(|one| one["kind"] == kind && one["channel"] == "mail" && one["on"] == true)
    };
    let mut stranger = super::visitor::Visitor::new();
    for _ in 0..3 {
        stranger.open(&link).await.shows(200, "No more letters of this kind?");
    }
    assert!(is_on("payment_received").await, "scanners open every link");
    // What waits for its time is not sent any more.
    bob.member.pay(&ann.member, 3).await.ok(201);
    until("one waits", || !super::community::waiting(&server).is_empty());
    // As RFC 8058 has it: a form of several parts, from no page at all.
    let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for _ in 0..2 {
        let sent = server
            .client
            .post(&link)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(parts)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 200);
        assert!(!is_on("payment_received").await && is_on("signed_in").await);
        assert!(super::community::waiting(&server).is_empty());
    }
    // A button says more than that.
    stranger.post(&link, &[("all", "true")]).await.shows(200, "You get no letters from Our community any more");
    assert!(!is_on("signed_in").await && !is_on("wallet_frozen").await);
    for wrong in
        [format!("{link}x"), link[..link.len() - 4].to_owned() + "AAAA", format!("{}/unsubscribe/x", server.base)]
    {
        assert_eq!(stranger.open(&wrong).await.status, 404, "{wrong}");
        assert_eq!(stranger.post(&wrong, &[]).await.status, 404, "{wrong}");
    }
    server.sql("UPDATE letter_exits SET expires_at = 1");
    assert_eq!(stranger.open(&link).await.status, 404, "a link ends some day");
    let secret = link.rsplit('/').next().unwrap();
    assert!(!server.log().contains(secret), "{}", server.log());
}
