//! Secrets never reach a log, an error text or a file: one community in which everything that is secret
//! is used, rightly and wrongly, while the program writes down all it can.

use std::collections::BTreeSet;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, Url};
use serde_json::json;

use super::issuer::{CLIENT, Issuer, SECRET};
use super::support::provider::{AUDIENCE, ISSUER};
use super::support::{Server, key};
use super::visitor::{Visitor, between, with};

/// Every secret that was seen, by what it is.
#[derive(Default)]
struct Secrets(BTreeSet<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: impl Into<String>) {
        let secret = secret.into();
        assert!(secret.len() >= 16, "too short to be looked for: {what} {secret}");
        self.0.insert((what, secret));
    }

    /// All that the browser was given to keep.
    fn add_cookies(&mut self, visitor: &Visitor) {
        for (name, value) in &visitor.cookies["127.0.0.1"] {
            let what = if name.starts_with("sign-in-") { "a sign-in under way" } else { "a session" };
            self.add(what, value);
        }
    }

    /// All that stands in an address, to the provider or back.
    fn add_address(&mut self, url: &Url) {
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "state" => self.add("state", value),
                "nonce" => self.add("nonce", value),
                "code" => self.add("a code", value),
                "code_challenge" => self.add("what a code is exchanged with", value),
                _ => {}
            }
        }
    }

    /// A token, and its signature, which is what makes it one.
    fn add_token(&mut self, token: &str) {
        self.add("a token", token);
        self.add("a token's signature", token.rsplit('.').next().unwrap());
    }

    #[track_caller]
    fn assert_not_in(&self, place: &str, text: &str) {
        let lines = self.0.iter().filter_map(|(what, secret)| {
            Some((what, text.lines().find(|line| line.contains(secret))?.replace(secret, "SECRET")))
        });
        assert_eq!(lines.collect::<Vec<_>>(), [], "secrets are in {place}");
    }
}

/// A text of letters so long and so mixed that it can hardly be anything but a secret.
fn telling(text: &str) -> Vec<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
    let is_secret = |word: &&str| {
        word.len() >= 40
            && word.bytes().any(|byte| byte.is_ascii_uppercase())
            && word.bytes().any(|byte| byte.is_ascii_lowercase())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    words.filter(is_secret).collect()
}

