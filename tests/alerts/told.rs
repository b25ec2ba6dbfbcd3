//! Operators are told: on the page of what is new, by mail, by a webhook. And sign-ins that come in a burst.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::acts::{SOON, alerts, rush, serve};
use super::office::Office;
use super::receiver::Receiver;
use super::support::Server;

/// By each way once; members hear nothing of it.
#[tokio::test]
async fn an_alert_goes_to_the_page_by_mail_and_to_webhooks() {
    let (office, mut receiver) = (Office::open(), Receiver::open());
    let more = format!("{}[outgoing]\nallowed_networks = [\"127.0.0.1\"]\n{SOON}", office.settings());
    let server = serve(&Server::settings(&more)).await;
    let (ann, bob, operator) = (server.funded("ann", 100).await, server.member("bob").await, server.operator().await);
    // The operator's address, confirmed by the code in the letter.
    let put = json!({ "address": "olga@example.org" }).to_string();
    let as_json = [("content-type", "application/json")];
    operator.call(Method::PUT, "/v1/me/mail", &as_json, Some(put)).await;
    server.sql("UPDATE mail_addresses SET confirmed_at = created_at, expires_at = NULL, code_hash = NULL WHERE confirmed_at IS NULL");
    if server.sql("SELECT count(*) AS n FROM mail_addresses")[0]["n"] == 0 {
        server.sql(&format!(
            "INSERT INTO mail_addresses (user, address, created_at, confirmed_at) SELECT key, 'olga@example.org', 1, 1 FROM users WHERE id = '{}'",
            operator.user_id
        ));
    }
    let hook = json!({ "url": receiver.url("/alerts"), "kinds": ["alert.raised"], "reason": "For the bot" });
    let made = operator.post("/v1/admin/webhooks", &hook).await.ok(201);
    receiver.knows("/alerts", made["secret"].as_str().unwrap());
    rush(&ann, &bob).await;
    let alert = alerts(&operator, 1).await.remove(0);
    let message = receiver.wait("/alerts", 1).remove(0);
    assert_eq!((message.kind(), &message.body["data"]["alert_id"]), ("alert.raised", &alert["id"]));
    assert_eq!(message.body["data"]["numbers"], alert["numbers"]);
    assert_eq!(message.body["data"]["wallet_id"], json!(ann.wallet_id));
    assert_eq!(message.verified, [true]);
    let is_about_it = |letter: &super::office::Arrived| {
        letter.header("subject").is_some_and(|subject| subject.starts_with("Something is unusual in"))
    };
    let began = Instant::now();
    let letter = loop {
        if let Some(letter) = office.letters("olga@example.org").into_iter().find(is_about_it) {
            break letter;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "no letter: {:#?}", office.letters("olga@example.org"));
        std::thread::sleep(Duration::from_millis(200));
    };
    let text = letter.text();
    assert!(text.contains(&format!("/admin/alerts/{}", alert["id"].as_str().unwrap())), "{text}");
    assert!(text.contains("Unusually many payments") && !text.contains("ann"), "{text}");
    let news = operator.get("/v1/notifications").await.ok(200);
    assert!(news["items"].as_array().unwrap().iter().any(|one| one["kind"] == "alert_raised"), "{news}");
    assert!(!ann.get("/v1/notifications").await.text.contains("alert_raised"), "it is nothing to members");
    // What goes on is counted, and nobody is told twice.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(receiver.attempts("/alerts").len(), 1);
    assert_eq!(office.letters("olga@example.org").iter().filter(|letter| is_about_it(letter)).count(), 1);
    server.assert_sound().await;
}

