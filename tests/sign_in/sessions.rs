//! Sessions: what their cookie is like, where they are seen and ended, and when they end by themselves.

use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::community::{settings, start};
use super::issuer::Issuer;
use super::support::Server;
use super::support::clock::Clock;
use super::visitor::{Visitor, between};

const DAY: i64 = 24 * 3_600_000;

/// Whether this browser is signed in: no page but the sign-in page opens without.
async fn is_signed_in(visitor: &mut Visitor, server: &Server) -> bool {
    visitor.open(&format!("{}/send", server.base)).await.text.contains("To whom")
}

/// A form of the page on which sessions are listed.
async fn end(visitor: &mut Visitor, server: &Server, which: &str) -> u16 {
    let address = format!("{}/profile/sessions", server.base);
    let page = visitor.open(&address).await;
    let csrf = between(&page.text, "name=\"csrf\" value=\"", "\"");
    visitor.post(&address, &[("csrf", &csrf), ("end", which)]).await.status
}

/// On this machine the cookies are unreadable for scripts, unusable for other sites' forms, and end by
/// themselves; under HTTPS they are also locked to the host and never sent in the clear.
#[tokio::test]
async fn cookies() {
    let (_issuer, server) = start().await;
    let mut ann = Visitor::new();
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&provider, "ann").await;
    let seen = ann.ask(Method::GET, &back, None).await;
    let session = seen.cookies.iter().find(|cookie| cookie.starts_with("session=")).unwrap();
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=7776000"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(!session.contains("Secure") && !session.contains("Domain"));
    let attempt = seen.cookies.iter().find(|cookie| cookie.starts_with("sign-in-")).unwrap();
    assert!(attempt.contains("Max-Age=0"), "it is taken away: {attempt}");
    assert!(!server.log().contains(ann.session().unwrap()));

    let issuer = Issuer::start();
    let secure = settings(&issuer.url, "").replace("[server]", "[server]\npublic_url = \"https://tokens.example.org\"");
    let mut server = Server::prepare(&secure);
    server.serve(&[]).await;
    issuer.register(&server, json!({ "redirect_uris": ["https://tokens.example.org/login/callback"] })).await;
    let start: Url = format!("{}/login/start?provider=0", server.base).parse().unwrap();
    let seen = ann.ask(Method::GET, &start, None).await;
    let attempt = &seen.cookies[0];
    assert!(attempt.starts_with("__Host-sign-in-"), "{attempt}");
    let back = ann.come_back(&seen.location.unwrap(), "ann").await;
    assert!(back.as_str().starts_with("https://tokens.example.org/login/callback?"));
    let here: Url = back.as_str().replace("https://tokens.example.org", &server.base).parse().unwrap();
    let seen = ann.ask(Method::GET, &here, None).await;
    let session = seen.cookies.iter().find(|cookie| cookie.starts_with("__Host-session=")).unwrap();
    for cookie in [session, attempt] {
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(seen.location.unwrap().path(), "/");
}

/// A member sees their sessions on the page and ends one, the others, or all; each counts at once. A form
/// with another session's token ends nothing, and nobody ends what is not theirs.
#[tokio::test]
async fn a_member_ends_sessions() {
    let (_issuer, server) = start().await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        let mut browser = Visitor::new();
        browser.sign_in(&server.base, "ann").await;
        browsers.push(browser);
    }
    let mut bob = Visitor::new();
    bob.sign_in(&server.base, "bob").await;
    let listed = server.cli(&["member", "sessions", "ann"]).ok();
    let ids: Vec<String> = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().into()).collect();
    assert_eq!(ids.len(), 4);
    let page = browsers[0].open(&format!("{}/profile/sessions", server.base)).await;
    page.shows(200, "this one");
    assert_eq!(page.text.matches("name=\"end\"").count(), 6);
    for id in &ids {
        assert!(page.text.contains(id));
    }
    assert_eq!(end(&mut bob, &server, &ids[0]).await, 303, "another's session is nobody's");
    let csrf =
        between(&bob.open(&format!("{}/profile/sessions", server.base)).await.text, "name=\"csrf\" value=\"", "\"");
    for token in [&*csrf, ""] {
        let address = format!("{}/profile/sessions", server.base);
        assert_eq!(browsers[0].post(&address, &[("csrf", token), ("end", "all")]).await.status, 403);
    }
    for browser in &mut browsers {
        assert!(is_signed_in(browser, &server).await);
    }
    // The newest is listed first, and is the last browser's.
    assert_eq!(end(&mut browsers[0], &server, &ids[0]).await, 303);
    assert!(!is_signed_in(&mut browsers[3], &server).await);
    assert_eq!(end(&mut browsers[0], &server, "others").await, 303);
    assert!(is_signed_in(&mut browsers[0], &server).await);
    assert!(!is_signed_in(&mut browsers[1], &server).await && !is_signed_in(&mut browsers[2], &server).await);
    browsers[1].sign_in(&server.base, "ann").await;
    assert_eq!(end(&mut browsers[0], &server, "all").await, 303);
    assert!(!is_signed_in(&mut browsers[0], &server).await && !is_signed_in(&mut browsers[1], &server).await);
    assert!(is_signed_in(&mut bob, &server).await);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The same by the API; and operators see and end everyone's, with a reason, in the audit log.
