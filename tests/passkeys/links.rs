//! One-time links: made, opened, used once, by one, in time; and never in the log.

use reqwest::Method;
use serde_json::json;

use super::device::Device;
use super::support::Server;
use super::support::clock::Clock;
use super::visitor::{Visitor, assert_sound, claim_link, community, invitation, joined, path, prepared, sign_in_link};

const GONE: &str = "This link was used already";

fn audit(server: &Server, action: &str) -> Vec<serde_json::Value> {
    let rows = server.sql(&format!(
        "SELECT operator, target, reason, details FROM audit_log WHERE action = '{action}' ORDER BY sequence"
    ));
    rows.as_array().unwrap().clone()
}

/// Whoever claims a new community is its operator, with a passkey; nobody can claim it after them, by
/// an older link neither.
#[tokio::test]
async fn the_first_operator_claims_the_community() {
    let server = community().await;
    let (void, link) = (claim_link(&server), claim_link(&server));
    let mut maria = Visitor::new(&server);
    maria.get(&void).await.is(404, GONE);
    maria.get(&link).await.is(200, "Nobody operates this community yet");
    let mut phone = maria.device();
    let page = maria.join(&link, "maria", &mut phone).await;
    page.is(200, "Your recovery codes");
    assert_eq!(page.codes().len(), 8);
    maria.get("/profile").await.is(200, "member, operator");
    let shown = server.cli(&["member", "show", "maria"]).ok();
    assert_eq!(shown["roles"], json!(["member", "operator"]));
    assert_eq!(shown["identities"][0]["issuer"], "urn:communitytoken:local");
    maria.get(&link).await.is(404, GONE);
    server.cli(&["member", "claim-link"]).refused("already_claimed");
    // Who made the link stands for the role, who used it for coming in.
    let granted = audit(&server, "role.grant");
    assert_eq!(
        (granted.len(), granted[0]["operator"].as_str(), granted[0]["target"].as_str()),
        (1, Some("tester"), shown["id"].as_str())
    );
    assert_eq!(audit(&server, "link.use")[0]["operator"], format!("member {}", shown["id"].as_str().unwrap()));
    assert_eq!(audit(&server, "link.create").len(), 3, "one at the start, two by hand");
    for action in ["passkey.add", "recovery_codes.create"] {
        assert_eq!(audit(&server, action).len(), 1, "{action}");
    }
    assert_sound(&server);
}

