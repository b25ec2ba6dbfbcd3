//! Bodies, queries and headers that two readers could read differently, or that no person would send.

use std::fs;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::community::{By, Community, answer};
use super::matrix::CALLS;
use super::support::{Answer, Member, key};

async fn send(client: &Client, member: &Member, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = client.request(Method::POST, format!("{}{path}", member.base)).bearer_auth(&member.token);
    let request = request.header("content-type", kind).header("idempotency-key", key()).body(body);
    answer(request.send().await.unwrap()).await
}

/// Each is refused as what it is, and nothing is changed.
#[tokio::test]
async fn json_that_is_none() {
    let community = Community::found().await;
    let (ann, operator) = (&community.ann.member, &community.operator.member);
    let (client, bob, eve) =
        (&community.server.client, &community.bob.member.wallet_id, &community.eve.member.wallet_id);
    let before = community.rows();
    let payment = |amount: &str| format!("{{\"to_wallet_id\":\"{bob}\",\"amount\":{amount}}}").into_bytes();
    let mut bodies = vec![
        [b"[".repeat(20_000), b"]".repeat(20_000)].concat(),
        format!("{}1{}", "{\"a\":".repeat(8_000), "}".repeat(8_000)).into_bytes(),
        [b"\xef\xbb\xbf".to_vec(), payment("1")].concat(),
        payment(&"9".repeat(10_000)),
        payment(&format!("1{}", "0".repeat(400))),
        payment("1e400"),
        payment("1e0"),
        payment("01"),
        payment("+1"),
        payment("0x1"),
        payment("NaN"),
        payment("1.0"),
        payment("-0"),
        payment("1,\"amount\":1"),
        payment("1,\"amount\":1000"),
        payment(&format!("1,\"to_wallet_id\":\"{eve}\"")),
        payment("1,\"\\u0061mount\":5"),
        payment("1,\"Amount\":5"),
        payment("1,\"note\":\"a\",\"note\":\"b\""),
        payment("1,\"note\":\"\\ud800\""),
        payment("1,\"note\":\"\\u0000\""),
        payment("1,"),
        [payment("1"), payment("2")].concat(),
        payment("1 // one"),
        payment("1,\"__proto__\":{}"),
        b"null".to_vec(),
        b"\"text\"".to_vec(),
    ];
    bodies.push([b"{\"note\":\"\xff\xfe\",".to_vec(), payment("1")[1..].to_vec()].concat());
    bodies.push(String::from_utf8(payment("1")).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect());
    for body in bodies {
        let start = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
        send(client, ann, "/v1/transfers", "application/json", body).await.refused(400, "invalid_request");
        assert_eq!(community.rows(), before, "{start}");
    }
    // In nested lists as well, for operators as well.
    let twice =
        format!("{{\"reason\":\"Why\",\"recipients\":[{{\"wallet_id\":\"{bob}\",\"amount\":1,\"amount\":9}}]}}");
    send(client, operator, "/v1/admin/distributions", "application/json", twice.into_bytes())
        .await
        .refused(400, "invalid_request");
    let unknown =
        format!("{{\"reason\":\"Why\",\"recipients\":[{{\"wallet_id\":\"{bob}\",\"amount\":1,\"is_admin\":true}}]}}");
    send(client, operator, "/v1/admin/distributions", "application/json", unknown.into_bytes())
        .await
        .refused(400, "invalid_request");
    assert_eq!(community.rows(), before);
}

/// UTF-8 by any of its names, and no other writing.
#[tokio::test]
async fn charsets() {
    let community = Community::found().await;
    let (client, ann) = (&community.server.client, &community.ann.member);
    let body = json!({ "to_wallet_id": community.bob.member.wallet_id, "amount": 1 }).to_string().into_bytes();
    for kind in [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "application/json ; charset=utf-8",
    ] {
        assert_eq!(send(client, ann, "/v1/transfers", kind, body.clone()).await.status, 201, "{kind}");
    }
    let before = community.rows();
    for kind in [
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-7",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json, text/plain",
        "application/problem+json",
    ] {
        send(client, ann, "/v1/transfers", kind, body.clone()).await.refused(415, "unsupported_media_type");
    }
    assert_eq!(community.rows(), before);
}

