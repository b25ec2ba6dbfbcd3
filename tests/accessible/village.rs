//! The sample community, seen by a stranger, by members and by an operator; and every page it has.

use std::collections::BTreeSet;

use communitytoken::language::Language;
use communitytoken::server::page_paths;
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use thirtyfour::Cookie;

use crate::chromium::Browser;
use crate::support::Server;

/// Somebody who comes to the pages; without a cookie: a stranger.
#[derive(Clone)]
pub struct Guest {
    pub name: &'static str,
    cookie: Option<String>,
}

pub struct Village {
    pub server: Server,
    /// Not signed in.
    pub stranger: Guest,
    /// Has been paying and paid for weeks.
    pub aiko: Guest,
    /// Came a moment ago.
    pub newcomer: Guest,
    /// Operates the community.
    pub maria: Guest,
    /// One of `aiko`'s transactions, and its fee.
    transaction: String,
    fee: String,
    /// Somebody else's id, and their wallet.
    user: String,
    wallet: String,
    /// A distribution.
    distribution: String,
    /// What waits for a second operator.
    proposal: String,
    schedule: String,
    /// Somebody paid unusually often, and a rule is muted.
    alert: String,
}

impl Village {
    pub async fn found() -> Self {
        let server = Server::demo_with("[consent]\nabove = 1000000\n[fees]\npercent = \"2.5\"\nfixed = 1\n").await;
        let proposal = server.proposal(1_000_000, "Summer party").await;
        let token = server.cli(&["token", "--member", "aiko"]).ok()["token"].as_str().unwrap().to_owned();
        let member = server.stranger(token);
        let tomas = server.cli(&["member", "show", "tomas"]).ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (user, wallet) = (text(&tomas["id"]), text(&tomas["wallet_id"]));
        let paid = member.post("/v1/transfers", &json!({ "to_wallet_id": wallet, "amount": 1 })).await.ok(201);
        let (transaction, fee) = (text(&paid["id"]), text(&paid["fee"]["transaction_id"]));
        let distribution = text(&server.sql("SELECT target FROM audit_log WHERE action = 'distribution'")[0]["target"]);
        let says = ["--name", "Weekly", "--cron", "0 9 * * 1", "--everyone", "--each", "5", "--issue-at-most", "1000"];
        let made = server.cli(&[&["schedule", "create"][..], &says, &["--reason", "Agreed"]].concat()).ok();
        let schedule = text(&made["id"]);
        let alert = server.alert(&member, &wallet).await;
        server.cli(&["alerts", "mute", "circle", "--days", "30", "--reason", "Known"]).ok();
        let (aiko, maria) = (enter(&server, "aiko").await, enter(&server, "maria").await);
        let newcomer = sign_in(&server, "newcomer", ("new_username", "newcomer")).await;
        let stranger = Guest { name: "stranger", cookie: None };
        Self {
            server,
            stranger,
            aiko,
            newcomer,
            maria,
            transaction,
            fee,
            user,
            wallet,
            distribution,
            proposal,
            schedule,
            alert,
        }
    }

    /// Every page that this guest is shown, refusals among them: each is a page, too.
    pub async fn pages(&self, guest: &Guest) -> Vec<String> {
        let mut pages = Vec::new();
        let mut refusals = BTreeSet::new();
        let paths =
            page_paths().into_iter().map(|path| self.filled(path)).chain(MORE.iter().map(|path| (*path).into()));
        let priced = format!("/pay/{}?amount=1", self.wallet);
        for path in paths.chain([format!("/transactions/{}", self.fee), priced]) {
            // A file is none, even where a busy moment answers with a page that says so.
            if path.starts_with("/static/") || path == "/logout" || path.rsplit('.').next() == Some("csv") {
                continue;
            }
            let mut request = self.server.client.get(format!("{}{path}", self.server.base)).header(ACCEPT, "text/html");
            if let Some(cookie) = &guest.cookie {
                request = request.header(COOKIE, cookie);
            }
            let answer = request.send().await.unwrap();
            let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let shown = kind.starts_with("text/html") && !answer.headers().contains_key(CONTENT_DISPOSITION);
            let status = answer.status();
            // One refusal of a kind looks like the other, and who must sign in first is sent to one page. A
            // moment at which too much was asked at once says nothing of the page.
            if shown && ![429, 503].contains(&status.as_u16()) && (status.is_success() || refusals.insert(status)) {
                pages.push(path);
            }
        }
        pages
    }

    /// An address with everything in its place.
    fn filled(&self, path: &str) -> String {
        let (before, rest) = path.split_once('{').unwrap_or((path, ""));
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        match before {
            _ if rest.is_empty() => path.to_owned(),
            "/pay/" => format!("{before}{}{after}", self.wallet),
            "/transactions/" | "/admin/transactions/" => format!("{before}{}{after}", self.transaction),
            "/admin/members/" => format!("{before}{}{after}", self.user),
            "/admin/distributions/" => format!("{before}{}{after}", self.distribution),
            "/admin/consents/" => self.proposal.clone(),
            "/admin/schedules/" => format!("{before}{}{after}", self.schedule),
            "/admin/alerts/" => format!("{before}{}{after}", self.alert),
            "/statistics/report/" => format!("{before}{}{after}", jiff::Timestamp::now().strftime("%Y-%m")),
            // Nothing of the kind is there: what is shown then.
            _ => format!("{before}00000000-0000-4000-8000-000000000000{after}"),
        }
    }

    pub fn wallet_of_aiko(&self) -> String {
        self.server.cli(&["member", "show", "aiko"]).ok()["wallet_id"].as_str().unwrap().to_owned()
    }

    /// A browser in which this guest has signed in.
    pub async fn browser(&self, guest: &Guest, arguments: &[&str]) -> Browser {
        let browser = Browser::open_with(true, arguments).await;
        self.go(&browser, "/favicon.ico").await;
        if let Some(cookie) = &guest.cookie {
            let (name, value) = cookie.split_once('=').unwrap();
            browser.driver.add_cookie(Cookie::new(name, value)).await.unwrap();
        }
        browser
    }

    /// The same, reading in this language.
    pub async fn browser_in(&self, language: Language, guest: &Guest, arguments: &[&str]) -> Browser {
        let browser = self.browser(guest, arguments).await;
        browser.driver.add_cookie(Cookie::new("language", language.tag())).await.unwrap();
        browser
    }

    pub async fn go(&self, browser: &Browser, path: &str) {
        browser.driver.goto(format!("{}{path}", self.server.base)).await.unwrap();
    }
}

/// Pages in states that their bare addresses do not show.
const MORE: &[&str] = &[
    "/nothing/lives/here",
    "/send?q=nobody-has-this-name",
    "/history?q=nobody-wrote-this",
    "/history?q=eggs&from=2026-01-01",
    "/statistics?from=2020-01-01&to=2020-02-01",
];

async fn enter(server: &Server, name: &'static str) -> Guest {
    let id = server.cli(&["member", "show", name]).ok()["id"].as_str().unwrap().to_owned();
    sign_in(server, name, ("user_id", &id)).await
}

async fn sign_in(server: &Server, name: &'static str, field: (&str, &str)) -> Guest {
    let request = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
    let answer = request.form(&[field]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    Guest { name, cookie: Some(cookie) }
}

/// What a script in the page finds.
pub async fn ask(browser: &Browser, script: &str) -> Value {
    browser.driver.execute(script, Vec::new()).await.unwrap().json().clone()
}
