//! The pages of one's data, of programs that act for one, and of leaving: by forms, without any script.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::support::Server;

/// A browser without scripts: a cookie, and forms.
pub struct Browser<'a> {
    server: &'a Server,
    cookie: String,
}

pub struct Page {
    pub status: u16,
    pub location: String,
    headers: HashMap<String, String>,
    pub text: String,
}

impl Page {
    pub fn csrf(&self) -> String {
        let from = self.text.find("name=\"csrf\" value=\"").expect("a form") + 19;
        self.text[from..].split('"').next().unwrap().to_owned()
    }
}

impl<'a> Browser<'a> {
    /// Signs in as someone new.
    pub async fn sign_in(server: &'a Server, name: &str) -> Self {
        let answer =
            server.client.post(format!("{}/login", server.base)).form(&[("new_username", name)]).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { server, cookie }
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Page {
        let answer = request.header("cookie", &self.cookie).header("accept", "text/html").send().await.unwrap();
        let headers: HashMap<String, String> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let location = headers.get("location").cloned().unwrap_or_default();
        Page { status: answer.status().as_u16(), location, headers, text: answer.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.read(self.server.client.get(format!("{}{path}", self.server.base))).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.read(self.server.client.post(format!("{}{path}", self.server.base)).form(form)).await
    }
}

/// Downloads hold what they say; texts that spreadsheets would run come out harmless.
#[tokio::test]
async fn downloads() {
    let server = Server::demo().await;
    let browser = Browser::sign_in(&server, "newcomer").await;
    let other = server
        .sql("SELECT wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE username = 'newcomer'");
    let wallet = other[0]["id"].as_str().unwrap();
    let recipients = json!([{ "wallet_id": wallet, "amount": 500 }]).to_string();
    server
        .cli(&[
            "sql",
            &format!(
                "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'x', '{recipients}')"
            ),
        ])
        .ok();
    let someone = server.sql(
        "SELECT wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE username <> 'newcomer' LIMIT 1",
    );
    let page = browser.get(&format!("/send?to={}", someone[0]["id"].as_str().unwrap())).await;
    assert_eq!(page.status, 200);
    // By the API, as the same member, with a token of the developer identity.
    let token = server.run(&["token", "--member", "newcomer"]);
    let member = server.stranger(token.stdout.trim().to_owned());
    for note in ["=1+1", "+49", "-1", "@SUM", "plain, \"quoted\""] {
        let body = json!({ "to_wallet_id": someone[0]["id"], "amount": 1, "note": note });
        member.post("/v1/transfers", &body).await.ok(201);
    }
    let csv = browser.get("/profile/history.csv").await;
    assert_eq!(csv.status, 200);
    assert!(csv.headers["content-type"].starts_with("text/csv"));
    assert!(csv.headers["content-disposition"].contains("history.csv"));
    let rows: Vec<Vec<String>> = csv::Reader::from_reader(csv.text.as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(rows.len(), 6);
    let notes: Vec<&str> = rows.iter().map(|row| row[8].as_str()).collect();
    assert_eq!(notes, ["plain, \"quoted\"", "'@SUM", "'-1", "'+49", "'=1+1", ""]);
    let data: Value = serde_json::from_str(&browser.get("/profile/data.json").await.text).unwrap();
    assert_eq!(data["profile"]["username"], "newcomer");
    assert_eq!(data["sessions"][0]["method"], "developer");
    assert_eq!(data["transactions"][4]["note"], "=1+1");
    assert!(!data.to_string().contains("secret"));
    for path in ["/profile/history.csv", "/profile/data.json", "/profile/close", "/profile/clients"] {
        let stranger = server.client.get(format!("{}{path}", server.base)).send().await.unwrap();
        assert_eq!(
            (stranger.status().as_u16(), stranger.headers()["location"].to_str().unwrap().starts_with("/login")),
            (303, true),
            "{path}"
        );
    }
}

/// Programs are allowed and stopped by forms of one's own session alone.
#[tokio::test]
async fn programs_on_the_page() {
    let server = Server::demo().await;
    let browser = Browser::sign_in(&server, "newcomer").await;
    assert!(browser.get("/profile/clients").await.text.contains("has no such program"));
    let made = server
        .cli(&["client", "create", "chat-bot", "--scope", "transfers:write", "--scope", "wallet:read", "--reason", "x"])
        .ok();
    server
        .cli(&["client", "create", "watcher", "--scope", "statistics:read", "--reason", "Does nothing for members"])
        .ok();
    let page = browser.get("/profile/clients").await;
    assert!(
        page.text.contains("Allow chat-bot")
            && page.text.contains("<li>pay and give back from your wallet</li><li>see your balance and history</li>"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("watcher"), "who need not be asked is not");
    let (csrf, id) = (page.csrf(), made["id"].as_str().unwrap());
    let identities = server.cli(&["member", "show", "newcomer"]).ok()["identities"].clone();
    let named = format!("{}|{}", identities[0]["issuer"].as_str().unwrap(), identities[0]["subject"].as_str().unwrap());
    assert!(
        page.text.contains(id) && page.text.contains(&named),
        "which program, and what it calls them: {}",
        page.text
    );
    assert_eq!(
        browser.post("/profile/clients", &[("csrf", "x"), ("client", id), ("allowed", "true")]).await.status,
        403
    );
    assert!(browser.get("/profile/clients").await.text.contains("Allow chat-bot"));
    for (allowed, shown) in [("true", "Stop chat-bot"), ("false", "Allow chat-bot")] {
        let done = browser.post("/profile/clients", &[("csrf", &csrf), ("client", id), ("allowed", allowed)]).await;
        assert_eq!((done.status, done.location.as_str()), (303, "/profile/clients"));
        assert!(browser.get("/profile/clients").await.text.contains(shown));
    }
    assert_eq!(
        browser.post("/profile/clients", &[("csrf", &csrf), ("client", "x"), ("allowed", "true")]).await.status,
        404
    );
}

/// Closing by the page: with the name typed, with what was chosen kept when it was mistyped.
#[tokio::test]
async fn closing_on_the_page() {
    let server = Server::demo().await;
    let browser = Browser::sign_in(&server, "newcomer").await;
    let elsewhere = Browser { server: &server, cookie: browser.cookie.clone() };
    let wallet = server
        .sql("SELECT wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE username = 'newcomer'");
    let recipients = json!([{ "wallet_id": wallet[0]["id"], "amount": 500 }]).to_string();
    server
        .cli(&[
            "sql",
            &format!(
                "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'x', '{recipients}')"
            ),
        ])
        .ok();
    let page = browser.get("/profile/close").await;
    let csrf = page.csrf();
    assert!(page.text.contains("value=\"pool\" checked"), "{}", page.text);
    let wrong = browser.post("/profile/close", &[("csrf", &csrf), ("remaining", "keep"), ("confirm", "someone")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value=\"keep\" checked") && wrong.text.contains("role=\"alert\""), "{}", wrong.text);
    assert!(wrong.text.contains("value=\"someone\" required") && wrong.text.contains("aria-invalid"), "{}", wrong.text);
    assert!(!page.text.contains("with your name"), "{}", page.text);
    // The last operator stays, and nothing is wrong with the name they typed.
    server.cli(&["member", "grant", "newcomer", "operator", "--reason", "Elected"]).ok();
    server.cli(&["member", "revoke", "maria", "operator", "--reason", "Term is over"]).ok();
    let last = browser.post("/profile/close", &[("csrf", &csrf), ("remaining", "keep"), ("confirm", "newcomer")]).await;
    assert_eq!(last.status, 422);
    for words in ["This is the last operator", "value=\"newcomer\" required", "stays in that log with your name"] {
        assert!(last.text.contains(words), "{words}: {}", last.text);
    }
    assert!(!last.text.contains("aria-invalid") && !last.text.contains("#confirm"), "{}", last.text);
    server.cli(&["member", "grant", "maria", "operator", "--reason", "Elected"]).ok();
    assert_eq!(
        browser.post("/profile/close", &[("csrf", "x"), ("remaining", "pool"), ("confirm", "newcomer")]).await.status,
        403
    );
    let done =
        browser.post("/profile/close", &[("csrf", &csrf), ("remaining", "pool"), ("confirm", " newcomer ")]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/profile/closed"));
    assert!(done.headers["set-cookie"].contains("Max-Age=0"), "{:?}", done.headers);
    assert!(browser.get("/profile/closed").await.text.contains("Your account is closed"));
    let after = elsewhere.get("/profile").await;
    assert_eq!((after.status, after.location.starts_with("/login")), (303, true), "the session has ended everywhere");
    let former = server.sql(&format!("SELECT username, deleted_at IS NOT NULL AS gone, balance FROM users JOIN wallets ON wallets.key = users.wallet WHERE wallets.id = '{}'", wallet[0]["id"].as_str().unwrap()));
    assert!(former[0]["username"].as_str().unwrap().starts_with("former_member_"));
    assert_eq!((&former[0]["gone"], &former[0]["balance"]), (&json!(1), &json!(0)));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
