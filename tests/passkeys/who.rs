//! Who may do what where passkeys are in use: each page and form of theirs, as nobody, member, auditor,
//! operator and someone who has left. The table of all routes, in tests/door, stands for a community
//! without them.

use std::collections::BTreeSet;

use communitytoken::web::Pages;
use communitytoken::{invitations, passkeys};
use reqwest::Method;
use serde_json::Value;

use super::support::Server;
use super::support::server::ASKED_FOR;
use super::visitor::{Visitor, assert_sound, claim_link, community, invitation, joined, path};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Strangers,
    Members,
    Overseers,
    Operators,
}

/// Method, address, who may, what the form holds besides, and the status for those who may.
type Call = (&'static str, &'static str, Who, &'static [(&'static str, &'static str)], u16);

const CALLS: &[Call] = &[
    ("GET", "/login", Who::Strangers, &[], 200),
    ("GET", "/login/recovery", Who::Strangers, &[], 200),
    ("POST", "/login/recovery", Who::Strangers, &[("code", "K7QM-3XRT-0B5N-W8ZD")], 422),
    ("POST", "/login/passkey/challenge", Who::Strangers, &[], 200),
    ("POST", "/login/passkey", Who::Strangers, &[("credential", "{}")], 303),
    ("GET", "LINK", Who::Strangers, &[], 200),
    ("POST", "LINK/challenge", Who::Strangers, &[("username", "somebody")], 200),
    ("POST", "LINK", Who::Strangers, &[("username", "somebody"), ("credential", "{}")], 422),
    ("GET", "/profile/passkeys", Who::Members, &[], 200),
    ("POST", "/profile/passkeys/challenge", Who::Members, &[], 200),
    ("POST", "/profile/passkeys", Who::Members, &[("credential", "{}")], 422),
    ("POST", "/profile/passkeys/ID/remove", Who::Members, &[], 422),
    ("POST", "/profile/recovery-codes", Who::Members, &[], 200),
    ("GET", "/admin/invitations", Who::Overseers, &[], 200),
    ("POST", "/admin/invitations", Who::Operators, &[("days", "7"), ("reason", "A neighbour")], 200),
    ("GET", "/admin/invitations/ID/withdraw", Who::Operators, &[], 200),
    ("POST", "/admin/invitations/ID/withdraw", Who::Operators, &[("reason", "A mistake")], 303),
    ("GET", "/admin/members/MEMBER/sign-in-link", Who::Operators, &[], 200),
    ("POST", "/admin/members/MEMBER/sign-in-link", Who::Operators, &[("reason", "Lost phone")], 200),
];

/// What must not change by what was refused.
fn state(server: &Server) -> Value {
    server.sql(&format!("SELECT (SELECT count(*) FROM audit_log WHERE {ASKED_FOR}) AS a, (SELECT count(*) FROM passkeys) AS p, (SELECT group_concat(code_hash) FROM recovery_codes) AS c, (SELECT group_concat(id || coalesce(ended_at, 0)) FROM links) AS l, (SELECT group_concat(id) FROM sessions) AS s"))
}

#[tokio::test]
async fn who_may_do_what() {
    let server = community().await;
    let mut olga = Visitor::new(&server);
    let mut phone = olga.device();
    let claim = claim_link(&server);
    olga.join(&claim, "olga", &mut phone).await.is(200, "Your recovery codes");
    let (mut gone, ..) = joined(&server, "gone").await;
    let old = gone.csrf().await;
    server.cli(&["member", "delete", "gone", "--reason", "Moved away"]).ok();
    let (ann, ..) = joined(&server, "ann").await;
    let (udo, ..) = joined(&server, "udo").await;
    server.cli(&["member", "grant", "udo", "auditor", "--reason", "Elected"]).ok();
    let made = server.cli(&["member", "invite", "--reason", "For the test"]).ok();
    let (link, id) = (path(&made), made["id"].as_str().unwrap().to_owned());
    let member = server.cli(&["member", "show", "ann"]).ok()["id"].as_str().unwrap().to_owned();
    let mut callers = [("nobody", Visitor::new(&server)), ("gone", gone), ("ann", ann), ("udo", udo), ("olga", olga)];
    for (method, address, who, fields, status) in CALLS {
        let address = address.replace("ID", &id).replace("MEMBER", &member).replace("LINK", &link);
        for (name, visitor) in &mut callers {
            let may = match who {
                Who::Strangers => true,
                Who::Members => !["nobody", "gone"].contains(name),
                Who::Overseers => ["udo", "olga"].contains(name),
                Who::Operators => *name == "olga",
            };
            let signed_in = !["nobody", "gone"].contains(name);
            let csrf = if signed_in { visitor.csrf().await } else { old.clone() };
            let before = state(&server);
            if *method == "POST" && signed_in && *who != Who::Strangers {
                let forged = [&[("csrf", old.as_str())], *fields].concat();
                let page = visitor.send(Method::POST, &address, Some(&forged)).await;
                assert_eq!(page.status, 403, "{address} as {name} with another session's form");
            }
            let whole = [&[("csrf", csrf.as_str())], *fields].concat();
            let form = (*method == "POST").then_some(whole.as_slice());
            let page = visitor.send(method.parse().unwrap(), &address, form).await;
            if may {
                assert_eq!(page.status, *status, "{method} {address} as {name}: {}", page.text);
                continue;
            }
            if signed_in {
                assert_eq!(page.status, 403, "{method} {address} as {name}: {}", page.text);
            } else {
                assert_eq!(page.status, 303, "{method} {address} as {name}: {}", page.text);
                assert!(page.location.starts_with("/login?"), "{address}: {}", page.location);
            }
            assert_eq!(state(&server), before, "{method} {address} as {name}");
        }
    }
    assert_sound(&server);
}

/// A new page of theirs fails here until it has a line above.
#[tokio::test]
async fn every_page_of_theirs_is_in_the_table() {
    let server = community().await;
    let pages = [passkeys::slice().pages, invitations::slice().pages];
    let mut routes = BTreeSet::new();
    for path in pages.iter().flat_map(Pages::paths).filter(|path| !path.starts_with("/static/")) {
        let address = format!("{}{}", server.base, path.replace(['{', '}'], ""));
        let answer = server.client.request(Method::OPTIONS, address).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{path}");
        let allowed = answer.headers()["allow"].to_str().unwrap().to_owned();
        let path =
            path.replace("/join/{secret}", "LINK").replace("/members/{id}", "/members/MEMBER").replace("{id}", "ID");
        let methods = allowed.split(',').map(str::trim).filter(|method| *method != "HEAD");
        routes.extend(methods.map(|method| (method.to_owned(), path.clone())));
    }
    assert!(routes.len() > 10, "{routes:?}");
    let missing: Vec<_> = routes
        .iter()
        .filter(|(method, path)| !CALLS.iter().any(|call| (call.0, call.1) == (method.as_str(), path.as_str())))
        .collect();
    assert!(missing.is_empty(), "who may call these? {missing:?}");
}

/// Only the wallet, and pages that ask for a passkey or show a link to be copied, may run a script, and it is ours.
#[tokio::test]
async fn scripts_run_where_they_are_needed() {
    let server = community().await;
    let (mut ann, ..) = joined(&server, "ann").await;
    let link = invitation(&server, &[]);
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    let csrf = ann.csrf().await;
    let shown = ann.post("/admin/invitations", &[("csrf", &csrf), ("days", "7"), ("reason", "A neighbour")]).await;
    shown.is(200, "<script type=\"module\" src=\"/static/link.");
    assert_eq!(shown.text.matches("<script").count(), 1);
    for (path, may) in [
        ("/login", true),
        ("/profile/passkeys", true),
        (link.as_str(), true),
        ("/", true),
        ("/profile", false),
        ("/login/recovery", false),
        ("/join/nonsense", false),
        ("/docs", false),
    ] {
        let page = ann.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert_eq!(policy.contains("script-src 'self'; connect-src 'self'"), may, "{path}: {policy}");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        let scripts: Vec<&str> = page.text.split("<script").skip(1).collect();
        assert_eq!(scripts.len(), usize::from(may), "{path}");
        let own = format!(" type=\"module\" src=\"/static/{}.", if path == "/" { "wallet" } else { "passkey" });
        assert!(scripts.iter().all(|script| script.starts_with(&own)), "{path}");
    }
}

/// Whoever knocks at many doors from one address is told to wait; who is signed in goes on.
#[tokio::test]
async fn strangers_are_counted() {
    let mut server = super::visitor::prepared("requests_per_minute_per_address = 30\n");
    server.serve(&[]).await;
    let (mut ann, ..) = joined(&server, "ann").await;
    let mut eve = Visitor::new(&server);
    let mut statuses = Vec::new();
    for number in 0..60 {
        let path = ["/join/nonsense", "/login/recovery", "/login"][number % 3];
        let page = eve.get(path).await;
        if page.status == 429 {
            assert!(page.headers.contains_key("retry-after"));
        }
        statuses.push(page.status);
    }
    assert!(statuses.iter().filter(|status| **status == 429).count() > 20, "{statuses:?}");
    assert_eq!(eve.post("/login/passkey/challenge", &[]).await.status, 429);
    assert!(ann.name().await.is_some());
}
