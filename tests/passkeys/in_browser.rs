//! The same in Chromium, with its virtual authenticator: a phone that shows its finger when asked.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::chromium::Browser;
use super::support::Server;
use super::visitor::{assert_sound, claim_link, community, invitation, joined, named, sign_in_link};

/// A browser on a phone with a finger sensor; gives the sensor's id too.
pub async fn phone() -> (Browser, String) {
    let browser = Browser::open(true).await;
    let id = authenticator(&browser).await;
    (browser, id)
}

pub async fn authenticator(browser: &Browser) -> String {
    let cdp = browser.driver.cdp();
    cdp.send_raw("WebAuthn.enable", json!({})).await.unwrap();
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    let made = cdp.send_raw("WebAuthn.addVirtualAuthenticator", options).await.unwrap();
    made["authenticatorId"].as_str().unwrap().to_owned()
}

/// What the phone keeps.
async fn kept(browser: &Browser, authenticator: &str) -> Vec<Value> {
    let asked = json!({ "authenticatorId": authenticator });
    let answer = browser.driver.cdp().send_raw("WebAuthn.getCredentials", asked).await.unwrap();
    answer["credentials"].as_array().unwrap().clone()
}

pub async fn go(browser: &Browser, server: &Server, path: &str) {
    browser.driver.goto(format!("{}{path}", named(server))).await.unwrap();
}

const SIGN_IN: &str = "//button[text()='Sign in with a passkey']";

/// From nothing to two members paying: the link, the first operator, an invitation, the second member,
/// a payment, out and in again.
#[tokio::test]
async fn a_community_begins() {
    let server = community().await;
    let (maria, sensor) = phone().await;
    go(&maria, &server, &claim_link(&server)).await;
    maria.sees(&["Nobody operates this community yet"]).await;
    maria.fill("username", "maria").await;
    maria.fill("passkey_name", "Maria's phone").await;
    maria.click("//button[text()='Claim it with a passkey']").await;
    maria.sees(&["Your recovery codes", "shown only now"]).await;
    let keys = kept(&maria, &sensor).await;
    assert_eq!(
        (keys.len(), keys[0]["rpId"].as_str(), keys[0]["isResidentCredential"].as_bool()),
        (1, Some("localhost"), Some(true))
    );
    let file = maria.driver.find(By::LinkText("Save as a file")).await.unwrap().attr("href").await.unwrap().unwrap();
    let code = maria.driver.find(By::Css("li.code")).await.unwrap().text().await.unwrap();
    assert!(file.starts_with("data:text/plain") && file.contains(&code), "{file}");
    maria.click("//a[text()='I have kept them']").await;
    maria.sees(&["You have"]).await;
    go(&maria, &server, "/profile").await;
    maria.sees(&["member, operator"]).await;
    maria.click("//a[text()='Operate the community']").await;
    maria.click("//nav[@aria-label='Operate']//a[text()='Invitations']").await;
    maria.fill("name", "tomas").await;
    maria.fill("reason", "A new neighbour").await;
    maria.click("//button[text()='Make a link']").await;
    maria.sees(&["Invitation for tomas"]).await;
    let link = maria.driver.find(By::Css("p.code")).await.unwrap().text().await.unwrap();
    maria.click("//button[text()='Copy the link']").await;
    maria.sees(&["Copied."]).await;
    // To read it back is what a browser asks its user about.
    let may = json!({ "permissions": ["clipboardReadWrite"] });
    maria.driver.cdp().send_raw("Browser.grantPermissions", may).await.unwrap();
    let pasted = "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(`${error}`))";
    let pasted = maria.driver.execute_async(pasted, vec![]).await.unwrap();
    assert_eq!(pasted.json().as_str(), Some(link.as_str()));

    let (tomas, _) = phone().await;
    tomas.driver.goto(&link).await.unwrap();
    tomas.click("//button[text()='Join with a passkey']").await;
    tomas.sees(&["Your recovery codes"]).await;
    server.cli(&["distribute", "--to", "tomas=30", "--reason", "For the test"]).ok();
    tomas.click("//a[text()='I have kept them']").await;
    tomas.sees(&["30"]).await;
    tomas.click("//nav//a[contains(., 'Send')]").await;
    tomas.fill("amount", "7").await;
    tomas.fill("q", "mar").await;
    tomas.click("//button[text()='Find']").await;
    tomas.click("//label[contains(., 'maria')]").await;
    tomas.click("//button[text()='Continue']").await;
    tomas.click("//button[text()='Send it']").await;
    tomas.sees(&["Paid."]).await;

    go(&maria, &server, "/").await;
    maria.sees(&["tomas", "+7"]).await;
    maria.click("//button[text()='Sign out']").await;
    maria.click("//a[text()='Sign in']").await;
    maria.click(SIGN_IN).await;
    maria.sees(&["tomas", "+7"]).await;
    maria.close().await;
    tomas.close().await;
    assert_sound(&server);
}

