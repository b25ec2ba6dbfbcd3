//! Every page, by everybody, in light and in dark: nothing that axe-core finds.

use std::path::PathBuf;
use std::{env, fs};

use crate::axe::Axe;
use crate::chromium::Browser;
use crate::village::{Guest, Village};

/// Phones in the light, desks in the dark: each page in both schemes and in both sizes.
const LIGHT: &[&str] = &["--blink-settings=preferredColorScheme=1"];
const DARK: &[&str] = &["--blink-settings=preferredColorScheme=0", "--window-size=1280,900"];

async fn walk(village: &Village, guest: &Guest, arguments: &[&str]) -> Vec<String> {
    let axe = Axe::load();
    let mut wrong = Vec::new();
    let browser = village.browser(guest, arguments).await;
    let pages = village.pages(guest).await;
    assert!(pages.len() >= 3, "{} is shown {pages:?} only", guest.name);
    println!("{} is shown {} pages: {}", guest.name, pages.len(), pages.join(" "));
    for page in pages {
        village.go(&browser, &page).await;
        picture(&browser, guest.name, &page, arguments).await;
        wrong.extend(axe.judge(&browser).await.into_iter().map(|found| format!("{} {page}: {found}", guest.name)));
    }
    browser.close().await;
    wrong
}

/// Kept where somebody asked for it.
async fn picture(browser: &Browser, name: &str, page: &str, arguments: &[&str]) {
    let Some(folder) = env::var_os("COMMUNITYTOKEN_PICTURES").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    let look = if arguments == LIGHT { "phone-light" } else { "desk-dark" };
    let page: String =
        page.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).take(40).collect();
    let picture = browser.driver.screenshot_as_png().await.unwrap();
    fs::write(folder.join(format!("{name}{page}-{look}.png")), picture).unwrap();
}

async fn walk_twice(guest: impl Fn(&Village) -> &Guest) {
    let village = Village::found().await;
    let guest = guest(&village);
    let mut wrong = walk(&village, guest, LIGHT).await;
    wrong.extend(walk(&village, guest, DARK).await);
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_stranger() {
    walk_twice(|village| &village.stranger).await;
}

#[tokio::test]
async fn a_member_of_many_payments() {
    walk_twice(|village| &village.aiko).await;
}

#[tokio::test]
async fn a_member_who_has_nothing_yet() {
    walk_twice(|village| &village.newcomer).await;
}

#[tokio::test]
async fn an_operator() {
    walk_twice(|village| &village.maria).await;
}
