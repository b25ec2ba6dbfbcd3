//! The certified OpenID Connect provider, in a process of its own.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::chromium::{Browser, Process};
use super::support::{Server, client};

/// The community's name there; access tokens for it name it as their audience too.
pub const CLIENT: &str = "communitytoken";
/// A secret that is another one unless it is written as the standard asks.
pub const SECRET: &str = "with space/slash+plus%25&, and longer than any";
/// Where a program of a member's own is sent back to. Nobody listens there.
pub const PROGRAM: &str = "http://127.0.0.1:1/program";

pub struct Issuer {
    pub url: String,
    client: reqwest::Client,
    _process: Process,
}

impl Issuer {
    pub fn start() -> Self {
        let root = env!("CARGO_MANIFEST_DIR");
        let mut process = Process(
            Command::new("node")
                .arg(format!("{root}/tests/sign_in/provider.mjs"))
                .env("TEST_TOOLS", format!("{root}/target/test-tools"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("node is installed by tests/run"),
        );
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://localhost:")));
        let url = url.expect("oidc-provider is installed by tests/run");
        // What it says later is read and dropped, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { url, client: client().build().unwrap(), _process: process }
    }

    pub async fn control(&self, what: Value) {
        let answer = self.client.post(format!("{}/control", self.url)).body(what.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{what}");
    }

    /// Registers the community there, with what differs from the usual registration.
    pub async fn register(&self, server: &Server, differently: Value) {
        let mut client = json!({
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [format!("{}/login/callback", server.base), PROGRAM],
            "post_logout_redirect_uris": [format!("{}/", server.base)],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        });
        client.as_object_mut().unwrap().extend(differently.as_object().unwrap().clone());
        self.control(json!({ "clients": [client] })).await;
    }
}

/// Fills the provider's own pages: any name, any password, and consent.
pub async fn pass_provider(browser: &Browser, name: &str) {
    browser.click("//input[@name='login']").await;
    browser.driver.find(By::Name("login")).await.unwrap().send_keys(name).await.unwrap();
    browser.driver.find(By::Name("password")).await.unwrap().send_keys("any").await.unwrap();
    browser.click("//button[text()='Sign-in']").await;
    browser.click("//button[text()='Continue']").await;
}
