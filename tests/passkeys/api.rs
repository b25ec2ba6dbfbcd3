//! Invitations for programs: made, listed page by page, used, withdrawn, expired; and who may.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::clock::Clock;
use super::support::provider::now;
use super::support::server::{ASKED_FOR, OPERATOR};
use super::support::{Answer, Member, Provider, Server, key};
use super::visitor::{Visitor, path};

const PLACE: &str = "/v1/admin/invitations";

/// A community with passkeys beside a provider, whose tokens open the API.
pub fn prepared() -> Server {
    Server::prepare(&Server::settings("passkeys = true\n"))
}

async fn serving() -> (Server, Member) {
    let mut server = prepared();
    server.serve(&[]).await;
    let operator = server.operator().await;
    (server, operator)
}

async fn withdraw(who: &Member, id: &str) -> Answer {
    let body = json!({ "reason": "Moved elsewhere" }).to_string();
    let headers = [("content-type", "application/json")];
    who.call(Method::DELETE, &format!("{PLACE}/{id}"), &headers, Some(body)).await
}

async fn invite(operator: &Member, name: &str) -> Value {
    operator.post(PLACE, &json!({ "reason": "A neighbour", "name": name })).await.ok(201)
}

/// The items of the whole list, asked for in pages of so many.
async fn listed(operator: &Member, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut page = operator.get(&format!("{PLACE}?limit={limit}")).await.ok(200);
    loop {
        items.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        assert_eq!(page["items"].as_array().unwrap().len(), limit);
        page = operator.get(&format!("{PLACE}?limit={limit}&cursor={cursor}")).await.ok(200);
    }
}

/// From the making to each of its ends; the link itself is in no list.
#[tokio::test]
async fn the_life_of_an_invitation() {
    let mut server = prepared();
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let operator = server.operator().await;
    let (used, withdrawn, open) =
        (invite(&operator, "ann").await, invite(&operator, "bob").await, invite(&operator, "eve").await);
    let whole = json!({ "reason": "To watch", "role": "auditor", "days": 1, "name": null });
    let expired = operator.post(PLACE, &whole).await.ok(201);
    let mut ann = Visitor::new(&server);
    let mut phone = ann.device();
    ann.join(&path(&used), "ann-marie", &mut phone).await.is(200, "Your recovery codes");
    let id = withdrawn["id"].as_str().unwrap();
    assert_eq!(withdraw(&operator, id).await.status, 204);
    let count = format!("SELECT count(*) AS n FROM audit_log WHERE {ASKED_FOR}");
    let lines = server.sql(&count);
    assert_eq!(withdraw(&operator, id).await.status, 204, "again, and nothing changes");
    assert_eq!(withdraw(&operator, used["id"].as_str().unwrap()).await.status, 204);
    assert_eq!(server.sql(&count), lines);
    clock.set(25 * 3600);
    let mut claims = Provider::claims(OPERATOR, "operator");
    claims["exp"] = json!(now() + 48 * 3600);
    let operator = server.stranger(server.provider.sign("EdDSA", &claims));
    let list = listed(&operator, 3).await;
    assert_eq!(list, listed(&operator, 1).await, "the same in pages of one");
    let told: Vec<Value> = list.iter().map(|link| json!([link["id"], link["state"], link["name"]])).collect();
    assert_eq!(
        told,
        [
            json!([expired["id"], "expired", null]),
            json!([open["id"], "open", "eve"]),
            json!([withdrawn["id"], "withdrawn", "bob"]),
            json!([used["id"], "used", null]),
        ]
    );
    assert_eq!((list[0]["role"].as_str(), list[3]["username"].as_str()), (Some("auditor"), Some("ann-marie")));
    assert!(list.iter().all(|link| link["kind"] == "invitation" && link["operator"].is_string()));
    for made in [&used, &withdrawn, &open, &expired] {
        let secret = path(made).trim_start_matches("/join/").to_owned();
        assert!(!list.iter().any(|link| link.to_string().contains(&secret)));
    }
    for (link, status) in [(&used, 404), (&withdrawn, 404), (&expired, 404), (&open, 200)] {
        assert_eq!(ann.get(&path(link)).await.status, status, "{link}");
    }
}

/// What is not right is refused by name, and nothing is made.
#[tokio::test]
async fn what_is_refused() {
    let (server, operator) = serving().await;
    invite(&operator, "ann").await;
    let before = server.rows();
    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": "" }), "reason"),
        (json!({ "reason": "x", "days": 0 }), "days"),
        (json!({ "reason": "x", "days": 91 }), "days"),
        (json!({ "reason": "x", "days": 1.5 }), "days"),
        (json!({ "reason": "x", "name": "a b" }), "username"),
        (json!({ "reason": "x", "role": "king" }), "role"),
        (json!({ "reason": "x", "for": "ann" }), "for"),
    ] {
        let refused = operator.post(PLACE, &body).await.refused(400, "invalid_request");
        assert_eq!(refused["errors"][0]["field"], field, "{body}");
    }
    for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=00000000-0000-4000-8000-000000000000", "all=1"]
    {
        operator.get(&format!("{PLACE}?{query}")).await.refused(400, "invalid_request");
    }
    for id in ["x", "00000000-0000-4000-8000-000000000000", "%27%20OR%201=1"] {
        withdraw(&operator, id).await.refused(404, "link_not_found");
    }
    assert_eq!(server.rows(), before);
}

/// Operators invite and withdraw, auditors look, and nobody else sees who is invited.
#[tokio::test]
async fn who_may() {
    let (server, operator) = serving().await;
    let link = invite(&operator, "ann").await;
    let id = link["id"].as_str().unwrap();
    let (member, auditor) = (server.member("bob").await, server.member("udo").await);
    server.cli(&["member", "grant", "udo", "auditor", "--reason", "Elected"]).ok();
    let gone = server.member("gone").await;
    server.cli(&["member", "delete", "gone", "--reason", "Moved away"]).ok();
    let nobody = server.stranger("nonsense".into());
    let before = server.rows();
    for (who, status, look) in [(&nobody, 401, 401), (&gone, 403, 403), (&member, 403, 403), (&auditor, 403, 200)] {
        let made = who.post_with(PLACE, &json!({ "reason": "x" }), &key()).await;
        assert_eq!((made.status, withdraw(who, id).await.status), (status, status), "{}", made.text);
        assert_eq!(who.get(PLACE).await.status, look);
    }
    assert_eq!(auditor.get(PLACE).await.ok(200)["items"][0]["name"], "ann");
    assert_eq!(server.rows(), before);
    assert_eq!(withdraw(&operator, id).await.status, 204);
}

/// Where passkeys are not in use, an invitation would lead nowhere.
#[tokio::test]
async fn without_passkeys_nobody_is_invited() {
    let server = Server::start().await;
    let operator = server.operator().await;
    operator.post(PLACE, &json!({ "reason": "x" })).await.refused(404, "not_found");
    assert_eq!(operator.get(PLACE).await.ok(200), json!({ "items": [], "next_cursor": null }));
    let refused = server.cli(&["member", "invite", "--reason", "x"]);
    assert!(refused.code == 1 && refused.stderr.contains("The invited sign in with passkeys"), "{refused:?}");
}
