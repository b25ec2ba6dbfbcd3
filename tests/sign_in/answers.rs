//! What comes back from the provider, rightly and wrongly: every answer that was not made for this
//! browser, this attempt and this community is refused, with a sentence and a way on.

use reqwest::{Method, Url};
use serde_json::json;

use super::community::{settings, start};
use super::issuer::Issuer;
use super::support::Server;
use super::visitor::{Visitor, between, with};

/// Nobody is signed in, and the page says so and offers another try.
#[track_caller]
fn refused(visitor: &Visitor, seen: &super::visitor::Seen, status: u16, words: &str) {
    seen.shows(status, words);
    seen.shows(status, "Sign in with Our club");
    assert!(visitor.session().is_none(), "{visitor:?}", visitor = visitor.cookies);
}

/// A member signs in, is registered under the name the provider gives, pays with what they got, and is
/// the same member the next time and by their bearer token.
#[tokio::test]
async fn a_whole_sign_in() {
    let (_issuer, server) = start().await;
    let mut ann = Visitor::new();
    let home = ann.sign_in(&server.base, "ann").await;
    home.shows(200, "Signed in as <strong>ann</strong>");
    let session = ann.session().unwrap().clone();
    let mut again = Visitor::new();
    again.sign_in(&server.base, "ann").await.shows(200, "Signed in as <strong>ann</strong>");
    let users = server.sql("SELECT username FROM users");
    assert_eq!(users, json!([{ "username": "ann" }]), "one member, named from the provider's userinfo");
    let sessions = server.cli(&["member", "sessions", "ann"]).ok();
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    assert_eq!(sessions[0]["method"], "provider");
    let stored = server.sql("SELECT hex(secret_hash) AS hash, issuer, subject FROM sessions");
    assert!(!stored.to_string().contains(&session), "only a hash is kept");
    assert_eq!(stored[0]["subject"], "ann");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The address one comes from is come back to, and never one of another site.
#[tokio::test]
async fn return_addresses() {
    let (_issuer, server) = start().await;
    for (next, reached) in [
        ("/history?kind=transfer", "/history?kind=transfer"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%0d%0aset-cookie:%20a=b", "/%0d%0aset-cookie:%20a=b"),
    ] {
        let mut visitor = Visitor::new();
        let provider = visitor.begin(&server.base, next).await;
        let back = visitor.come_back(&provider, "ann").await;
        let seen = visitor.ask(Method::GET, &back, None).await;
        assert_eq!(seen.status, 303);
        assert_eq!(seen.location.unwrap().as_str(), format!("{}{reached}", server.base), "{next}");
    }
}

/// Whoever cancels at the provider reads that, and can begin again.
#[tokio::test]
async fn cancelled_at_the_provider() {
    let (_issuer, server) = start().await;
    let mut visitor = Visitor::new();
    let provider = visitor.begin(&server.base, "/send").await;
    let page = visitor.open(provider.as_str()).await;
    let cancel = page.url.join(&between(&page.text, "<a href=\"", "\"")).unwrap();
    let seen = visitor.open(cancel.as_str()).await;
    refused(&visitor, &seen, 403, "signing in was cancelled");
    assert!(seen.text.contains("next=%2Fsend"), "where they wanted to go is not forgotten");
    assert!(server.log().contains("access_denied"));
}

/// An answer is worth something once, in the browser that asked, for ten minutes: without its cookie,
/// in another browser, with another state or none, a second time, or with an invented cookie it is not.
#[tokio::test]
async fn answers_that_belong_to_nobody() {
    let (_issuer, server) = start().await;
    let words = "This sign-in was not begun in this browser";
    let mut ann = Visitor::new();
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&provider, "ann").await;

    let mut stranger = Visitor::new();
    let seen = stranger.open(back.as_str()).await;
    refused(&stranger, &seen, 400, words);
    stranger.begin(&server.base, "").await;
    let seen = stranger.open(back.as_str()).await;
    refused(&stranger, &seen, 400, words);
    for state in [None, Some(""), Some("another"), Some("é\u{1}%0d%0a;=")] {
        let seen = ann.open(with(&back, "state", state).as_str()).await;
        refused(&ann, &seen, 400, words);
    }
    let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let mut same_name = state.clone();
    same_name.replace_range(state.len() - 1.., if state.ends_with('A') { "B" } else { "A" });
    let mut wrong_state = ann.clone();
    let seen = wrong_state.open(with(&back, "state", Some(&same_name)).as_str()).await;
    refused(&wrong_state, &seen, 400, words);
    let mut forged = ann.clone();
    for (name, value) in forged.cookies.get_mut("127.0.0.1").unwrap() {
        if name.starts_with("sign-in-") {
            let last = if value.ends_with('A') { "B" } else { "A" };
            value.replace_range(value.len() - 1.., last);
        }
    }
    let seen = forged.open(back.as_str()).await;
    refused(&forged, &seen, 400, words);

    // A copy of the browser's cookies, taken before: an answer is worth something once.
    let mut copy = ann.clone();
    ann.open(back.as_str()).await.shows(200, "Signed in as <strong>ann</strong>");
    let seen = copy.open(back.as_str()).await;
    refused(&copy, &seen, 400, words);
    // The back button of the one who is signed in does no harm.
    ann.open(back.as_str()).await.shows(200, "Signed in as <strong>ann</strong>");
    assert_eq!(server.sql("SELECT count(*) AS n FROM sessions")[0]["n"], 1);
}

/// A code that was used before, or was given out to another sign-in, opens no session: the provider
/// wants the verifier (PKCE) of the one for which it made the code.
#[tokio::test]
async fn codes_of_others() {
    let (_issuer, server) = start().await;
    let words = "was used before or took too long";
    let code = |url: &Url| url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut mallory = Visitor::new();
    let provider = mallory.begin(&server.base, "").await;
    let malicious = mallory.come_back(&provider, "mallory").await;
    let mut ann = Visitor::new();
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&provider, "ann").await;
    // Ann's browser is made to bring mallory's code, that she may put her tokens into his wallet.
    let seen = ann.open(with(&back, "code", Some(&code(&malicious))).as_str()).await;
    refused(&ann, &seen, 400, words);
    // Mallory replays a code of ann's that was used.
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&provider, "ann").await;
    ann.open(back.as_str()).await.shows(200, "Signed in as <strong>ann</strong>");
    let provider = mallory.begin(&server.base, "").await;
    let own = mallory.come_back(&provider, "mallory").await;
    let seen = mallory.open(with(&own, "code", Some(&code(&back))).as_str()).await;
    refused(&mallory, &seen, 400, words);
    let provider = mallory.begin(&server.base, "").await;
    let own = mallory.come_back(&provider, "mallory").await;
    let seen = mallory.open(with(&own, "code", None).as_str()).await;
    refused(&mallory, &seen, 403, "cannot be trusted");
    assert_eq!(server.sql("SELECT group_concat(username) AS names FROM users")[0]["names"], "ann");
    assert!(!server.log().contains(&code(&back)), "codes never reach the log");
}

