//! A member's ways in: several passkeys, named and listed; one taken away; never the last one.

use super::support::clock::Clock;
use super::support::server::ASKED_FOR;
use super::visitor::{Visitor, assert_sound, community, joined, prepared};

/// The address that takes a passkey away, by its name on the page.
fn removal(page: &str, name: &str) -> String {
    let entry =
        page.split("<li class=\"entry stacked\">").find(|entry| entry.contains(name)).expect("the passkey is listed");
    entry.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Out and in again by the passkey alone: nobody types a name.
#[tokio::test]
async fn out_and_in_again() {
    let server = community().await;
    let (mut ann, mut phone, _) = joined(&server, "ann").await;
    let first = ann.cookies["session"].clone();
    let csrf = ann.csrf().await;
    ann.post("/logout", &[("csrf", &csrf)]).await.leads_to("/");
    assert_eq!(ann.name().await, None);
    ann.sign_in(&mut phone).await.leads_to("/history");
    assert_eq!(ann.name().await.as_deref(), Some("ann"));
    ann.get("/profile/close").await.is(200, "To come back you need a new invitation");
    // Who is in already is led on to where they wanted to go, and never to another site.
    for (path, on) in [("/login", "/"), ("/login?next=/send", "/send"), ("/login?next=//evil.example", "/")] {
        ann.get(path).await.is(200, &format!("href=\"{on}\">Go on as ann</a>"));
    }
    assert!(!ann.get("/login?problem=again").await.text.contains("Go on as ann"));
    assert!(!Visitor::new(&server).get("/login").await.text.contains("Go on as"));
    assert_ne!(ann.cookies["session"], first);
    ann.get("/profile/passkeys").await.is(200, "used last on");
    assert_eq!(server.sql("SELECT method FROM sessions")[0]["method"], "passkey");
}

/// Where one wanted to go is where one comes to, and never another site.
#[tokio::test]
async fn returns_stay_here() {
    let server = community().await;
    let (_, mut phone, _) = joined(&server, "ann").await;
    for (next, location) in
        [("/send?to=1", "/send?to=1"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/login", "/")]
    {
        let mut ann = Visitor::new(&server);
        let options = ann.ask("/login/passkey/challenge", &[]).await;
        let credential = phone.show(&options);
        ann.post("/login/passkey", &[("credential", &credential), ("next", next)]).await.leads_to(location);
    }
}

/// A second passkey opens the same wallet; one that is taken away opens nothing, and whoever holds
/// the lost phone is signed out.
#[tokio::test]
async fn a_second_passkey_and_a_lost_phone() {
    let server = community().await;
    let (mut ann, mut phone, _) = joined(&server, "ann").await;
    let mut laptop = ann.device();
    ann.add(&mut laptop).await.leads_to("/profile/passkeys?said=added");
    let mut on_laptop = Visitor::new(&server);
    on_laptop.sign_in(&mut laptop).await.leads_to("/history");
    assert_eq!(on_laptop.name().await.as_deref(), Some("ann"));
    assert_eq!(server.cli(&["member", "list"]).ok().as_array().unwrap().len(), 1);

    let page = on_laptop.get("/profile/passkeys").await;
    page.is(200, "My passkey");
    page.is(200, "Another");
    let (csrf, remove) = (on_laptop.csrf().await, removal(&page.text, "My passkey"));
    on_laptop.post(&remove, &[("csrf", "wrong")]).await.is(403, "expired");
    on_laptop.post(&remove, &[("csrf", &csrf)]).await.leads_to("/profile/passkeys?said=removed");
    assert_eq!(ann.name().await, None, "the lost phone is signed out");
    ann.sign_in(&mut phone).await.leads_to("/login?problem=passkey&next=%2Fhistory");
    assert_eq!(ann.name().await, None);
    on_laptop.post(&remove, &[("csrf", &csrf)]).await.is(422, "no such passkey");
    assert_sound(&server);
}

/// Nobody takes away another's passkey, and nobody can add one to another's session.
#[tokio::test]
async fn passkeys_are_their_owners_alone() {
    let server = community().await;
    let (mut ann, ..) = joined(&server, "ann").await;
    let (mut eve, ..) = joined(&server, "eve").await;
    let remove = removal(&ann.get("/profile/passkeys").await.text, "My passkey");
    let csrf = eve.csrf().await;
    eve.post(&remove, &[("csrf", &csrf)]).await.is(422, "no such passkey");
    ann.get("/profile/passkeys").await.is(200, "My passkey");
}

/// The last passkey stays as long as no recovery code is left; with codes it may go.
#[tokio::test]
async fn the_last_way_in_stays() {
    let server = community().await;
    let (mut ann, _, codes) = joined(&server, "ann").await;
    let remove = removal(&ann.get("/profile/passkeys").await.text, "My passkey");
    for code in &codes {
        let mut elsewhere = Visitor::new(&server);
        // Five a minute: the rest by the one who has a clock of another address is not to be had here.
        let page = elsewhere.post("/login/recovery", &[("code", code)]).await;
        if page.status == 429 {
            break;
        }
        page.leads_to("/profile/passkeys?said=code");
    }
    server.sql("UPDATE recovery_codes SET used_at = 1 WHERE used_at IS NULL");
    ann.get("/profile/passkeys").await.is(200, "You have no recovery code left");
    let csrf = ann.csrf().await;
    ann.post(&remove, &[("csrf", &csrf)]).await.is(422, "your only passkey");
    let page = ann.post("/profile/recovery-codes", &[("csrf", &csrf)]).await;
    page.is(200, "Your recovery codes");
    let rows =
        format!("SELECT (SELECT count(*) FROM passkeys) AS p, (SELECT count(*) FROM audit_log WHERE {ASKED_FOR}) AS a");
    let before = server.sql(&rows);
    let question = ann.post(&remove, &[("csrf", &csrf)]).await;
    question.is(200, "Remove your only passkey?");
    question.is(200, "one of your 8 recovery codes");
    assert!(!question.text.contains("<script"), "it is asked without a script");
    assert_eq!(server.sql(&rows), before);
    ann.post(&remove, &[("csrf", &question.field("csrf")), ("sure", &question.field("sure"))])
        .await
        .leads_to("/profile/passkeys?said=removed");
    server.sql("UPDATE recovery_codes SET used_at = 1 WHERE code_hash > (SELECT code_hash FROM recovery_codes WHERE used_at IS NULL ORDER BY code_hash LIMIT 1 OFFSET 1)");
    ann.get("/profile/passkeys").await.is(200, "You have 2 recovery codes left.");
    // Now only a code is left, and it opens the door.
    let csrf = ann.csrf().await;
    ann.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(ann.name().await, None);
    assert_eq!(server.sql("SELECT count(*) AS n FROM passkeys")[0]["n"], 0);
}

/// Whoever signed in more than a quarter of an hour ago signs in again before a way in is added or removed.
#[tokio::test]
async fn changing_ways_in_needs_a_fresh_sign_in() {
    let mut server = prepared("");
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let (mut ann, mut phone, _) = joined(&server, "ann").await;
    let remove = removal(&ann.get("/profile/passkeys").await.text, "My passkey");
    let csrf = ann.csrf().await;
    let options = ann.ask("/profile/passkeys/challenge", &[("csrf", &csrf)]).await;
    clock.set(16 * 60);
    let page = ann.get("/profile/passkeys").await;
    page.is(200, "Sign in once more");
    assert!(!page.text.contains("data-challenge") && !page.text.contains("/remove"), "{}", page.text);
    let credential = ann.device().make(&options);
    let before = server.rows();
    for (path, fields) in [
        ("/profile/passkeys", vec![("csrf", csrf.as_str()), ("credential", &credential)]),
        (&remove, vec![("csrf", &csrf)]),
        ("/profile/recovery-codes", vec![("csrf", &csrf)]),
    ] {
        ann.post(path, &fields).await.leads_to("/login?problem=again&next=/profile/passkeys");
    }
    assert_eq!(ann.post("/profile/passkeys/challenge", &[("csrf", &csrf)]).await.status, 403);
    assert_eq!(server.rows(), before);
    ann.get("/login?problem=again&next=/profile/passkeys").await.is(200, "Sign in once more");
    ann.sign_in(&mut phone).await.leads_to("/history");
    let csrf = ann.csrf().await;
    ann.post("/profile/recovery-codes", &[("csrf", &csrf)]).await.is(200, "Your recovery codes");
}

/// Everything is kept through a restart: an open link, a passkey, the codes. A question that was
/// asked before it is asked again.
#[tokio::test]
async fn a_restart_in_the_middle() {
    let mut server = community().await;
    let (_, mut phone, codes) = joined(&server, "ann").await;
    let link = super::visitor::invitation(&server, &[]);
    let mut bob = Visitor::new(&server);
    let options = bob.ask(&format!("{link}/challenge"), &[("username", "bob")]).await;
    let late = bob.device().make(&options);
    server.kill();
    server.serve(&[]).await;
    bob.base = super::visitor::named(&server);
    bob.post(&link, &[("username", "bob"), ("credential", &late)]).await.is(422, "try again");
    let mut device = bob.device();
    bob.join(&link, "bob", &mut device).await.is(200, "Your recovery codes");
    let mut ann = Visitor::new(&server);
    phone.origin.clone_from(&ann.base);
    ann.sign_in(&mut phone).await.leads_to("/history");
    let mut elsewhere = Visitor::new(&server);
    elsewhere.post("/login/recovery", &[("code", &codes[0])]).await.leads_to("/profile/passkeys?said=code");
    assert_sound(&server);
}