#[tokio::test]
async fn sessions_by_api_and_by_operators() {
    let (issuer, server) = start().await;
    let bearer = async |name: &str| {
        let tokens = super::keys::tokens(&issuer, name, None).await;
        server.stranger(tokens["id_token"].as_str().unwrap().into())
    };
    let (mut ann_here, mut ann_away, mut bob_here) = (Visitor::new(), Visitor::new(), Visitor::new());
    ann_here.sign_in(&server.base, "ann").await;
    ann_away.sign_in(&server.base, "ann").await;
    bob_here.sign_in(&server.base, "bob").await;
    let (ann, bob, olga) = (bearer("ann").await, bearer("bob").await, bearer("olga").await);
    let items = async |path: &str| ann.get(path).await.ok(200)["items"].as_array().unwrap().clone();
    let mine = items("/v1/me/sessions").await;
    assert_eq!(mine.len(), 2);
    let id = mine[0]["id"].as_str().unwrap();
    for member in ["id", "method", "device", "signed_in_at", "seen_at", "expires_at"] {
        assert!(!mine[0][member].is_null(), "{member}");
    }
    let delete = async |who: &super::support::Member, path: &str, body: Option<Value>| {
        let headers: &[(&str, &str)] = if body.is_some() { &[("content-type", "application/json")] } else { &[] };
        who.call(Method::DELETE, path, headers, body.map(|body| body.to_string())).await
    };
    let one = format!("/v1/me/sessions/{id}");
    delete(&bob, &one, None).await.refused(404, "session_not_found");
    delete(&ann, "/v1/me/sessions/nonsense", None).await.refused(404, "session_not_found");
    assert_eq!(delete(&ann, &one, None).await.status, 204);
    delete(&ann, &one, None).await.refused(404, "session_not_found");
    assert!(is_signed_in(&mut ann_here, &server).await && !is_signed_in(&mut ann_away, &server).await);

    let user = ann.get("/v1/me").await.ok(200)["id"].as_str().unwrap().to_owned();
    let admin = format!("/v1/admin/users/{user}/sessions");
    bob.get(&admin).await.refused(403, "forbidden");
    let reason = json!({ "reason": "Lost phone" });
    delete(&bob, &admin, Some(reason.clone())).await.refused(403, "forbidden");
    server.cli(&["member", "grant", "bob", "auditor", "--reason", "Elected"]).ok();
    let seen = bob.get(&admin).await.ok(200);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    delete(&bob, &admin, Some(reason.clone())).await.refused(403, "forbidden");
    delete(&olga, &admin, Some(json!({}))).await.refused(400, "invalid_request");
    let unknown = json!({ "reason": "x", "session_id": user });
    delete(&olga, &admin, Some(unknown)).await.refused(404, "session_not_found");
    let nobody = format!("/v1/admin/users/{}/sessions", uuid::Uuid::new_v4());
    delete(&olga, &nobody, Some(reason.clone())).await.refused(404, "user_not_found");
    assert!(is_signed_in(&mut ann_here, &server).await);
    assert_eq!(delete(&olga, &admin, Some(reason.clone())).await.ok(200)["ended"], 1);
    assert!(!is_signed_in(&mut ann_here, &server).await && is_signed_in(&mut bob_here, &server).await);
    assert_eq!(delete(&olga, &admin, Some(reason)).await.ok(200)["ended"], 0, "and nothing is logged");

    ann_here.sign_in(&server.base, "ann").await;
    assert_eq!(server.run(&["member", "sessions", "ann", "--all"]).code, 2, "a reason is needed");
    let ended = server.cli(&["member", "sessions", "ann", "--all", "--reason", "Moved", "--operator", "maria"]).ok();
    assert_eq!(ended["ended"], 1);
    assert!(!is_signed_in(&mut ann_here, &server).await);
    bob_here.sign_in(&server.base, "bob").await;
    assert_eq!(delete(&bob, "/v1/me/sessions", None).await.ok(200)["ended"], 1);
    let audit = server.sql("SELECT operator, reason, target, details FROM audit_log WHERE action = 'session.revoke'");
    assert_eq!(audit.as_array().unwrap().len(), 2);
    assert!(audit[0]["operator"].as_str().unwrap().starts_with("member (") && audit[0]["reason"] == "Lost phone");
    assert_eq!((audit[1]["operator"].as_str(), audit[1]["target"].as_str()), (Some("maria"), Some(&*user)));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Signing out ends the session here, for every copy of its cookie, and leads to the provider's own
/// sign-out where it has one, and home where it has none.
#[tokio::test]
async fn signing_out() {
    let (issuer, server) = start().await;
    let mut ann = Visitor::new();
    let home = ann.sign_in(&server.base, "ann").await;
    let mut copy = ann.clone();
    let csrf = between(&home.text, "name=\"csrf\" value=\"", "\"");
    let logout = format!("{}/logout", server.base);
    assert_eq!(ann.post(&logout, &[("csrf", "another")]).await.status, 403);
    assert!(is_signed_in(&mut copy, &server).await);
    let leaving = ann.post(&logout, &[("csrf", &csrf)]).await;
    leaving.shows(200, "You are signed out here");
    let onward = between(&leaving.text, "class=\"button primary\" href=\"", "\"");
    assert!(onward.starts_with(&format!("{}/session/end?", issuer.url)), "{onward}");
    assert!(!is_signed_in(&mut copy, &server).await);
    assert!(ann.session().is_none());

    let issuer = Issuer::start();
    issuer.control(json!({ "log_out": false })).await;
    let mut server = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    let home = ann.sign_in(&server.base, "ann").await;
    let csrf = between(&home.text, "name=\"csrf\" value=\"", "\"");
    let seen = ann.post(&format!("{}/logout", server.base), &[("csrf", &csrf)]).await;
    assert_eq!((seen.status, seen.location.unwrap().path()), (303, "/"));
}

/// A session nobody used for two weeks is over; so is one whose limit is shortened by the configuration;
/// and each use begins the two weeks anew.
#[tokio::test]
async fn idle_sessions_end() {
    let (_issuer, mut server) = start().await;
    let (mut ann, mut bob) = (Visitor::new(), Visitor::new());
    ann.sign_in(&server.base, "ann").await;
    bob.sign_in(&server.base, "bob").await;
    let age = |server: &Server, name: &str, by: i64| {
        server.cli(&["sql", &format!("UPDATE sessions SET seen_at = seen_at - {by} WHERE subject = '{name}'")]).ok();
    };
    age(&server, "ann", 14 * DAY - 60_000);
    age(&server, "bob", 14 * DAY);
    assert!(is_signed_in(&mut ann, &server).await && !is_signed_in(&mut bob, &server).await);
    assert_eq!(server.cli(&["member", "sessions", "bob"]).ok(), json!([]));
    // The use was written down.
    used(&server).await;
    age(&server, "ann", 14 * DAY - 60_000);
    assert!(is_signed_in(&mut ann, &server).await);
    used(&server).await;
    age(&server, "ann", 2 * DAY);
    server.stop();
    server.environment = vec![("COMMUNITYTOKEN_SESSIONS__IDLE_DAYS".into(), "2".into())];
    server.serve(&[]).await;
    assert!(!is_signed_in(&mut ann, &server).await);
}

/// That ann used her session is written down, for which no answer waits.
async fn used(server: &Server) {
    let lately = "SELECT count(*) AS n FROM sessions WHERE subject = 'ann' AND seen_at > unixepoch() * 1000 - 600000";
    for _ in 0..200 {
        if server.sql(lately)[0]["n"] == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the use was not written down");
}

/// A member who is deleted is out at once and stays out; a role that is taken away counts with the next
/// request, on the pages too.
#[tokio::test]
async fn who_is_taken_away_is_out() {
    let (_issuer, server) = start().await;
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    let profile = format!("{}/profile", server.base);
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    ann.open(&profile).await.shows(200, "member, operator");
    server.cli(&["member", "revoke", "ann", "operator", "--reason", "Term is over"]).ok();
    assert!(!ann.open(&profile).await.text.contains("operator"));
    server.cli(&["member", "delete", "ann", "--reason", "Left"]).ok();
    assert!(!is_signed_in(&mut ann, &server).await);
    let provider = ann.begin(&server.base, "").await;
    let back = ann.come_back(&provider, "ann").await;
    ann.open(back.as_str()).await.shows(403, "This member has left the community");
    assert!(!is_signed_in(&mut ann, &server).await);
    let id = server.sql("SELECT id FROM users")[0]["id"].as_str().unwrap().to_owned();
    server.cli(&["member", "restore", &id, "--reason", "Back"]).ok();
    assert!(!is_signed_in(&mut ann, &server).await, "who comes back signs in anew");
    ann.sign_in(&server.base, "ann").await;
    assert!(is_signed_in(&mut ann, &server).await);
}

/// Whoever closes their account is out on every browser, and whoever comes with their identity later,
/// or is just on the way back from the provider, is somebody new with nothing of theirs.
#[tokio::test]
async fn who_is_erased_comes_back_as_somebody_new() {
    let (_issuer, server) = start().await;
    let [mut phone, mut laptop, mut tablet] = [(); 3].map(|()| Visitor::new());
    phone.sign_in(&server.base, "ann").await;
    laptop.sign_in(&server.base, "ann").await;
    let provider = tablet.begin(&server.base, "").await;
    let on_the_way = tablet.come_back(&provider, "ann").await;
    let address = format!("{}/profile/close", server.base);
    let csrf = between(&phone.open(&address).await.text, "name=\"csrf\" value=\"", "\"");
    let form = [("csrf", csrf.as_str()), ("confirm", "ann"), ("remaining", "keep")];
    assert_eq!(phone.post(&address, &form).await.status, 303);
    assert!(!is_signed_in(&mut phone, &server).await && !is_signed_in(&mut laptop, &server).await);
    tablet.open(on_the_way.as_str()).await;
    assert!(is_signed_in(&mut tablet, &server).await);
    let users = server.sql("SELECT username, deleted_at IS NULL AS is_here, wallet FROM users ORDER BY key");
    let names: Vec<_> = users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect();
    assert!(names.len() == 2 && names[0].starts_with("former_member_") && names[1] == "ann", "{users}");
    assert_eq!((&users[0]["is_here"], &users[1]["is_here"]), (&json!(0), &json!(1)));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// After ninety days everyone signs in anew, however much they used their session until then.
#[tokio::test]
async fn used_sessions_end_too() {
    let issuer = Issuer::start();
    let mut server = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    issuer.register(&server, json!({})).await;
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    let seen_at = |server: &Server| server.sql("SELECT seen_at FROM sessions")[0]["seen_at"].as_i64().unwrap();
    for days in (9..90).step_by(9) {
        let before = seen_at(&server);
        clock.set(days * DAY / 1000);
        assert!(is_signed_in(&mut ann, &server).await, "after {days} days");
        // The use is written down beside the answer.
        while seen_at(&server) == before {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    clock.set(90 * DAY / 1000 - 60);
    assert!(is_signed_in(&mut ann, &server).await);
    clock.set(90 * DAY / 1000);
    assert!(!is_signed_in(&mut ann, &server).await);
}
