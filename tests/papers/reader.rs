//! Somebody who opens papers in a browser, and asks the API the same.

use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};
use serde_json::Value;

use crate::pdf::Pdf;
use crate::support::clock::Clock;
use crate::support::{Member, Server};
use crate::visitor::Visitor;

pub struct Reader {
    pub member: Member,
    cookie: String,
}

impl Reader {
    /// Somebody who joins.
    pub async fn join(server: &Server, name: &str) -> Self {
        let token = || server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        Self::by(server, ("new_username", name), token).await
    }

    /// Somebody who is there already, by this clock.
    pub async fn come_back(server: &Server, clock: &Clock, name: &str) -> Self {
        let id = server.cli(&["member", "show", name]).ok()["id"].as_str().unwrap().to_owned();
        Self::by(server, ("user_id", &id), || clock.token(server, name)).await
    }

    async fn by(server: &Server, field: (&str, &str), token: impl Fn() -> String) -> Self {
        let mut browser = Visitor::new();
        let entered = browser.post(&format!("{}/login", server.base), &[field]).await;
        assert_eq!(entered.status, 303, "{entered:#?}");
        let cookies = browser.cookies.values().flatten().map(|(name, value)| format!("{name}={value}"));
        let token = token();
        let mut member = server.stranger(token);
        let me = member.get("/v1/me").await.ok(200);
        member.user_id = me["id"].as_str().unwrap().into();
        member.wallet_id = me["wallet_id"].as_str().unwrap().into();
        Self { cookie: cookies.collect::<Vec<_>>().join("; "), member }
    }

    pub async fn open(&self, path: &str, language: &str) -> reqwest::Response {
        let request = self.member.client.get(format!("{}{path}", self.member.base)).header("accept", "text/html");
        request.header(COOKIE, &self.cookie).header(ACCEPT_LANGUAGE, language).send().await.unwrap()
    }

    pub async fn paper(&self, path: &str, language: &str) -> Pdf {
        let answer = self.open(path, language).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        Pdf::read(&answer.bytes().await.unwrap())
    }

    /// A paper by the API.
    pub async fn paper_by_token(&self, path: &str, language: &str) -> Pdf {
        let request = self.member.client.get(format!("{}{path}", self.member.base)).bearer_auth(&self.member.token);
        let answer = request.header(ACCEPT_LANGUAGE, language).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        Pdf::read(&answer.bytes().await.unwrap())
    }

    /// The whole history, the oldest first.
    pub async fn history(&self) -> Vec<Value> {
        let mut all = self.member.history("?limit=200").await;
        all.reverse();
        all
    }
}
