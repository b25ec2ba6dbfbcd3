//! The pages in a real browser, with scripts and without.

use thirtyfour::prelude::*;

use super::chromium::Browser;
use super::support::Server;

/// Sign in as a demo member, pay another, and see both histories.
async fn pay_someone(scripts: bool) {
    let server = Server::demo().await;
    let browser = Browser::open(scripts).await;
    // Whether scripts run is seen from a page that tries one.
    browser.driver.goto("data:text/html,<title>off</title><script>document.title='on'</script>").await.unwrap();
    assert_eq!(browser.driver.title().await.unwrap(), if scripts { "on" } else { "off" });

    browser.driver.goto(&server.base).await.unwrap();
    browser.click("//a[text()='Sign in']").await;
    browser.click("//button[contains(., 'tomas')]").await;
    browser.sees(&["You have", "Lately"]).await;
    browser.click("//nav//a[contains(., 'Send')]").await;
    browser.sees(&["To whom"]).await;
    browser.fill("amount", "7").await;
    browser.fill("q", "aik").await;
    browser.click("//button[text()='Find']").await;
    browser.click("//label[contains(., 'aiko')][not(contains(., 'Lately'))]").await;
    let amount = browser.driver.find(By::Id("amount")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(amount.as_deref(), Some("7"), "what was typed is kept");
    browser.fill("note", "For the garden").await;
    browser.click("//button[text()='Continue']").await;
    browser.sees(&["Is this right?", "aiko", "You will have", "For the garden"]).await;
    browser.click("//button[text()='Send it']").await;
    browser.sees(&["Paid.", "For the garden", "tomas", "aiko"]).await;
    browser.click("//nav//a[contains(., 'History')]").await;
    browser.sees(&["aiko", "For the garden", "−7"]).await;
    browser.click("//button[text()='Sign out']").await;
    browser.click("//a[text()='Sign in']").await;
    browser.click("//button[contains(., 'aiko')]").await;
    browser.sees(&["Lately", "tomas", "For the garden", "+7"]).await;
    browser.click("//nav//a[contains(., 'History')]").await;
    browser.sees(&["Filter", "tomas", "For the garden", "+7"]).await;
    browser.click("//nav//a[contains(., 'Statistics')]").await;
    browser.sees(&["No token was lost or invented"]).await;
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// On a phone-sized screen, with scripts allowed.
#[tokio::test]
async fn a_member_pays_another() {
    pay_someone(true).await;
}

/// The same with scripts switched off.
#[tokio::test]
async fn a_member_pays_another_without_scripts() {
    pay_someone(false).await;
}
