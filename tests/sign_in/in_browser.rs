//! Signing in and out in a real browser, on a phone-sized screen. The community is at 127.0.0.1 and the
//! provider at localhost, so that for the browser they are two sites.

use serde_json::json;

use super::chromium::Browser;
use super::community::{settings, start};
use super::issuer::{Issuer, pass_provider};
use super::support::Server;
use super::support::clock::Clock;

/// Sign in, pay someone, see where one is signed in, sign out here and at the provider, and be asked for
/// one's name again; with scripts or without.
async fn come_and_go(scripts: bool) {
    let (issuer, server) = start().await;
    let tokens = super::keys::tokens(&issuer, "bob", None).await;
    let bob = server.stranger(tokens["id_token"].as_str().unwrap().into());
    let wallet = bob.get("/v1/me").await.ok(200)["wallet_id"].as_str().unwrap().to_owned();

    let browser = Browser::open(scripts).await;
    browser.driver.goto(format!("{}/send?to={wallet}", server.base)).await.unwrap();
    browser.click("//a[text()='Sign in with Our club']").await;
    pass_provider(&browser, "ann").await;
    browser.sees(&["To whom"]).await;
    let address = browser.driver.current_url().await.unwrap();
    assert_eq!(address.as_str(), format!("{}/send?to={wallet}", server.base), "where they wanted to go");
    server.cli(&["distribute", "--everyone", "20", "--reason", "Start"]).ok();
    browser.driver.refresh().await.unwrap();
    browser.fill("amount", "7").await;
    browser.click("//button[text()='Continue']").await;
    browser.click("//button[text()='Send it']").await;
    browser.sees(&["Paid.", "ann"]).await;
    assert_eq!(bob.get("/v1/wallet").await.ok(200)["balance"], 27);

    browser.click("//nav//a[contains(., 'Profile')]").await;
    browser.click("//a[text()='Where you are signed in']").await;
    browser.sees(&["this one", "Chrome on Linux"]).await;
    browser.click("//button[text()='Sign out']").await;
    // The browser goes on by itself, with scripts or without; the provider asks whether it is meant.
    browser.click("//button[@value='yes'] | //button[contains(., 'Yes')]").await;
    browser.sees(&["Welcome to"]).await;
    assert_eq!(server.sql("SELECT count(*) AS n FROM sessions")[0]["n"], 0);
    browser.click("//a[text()='Sign in']").await;
    browser.click("//a[text()='Sign in with Our club']").await;
    pass_provider(&browser, "bob").await;
    browser.sees(&["27"]).await;
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// With scripts allowed.
#[tokio::test]
async fn a_member_comes_and_goes() {
    come_and_go(true).await;
}

/// With scripts switched off.
#[tokio::test]
async fn a_member_comes_and_goes_without_scripts() {
    come_and_go(false).await;
}

/// Whoever cancels at the provider reads so on a page of ours, with the way back; and a session that was
/// ended elsewhere leads to the sign-in page and, since the provider still knows them, straight back in.
#[tokio::test]
async fn cancelled_and_ended() {
    let (_issuer, server) = start().await;
    let browser = Browser::open(true).await;
    browser.driver.goto(format!("{}/history", server.base)).await.unwrap();
    browser.click("//a[text()='Sign in with Our club']").await;
    browser.click("//a[contains(., 'Cancel')]").await;
    browser.sees(&["signing in was cancelled"]).await;
    browser.click("//a[text()='Sign in with Our club']").await;
    pass_provider(&browser, "ann").await;
    browser.sees(&["History"]).await;
    let ended = server.cli(&["member", "sessions", "ann", "--all", "--reason", "Lost phone"]).ok();
    assert_eq!(ended, json!({ "ended": 1 }));
    browser.click("//nav//a[contains(., 'Profile')]").await;
    browser.click("//a[text()='Sign in with Our club']").await;
    browser.sees(&["You here"]).await;
    browser.close().await;
}

/// A session that nobody used for too long has expired, and the provider has new keys by then: signing in
/// goes on, to the page that was asked for, without a restart of anything.
#[tokio::test]
async fn expired_and_rotated() {
    let issuer = Issuer::start();
    let mut server = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    issuer.register(&server, json!({})).await;
    let browser = Browser::open(true).await;
    browser.driver.goto(format!("{}/history", server.base)).await.unwrap();
    browser.click("//a[text()='Sign in with Our club']").await;
    pass_provider(&browser, "ann").await;
    browser.sees(&["History"]).await;
    issuer.control(json!({ "rotate": "add" })).await;
    issuer.control(json!({ "rotate": "withdraw" })).await;
    // So long must pass between two fetches of keys.
    clock.run(60);
    server.cli(&["sql", "UPDATE sessions SET seen_at = seen_at - 15 * 86400000"]).ok();
    browser.driver.refresh().await.unwrap();
    browser.click("//a[text()='Sign in with Our club']").await;
    // It has forgotten its own sessions with its keys.
    pass_provider(&browser, "ann").await;
    browser.sees(&["History"]).await;
    assert!(browser.driver.current_url().await.unwrap().path() == "/history");
    assert_eq!(server.sql("SELECT count(*) AS n FROM users WHERE username = 'ann'")[0]["n"], 1);
    browser.close().await;
}
