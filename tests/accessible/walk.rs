//! Every page, by everybody, in every language, in light and in dark: nothing that axe-core finds.
//!
//! In English both schemes are walked, and their colours judged; the other languages are walked in one each, and
//! there it is all but the colours: those know no language, and words no colour.

use std::env;

use communitytoken::language::Language;

use crate::axe::{Axe, Colours};
use crate::chromium::Browser;
use crate::pictures;
use crate::village::{Guest, Village, ask};

/// Phones in the light, desks in the dark: each page in both schemes and in both sizes.
const LIGHT: &[&str] = &["--blink-settings=preferredColorScheme=1"];
const DARK: &[&str] = &["--blink-settings=preferredColorScheme=0", "--window-size=1280,900"];

/// The walks that each guest takes.
const WALKS: [(Language, &[&str]); 5] = [
    (Language::English, LIGHT),
    (Language::English, DARK),
    (Language::German, LIGHT),
    (Language::Spanish, DARK),
    (Language::Japanese, LIGHT),
];
/// Those that are left, for whoever has the time: with `COMMUNITYTOKEN_WALKS=all`.
const OTHER_WALKS: [(Language, &[&str]); 3] =
    [(Language::German, DARK), (Language::Spanish, LIGHT), (Language::Japanese, DARK)];

fn all() -> bool {
    env::var("COMMUNITYTOKEN_WALKS").is_ok_and(|walks| walks == "all")
}

/// What is wrong with the page that is open: by axe-core, and where its words are not in this language.
pub async fn look(browser: &Browser, axe: &Axe<'_>, language: Language, colours: Colours, name: &str) -> Vec<String> {
    let tag = language.tag();
    pictures::keep(browser, &format!("{tag}-{name}")).await;
    let mut wrong = Vec::new();
    let said = ask(browser, "return document.documentElement.lang").await;
    if said != tag {
        wrong.push(format!("{name}: says it is in {said}, not {tag}"));
    }
    wrong.extend(axe.judge(colours).await.into_iter().map(|found| format!("{tag} {name}: {found}")));
    wrong
}

async fn walk(
    village: &Village,
    guest: &Guest,
    pages: &[String],
    (language, arguments): (Language, &[&str]),
) -> Vec<String> {
    let mut wrong = Vec::new();
    let browser = village.browser_in(language, guest, arguments).await;
    let axe = Axe::within(&browser).await;
    let colours = if language == Language::English || all() { Colours::Too } else { Colours::Not };
    for page in pages {
        village.go(&browser, page).await;
        wrong.extend(look(&browser, &axe, language, colours, &format!("{}{page}", guest.name)).await);
    }
    browser.close().await;
    wrong
}

async fn walk_in_all(guest: impl Fn(&Village) -> &Guest) {
    let village = Village::found().await;
    let guest = guest(&village);
    let pages = village.pages(guest).await;
    assert!(pages.len() >= 3, "{} is shown {pages:?} only", guest.name);
    println!("{} is shown {} pages: {}", guest.name, pages.len(), pages.join(" "));
    let mut wrong = Vec::new();
    let others = if all() { &OTHER_WALKS[..] } else { &[] };
    for each in WALKS.iter().chain(others).copied() {
        wrong.extend(walk(&village, guest, &pages, each).await);
    }
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_stranger() {
    walk_in_all(|village| &village.stranger).await;
}

#[tokio::test]
async fn a_member_of_many_payments() {
    walk_in_all(|village| &village.aiko).await;
}

#[tokio::test]
async fn a_member_who_has_nothing_yet() {
    walk_in_all(|village| &village.newcomer).await;
}

#[tokio::test]
async fn an_operator() {
    walk_in_all(|village| &village.maria).await;
}