/// An operator on the pages invites; the invited joins with their own name and pays.
#[tokio::test]
async fn an_invited_member_joins_and_pays() {
    let server = community().await;
    let mut maria = Visitor::new(&server);
    let mut phone = maria.device();
    let link = claim_link(&server);
    maria.join(&link, "maria", &mut phone).await.is(200, "Your recovery codes");
    let csrf = maria.csrf().await;
    let form = |days: &'static str, reason: &'static str| {
        vec![
            ("csrf", csrf.clone()),
            ("name", "tomas".into()),
            ("role", "auditor".into()),
            ("days", days.into()),
            ("reason", reason.into()),
        ]
    };
    for (days, reason, problem) in
        [("7", "", "reason"), ("0", "Neighbour", "days"), ("91", "Neighbour", "days"), ("x", "Neighbour", "days")]
    {
        let fields = form(days, reason);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = maria.post("/admin/invitations", &fields).await;
        page.is(422, problem);
        assert_eq!(page.field_after("name=\"reason\" value=\""), reason, "what was typed is kept");
    }
    let fields = form("7", "A new neighbour");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = maria.post("/admin/invitations", &fields).await;
    page.is(200, "Invitation for tomas");
    page.is(200, "<svg");
    let url = page.text.split("<p class=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(url.starts_with(&maria.base), "{url} is at the name and port of the community");
    let link = url.strip_prefix(&maria.base).unwrap();

    let mut tomas = Visitor::new(&server);
    tomas.get(link).await.is(200, "value=\"tomas\"");
    let mut laptop = tomas.device();
    tomas.join(link, "tom-the-baker", &mut laptop).await.is(200, "Your recovery codes");
    assert_eq!(tomas.name().await.as_deref(), Some("tom-the-baker"));
    maria.get("/admin/invitations").await.is(200, "Joined");
    // An auditor sees who was invited, and invites nobody.
    tomas.get("/admin/invitations").await.is(200, "A new neighbour");
    let csrf = tomas.csrf().await;
    assert_eq!(tomas.post("/admin/invitations", &[("csrf", &csrf), ("days", "7"), ("reason", "x")]).await.status, 403);
    let (mut eve, ..) = joined(&server, "eve").await;
    assert_eq!(eve.get("/admin/invitations").await.status, 403);

    server.cli(&["distribute", "--to", "tom-the-baker=50", "--reason", "For the test"]).ok();
    let wallet = server.cli(&["member", "show", "maria"]).ok()["wallet_id"].as_str().unwrap().to_owned();
    let confirm = tomas.post("/send", &[("csrf", &csrf), ("to", &wallet), ("amount", "7"), ("note", "Bread")]).await;
    confirm.is(200, "Is this right?");
    let key = confirm.field("key");
    let paid = tomas
        .post(
            "/send",
            &[("csrf", &csrf), ("key", &key), ("to", &wallet), ("amount", "7"), ("note", "Bread"), ("step", "pay")],
        )
        .await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    assert_eq!(server.cli(&["member", "show", "maria"]).ok()["balance"], 7);
    assert_sound(&server);
}

/// Whoever makes a preview of a link, or asks for its head, or posts nothing of use, does not use it up.
#[tokio::test]
async fn looking_at_a_link_does_not_use_it() {
    let server = community().await;
    let (mut ann, ..) = joined(&server, "ann").await;
    for link in [claim_link(&server), invitation(&server, &[]), sign_in_link(&server, "ann")] {
        let before = server.rows();
        let mut preview = Visitor::new(&server);
        for _ in 0..10 {
            let page = preview.get(&link).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert_eq!(page.headers["referrer-policy"], "strict-origin");
            assert!(page.headers["cache-control"].to_str().unwrap().contains("no-store"));
            assert_eq!(preview.send(Method::HEAD, &link, None).await.status, 200);
        }
        assert!(preview.cookies.is_empty());
        assert_eq!(server.rows(), before);
    }
    let link = invitation(&server, &[]);
    assert_eq!(ann.post(&link, &[("username", "again")]).await.status, 400);
    ann.post(&link, &[("username", "again"), ("credential", "{}")]).await.is(422, "try again");
    ann.get(&link).await.is(200, "You are signed in as <strong>ann</strong> already");
    let mut bob = Visitor::new(&server);
    let mut phone = bob.device();
    bob.join(&link, "bob", &mut phone).await.is(200, "Your recovery codes");
}

/// A sign-in link lets in whom it was made for, once, and offers them to add a passkey.
#[tokio::test]
async fn a_sign_in_link_lets_the_locked_out_in_once() {
    let server = community().await;
    let (mut ann, ..) = joined(&server, "ann").await;
    let link = sign_in_link(&server, "ann");
    let mut elsewhere = Visitor::new(&server);
    elsewhere.get(&link).await.is(200, "Sign in as ann");
    elsewhere.post(&link, &[]).await.leads_to("/profile/passkeys?said=link");
    elsewhere.get("/profile/passkeys?said=link").await.is(200, "Add a passkey on this device now");
    assert_eq!(elsewhere.name().await.as_deref(), Some("ann"));
    let mut new_phone = elsewhere.device();
    elsewhere.add(&mut new_phone).await.leads_to("/profile/passkeys?said=added");
    let mut third = Visitor::new(&server);
    third.post(&link, &[]).await.is(404, GONE);
    third.get(&link).await.is(404, GONE);
    third.sign_in(&mut new_phone).await.leads_to("/history");
    assert_eq!(ann.name().await.as_deref(), Some("ann"), "signing in elsewhere ends nothing");
    assert!(server.cli(&["member", "sign-in-link", "nobody", "--reason", "Lost phone"]).code == 1);
    // An operator makes one on the page of the member, and says why.
    let mut olga = Visitor::new(&server);
    let mut device = olga.device();
    olga.join(&invitation(&server, &["--role", "operator"]), "olga", &mut device).await;
    let csrf = olga.csrf().await;
    let id = server.cli(&["member", "show", "ann"]).ok()["id"].as_str().unwrap().to_owned();
    let place = format!("/admin/members/{id}/sign-in-link");
    olga.get(&place).await.is(200, "signs in ann once, within half an hour");
    olga.post(&place, &[("csrf", &csrf), ("reason", " ")]).await.is(422, "The reason must be given");
    let page = olga.post(&place, &[("csrf", &csrf), ("reason", "Lost her phone")]).await;
    page.is(200, "Sign-in link for ann");
    let url = page.text.split("<p class=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    third.get(url.strip_prefix(&olga.base).unwrap()).await.is(200, "Sign in as ann");
    assert_eq!(audit(&server, "link.create").last().unwrap()["reason"], "Lost her phone");
    // Nor for someone who has left since.
    let link = sign_in_link(&server, "ann");
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    third.get(&link).await.is(404, GONE);
    let left = server.cli(&["member", "list", "--deleted"]).ok();
    assert_eq!(
        server.cli(&["member", "sign-in-link", left[0]["id"].as_str().unwrap(), "--reason", "Lost phone"]).code,
        1
    );
    assert!(audit(&server, "link.create").iter().any(|line| line["reason"] == "Lost phone"));
}

/// A link that was withdrawn, has expired or is not whole opens nothing, and all say the same.
#[tokio::test]
async fn links_that_do_not_work_say_so() {
    let mut server = prepared("");
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let mut ann = Visitor::new(&server);
    let made = server.cli(&["member", "invite", "--reason", "For the test", "--days", "1"]).ok();
    let (link, id) = (path(&made), made["id"].as_str().unwrap());
    ann.get(&link).await.is(200, "You are invited");
    let mut device = ann.device();
    let options = ann.ask(&format!("{link}/challenge"), &[("username", "ann")]).await;
    let credential = device.make(&options);
    clock.set(24 * 3600 + 60);
    for wrong in [
        link.clone(),
        link[..link.len() - 1].to_owned(),
        format!("{link}A"),
        "/join/x".into(),
        format!("/join/{}", "A".repeat(43)),
    ] {
        for page in [ann.get(&wrong).await, ann.post(&wrong, &[("username", "ann"), ("credential", &credential)]).await]
        {
            page.is(404, GONE);
            assert_eq!(page.headers["referrer-policy"], "strict-origin", "{wrong}");
        }
    }
    clock.set(0);
    ann.get(&link).await.is(200, "You are invited");
    // Withdrawn on the page of invitations.
    let mut maria = Visitor::new(&server);
    let mut phone = maria.device();
    let claim = claim_link(&server);
    maria.join(&claim, "maria", &mut phone).await.is(200, "Your recovery codes");
    let csrf = maria.csrf().await;
    let withdraw = format!("/admin/invitations/{id}/withdraw");
    assert_eq!(ann.post(&withdraw, &[("csrf", &csrf)]).await.status, 303, "signed out: to the sign-in page");
    ann.get(&link).await.is(200, "You are invited");
    maria.get("/admin/invitations").await.is(200, &format!("href=\"{withdraw}\""));
    maria.get(&withdraw).await.is(200, "Withdraw this link");
    for none in ["", "  "] {
        maria.post(&withdraw, &[("csrf", &csrf), ("reason", none)]).await.is(422, "role=\"alert\"");
    }
    maria.post(&withdraw, &[("csrf", &csrf)]).await.is(422, "Withdraw this link");
    assert_eq!(audit(&server, "link.withdraw").len(), 0, "nothing is done without a reason");
    ann.get(&link).await.is(200, "You are invited");
    let form = [("csrf", &*csrf), ("reason", "Sent to the wrong Ann")];
    maria.post(&withdraw, &form).await.leads_to("/admin/invitations");
    ann.get(&link).await.is(404, GONE);
    maria.get("/admin/invitations").await.is(200, "Withdrawn");
    let lines = audit(&server, "link.withdraw");
    assert_eq!((lines.len(), &lines[0]["reason"]), (1, &json!("Sent to the wrong Ann")));
    maria.post(&withdraw, &form).await.leads_to("/admin/invitations");
    assert_eq!(audit(&server, "link.withdraw").len(), 1, "withdrawing twice is one act");
    maria.post("/admin/invitations/x/withdraw", &form).await.is(404, GONE);
    maria.get("/admin/invitations/x/withdraw").await.is(404, GONE);
}

/// Of ten people who use one link at the same moment, one gets in, and one member is made.
#[tokio::test]
async fn one_link_lets_one_in() {
    let server = community().await;
    for round in 0..3 {
        let link = invitation(&server, &["--role", "operator"]);
        let mut prepared: Vec<(Visitor, String)> = Vec::new();
        for number in 0..10 {
            let mut visitor = Visitor::new(&server);
            let options =
                visitor.ask(&format!("{link}/challenge"), &[("username", &format!("racer-{round}-{number}"))]).await;
            let credential = Device::new(&visitor.base).make(&options);
            prepared.push((visitor, credential));
        }
        let tasks = prepared.into_iter().map(|(mut visitor, credential)| {
            let link = link.clone();
            tokio::spawn(
                async move { visitor.post(&link, &[("username", "x"), ("credential", &credential)]).await.status },
            )
        });
        let mut statuses = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            statuses.push(task.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404, 404, 404]);
        assert_eq!(server.cli(&["member", "list"]).ok().as_array().unwrap().len(), round + 1);
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM passkeys")[0]["n"], 3);
    assert_sound(&server);
}

/// The same of two who claim the community with links of their own: the first wins.
#[tokio::test]
async fn one_claims_the_community() {
    let server = community().await;
    let link = claim_link(&server);
    let mut late = Visitor::new(&server);
    let options = late.ask(&format!("{link}/challenge"), &[("username", "late")]).await;
    let credential = late.device().make(&options);
    joined(&server, "ann").await;
    server.cli(&["member", "grant", "ann", "operator", "--reason", "Elected"]).ok();
    late.post(&link, &[("username", "late"), ("credential", &credential)]).await.is(409, "has an operator already");
    assert_eq!(server.cli(&["member", "list"]).ok().as_array().unwrap().len(), 1);
}

/// A role that was promised goes with the office of whoever promised it; and what was begun in a session
/// ends with the session.
#[tokio::test]
async fn promises_end_with_the_office() {
    let server = community().await;
    let (mut olga, ..) = joined(&server, "olga").await;
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let csrf = olga.csrf().await;
    let form = [("csrf", csrf.as_str()), ("days", "7"), ("role", "operator"), ("reason", "A friend")];
    let mut links = Vec::new();
    for _ in 0..2 {
        let page = olga.post("/admin/invitations", &form).await;
        page.is(200, "Invitation");
        let (_, rest) = page.text.split_once("/join/").unwrap();
        links.push(format!("/join/{}", &rest[..43]));
    }
    let mut friend = Visitor::new(&server);
    let mut phone = friend.device();
    friend.join(&links[0], "friend", &mut phone).await.is(200, "Your recovery codes");
    assert_eq!(server.cli(&["member", "show", "friend"]).ok()["roles"], json!(["member", "operator"]));
    server.cli(&["member", "revoke", "olga", "operator", "--reason", "Term is over"]).ok();
    let mut other = Visitor::new(&server);
    let mut phone = other.device();
    assert_ne!(other.join(&links[1], "other", &mut phone).await.status, 200);
    assert_eq!(server.sql("SELECT count(*) AS n FROM users WHERE username = 'other'")[0]["n"], 0);
    assert_sound(&server);
}

/// Every link that still works is listed, on the page and by a verb, and can be taken back; a sign-in link is
/// a way into somebody's wallet, and no less visible than an invitation.
#[tokio::test]
async fn links_are_listed_and_withdrawn() {
    let server = community().await;
    let (mut olga, ..) = joined(&server, "olga").await;
    joined(&server, "ann").await;
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let (link, other) = (sign_in_link(&server, "ann"), invitation(&server, &["--name", "bob", "--role", "auditor"]));
    let page = olga.get("/admin/invitations").await;
    for words in ["sign-in link", "Made by tester on", "Withdraw"] {
        page.is(200, words);
    }
    // The link for the first operator, which opens nothing any more, is not among them.
    let open = server.cli(&["member", "links"]).ok();
    let kinds: Vec<_> = open.as_array().unwrap().iter().map(|link| link["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["invitation", "sign_in"], "{open}");
    assert_eq!((&open[0]["name"], &open[0]["role"]), (&json!("bob"), &json!("auditor")));
    assert_eq!((&open[1]["username"], &open[1]["state"]), (&json!("ann"), &json!("open")));
    let words = server.run(&["member", "links"]).stdout;
    assert!(words.contains("sign-in") && words.contains("tester: Lost phone"), "{words}");

    let id = open[1]["id"].as_str().unwrap();
    assert_eq!(server.cli(&["member", "withdraw-link", id]).code, 2, "a reason is needed");
    let nobody = uuid::Uuid::new_v4().to_string();
    server.cli(&["member", "withdraw-link", &nobody, "--reason", "x"]).refused("link_not_found");
    server.cli(&["member", "withdraw-link", id, "--reason", "Sent to the wrong person"]).ok();
    let mut ann = Visitor::new(&server);
    ann.get(&link).await.is(404, GONE);
    ann.get(&other).await.is(200, "You are invited as an auditor");
    assert_eq!(server.cli(&["member", "links"]).ok().as_array().unwrap().len(), 1);
    let all = server.cli(&["member", "links", "--all"]).ok();
    let ended: Vec<_> = all.as_array().unwrap().iter().filter(|link| link["state"] == "withdrawn").collect();
    assert!(ended.iter().any(|link| link["id"] == id), "{all}");
    let withdrawn = audit(&server, "link.withdraw").pop().unwrap();
    assert_eq!((&withdrawn["target"], &withdrawn["reason"]), (&json!(id), &json!("Sent to the wrong person")));
    // On the page the other one is taken back, too; its rule is said beside the field.
    let page = olga.get("/admin/invitations").await;
    page.is(200, "1 to 90");
    let csrf = page.field("csrf");
    let path = format!("/admin/invitations/{}/withdraw", open[0]["id"].as_str().unwrap());
    olga.post(&path, &[("csrf", &csrf), ("reason", "A mistake")]).await.leads_to("/admin/invitations");
    ann.get(&other).await.is(404, GONE);
    assert_sound(&server);
}
