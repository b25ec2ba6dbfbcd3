//! Nobody learns from an answer who is a member here and who is not: what is not there and what is not
//! for the caller are answered alike, to the last header.
//!
//! Two differences the contract itself makes, to members alone, and only to whoever knows a wallet's id,
//! which is 122 random bits: a payment to a wallet that is not there is `wallet_not_found`, and one to a
//! member who has left is `recipient_closed`.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::community::{By, Community, Person, SETTINGS, answer};
use super::matrix::{CALLS, Who};
use super::support::Answer;

/// An answer without what is new in each: its number, its time, and the words that were asked with.
fn told(answer: &Answer, asked: &[&str]) -> (u16, BTreeMap<String, String>, String) {
    let id = answer.headers["x-request-id"].clone();
    let blank = |text: &str| {
        // A form's token is written differently on each page.
        let csrf = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let text = csrf.map_or_else(|| text.to_owned(), |csrf| text.replace(csrf, "CSRF")).replace(&id, "ID");
        asked.iter().fold(text, |text, word| text.replace(word, "ASKED"))
    };
    // A cookie that is taken away says since when: now.
    let ageless = |value: &str| {
        let parts = value.split("; ").filter(|part| !part.starts_with("Expires="));
        parts.collect::<Vec<_>>().join("; ")
    };
    let headers = answer.headers.iter().filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.clone(), blank(&ageless(value))));
    (answer.status, headers.collect(), blank(&answer.text))
}

#[track_caller]
fn assert_alike(place: &str, one: &Answer, other: &Answer, asked: &[&str]) {
    assert_eq!(told(one, asked), told(other, asked), "{place}");
}

/// Ids of others, and ids of nobody: every address with an id in it, and every call, as somebody to whom
/// it does not belong.
#[tokio::test]
async fn what_is_not_mine_is_not_there() {
    let community = Community::found().await;
    let sessions = community
        .server
        .sql("SELECT sessions.id FROM sessions JOIN users ON users.key = sessions.user WHERE username = 'bob'");
    let session = sessions[0]["id"].as_str().unwrap().to_owned();
    let mut compared = 0;
    for call in CALLS.iter().filter(|call| call.path.contains('{')) {
        let existing = match call.path {
            path if path.contains("/me/sessions/") => path.replace("{id}", &session),
            path => community.filled(path),
        };
        // A link's secret is no id, nor is a month.
        let Some(id) = existing.split('/').find(|part| part.parse::<Uuid>().is_ok()).map(str::to_owned) else {
            assert!(["{secret}", "{month}"].iter().any(|part| call.path.contains(part)), "{existing}");
            continue;
        };
        let gone = &community.gone.member;
        let id_of_gone = if call.path.contains("users") { &gone.user_id } else { &gone.wallet_id };
        let unknown = Uuid::new_v4().to_string();
        let nobody = None;
        for who in [nobody, Some((&community.eve, By::Token)), Some((&community.eve, By::Session))] {
            // What every member may ask for is no secret among them: whose wallet it is that they pay, say.
            if call.who == Who::Members && who.is_some() {
                continue;
            }
            let body = call.body(&community, who.map(|(person, _)| person));
            let mut answers = Vec::new();
            for id_asked in [&id, &unknown, id_of_gone] {
                answers.push(community.call(who, call.method, &existing.replace(&id, id_asked), &body).await);
            }
            assert!(answers[0].status >= 300, "{}: {:?}", call.path, answers[0]);
            for (other, other_id) in [(&answers[1], &unknown), (&answers[2], id_of_gone)] {
                assert_alike(call.path, &answers[0], other, &[&id, other_id]);
                compared += 1;
            }
        }
    }
    assert!(compared > 60, "{compared}");
}

