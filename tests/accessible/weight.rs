//! What a page costs on a slow line: bytes on the wire the first time, and when one comes again.

use serde_json::json;

use crate::chromium::Browser;
use crate::village::{Village, ask};

const FIRST_MAX: u64 = 60 * 1024;
const AGAIN_MAX: u64 = 15 * 1024;

/// Headers, page and everything it needs, as it came over the wire.
const WIRE: &str = "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
                           .reduce((sum, entry) => sum + entry.transferSize, 0)";

/// The bytes of a page, once everything has come.
async fn bytes(browser: &Browser) -> u64 {
    for _ in 0..1_500 {
        if ask(browser, "return document.readyState").await == "complete" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    ask(browser, WIRE).await.as_u64().unwrap()
}

#[tokio::test]
async fn pages_are_light() {
    let village = Village::found().await;
    let mut heavy = Vec::new();
    let mut most = (0, 0);
    for guest in [&village.stranger, &village.aiko, &village.maria] {
        let browser = village.browser(guest, &[]).await;
        // What passes through the worker is counted whole, whether it came over the wire or not.
        let cdp = browser.driver.cdp();
        cdp.send_raw("Network.enable", json!({})).await.unwrap();
        cdp.send_raw("Network.setBypassServiceWorker", json!({ "bypass": true })).await.unwrap();
        for page in village.pages(guest).await {
            // As if it had never been here.
            browser.driver.cdp().send_raw("Network.clearBrowserCache", json!({})).await.unwrap();
            village.go(&browser, &page).await;
            let first = bytes(&browser).await;
            village.go(&browser, "/nothing/lives/here").await;
            village.go(&browser, &page).await;
            let again = bytes(&browser).await;
            assert!(first > 3_000 && again < first, "{page} has come, and is known again: {first}, {again}");
            most = (most.0.max(first), most.1.max(again));
            if first > FIRST_MAX || again > AGAIN_MAX {
                heavy.push(format!("{} {page}: {first} bytes, then {again}", guest.name));
            }
        }
        browser.close().await;
    }
    println!("The heaviest page takes {} bytes, and {} when one comes again.", most.0, most.1);
    assert!(heavy.is_empty(), "{}", heavy.join("\n"));
}
