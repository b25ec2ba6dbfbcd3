//! Members are told in their browsers (Web Push): what is sent is opened, and its sender checked, by programs
//! that are not ours.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::{Attempt, Receiver};
use super::support::{Member, Server};
use super::visitor::{Seen, Visitor, between};

pub(super) const PLAIN: &str =
    "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n";
pub(super) const PUSH: &str =
    "[push]\ncontact = \"mailto:olga@example.org\"\n[outgoing]\nallowed_networks = [\"127.0.0.1\"]\n";

/// Runs the browser's part.
fn node(arguments: &[&str]) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new("node").current_dir(root).arg("tests/webhooks/browser.mjs").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?} (tests/run installs http_ece)");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Somebody in a browser that can be told something.
pub(super) struct Person {
    pub(super) visitor: Visitor,
    pub(super) member: Member,
    pub(super) keys: Value,
}

impl Person {
    pub(super) async fn join(server: &Server, name: &str) -> Self {
        let mut visitor = Visitor::new();
        visitor.post(&format!("{}/login", server.base), &[("new_username", name)]).await;
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        let mut member = server.stranger(token);
        let me = member.get("/v1/me").await.ok(200);
        member.user_id = me["id"].as_str().unwrap().into();
        member.wallet_id = me["wallet_id"].as_str().unwrap().into();
        Self { visitor, member, keys: node(&["keys"]) }
    }

    async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let at = |path: &str| format!("{}{path}", self.member.base);
        let page = self.visitor.open(&at("/profile/notifications")).await;
        let csrf = between(&page.text, "name=\"csrf\" value=\"", "\"");
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.visitor.post(&at(path), &fields).await
    }

    /// Puts this browser in, as the script of the page does.
    async fn put_in(&mut self, endpoint: &str) -> Seen {
        let [public, secret] = ["public", "secret"].map(|name| self.keys[name].as_str().unwrap().to_owned());
        let fields = [("endpoint", endpoint), ("public_key", public.as_str()), ("secret", secret.as_str())];
        self.form("/profile/notifications/browser", &fields).await
    }

    async fn choose(&self, kind: &str, on: bool) {
        let body = json!({ "choices": [{ "kind": kind, "channel": "push", "on": on }] });
        let headers = [("content-type", "application/json")];
        self.member.call(Method::PATCH, "/v1/me/notifications", &headers, Some(body.to_string())).await.ok(200);
    }

    pub(super) fn opens(&self, message: &Attempt) -> Value {
        let sealed = json!({
            "private": self.keys["private"],
            "secret": self.keys["secret"],
            "body": message.raw["body"],
            "authorization": message.raw["headers"]["authorization"],
        });
        node(&["open", &sealed.to_string()])
    }
}

fn give(server: &Server, person: &Person, amount: i64) {
    let to = format!("{}={amount}", person.member.wallet_id);
    server.cli(&["distribute", "--to", &to, "--reason", "Start"]).ok();
}

pub(super) fn browsers(server: &Server) -> i64 {
    server.sql("SELECT count(*) AS count FROM push_browsers")[0]["count"].as_i64().unwrap()
}