/// An ID token with another nonce, and an answer that says it is another provider's or does not say
/// whose, are refused.
#[tokio::test]
async fn answers_made_for_something_else() {
    let (issuer, server) = start().await;
    let mut ann = Visitor::new();
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&with(&provider, "nonce", Some("another")), "ann").await;
    let seen = ann.open(back.as_str()).await;
    refused(&ann, &seen, 403, "cannot be trusted");
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&with(&provider, "nonce", None), "ann").await;
    let seen = ann.open(back.as_str()).await;
    refused(&ann, &seen, 403, "cannot be trusted");
    assert!(server.log().contains("nonce"));
    for iss in [None, Some("https://evil.example"), Some(&*format!("{}/", issuer.url))] {
        let provider = ann.begin(&server.base, "").await;
        let back = ann.come_back(&provider, "ann").await;
        let seen = ann.open(with(&back, "iss", iss).as_str()).await;
        refused(&ann, &seen, 403, "cannot be trusted");
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 0);
}

/// Two tabs sign in at the same time, and both arrive; one who begins again and again keeps no more
/// than a few cookies of it.
#[tokio::test]
async fn two_tabs() {
    let (_issuer, server) = start().await;
    let mut ann = Visitor::new();
    let first = ann.begin(&server.base, "/send").await;
    let second = ann.begin(&server.base, "/history").await;
    let second = ann.come_back(&second, "ann").await;
    let first = ann.come_back(&first, "ann").await;
    let seen = ann.ask(Method::GET, &second, None).await;
    assert_eq!(seen.location.unwrap().path(), "/history");
    let seen = ann.ask(Method::GET, &first, None).await;
    assert_eq!(seen.location.unwrap().path(), "/send");
    assert_eq!(server.sql("SELECT count(*) AS n FROM sessions")[0]["n"], 1, "the browser has one session");
    for _ in 0..30 {
        ann.begin(&server.base, "").await;
        assert!(ann.cookies["127.0.0.1"].len() <= 10);
    }
}

/// The secret is written as the provider takes it, in the header or in the body; a public client has
/// none; and where the provider does not accept it, people read that only an operator can mend it.
#[tokio::test]
async fn the_communitys_own_credentials() {
    let (issuer, server) = start().await;
    issuer.register(&server, json!({ "client_secret": "another one than in the community's configuration" })).await;
    let mut visitor = Visitor::new();
    let provider = visitor.begin(&server.base, "").await;
    let back = visitor.come_back(&provider, "ann").await;
    let seen = visitor.open(back.as_str()).await;
    refused(&visitor, &seen, 503, "does not accept this community as its client");
    assert!(server.log().contains("invalid_client"));

    let post = Issuer::start();
    post.control(json!({ "post_only": true })).await;
    let mut server = Server::prepare(&settings(&post.url, "name = \"Our club\"\n"));
    server.serve(&[]).await;
    post.register(&server, json!({ "token_endpoint_auth_method": "client_secret_post" })).await;
    Visitor::new().sign_in(&server.base, "ann").await.shows(200, "Signed in as <strong>ann</strong>");

    let settings = settings(&post.url, "name = \"Our club\"\n");
    let settings: Vec<&str> = settings.lines().filter(|line| !line.starts_with("client_secret")).collect();
    let mut server = Server::prepare(&settings.join("\n"));
    server.serve(&[]).await;
    post.register(&server, json!({ "token_endpoint_auth_method": "none" })).await;
    Visitor::new().sign_in(&server.base, "ann").await.shows(200, "Signed in as <strong>ann</strong>");
}

