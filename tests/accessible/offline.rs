//! The pages as a program of the phone, with and without a connection.

use std::time::Duration;

use serde_json::{Value, json};

use crate::axe::{Axe, Colours};
use crate::chromium::Browser;
use crate::support::Server;
use crate::village::{Village, ask};

/// Whether the worker has kept what it shows without a connection.
const READY: &str = "return navigator.serviceWorker.getRegistration()
    .then((worker) => worker?.active && caches.match('/offline')).then((page) => !!page)";

async fn opened(village: &Village) -> Browser {
    let browser = village.browser(&village.aiko, &[]).await;
    village.go(&browser, "/").await;
    browser.sees(&["You have"]).await;
    for _ in 0..100 {
        if ask(&browser, READY).await == true {
            return browser;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the worker keeps no page");
}

/// Chromium finds nothing that keeps it from offering the pages as a program.
#[tokio::test]
async fn the_pages_can_be_installed() {
    let village = Village::found().await;
    let browser = opened(&village).await;
    let cdp = browser.driver.cdp();
    let manifest = cdp.send_raw("Page.getAppManifest", json!({})).await.unwrap();
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let said: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
    assert_eq!((&said["name"], &said["display"]), (&json!("Our community"), &json!("standalone")));
    let missing = cdp.send_raw("Page.getInstallabilityErrors", json!({})).await.unwrap();
    assert_eq!(missing["installabilityErrors"], json!([]));
    browser.close().await;
}

/// What the wallet held is shown with the time it was so; nothing else of a member's is on the phone.
#[tokio::test]
async fn without_a_connection_the_last_balance_is_shown() {
    let mut village = Village::found().await;
    let browser = opened(&village).await;
    let balance = ask(&browser, "return document.querySelector('.figure').textContent.trim()").await;
    let kept = "return caches.keys().then((names) => Promise.all(names.map(async (name) => {
                    const cache = await caches.open(name);
                    return Promise.all((await cache.keys()).map(async (key) => `${key.url} ${await (await cache.match(key)).text()}`));
                }))).then((all) => all.flat())";
    let kept = ask(&browser, kept).await;
    let kept = kept.as_array().unwrap();
    assert!(kept.len() >= 3, "the page and its parts: {kept:?}");
    for part in kept {
        let part = part.as_str().unwrap();
        assert!(!part.contains("aiko") && !part.contains(&village.wallet_of_aiko()), "{part}");
    }
    village.server.stop();
    village.go(&browser, "/").await;
    let digits: String = balance.as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    browser.sees(&["No connection", "You had", &digits, "what your wallet held then"]).await;
    village.go(&browser, "/history").await;
    browser.sees(&["No connection"]).await;
    browser.close().await;
}

/// Whoever has signed out leaves nothing behind.
#[tokio::test]
async fn after_signing_out_nothing_is_shown() {
    let mut village = Village::found().await;
    let browser = opened(&village).await;
    browser.click("//button[text()='Sign out']").await;
    browser.click("//a[text()='Sign in']").await;
    let cookies = browser.driver.get_all_cookies().await.unwrap();
    assert!(cookies.iter().all(|cookie| cookie.name != "last-seen"), "{cookies:?}");
    village.server.stop();
    village.go(&browser, "/").await;
    browser.sees(&["No connection", "cannot be reached"]).await;
    assert!(!browser.text().await.contains("You had"));
    browser.close().await;
}

/// A session that was ended elsewhere takes with it what this browser kept.
#[tokio::test]
async fn a_session_ended_elsewhere_leaves_nothing() {
    let village = Village::found().await;
    let browser = opened(&village).await;
    let token = village.server.cli(&["token", "--member", "aiko"]).ok()["token"].as_str().unwrap().to_owned();
    let member = village.server.stranger(token);
    let ended = member.call(reqwest::Method::DELETE, "/v1/me/sessions", &[], None).await;
    assert!(ended.status < 300, "{ended:?}");
    village.go(&browser, "/history").await;
    browser.sees(&["tomas"]).await;
    let cookies = browser.driver.get_all_cookies().await.unwrap();
    assert!(cookies.iter().all(|cookie| cookie.name != "last-seen"), "{cookies:?}");
    browser.close().await;
}

/// A community's own colour and logo, on its pages; axe-core finds nothing wrong with a colour that could
/// not be read as it is.
#[tokio::test]
async fn a_community_has_its_own_look() {
    let mut server = Server::prepare(
        "[server]\nbind = \"127.0.0.1:0\"\n[community]\nname = \"Sunflower\"\naccent = \"#ffd800\"\nlogo = \"logo.svg\"\n",
    );
    std::fs::write(
        server.path("logo.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>",
    )
    .unwrap();
    server.serve(&["--demo"]).await;
    for scheme in [0, 1] {
        let browser = Browser::open_with(true, &[&format!("--blink-settings=preferredColorScheme={scheme}")]).await;
        let axe = Axe::within(&browser).await;
        browser.driver.goto(&server.base).await.unwrap();
        browser.sees(&["Sunflower"]).await;
        let look = "const button = getComputedStyle(document.querySelector('.primary'));
                    const logo = document.querySelector('.brand img');
                    return { ground: button.backgroundColor, width: logo.naturalWidth, logo: logo.src };";
        let look = ask(&browser, look).await;
        let ground = look["ground"].as_str().unwrap();
        assert!(!["rgb(27, 107, 74)", "rgb(98, 201, 154)", "rgba(0, 0, 0, 0)"].contains(&ground), "{look}");
        assert!(look["width"].as_u64().unwrap() > 0 && look["logo"].as_str().unwrap().contains("/logo?"), "{look}");
        assert_eq!(axe.judge(Colours::Too).await, Vec::<String>::new());
        browser.close().await;
    }
}
