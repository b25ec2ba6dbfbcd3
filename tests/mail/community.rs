//! A community that sends mail, and members on its pages.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::office::{Arrived, Office};
use super::support::{Member, Server};
use super::visitor::{Seen, Visitor, between};

pub const PLAIN: &str =
    "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n";

pub async fn serve(office: &Office) -> Server {
    serve_with(&office.settings()).await
}

pub async fn serve_with(mail: &str) -> Server {
    let mut server = Server::prepare(&format!("{PLAIN}{mail}"));
    server.serve(&[]).await;
    server
}

/// Someone signed in on the pages, and with a token.
pub struct Person {
    pub browser: Visitor,
    pub member: Member,
}

impl Person {
    pub async fn join(server: &Server, name: &str) -> Self {
        let mut browser = Visitor::new();
        let entered = browser.post(&format!("{}/login", server.base), &[("new_username", name)]).await;
        assert_eq!(entered.status, 303, "{entered:#?}");
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        let mut member = server.stranger(token);
        let me = member.get("/v1/me").await.ok(200);
        member.user_id = me["id"].as_str().unwrap().into();
        member.wallet_id = me["wallet_id"].as_str().unwrap().into();
        Self { browser, member }
    }

    pub async fn open(&mut self, path: &str) -> Seen {
        self.browser.open(&format!("{}{path}", self.member.base)).await
    }

    /// Fills in a form of the page of choices.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let page = self.open("/profile/notifications").await;
        let csrf = between(&page.text, "name=\"csrf\" value=\"", "\"");
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.browser.post(&format!("{}{path}", self.member.base), &fields).await
    }

    pub async fn ask_for_code(&mut self, address: &str) -> Seen {
        self.form("/profile/mail", &[("address", address)]).await
    }

    pub async fn confirm(&mut self, code: &str) -> Seen {
        self.form("/profile/mail/confirm", &[("code", code)]).await
    }

    /// Puts in an address and confirms it by the letter that arrives there.
    pub async fn gets_mail(&mut self, office: &Office, address: &str) {
        let before = office.letters(address).len();
        let asked = self.ask_for_code(address).await;
        assert_eq!(asked.status, 303, "{asked:#?}");
        let letters = office.wait(address, before + 1);
        let confirmed = self.confirm(&code(letters.last().unwrap())).await;
        assert_eq!(confirmed.status, 303, "{confirmed:#?}");
    }

    /// Switches one kind on or off by one way.
    pub async fn choose(&self, kind: &str, channel: &str, on: bool) -> Value {
        let body = serde_json::json!({ "choices": [{ "kind": kind, "channel": channel, "on": on }] });
        let headers = [("content-type", "application/json")];
        self.member.call(Method::PATCH, "/v1/me/notifications", &headers, Some(body.to_string())).await.ok(200)
    }

    pub async fn news(&self) -> Value {
        self.member.get("/v1/notifications").await.ok(200)
    }
}

/// Gives somebody tokens.
pub fn give(server: &Server, person: &Person, amount: i64) {
    let to = format!("{}={amount}", person.member.wallet_id);
    server.cli(&["distribute", "--to", &to, "--reason", "Start"]).ok();
}

/// The code in a letter.
pub fn code(letter: &Arrived) -> String {
    let subject = letter.header("subject").unwrap();
    let code = subject.split(" is your code").next().unwrap().to_owned();
    assert!(code.len() == 9 && code.chars().all(|c| c.is_ascii_digit() || c == ' '), "{subject}");
    code
}

/// The letters that wait in the database.
pub fn waiting(server: &Server) -> Vec<Value> {
    server.sql("SELECT * FROM letters ORDER BY key").as_array().unwrap().clone()
}

/// Waits until this holds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(40), "{what}: not within 40 seconds");
        std::thread::sleep(Duration::from_millis(100));
    }
}
