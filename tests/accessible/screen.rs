//! A narrow screen, and letters twice as large: nothing has to be moved sideways to be read.

use communitytoken::language::Language;
use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::village::{Guest, Village, ask};

/// What reaches beyond the screen. Wide tables lie in a box that scrolls by itself; what only a screen
/// reader reads takes no room.
const BEYOND: &str = r#"
    const width = document.documentElement.clientWidth;
    const beyond = [...document.querySelectorAll("body *")].filter((element) => {
        const { right, left, width: own } = element.getBoundingClientRect();
        return own > 1 && (right > width + 1 || left < -1) && !element.closest(".scroll, .hidden, svg");
    });
    return { scrolls: document.documentElement.scrollWidth > width, width,
             beyond: beyond.slice(0, 3).map((element) => element.outerHTML.slice(0, 160)) };
"#;

async fn narrow(browser: &Browser, width: u32) {
    let screen = json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
}

async fn fits(village: &Village, guest: &Guest, language: Language, width: u32, before: &str) -> Vec<String> {
    let browser = village.browser_in(language, guest, &[]).await;
    narrow(&browser, width).await;
    let mut wrong = Vec::new();
    for page in village.pages(guest).await {
        village.go(&browser, &page).await;
        let look = ask(&browser, &format!("{before}{BEYOND}")).await;
        assert_eq!(look["width"], width, "the screen is as wide as was said");
        if look["scrolls"] != false || look["beyond"] != Value::Array(Vec::new()) {
            wrong.push(format!("{} {} {page}: {look}", language.tag(), guest.name));
        }
    }
    browser.close().await;
    wrong
}

/// How the operators' sections stand: in how many lines and columns, whether the one that is open is seen, and
/// whether they leave the page its place.
const SECTIONS: &str = r#"
    const box = (element) => element.getBoundingClientRect();
    const links = [...document.querySelectorAll("nav.sections a")].map(box);
    const count = (side) => new Set(links.map((link) => Math.round(link[side]))).size;
    const [here, title] = [box(document.querySelector("nav.sections [aria-current]")), box(document.querySelector("h1"))];
    const width = document.documentElement.clientWidth;
    return { lines: count("top"), columns: count("left"), links: links.length,
             seen: here.left >= 0 && here.right <= width + 1,
             beside: links.every((link) => link.left >= 0 && link.right < title.left) };
"#;

/// On a desk they stand in one column beside the page; on a phone in one line above it, with the one that is
/// open in sight.
#[tokio::test]
async fn sections_stand_in_one_line() {
    let village = Village::found().await;
    for language in Language::ALL {
        for width in [360, 1280] {
            let browser = village.browser_in(language, &village.maria, &[]).await;
            narrow(&browser, width).await;
            for page in ["/admin", "/admin/transactions", "/admin/program"] {
                village.go(&browser, page).await;
                let look = ask(&browser, SECTIONS).await;
                let links = look["links"].as_i64().unwrap();
                let (down, across, beside) = if width == 360 { (1, links, false) } else { (links, 1, true) };
                let expected =
                    json!({ "lines": down, "columns": across, "links": links, "seen": true, "beside": beside });
                assert_eq!(look, expected, "{} {page} {width}", language.tag());
                assert!(links >= 9, "{look}");
            }
            browser.close().await;
        }
    }
}

/// 320 pixels: an old phone, or a desk at four times the size (WCAG 2.2, 1.4.10 Reflow).
#[tokio::test]
async fn a_narrow_phone_scrolls_in_one_direction() {
    let village = Village::found().await;
    let mut wrong = Vec::new();
    // German has the longest words.
    for language in [Language::English, Language::German] {
        for guest in [&village.aiko, &village.maria, &village.stranger] {
            wrong.extend(fits(&village, guest, language, 320, "").await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// WCAG 2.2, 1.4.4 Resize Text: on a phone, with letters of twice the size.
#[tokio::test]
async fn letters_may_be_twice_as_large() {
    let village = Village::found().await;
    let large = "document.documentElement.style.fontSize = '200%';";
    let mut wrong = fits(&village, &village.aiko, Language::English, 360, large).await;
    wrong.extend(fits(&village, &village.maria, Language::English, 360, large).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
