//! A service client is one more caller: of the whole table it may make what its scopes open, for a
//! member who allows it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::community::{Community, answer};
use super::matrix::{CALLS, Call, Who};
use super::support::{Answer, key};

/// What opens a call to a service client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opens {
    /// This scope, and a member who allows it.
    ForMember(&'static str),
    /// This scope; no member comes into it.
    Alone(&'static str),
}

/// The calls there are for service clients. All others are refused, whatever their scopes.
const OPEN: &[(&str, &str, Opens)] = &[
    ("GET", "/v1/me", Opens::ForMember("wallet:read")),
    ("GET", "/v1/wallet", Opens::ForMember("wallet:read")),
    ("GET", "/v1/members", Opens::ForMember("wallet:read")),
    ("GET", "/v1/transactions", Opens::ForMember("wallet:read")),
    ("GET", "/v1/transactions/{id}", Opens::ForMember("wallet:read")),
    ("GET", "/v1/transactions/{id}/receipt", Opens::ForMember("wallet:read")),
    ("POST", "/v1/transactions/{id}/reverse", Opens::ForMember("transfers:write")),
    ("POST", "/v1/transfers", Opens::ForMember("transfers:write")),
    ("GET", "/v1/fees", Opens::ForMember("transfers:write")),
    ("GET", "/v1/requests", Opens::ForMember("wallet:read")),
    ("GET", "/v1/requests/{id}", Opens::ForMember("wallet:read")),
    ("POST", "/v1/requests/{id}/accept", Opens::ForMember("transfers:write")),
    ("GET", "/v1/statistics/supply", Opens::Alone("statistics:read")),
    ("POST", "/v1/statistics/sandbox", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/forecast", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/transactions", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/users", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/velocity", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/distribution", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/distributions", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/distributions/{id}", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/report", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/report.pdf", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/activity", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/flow", Opens::Alone("statistics:read")),
    ("GET", "/v1/statistics/accounts", Opens::Alone("statistics:read")),
    ("GET", "/v1/ledger/checkpoint", Opens::Alone("statistics:read")),
];

/// A call in the words of the API's document: method, path, scope, and whether a member is named.
type Named = (String, String, String, bool);

fn named((method, path, opens): &(&str, &str, Opens)) -> Named {
    let (scope, for_member) = match opens {
        Opens::ForMember(scope) => (*scope, true),
        Opens::Alone(scope) => (*scope, false),
    };
    ((*method).to_owned(), (*path).to_owned(), scope.to_owned(), for_member)
}

/// What the program's own document says is open to service clients.
async fn documented(community: &Community) -> BTreeSet<Named> {
    let document = community.call(None, "GET", "/openapi.json", &Value::Null).await.ok(200);
    let mut open = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let ways = operation["security"].as_array().into_iter().flatten();
            for scope in ways.filter_map(|way| way["service_client"].as_array()).flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let for_member = parameters.into_iter().any(|parameter| parameter["name"] == "On-Behalf-Of");
                open.insert((method.to_uppercase(), path.clone(), scope.as_str().unwrap().to_owned(), for_member));
            }
        }
    }
    open
}

struct Client<'a> {
    community: &'a Community,
    credential: String,
}

impl Client<'_> {
    async fn call(&self, call: &Call, member: Option<&str>) -> Answer {
        let body = call.body(self.community, Some(&self.community.bob));
        let method = Method::from_bytes(call.method.as_bytes()).unwrap();
        let address = self.community.url(&call.address(self.community));
        let mut request = self.community.server.client.request(method, address).bearer_auth(&self.credential);
        if let Some(member) = member {
            request = request.header("on-behalf-of", member);
        }
        if !call.is_api() && call.has_body() {
            request = request.form(&body);
        } else if call.has_body() {
            request = request.json(&body);
        }
        if call.is_api() && call.method == "POST" {
            request = request.header("idempotency-key", key());
        }
        answer(request.send().await.unwrap()).await
    }
}

/// The identity of this member, as a client names them.
fn identity(community: &Community, user_id: &str) -> String {
    let sql = format!(
        "SELECT issuer || '|' || subject AS name FROM identities JOIN users ON users.key = user WHERE id = '{user_id}'"
    );
    community.server.sql(&sql)[0]["name"].as_str().unwrap().to_owned()
}