#[tokio::test]
async fn nothing_secret_is_written_down() {
    let issuer = Issuer::start();
    let settings = format!(
        "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\n[log]\nfilter = \"trace\"\n\
         [[identity.providers]]\nissuer = \"{0}\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"secret\"\nname = \"Our club\"\n\
         [[identity.providers]]\nissuer = \"{ISSUER}\"\naudience = \"{AUDIENCE}\"\njwks_file = \"jwks.json\"\n",
        issuer.url
    );
    let mut server = Server::prepare(&settings);
    fs::write(server.path("secret"), SECRET).unwrap();
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    let mut secrets = Secrets::default();
    let mut told = Vec::new();
    let encoded = |text: &str| serde_urlencoded::to_string([("", text)]).unwrap()[1..].to_owned();
    secrets.add("the client secret", SECRET);
    secrets.add("the client secret", encoded(SECRET));
    secrets.add("the client secret", STANDARD.encode(format!("{CLIENT}:{}", encoded(SECRET))));
    secrets.add("the instance key", fs::read_to_string(server.path("data/instance.key")).unwrap().trim());

    // Signing in: as it should be, again with the same answer, with parts of it changed, and cancelled.
    let mut ann = Visitor::new();
    let there = ann.begin(&server.base, "/history").await;
    secrets.add_address(&there);
    secrets.add_cookies(&ann);
    let back = ann.come_back(&there, "ann").await;
    secrets.add_address(&back);
    let mut thief = ann.clone();
    let seen = ann.ask(Method::GET, &back, None).await;
    assert_eq!(seen.status, 303);
    secrets.add_cookies(&ann);
    told.push(thief.ask(Method::GET, &back, None).await.text);
    for (name, value) in
        [("state", Some("wrong")), ("code", Some("wrong")), ("iss", Some("https://evil.example")), ("code", None)]
    {
        let mut other = Visitor::new();
        let there = other.begin(&server.base, "").await;
        secrets.add_address(&there);
        secrets.add_cookies(&other);
        let back = other.come_back(&there, "bob").await;
        secrets.add_address(&back);
        told.push(other.ask(Method::GET, &with(&back, name, value), None).await.text);
    }
    // The provider refuses our secret.
    issuer.register(&server, json!({ "client_secret": "another secret, of as many letters as are needed" })).await;
    let mut other = Visitor::new();
    let there = other.begin(&server.base, "").await;
    let back = other.come_back(&there, "bob").await;
    secrets.add_address(&back);
    told.push(other.ask(Method::GET, &back, None).await.text);

    // Pages: forms, right and wrong, with their tokens; a cookie that is none; secrets where they do not belong.
    let session = ann.session().unwrap().clone();
    let page = ann.open(&format!("{}/profile", server.base)).await;
    let csrf = between(&page.text, "name=\"csrf\" value=\"", "\"");
    secrets.add("a form's token", &csrf);
    ann.post(&format!("{}/profile", server.base), &[("csrf", &csrf), ("username", "ann-of-the-hill")]).await;
    told.push(ann.post(&format!("{}/profile", server.base), &[("csrf", &session), ("username", "ann")]).await.text);
    told.push(ann.post(&format!("{}/send", server.base), &[("csrf", &csrf), (&session, &session)]).await.text);
    for path in ["/send", "/pay", "/transactions", "/nowhere", "/v1/transactions", "/login/callback"] {
        let address: Url = format!("{}{path}/{session}?code={session}&state={session}", server.base).parse().unwrap();
        told.push(ann.ask(Method::GET, &address, None).await.text);
    }
    let foreign = server.client.post(format!("{}/logout", server.base)).header("origin", "https://evil.example");
    let foreign = foreign.header("cookie", format!("session={session}")).form(&[("csrf", &csrf)]);
    told.push(foreign.send().await.unwrap().text().await.unwrap());

    // Programs: tokens, good, bad and out of place; keys; payments, and refusals of every kind.
    let bob = server.member("bob").await;
    let carla = server.member("carla").await;
    server.cli(&["distribute", "--everyone", "10", "--reason", "Start"]).ok();
    for member in [&bob, &carla] {
        secrets.add_token(&member.token);
    }
    let (head, signature) = bob.token.rsplit_once('.').unwrap();
    let mut bad = vec![format!("{head}.{}", signature.replace(['A', 'b'], "c"))];
    let mut claims = super::support::Provider::claims("bob", "bob");
    claims["exp"] = json!(1);
    bad.push(server.provider.sign("EdDSA", &claims));
    claims["iss"] = json!("https://evil.example");
    bad.push(server.provider.sign("EdDSA", &claims));
    bad.push(
        server.provider.sign_with_header(&json!({ "alg": "EdDSA", "kid": "x".repeat(200), "typ": "JWT" }), &claims),
    );
    for token in &bad {
        secrets.add_token(token);
        told.push(server.stranger(token.clone()).get("/v1/me").await.text);
    }
    for path in ["/v1/me", "/v1/nowhere", "/v1/members"] {
        let address = format!("{path}?access_token={}&q={}", bob.token, bob.token);
        told.push(server.stranger(String::new()).get(&address).await.text);
        bob.get(&address).await;
    }
    let paid = key();
    secrets.add("an Idempotency-Key", &paid);
    let body = json!({ "to_wallet_id": carla.wallet_id, "amount": 1, "note": "For the garden, in secret" });
    secrets.add("a note", "For the garden, in secret");
    bob.post_with("/v1/transfers", &body, &paid).await.ok(201);
    bob.post_with("/v1/transfers", &body, &paid).await.ok(201);
    for wrong in [
        json!({ "to_wallet_id": carla.wallet_id, "amount": 2 }),
        json!({ "to_wallet_id": bob.token, "amount": 2 }),
        json!({ "to_wallet_id": carla.wallet_id, "amount": bob.token }),
        json!({ bob.token.clone(): 1 }),
    ] {
        // What somebody sends in the wrong place comes back to them alone; the log is what matters.
        assert!(bob.post_with("/v1/transfers", &wrong, &paid).await.status >= 400);
    }
    bob.post_with("/v1/transfers", &json!({ "to_wallet_id": carla.wallet_id, "amount": 1000 }), &key())
        .await
        .refused(422, "insufficient_balance");
    told.push(
        carla.call(Method::GET, "/v1/me", &[("authorization", &format!("Bearer {}", bob.token))], None).await.text,
    );
    told.push(server.run(&["config"]).stdout);
    told.push(server.cli(&["config"]).stdout);
    told.push(server.run(&["member", "sessions", "bob"]).stdout);
    told.push(server.run(&["--help"]).stdout);
    server.stop();

    let log = server.log();
    assert!(log.contains("TRACE") && log.contains("/login/callback") && log.lines().count() > 100, "{log}");
    secrets.assert_not_in("the log", &log);
    assert_eq!(telling(&log), Vec::<&str>::new(), "these look like secrets");
    for text in &told {
        secrets.assert_not_in("an answer", text);
    }
    // What is kept of secrets that we gave out opens nothing.
    for (what, secret) in &secrets.0 {
        if ![
            "a session",
            "a sign-in under way",
            "a form's token",
            "a token",
            "a token's signature",
            "the client secret",
        ]
        .contains(what)
        {
            continue;
        }
        for entry in fs::read_dir(server.path("data")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(
                !bytes.windows(secret.len()).any(|part| part == secret.as_bytes()),
                "{what} is in {}",
                path.display()
            );
        }
    }
    println!("{} secrets, {} lines of log, {} answers", secrets.0.len(), log.lines().count(), told.len());
}