/// Only the browser can open it; it speaks the member's language, says nothing that somebody else wrote, and
/// its push service can tell who sent it. What is not wanted does not come; after signing out nothing does.
#[tokio::test]
async fn a_browser_is_told_until_its_session_ends() {
    let receiver = Receiver::open();
    let mut server = Server::prepare(&format!("{PLAIN}{PUSH}"));
    server.serve(&[]).await;
    let (mut ann, bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    give(&server, &bob, 5_000);
    let headers = [("content-type", "application/json")];
    let german = Some(json!({ "language": "de" }).to_string());
    ann.member.call(Method::PATCH, "/v1/me", &headers, german).await.ok(200);
    let put = ann.put_in(&receiver.url("/push-ann")).await;
    assert_eq!(put.status, 303, "{put:#?}");
    // What concerns the safety of an account comes by itself, payments when they are asked for.
    let pay = json!({ "to_wallet_id": ann.member.wallet_id, "amount": 1, "note": "A secret word" });
    bob.member.post("/v1/transfers", &pay).await.ok(201);
    server.cli(&["freeze", &ann.member.wallet_id, "--reason", "Private suspicion"]).ok();
    let frozen = ann.opens(&receiver.wait("/push-ann", 1)[0]);
    assert_eq!(frozen["says"]["body"], "Dein Geldbeutel wurde gesperrt.");
    assert_eq!((&frozen["says"]["title"], &frozen["says"]["url"]), (&json!("Our community"), &json!("/notifications")));
    assert_eq!(
        (&frozen["head"]["alg"], &frozen["claims"]["sub"]),
        (&json!("ES256"), &json!("mailto:olga@example.org"))
    );
    assert_eq!(frozen["claims"]["aud"], format!("http://127.0.0.1:{}", receiver.port));
    let page = ann.visitor.open(&format!("{}/profile/notifications", server.base)).await;
    assert_eq!(between(&page.text, "data-push-key=\"", "\""), frozen["key"].as_str().unwrap());
    page.shows(200, "data-in=\"true\"");
    server.cli(&["unfreeze", &ann.member.wallet_id, "--reason", "Cleared"]).ok();
    receiver.wait("/push-ann", 2);
    ann.choose("payment_received", true).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let pay = json!({ "to_wallet_id": ann.member.wallet_id, "amount": 1234, "note": "A secret word" });
    let paid = bob.member.post("/v1/transfers", &pay).await.ok(201);
    let told = receiver.wait("/push-ann", 3).remove(2);
    assert_eq!(told.raw["headers"]["content-encoding"], "aes128gcm");
    assert_eq!(told.raw["headers"]["ttl"], "172800");
    let says = ann.opens(&told)["says"].clone();
    assert_eq!(says["body"], "bob hat dir 1.234\u{a0}¤ gezahlt.");
    assert_eq!(says["url"], format!("/transactions/{}", paid["id"].as_str().unwrap()));
    ann.choose("wallet_frozen", false).await;
    server.cli(&["freeze", &ann.member.wallet_id, "--reason", "Again"]).ok();
    server.cli(&["unfreeze", &ann.member.wallet_id, "--reason", "Cleared"]).ok();
    let last = ann.opens(&receiver.wait("/push-ann", 4)[3]);
    assert_eq!(last["says"]["body"], "Dein Geldbeutel wurde entsperrt.", "what is switched off does not come");
    let out = ann.form("/logout", &[]).await;
    assert_eq!(out.status, 303, "{out:#?}");
    assert_eq!(browsers(&server), 0);
    bob.member.pay(&ann.member, 1).await.ok(201);
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(receiver.attempts("/push-ann").len(), 4);
    server.cli(&["verify"]).ok();
}

/// A push service that fails is tried again; one that knows the browser no more ends it, and a message it
/// had waits no longer; nor does one of a member who takes the browser out.
#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten() {
    let receiver = Receiver::open();
    let mut server = Server::prepare(&format!("{PLAIN}{PUSH}"));
    server.serve(&[]).await;
    let (mut ann, mut bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    let mut eve = Person::join(&server, "eve").await;
    for (person, path) in [(&mut ann, "/fail-1"), (&mut bob, "/gone-1"), (&mut eve, "/push-eve")] {
        assert_eq!(person.put_in(&receiver.url(path)).await.status, 303);
    }
    // Again in the same browser is still one.
    assert_eq!(eve.put_in(&receiver.url("/push-eve")).await.status, 303);
    assert_eq!(browsers(&server), 3);
    assert_eq!(eve.form("/profile/notifications/browser/remove", &[]).await.status, 303);
    for person in [&ann, &bob, &eve] {
        server.cli(&["freeze", &person.member.wallet_id, "--reason", "Why"]).ok();
    }
    let tried = receiver.wait("/fail-1", 2);
    assert_eq!(ann.opens(&tried[0])["says"], ann.opens(&tried[1])["says"]);
    receiver.wait("/gone-1", 1);
    for _ in 0..100 {
        if browsers(&server) == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!((browsers(&server), receiver.attempts("/push-eve").len()), (1, 0));
    assert_eq!(server.sql("SELECT count(*) AS count FROM letters")[0]["count"], 0);
}

/// Where it is not configured nobody is offered it; what is no address or no key of a browser is refused, and
/// so is an address inside.
#[tokio::test]
async fn what_is_no_browser_is_refused() {
    let mut server = Server::prepare(PLAIN);
    server.serve(&[]).await;
    let mut ann = Person::join(&server, "ann").await;
    assert_eq!(ann.put_in("https://push.example.org/1").await.status, 404);
    let page = ann.visitor.open(&format!("{}/profile/notifications", server.base)).await;
    assert!(!page.text.contains("data-push-key") && !page.text.contains("push."), "{page:#?}");
    let mut server = Server::prepare(&format!("{PLAIN}[push]\ncontact = \"mailto:olga@example.org\"\n"));
    server.serve(&[]).await;
    let mut ann = Person::join(&server, "ann").await;
    for endpoint in ["https://10.0.0.1/", "http://push.example.org/", "javascript:alert(1)", ""] {
        assert_eq!(ann.put_in(endpoint).await.status, 400, "{endpoint}");
    }
    ann.keys["public"] = json!("BBBB");
    assert_eq!(ann.put_in("https://push.example.org/1").await.status, 400);
    assert_eq!(browsers(&server), 0);
}
