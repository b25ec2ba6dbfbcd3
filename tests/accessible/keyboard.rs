//! Whole journeys by keyboard alone: Tab, the arrows, Space and Enter, never a pointer.

use thirtyfour::{Key, TypingData};

use crate::chromium::Browser;
use crate::village::{Village, ask};

/// Where the keyboard is: what it would be called aloud, and whether one sees that it is there.
const HERE: &str = r#"
    const here = document.activeElement;
    const label = here.labels?.[0]?.textContent ?? here.getAttribute("aria-label") ?? here.textContent;
    const style = getComputedStyle(here);
    const ring = (element) => { const { outlineStyle, outlineWidth } = getComputedStyle(element);
                                return outlineStyle !== "none" && parseFloat(outlineWidth) > 0; };
    return { name: (label || here.value || "").trim().replace(/\s+/g, " "),
             seen: ring(here) || [...(here.labels ?? [])].some(ring) };
"#;

async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    browser.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// Walks on by Tab until the keyboard is at what is called so. Each place on the way shows that it is there.
async fn reach(browser: &Browser, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..80 {
        press(browser, Key::Tab).await;
        let here = ask(browser, HERE).await;
        let called = here["name"].as_str().unwrap().to_owned();
        if !called.is_empty() {
            assert_eq!(here["seen"], true, "nobody sees that the keyboard is at {called:?}");
        }
        if called.contains(name) {
            return;
        }
        passed.push(called);
    }
    panic!("{name:?} is not reached by Tab; passed were {passed:?}");
}

async fn enter(browser: &Browser) {
    press(browser, Key::Enter).await;
}

/// In, pay, look at the receipt, find it in the history, and out.
#[tokio::test]
async fn pay_without_a_pointer() {
    let village = Village::found().await;
    let browser = village.browser(&village.stranger, &["--window-size=1280,900"]).await;
    village.go(&browser, "/").await;
    reach(&browser, "Sign in").await;
    enter(&browser).await;
    browser.sees(&["tomas"]).await;
    reach(&browser, "tomas").await;
    enter(&browser).await;
    browser.sees(&["You have"]).await;
    reach(&browser, "Send").await;
    enter(&browser).await;
    browser.sees(&["To whom"]).await;
    reach(&browser, "Name").await;
    press(&browser, "aiko").await;
    enter(&browser).await;
    browser.sees(&["aiko"]).await;
    reach(&browser, "aiko").await;
    press(&browser, " ").await;
    reach(&browser, "How much").await;
    press(&browser, "3").await;
    reach(&browser, "Note").await;
    press(&browser, "By keyboard").await;
    reach(&browser, "Continue").await;
    enter(&browser).await;
    browser.sees(&["Is this right?", "aiko", "By keyboard"]).await;
    reach(&browser, "Send it").await;
    enter(&browser).await;
    browser.sees(&["Paid.", "By keyboard"]).await;
    reach(&browser, "History").await;
    enter(&browser).await;
    browser.sees(&["Filter", "By keyboard"]).await;
    reach(&browser, "Sign out").await;
    enter(&browser).await;
    reach(&browser, "Sign in").await;
    browser.close().await;
    assert_eq!(village.server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The first stop on a page leads past the navigation (WCAG 2.2, 2.4.1 Bypass Blocks).
#[tokio::test]
async fn the_first_stop_leads_to_the_content() {
    let village = Village::found().await;
    let browser = village.browser(&village.aiko, &[]).await;
    for page in ["/", "/history", "/statistics"] {
        village.go(&browser, page).await;
        press(&browser, Key::Tab).await;
        let here = ask(&browser, HERE).await;
        let target = ask(&browser, "return document.activeElement.hash").await;
        assert!(target.as_str().is_some_and(|hash| hash.len() > 1), "{page}: the first stop is {here}");
        let there = format!("return document.querySelector('{}')?.matches('main') === true", target.as_str().unwrap());
        assert_eq!(ask(&browser, &there).await, true, "{page}");
    }
    browser.close().await;
}