/// The same parameter twice has no meaning, in queries and in forms.
#[tokio::test]
async fn parameters_given_twice() {
    let community = Community::found().await;
    for query in ["limit=1&limit=200", "kind=transfer&kind=pool", "q=a&q=b", "li%6dit=1&limit=2"] {
        community.ann.member.get(&format!("/v1/transactions?{query}")).await.refused(400, "invalid_request");
    }
    let before = community.rows();
    let csrf = community.csrf(&community.ann).await;
    let form = format!("csrf={csrf}&to={}&amount=1&amount=900&step=pay&key={}", community.bob.member.wallet_id, key());
    let post = community.server.client.post(community.url("/send")).header("cookie", &community.ann.cookie);
    let refused = post.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert_eq!(community.rows(), before);
    // Two keys are none.
    let twice = [("content-type", "application/json"), ("idempotency-key", "a"), ("idempotency-key", "b")];
    let body = json!({ "to_wallet_id": community.bob.member.wallet_id, "amount": 1 }).to_string();
    community
        .ann
        .member
        .call(Method::POST, "/v1/transfers", &twice, Some(body))
        .await
        .refused(400, "idempotency_key_required");
    assert_eq!(community.rows(), before);
}

/// The values of an object as lists, in every order, with up to two gaps for what may be left out.
fn as_lists(object: &Value) -> Vec<Value> {
    fn orders(values: &[Value]) -> Vec<Vec<Value>> {
        let Some((first, rest)) = values.split_first() else { return vec![Vec::new()] };
        let with_first = |order: Vec<Value>| {
            (0..=order.len()).map(move |place| [&order[..place], std::slice::from_ref(first), &order[place..]].concat())
        };
        orders(rest).into_iter().flat_map(with_first).collect()
    }
    let values: Vec<Value> = object.as_object().unwrap().values().cloned().collect();
    let gaps = |count: usize| [values.clone(), vec![Value::Null; count]].concat();
    (0..=2).flat_map(|count| orders(&gaps(count))).map(Value::Array).collect()
}

/// A list of the fields' values in their order is not an object, whole or in a part.
#[tokio::test]
async fn lists_are_no_objects() {
    let community = Community::found().await;
    let before = community.rows();
    let mut refused = 0;
    for call in CALLS.iter().filter(|call| call.is_api() && call.has_body()) {
        let (body, path) = (call.body(&community, None), call.address(&community));
        let mut lists = as_lists(&body);
        for (name, part) in body.as_object().unwrap() {
            for object in part.as_array().into_iter().flatten().filter(|part| part.is_object()) {
                lists.extend(as_lists(object).into_iter().map(|list| {
                    let mut body = body.clone();
                    body[name] = json!([list]);
                    body
                }));
            }
        }
        for list in lists {
            let caller = Some((&community.operator, By::Token));
            community.call(caller, call.method, &path, &list).await.refused(400, "invalid_request");
            refused += 1;
        }
    }
    assert!(refused >= 200, "{refused}");
    assert_eq!(community.rows(), before);
}

/// Nothing steers the terminal of whoever calls a verb, whatever a file says that they were given.
#[tokio::test]
async fn terminals_are_not_steered() {
    let server = &Community::found().await.server;
    fs::write(server.path("steering.csv"), "username,amount\n\"\u{1b}]0;x\u{7}\u{1b}[31mred\u{9b}\",1\n").unwrap();
    let answer = server.run(&["distribute", "--file", "steering.csv", "--reason", "Why"]);
    assert!(answer.code == 1 && answer.stderr.contains("red"), "{answer:?}");
    assert!(!answer.stderr.chars().any(|character| character.is_control() && character != '\n'), "{answer:?}");
}
