//! A member's last day, in a real browser with scripts switched off, on a screen as small as a phone's.

use reqwest::Method;
use serde_json::json;
use thirtyfour::By;

use super::chromium::Browser;
use super::support::{Server, key};

/// They let a program act for them, see what it paid, look at their data, and close the account.
#[tokio::test]
async fn allowing_and_leaving() {
    let server = Server::demo().await;
    let bot = ["client", "create", "chat-bot", "--scope", "transfers:write", "--reason", "Payments from the chat"];
    let credential = server.cli(&bot).ok()["credential"].as_str().unwrap().to_owned();
    let browser = Browser::open(false).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'tomas')]").await;
    browser.click("//nav//a[contains(., 'Profile')]").await;
    browser.click("//a[text()='Programs that act for you']").await;
    browser.sees(&["chat-bot", "It can:", "pay and give back from your wallet", "It does not act for you."]).await;
    browser.click("//button[text()='Allow chat-bot']").await;
    browser.sees(&["Allowed since"]).await;

    let people = server.sql(
        "SELECT username, users.id, issuer || '|' || subject AS identity, wallets.id AS wallet_id, balance FROM users
           JOIN wallets ON wallets.key = users.wallet JOIN identities ON identities.user = users.key
          WHERE username IN ('tomas', 'aiko') ORDER BY username DESC",
    );
    let (tomas, aiko) = (&people[0], &people[1]);
    let body = json!({ "to_wallet_id": aiko["wallet_id"], "amount": 3, "note": "/pay aiko 3" });
    let key = key();
    let headers = [
        ("on-behalf-of", tomas["identity"].as_str().unwrap()),
        ("content-type", "application/json"),
        ("idempotency-key", &*key),
    ];
    server.stranger(credential).call(Method::POST, "/v1/transfers", &headers, Some(body.to_string())).await.ok(201);
    browser.click("//nav//a[contains(., 'History')]").await;
    browser.sees(&["aiko", "through chat-bot", "/pay aiko 3", "−3"]).await;
    browser.click("//a[contains(., 'through chat-bot')]").await;
    browser.sees(&["Receipt", "Sent through", "chat-bot"]).await;

    browser.click("//nav//a[contains(., 'Profile')]").await;
    browser.sees(&["Your history as a table", "Everything held about you"]).await;
    browser.click("//a[text()='Close your account']").await;
    browser.sees(&["This cannot be undone", "Give them to the community"]).await;
    // By key, as someone without a mouse.
    browser.driver.find(By::Css("input[value=keep]")).await.unwrap().send_keys(" ").await.unwrap();
    browser.fill("confirm", "thomas").await;
    browser.click("//button[text()='Close my account']").await;
    browser.sees(&["exactly as it is"]).await;
    browser.fill("confirm", "tomas").await;
    browser.click("//button[text()='Close my account']").await;
    browser.sees(&["Your account is closed"]).await;
    // What was chosen before the name was mistyped was kept, and nobody can sign in as them any more.
    let left = server.sql(&format!(
        "SELECT username, balance FROM users JOIN wallets ON wallets.key = users.wallet WHERE users.id = '{}'",
        tomas["id"].as_str().unwrap()
    ));
    assert!(left[0]["username"].as_str().unwrap().starts_with("former_member_"), "{left}");
    assert_eq!(left[0]["balance"].as_i64(), tomas["balance"].as_i64().map(|balance| balance - 3));
    browser.click("//a[text()='To the first page']").await;
    browser.click("//a[text()='Sign in']").await;
    browser.sees(&["aiko"]).await;
    assert!(!browser.text().await.contains("tomas"));
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