/// A provider that is down gives a page that says so, at once and not only after a long wait; the
/// members who are signed in notice nothing; and it is asked again later.
#[tokio::test]
async fn a_provider_that_is_down() {
    let (issuer, server) = start().await;
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    let url = issuer.url.clone();
    drop(issuer);
    let mut bob = Visitor::new();
    // What the provider said of itself is known, so people are sent there; what they find is not ours.
    bob.begin(&server.base, "").await;
    ann.open(&format!("{}/send", server.base)).await.shows(200, "To whom");

    let mut fresh = Server::prepare(&settings(&url, "name = \"Our club\"\n"));
    fresh.serve(&[]).await;
    for _ in 0..3 {
        let seen = bob.open(&format!("{}/login/start?provider=0", fresh.base)).await;
        refused(&bob, &seen, 503, "cannot be reached at present");
    }
    let seen = bob.open(&format!("{}/login/start?provider=1", fresh.base)).await;
    refused(&bob, &seen, 404, "no such provider");
}

/// A cookie that somebody planted before the sign-in is worth nothing after it, and the planter is
/// signed out too if it was their own.
#[tokio::test]
async fn planted_sessions() {
    let (_issuer, server) = start().await;
    let mut mallory = Visitor::new();
    mallory.sign_in(&server.base, "mallory").await;
    let planted = mallory.session().unwrap().clone();
    let mut ann = Visitor::new();
    ann.cookies.entry("127.0.0.1".into()).or_default().insert("session".into(), planted.clone());
    ann.sign_in(&server.base, "ann").await.shows(200, "Signed in as <strong>ann</strong>");
    assert_ne!(ann.session(), Some(&planted));
    mallory.open(&format!("{}/send", server.base)).await.shows(200, "Sign in with Our club");
    let invented = "A".repeat(43);
    let mut bob = Visitor::new();
    bob.cookies.entry("127.0.0.1".into()).or_default().insert("session".into(), invented.clone());
    bob.sign_in(&server.base, "bob").await.shows(200, "Signed in as <strong>bob</strong>");
    assert_ne!(bob.session(), Some(&invented));
}

/// A program of a member's own signs in at the provider and calls the API: with an access token made
/// for the community, and with the ID token.
#[tokio::test]
async fn tokens_for_programs() {
    let (issuer, server) = start().await;
    let tokens = super::keys::tokens(&issuer, "ann", Some("https://tokens.test.invalid")).await;
    let by_access = server.stranger(tokens["access_token"].as_str().unwrap().into()).get("/v1/me").await.ok(200);
    let by_id = server.stranger(tokens["id_token"].as_str().unwrap().into()).get("/v1/me").await.ok(200);
    assert_eq!(by_access, by_id);
    assert_eq!(by_access["username"], "member", "neither token says more than sub");
    let opaque = super::keys::tokens(&issuer, "ann", None).await;
    server.stranger(opaque["access_token"].as_str().unwrap().into()).get("/v1/me").await.refused(401, "unauthorized");
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 1, "the same member on the pages");
    for token in [&tokens["access_token"], &tokens["id_token"], &opaque["access_token"]] {
        assert!(!server.log().contains(token.as_str().unwrap()), "tokens never reach the log");
    }
}

/// Whoever is to show once more who they are is asked by the provider, though it remembers them; and comes
/// back to where they were.
#[tokio::test]
async fn asked_once_more() {
    let (_issuer, server) = start().await;
    let mut olga = Visitor::new();
    olga.sign_in(&server.base, "olga").await;
    let page = olga.open(&format!("{}/login?problem=again&next=/admin", server.base)).await;
    page.shows(200, "Sign in once more");
    let href = between(&page.text, "href=\"/login/start", "\"");
    let there = olga.ask(Method::GET, &format!("{}/login/start{href}", server.base).parse().unwrap(), None).await;
    let there = there.location.unwrap();
    assert!(there.query_pairs().any(|(name, value)| name == "prompt" && value == "login"), "{there}");
    let first = olga.ask(Method::GET, &there, None).await;
    olga.follow(first, "/login/callback").await.shows(200, "name=\"login\"");
    let back = olga.come_back(&there, "olga").await;
    let seen = olga.ask(Method::GET, &back, None).await;
    assert_eq!(seen.location.unwrap().path(), "/admin");
}
