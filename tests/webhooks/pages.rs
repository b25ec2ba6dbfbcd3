//! The operators' pages and the command line: the same use cases.

use super::community::{lines, until};
use super::receiver::Receiver;
use super::support::Server;
use super::visitor::{Visitor, between};

const SETTINGS: &str = "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n[outgoing]\nallowed_networks = [\"127.0.0.1\"]\n";

/// On the pages a webhook is made, its secret shown once, tested, renewed, stopped and removed; each act
/// with its reason in the audit log.
#[tokio::test]
async fn a_webhook_is_looked_after_on_the_pages() {
    let mut receiver = Receiver::open();
    let mut server = Server::prepare(SETTINGS);
    server.serve(&[]).await;
    let mut browser = Visitor::new();
    let at = |path: &str| format!("{}{path}", server.base);
    browser.post(&at("/login"), &[("new_username", "olga")]).await;
    browser.open(&at("/admin/webhooks")).await.shows(403, "");
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let empty = browser.open(&at("/admin/webhooks")).await;
    empty.shows(200, "No program is told anything yet.");
    let csrf = between(&empty.text, "name=\"csrf\" value=\"", "\"");
    let url = receiver.url("/page");
    let form = [("csrf", csrf.as_str()), ("url", "http://10.0.0.1/"), ("kinds", "transfer.created"), ("reason", "Bot")];
    browser.post(&at("/admin/webhooks"), &form).await.shows(422, "This address cannot be used.");
    let form = [("csrf", csrf.as_str()), ("url", url.as_str()), ("reason", "Bot")];
    browser.post(&at("/admin/webhooks"), &form).await.shows(422, "Choose at least one thing");
    let form = [
        ("csrf", csrf.as_str()),
        ("url", url.as_str()),
        ("kinds", "transfer.created"),
        ("kinds", "member.joined"),
        ("reason", "Bot"),
    ];
    let made = browser.post(&at("/admin/webhooks"), &form).await;
    made.shows(200, "This secret is shown only now.");
    let secret = between(&made.text, "id=\"secret\">", "<");
    receiver.knows("/page", &secret.replace("&#43;", "+"));
    let place = between(&made.text, "href=\"/admin/webhooks/", "\"");
    let page = format!("/admin/webhooks/{place}");
    let shown = browser.open(&at(&page)).await;
    shown.shows(200, "Nothing was sent yet");
    assert!(!shown.text.contains("whsec_"));
    let act = |what: &'static str| [("csrf", csrf.clone()), ("act", what.to_owned()), ("reason", "Because".to_owned())];
    for what in ["test", "stop", "resume"] {
        let fields = act(what);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = browser.post(&at(&page), &fields).await;
        assert_eq!(done.status, 303, "{what}: {done:#?}");
        if what == "test" {
            assert_eq!(receiver.wait("/page", 1)[0].verified, [true]);
        }
    }
    let renewed = browser.post(&at(&format!("{page}/secret")), &[("csrf", &csrf), ("reason", "Leaked")]).await;
    renewed.shows(200, "whsec_");
    browser.post(&at(&page), &[("csrf", &csrf), ("act", "remove"), ("reason", "")]).await.shows(422, "");
    let gone = browser.post(&at(&page), &[("csrf", &csrf), ("act", "remove"), ("reason", "Not needed")]).await;
    assert_eq!(gone.location.unwrap().path(), "/admin/webhooks");
    let done: Vec<String> = lines(&server, &place).into_iter().map(|(action, _)| action).collect();
    let expected = ["create", "test", "stop", "resume", "rotate", "remove"];
    assert_eq!(done, expected.map(|act| format!("webhook.{act}")));
    // All in one form of four languages.
    for (tag, title) in
        [("de", "Noch erfährt kein Programm etwas."), ("ja", "まだありません"), ("es", "Ningún programa")]
    {
        browser.post(&at("/language"), &[("csrf", &csrf), ("language", tag)]).await;
        browser.open(&at("/admin/webhooks")).await.shows(200, title);
    }
}

/// The same at the machine, beside the server that runs.
#[tokio::test]
async fn a_webhook_is_looked_after_at_the_machine() {
    let mut receiver = Receiver::open();
    let server = super::community::serve(super::community::ALLOWED).await;
    let url = receiver.url("/verb");
    let why = ["--reason", "Bot", "--operator", "root"];
    let made = server.cli(&[&["webhook", "create", url.as_str(), "--kind", "all"], &why[..]].concat()).ok();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert_eq!(made["kinds"].as_array().unwrap().len(), 13);
    receiver.knows("/verb", secret);
    server.cli(&[&["webhook", "test", id], &why[..]].concat()).ok();
    assert_eq!(receiver.wait("/verb", 1)[0].verified, [true]);
    until(&server, id, "it works", |hook| hook["last_answer"] == "2xx").await;
    let list = server.cli(&["webhook", "list"]).ok();
    assert_eq!((&list[0]["id"], &list[0]["set_apart"]), (&made["id"], &serde_json::json!(0)));
    assert!(!list.to_string().contains("whsec_"));
    for verb in ["stop", "resume", "rotate"] {
        server.cli(&[&["webhook", verb, id], &why[..]].concat()).ok();
    }
    let shown = server.cli(&["webhook", "show", id]).ok();
    assert!(shown["webhook"]["old_secret_until"].is_i64(), "{shown}");
    server.cli(&[&["webhook", "send-again", id], &why[..]].concat()).refused("message_not_found");
    server.cli(&[&["webhook", "remove", id], &why[..]].concat()).ok();
    server.cli(&["webhook", "show", id]).refused("webhook_not_found");
    server
        .cli(&[&["webhook", "create", "https://10.0.0.1/", "--kind", "all"], &why[..]].concat())
        .refused("invalid_request");
    let by: Vec<String> = lines(&server, id).into_iter().map(|(_, operator)| operator).collect();
    assert!(by.iter().all(|operator| operator == "root"), "{by:?}");
    server.assert_sound().await;
}