/// The cookie of somebody who has left, one that never was, and one that is no cookie: on every page the
/// way to sign in, and nothing that tells them apart.
#[tokio::test]
async fn a_cookie_is_good_or_it_is_not() {
    let community = Community::found().await;
    let random = |cookie: &str| Person { cookie: format!("session={cookie}"), ..community.gone.clone() };
    let unknown = random("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for call in CALLS.iter().filter(|call| call.method == "GET" && !call.is_api()) {
        let path = call.address(&community);
        let left = community.page(&community.gone, &path).await;
        for other in [&unknown, &random(""), &random("x"), &random("' OR 1=1 --")] {
            // A sign-in begins anew each time.
            if path != "/health" && !path.starts_with("/login/start") {
                assert_alike(&path, &left, &community.page(other, &path).await, &[]);
            }
        }
    }
    // Nor do tokens: whatever is wrong with one, it is the same answer.
    let good = community.eve.member.token.clone();
    let (head, signature) = good.rsplit_once('.').unwrap();
    let mut first = None;
    for token in [
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        format!("{head}."),
        "x".into(),
        "a.b.c".into(),
        "A".repeat(4000),
    ] {
        let refused = community.server.stranger(token).get("/v1/me").await;
        refused.refused(401, "unauthorized");
        assert_alike("a token", first.get_or_insert_with(|| refused.clone()), &refused, &[]);
    }
}

/// Names: a member who has left is as unknown as somebody who never came; and with the directory switched
/// off, so is everyone.
#[tokio::test]
async fn names() {
    for directory in [true, false] {
        let settings = format!("{SETTINGS}[community]\ndirectory = {directory}\n");
        let community = Community::found_with(&settings).await;
        let eve = &community.eve;
        for path in ["/v1/members?q=", "/send?q=", "/v1/transactions?q=", "/history?q="] {
            let mut answers = Vec::new();
            for name in ["gone", "nobody-here", "bob"] {
                let address = format!("{path}{name}");
                let answer = match path {
                    _ if path.starts_with("/v1/") => eve.member.get(&address).await,
                    _ => community.page(eve, &address).await,
                };
                answers.push(answer);
            }
            assert_alike(path, &answers[0], &answers[1], &["gone", "nobody-here"]);
            if directory && ["/v1/members?q=", "/send?q="].contains(&path) {
                assert!(answers[2].text.contains(&community.bob.member.wallet_id), "{path}: {:?}", answers[2]);
            } else {
                assert_alike(path, &answers[0], &answers[2], &["gone", "bob"]);
            }
        }
    }
}

/// Payments: the codes are the contract's, and beside them nothing differs but the sentence.
#[tokio::test]
async fn payments() {
    let community = Community::found().await;
    let pay = async |to: &str| {
        let body = json!({ "to_wallet_id": to, "amount": 1 });
        let answer = community.eve.member.post("/v1/transfers", &body).await;
        let members: Vec<String> = match answer.status {
            201 => Vec::new(),
            _ => answer.json().as_object().unwrap().keys().cloned().collect(),
        };
        let mut headers: Vec<String> = answer.headers.keys().cloned().collect();
        headers.sort_unstable();
        (answer, members, headers)
    };
    let (unknown, members, headers) = pay(&Uuid::new_v4().to_string()).await;
    unknown.refused(404, "wallet_not_found");
    let (left, members_left, headers_left) = pay(&community.gone.member.wallet_id).await;
    left.refused(422, "recipient_closed");
    assert_eq!((members, headers), (members_left, headers_left));
    for answer in [&unknown, &left] {
        assert!(!answer.text.contains("gone"), "{answer:?}");
    }
    // Whoever has left and still has a token is told so: it is them who ask. A stranger with the same id is not.
    let gone = &community.gone.member;
    gone.get("/v1/me").await.refused(403, "forbidden");
    let client = &community.server.client;
    let stranger = client.request(Method::GET, community.url("/v1/me")).bearer_auth(&gone.user_id);
    answer(stranger.send().await.unwrap()).await.refused(401, "unauthorized");
    let _: Value = community.eve.member.pay(&community.bob.member, 1).await.ok(201);
}