/// With keys alone, as who cannot use a mouse: join, sign out, sign in.
#[tokio::test]
async fn by_the_keyboard() {
    let server = community().await;
    let (ann, _) = phone().await;
    go(&ann, &server, &invitation(&server, &["--name", "ann"])).await;
    ann.driver.find(By::Id("username")).await.unwrap().send_keys(Key::Tab + Key::Tab + Key::Enter).await.unwrap();
    // The first Tab leads to the name of the device, the second to the button, which Enter presses.
    ann.sees(&["Your recovery codes"]).await;
    go(&ann, &server, "/profile").await;
    ann.driver.find(By::XPath("//button[text()='Sign out']")).await.unwrap().send_keys(Key::Enter).await.unwrap();
    ann.sees(&["Welcome"]).await;
    go(&ann, &server, "/login").await;
    let button = ann.driver.find(By::XPath(SIGN_IN)).await.unwrap();
    button.send_keys(Key::Space).await.unwrap();
    ann.sees(&["You have"]).await;
    ann.close().await;
}

/// Locked out: a sign-in link, a new passkey on the new phone, the lost one removed, and the lost one
/// opens nothing.
#[tokio::test]
async fn a_lost_phone() {
    let server = community().await;
    let (lost, _) = phone().await;
    go(&lost, &server, &invitation(&server, &["--name", "ann"])).await;
    lost.click("//button[text()='Join with a passkey']").await;
    lost.sees(&["Your recovery codes"]).await;

    let (new, _) = phone().await;
    go(&new, &server, &sign_in_link(&server, "ann")).await;
    new.click("//button[text()='Sign in as ann']").await;
    new.sees(&["Add a passkey on this device now", "My passkey"]).await;
    new.fill("name", "New phone").await;
    new.click("//button[text()='Add a passkey']").await;
    new.sees(&["The passkey is added", "New phone"]).await;
    new.click("//li[contains(., 'My passkey')]//button").await;
    new.sees(&["The passkey is removed"]).await;

    go(&lost, &server, "/").await;
    lost.sees(&["Welcome"]).await;
    go(&lost, &server, "/login").await;
    lost.click(SIGN_IN).await;
    lost.sees(&["That passkey did not open the door"]).await;
    // A device that has one declines to make another.
    new.fill("name", "Again").await;
    new.click("//button[text()='Add a passkey']").await;
    new.sees(&["This device has a passkey for you already."]).await;
    lost.close().await;
    new.close().await;
}

/// A finger that is not recognised, and a device without any passkey: the page says so and goes on.
#[tokio::test]
async fn what_goes_wrong_is_said() {
    let server = community().await;
    let (browser, sensor) = phone().await;
    go(&browser, &server, &invitation(&server, &[])).await;
    browser.fill("username", "no spaces please").await;
    browser.click("//button[text()='Join with a passkey']").await;
    browser.sees(&["Your name must be 3 to 255 letters"]).await;
    browser.fill("username", "ann").await;
    let unverified = json!({ "authenticatorId": sensor, "isUserVerified": false });
    browser.driver.cdp().send_raw("WebAuthn.setUserVerified", unverified).await.unwrap();
    browser.click("//button[text()='Join with a passkey']").await;
    browser.sees(&["That did not work"]).await;
    assert_eq!(server.cli(&["member", "list"]).ok(), json!([]));
    let verified = json!({ "authenticatorId": sensor, "isUserVerified": true });
    browser.driver.cdp().send_raw("WebAuthn.setUserVerified", verified).await.unwrap();
    browser.click("//button[text()='Join with a passkey']").await;
    browser.sees(&["Your recovery codes"]).await;

    // Under a number, no passkey works; the page leads to the name.
    browser.driver.goto(format!("{}/login", server.base)).await.unwrap();
    browser.sees(&["under a name to which no passkey belongs"]).await;
    browser.click("//a[contains(text(), 'own name')]").await;
    browser.click(SIGN_IN).await;
    browser.sees(&["You have"]).await;
    browser.close().await;
}

/// Without scripts the pages say what to do, and a recovery code opens the door.
#[tokio::test]
async fn without_scripts() {
    let server = community().await;
    let (_, _, codes) = joined(&server, "ann").await;
    let link = invitation(&server, &[]);
    let browser = Browser::open(false).await;
    go(&browser, &server, &link).await;
    browser.sees(&["Making a passkey needs JavaScript", "The link is not used up"]).await;
    go(&browser, &server, "/login").await;
    browser.sees(&["A passkey needs JavaScript", "recovery code"]).await;
    browser.click("//a[text()='Sign in with a recovery code.']").await;
    browser.fill("code", "wrong").await;
    browser.click("//button[text()='Sign in']").await;
    browser.sees(&["does not open the door"]).await;
    browser.fill("code", &codes[0]).await;
    browser.click("//button[text()='Sign in']").await;
    browser.sees(&["the code is used up", "You have 7 left", "Making a passkey needs JavaScript"]).await;
    browser.close().await;
}