/// The whole table, by a client with every scope and by clients with one: for a member who allows it,
/// for one who does not, for nobody.
#[tokio::test]
async fn what_service_clients_may() {
    let community = Community::found().await;
    let scopes = ["transfers:write", "wallet:read", "activities:write", "statistics:read"];
    let mut clients =
        vec![(scopes.to_vec(), Client { community: &community, credential: community.credential.clone() })];
    for scope in scopes {
        let new = json!({ "name": scope.replace(':', "-"), "scopes": [scope], "reason": "One scope" });
        let made = community.operator.member.post("/v1/admin/service-clients", &new).await.ok(201);
        let allow = format!("/v1/me/service-clients/{}", made["id"].as_str().unwrap());
        community.bob.member.call(Method::PUT, &allow, &[], None).await.ok(200);
        let credential = made["credential"].as_str().unwrap().to_owned();
        clients.push((vec![scope], Client { community: &community, credential }));
    }
    let [bob, eve] = [&community.bob, &community.eve].map(|person| identity(&community, &person.member.user_id));
    let (mut allowed, mut refused, mut counted) = (0, 0, 0);
    assert_eq!(documented(&community).await, OPEN.iter().map(named).collect());
    let nobodys = [Who::Everyone, Who::Astray, Who::Holder, Who::Monitoring];
    for call in CALLS.iter().filter(|call| !nobodys.contains(&call.who)) {
        let opens = OPEN.iter().find(|open| (open.0, open.1) == (call.method, call.path)).map(|open| open.2);
        let may = |scopes: &[&str]| match opens {
            Some(Opens::ForMember(scope) | Opens::Alone(scope)) => scopes.contains(&scope),
            None => false,
        };
        let before = community.rows();
        for (scopes, client) in &clients {
            // For nobody, for a member who does not allow it, and for one who does.
            let mut tried = vec![None, Some(eve.as_str())];
            if !may(scopes) {
                tried.push(Some(bob.as_str()));
            }
            for member in tried {
                let answer = client.call(call, member).await;
                match opens {
                    // A community of this table has no passkeys, for anyone; some pages ask who it is first.
                    _ if call.who == Who::WithPasskeys && answer.status == 404 && !call.is_api() => {}
                    // A credential is for the API: on the pages it is nobody's.
                    _ if !call.is_api() => assert!(
                        answer.status == 303 && answer.headers["location"].starts_with("/login"),
                        "{} {}: {answer:?}",
                        call.method,
                        call.path
                    ),
                    Some(Opens::Alone(_)) if may(scopes) => assert_eq!(answer.status, 200, "{}", answer.text),
                    Some(Opens::ForMember(_)) if may(scopes) && member.is_none() => {
                        drop(answer.refused(400, "invalid_request"));
                    }
                    Some(Opens::ForMember(_)) if may(scopes) => drop(answer.refused(403, "client_not_allowed")),
                    Some(_) => drop(answer.refused(403, "scope_missing")),
                    None => drop(answer.refused(403, "forbidden")),
                }
                refused += 1;
                counted += i64::from(call.is_api());
            }
        }
        assert_eq!(community.rows(), before, "{} {} changed something", call.method, call.path);
        for (_, client) in clients.iter().filter(|(scopes, _)| may(scopes)) {
            let answer = client.call(call, Some(&bob)).await;
            let is_there = [200, 201].contains(&answer.status);
            // The same request is accepted once.
            let is_late = call.path.ends_with("/accept") && answer.status == 409;
            assert!(is_there || is_late, "{} {}: {answer:?}", call.method, call.path);
            allowed += 1;
            // A payment has a row of its own.
            counted += i64::from(answer.status != 201);
        }
    }
    assert!(allowed == 2 * OPEN.len() && refused > 600, "{allowed} {refused}");
    let calls = community.auditor.member.get("/v1/admin/service-calls").await.ok(200);
    assert_eq!(calls["items"].as_array().map(Vec::len), Some(5), "both names beside each: {calls}");
    let bob = community.bob.member.user_id.as_str();
    let mut sums = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/admin/service-counts?limit=200{cursor}");
        let page = community.auditor.member.get(&path).await.ok(200);
        for entry in page["items"].as_array().unwrap() {
            assert!(entry["client"].is_string(), "{entry}");
            let whose = entry["user_id"].as_str().map(|id| if id == bob { "bob" } else { "eve" });
            *sums.entry((entry["outcome"] == "answered", whose)).or_insert(0) += entry["count"].as_i64().unwrap();
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(sums.values().sum::<i64>(), counted, "every call is written down: {sums:?}");
    assert_eq!(sums[&(true, Some("bob"))], 18, "with the name of the member who allows it");
    assert!(sums[&(true, None)] > 0 && !sums.contains_key(&(true, Some("eve"))), "{sums:?}");
    assert!(sums[&(false, Some("eve"))] > 0 && sums[&(false, None)] > 0, "refused ones too: {sums:?}");
    assert!(
        calls["items"].as_array().unwrap().iter().all(|entry| entry["user_id"] == bob && entry["client"].is_string())
    );
    assert_eq!(community.server.cli(&["verify"]).ok()["is_sound"], true);
}