/// A ledger that does not add up takes no more writes, so this alert is kept nowhere; it is mailed and sent all the
/// same, once, and again only where it was not taken. What was told before is not told again for it.
#[tokio::test]
async fn a_ledger_that_does_not_add_up_is_told_from_memory() {
    let (office, mut receiver) = (Office::open(), Receiver::open());
    let more = format!("{}[outgoing]\nallowed_networks = [\"127.0.0.1\"]\n[alerts]\non = false\n", office.settings());
    let server = serve(&Server::settings(&more)).await;
    let (ann, bob, operator) = (server.funded("ann", 100).await, server.member("bob").await, server.operator().await);
    let paula = server.member("paula").await;
    server.cli(&["member", "grant", "paula", "operator", "--reason", "Elected"]).ok();
    let dropped = "always-drop-paula@example.org";
    for (member, address) in [(&operator, "olga@example.org"), (&ann, "ann@example.org"), (&paula, dropped)] {
        server.sql(&format!(
            "INSERT INTO mail_addresses (user, address, created_at, confirmed_at) SELECT key, '{address}', 1, 1 FROM users WHERE id = '{}'",
            member.user_id
        ));
    }
    for (path, kind) in [("/alerts", "alert.raised"), ("/fail-2", "alert.raised"), ("/paid", "transfer.created")] {
        let hook = json!({ "url": receiver.url(path), "kinds": [kind], "reason": "For the bot" });
        let made = operator.post("/v1/admin/webhooks", &hook).await.ok(201);
        receiver.knows(path, made["secret"].as_str().unwrap());
    }
    ann.pay(&bob, 1).await.ok(201);
    receiver.wait("/paid", 1);
    rusqlite::Connection::open(server.database())
        .unwrap()
        .execute_batch("DROP TRIGGER ledger_issued_guard; UPDATE ledger SET total_issued = total_issued + 7")
        .unwrap();
    let began = Instant::now();
    while server.log().matches("no more writes are taken").count() == 0 {
        assert!(began.elapsed() < Duration::from_secs(90), "it is counted every minute: {}", server.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    ann.pay(&bob, 1).await.refused(503, "storage_unavailable");
    let message = receiver.wait("/alerts", 1).remove(0);
    assert_eq!((message.kind(), &message.verified), ("alert.raised", &vec![true]));
    let data = &message.body["data"];
    assert_eq!((&data["rule"], &data["wallet_id"]), (&json!("invariant"), &json!(null)));
    assert_eq!(data["numbers"], json!({ "rule": "invariant", "issued": 107, "held": 100 }));
    let alert = alerts(&operator, 1).await.remove(0);
    assert_eq!(alert["id"], data["alert_id"]);
    let stubborn = receiver.wait("/fail-2", 3);
    assert!(stubborn.iter().all(|one| one.id == message.id && one.body == stubborn[0].body), "{stubborn:#?}");
    let began = Instant::now();
    let letters = loop {
        let letters = office.letters("olga@example.org");
        if !letters.is_empty() {
            break letters;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "no letter: {}", server.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let text = letters[0].text();
    assert_eq!(letters[0].header("subject").unwrap(), "The ledger of Our community does not add up");
    assert!(text.contains("communitytoken verify") && text.contains("/admin/alerts\r\n"), "{text}");
    assert!(!text.contains("/unsubscribe/"), "a way out cannot be kept: {text}");
    // Of what is in doubt there are two attempts, two seconds apart, and never a third.
    tokio::time::sleep(Duration::from_secs(8)).await;
    let letters = ["olga@example.org", "ann@example.org", dropped].map(|address| {
        let letters = office.letters(address);
        letters.iter().filter(|one| one.header("subject").is_some_and(|subject| subject.contains("add up"))).count()
    });
    assert_eq!(letters, [1, 0, 2]);
    let arrived = ["/alerts", "/fail-2", "/paid"].map(|path| receiver.attempts(path).len());
    assert_eq!(arrived, [1, 3, 1]);
    assert_eq!(
        server.sql("SELECT (SELECT count(*) FROM letters) + (SELECT count(*) FROM alerts) AS kept")[0]["kept"],
        0
    );
}

/// Tokens that nobody has issued, by the dozen: told within seconds, though the log is told of refusals by the
/// hour.
#[tokio::test]
async fn a_burst_of_refused_sign_ins_is_told_soon() {
    let server = serve(&Server::settings(SOON)).await;
    let operator = server.operator().await;
    let stranger = server.stranger("a.b.c".to_owned());
    for _ in 0..15 {
        stranger.get("/v1/me").await.refused(401, "unauthorized");
    }
    let alert = alerts(&operator, 1).await.remove(0);
    assert_eq!((&alert["rule"], alert["wallet"].is_null()), (&json!("sign_ins"), true));
    assert_eq!(alert["numbers"], json!({ "rule": "sign_ins", "sign_ins": 15, "most": 0, "refused": true }));
    let told = || server.sql("SELECT count(*) AS n FROM audit_log WHERE action = 'sign_in.refused'")[0]["n"].clone();
    let before = told();
    // More of it within the minute makes no further line, and so no flood of them.
    for _ in 0..15 {
        stranger.get("/v1/me").await.refused(401, "unauthorized");
    }
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(told(), before);
    server.assert_sound().await;
}

/// Where it is switched off, nothing is looked for; switched on again, what happened meanwhile is.
#[tokio::test]
async fn it_can_be_switched_off() {
    let mut server = serve(&Server::settings("[alerts]\non = false\npayments_in_an_hour = 3\n")).await;
    let (ann, bob, operator) = (server.funded("ann", 100).await, server.member("bob").await, server.operator().await);
    rush(&ann, &bob).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    alerts(&operator, 0).await;
    server.stop();
    std::fs::write(server.path("config.toml"), Server::settings(SOON)).unwrap();
    server.serve(&[]).await;
    alerts(&server.operator().await, 1).await;
}
