//! Forms come from our own pages, in the same session; and looking changes nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rusqlite::{Connection, OpenFlags};

use super::community::{By, Community, Person, answer};
use super::matrix::CALLS;
use super::support::{Answer, Server, key};

/// A form as it stands on a page.
pub struct Form {
    page: String,
    pub action: String,
    pub fields: Vec<(String, String)>,
}

pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(unescape(rest.split('"').next()?))
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">")
}

/// The forms of a page that change something.
pub fn forms(page: &str, html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for text in html.split("<form").skip(1) {
        let text = text.split("</form>").next().unwrap();
        let (tag, inside) = text.split_once('>').unwrap();
        if attribute(tag, "method").is_none_or(|method| !method.eq_ignore_ascii_case("post")) {
            continue;
        }
        let inputs = inside.split("<input").skip(1).chain(inside.split("<button").skip(1));
        let fields = inputs
            .filter_map(|input| {
                let tag = input.split('>').next()?;
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect();
        forms.push(Form { page: page.into(), action: attribute(tag, "action").unwrap_or_else(|| page.into()), fields });
    }
    forms
}

/// Every page that this person reaches by links and by the table.
pub async fn crawl(community: &Community, person: &Person) -> Vec<(String, Answer)> {
    crawl_but(community, person, &[]).await
}

/// The same but for addresses that begin with one of these.
async fn crawl_but(community: &Community, person: &Person, but: &[&str]) -> Vec<(String, Answer)> {
    let mut to_see: Vec<String> = CALLS
        .iter()
        .filter(|call| call.method == "GET" && !call.is_api())
        .map(|call| call.address(community))
        .collect();
    to_see.push(format!("/send?to={}&amount=1&step=confirm", community.eve.member.wallet_id));
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    while let Some(path) = to_see.pop() {
        if but.iter().any(|start| path.starts_with(start)) || !seen.insert(path.clone()) || seen.len() > 400 {
            continue;
        }
        let answer = community.page(person, &path).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
        for link in answer.text.split("<a").skip(1) {
            if let Some(link) = attribute(link.split('>').next().unwrap(), "href") {
                let link = link.split('#').next().unwrap().to_owned();
                if link.starts_with('/') && !link.starts_with("//") {
                    to_see.push(link);
                }
            }
        }
        pages.push((path, answer));
    }
    pages
}

/// How often the file was written by others, as SQLite counts it.
fn version(conn: &Connection) -> i64 {
    conn.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap()
}

/// Everything that is kept, row by row with its table: what says whose content changed, when something was written.
fn content(server: &Server) -> BTreeSet<String> {
    let tables = server.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'");
    let rows = |table: &serde_json::Value| {
        let table = table["name"].as_str().unwrap().to_owned();
        let rows = server.sql(&format!("SELECT * FROM {table}"));
        rows.as_array().unwrap().iter().map(|row| format!("{table}: {row}")).collect::<Vec<_>>()
    };
    tables.as_array().unwrap().iter().flat_map(rows).collect()
}

/// Files with what is everybody's: who downloads them leaves a line.
const LEAVE_A_LINE: &[&str] = &["/admin/transactions.csv", "/admin/audit.csv", "/admin/audit.json"];

/// Every page and every call that only looks, as operator and as member: not a byte is written.
#[tokio::test]
async fn looking_changes_nothing() {
    let community = Community::found().await;
    let conn = Connection::open_with_flags(community.server.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    // What the program does by itself is no work of a GET: it tells members what was done while the community
    // was made, programs the same, looks for reports that are missing, and makes the key for browsers.
    let stop = serde_json::json!({ "reason": "Looking" });
    let path = format!("/v1/admin/webhooks/{}/stop", community.webhook);
    community.operator.member.post(&path, &stop).await.ok(200);
    // And it tells who tries what is for others, and links that are none: once, and then not within the hour.
    let refused = [
        (&community.ann, "/join/none".to_owned()),
        (&community.ann, "/admin".to_owned()),
        (&community.auditor, format!("/admin/transactions/{}/reverse", community.transaction)),
    ];
    for (person, path) in &refused {
        assert!(community.page(person, path).await.status >= 400, "{path}");
    }
    let told = "SELECT (SELECT sequence FROM followers WHERE name = 'audit_log')
                       = (SELECT max(sequence) FROM audit_log WHERE action NOT LIKE '%.refused')
            AND (SELECT count(*) FROM audit_log WHERE action LIKE '%.refused') = 3
            AND EXISTS (SELECT 1 FROM followers WHERE name = 'reports') AND EXISTS (SELECT 1 FROM push_key)";
    let since = Instant::now();
    while !conn.query_row(told, [], |row| row.get::<_, bool>(0)).unwrap() {
        assert!(since.elapsed() < Duration::from_mins(2), "not all is told: {:#?}", content(&community.server));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let kept = content(&community.server);
    let before = version(&conn);
    let mut looked = 0;
    for person in [&community.operator, &community.ann, &community.auditor] {
        looked += crawl_but(&community, person, LEAVE_A_LINE).await.len();
        for call in CALLS.iter().filter(|call| call.method == "GET" && call.is_api()) {
            let path = call.address(&community);
            community.call(Some((person, By::Token)), "GET", &path, &serde_json::Value::Null).await;
            looked += 1;
        }
    }
    assert!(looked > 60, "{looked}");
    let after = version(&conn);
    assert_eq!(after, before, "a GET wrote something: {:#?}", content(&community.server).difference(&kept));
    // And the instrument works.
    community.ann.member.pay(&community.bob.member, 1).await.ok(201);
    assert_ne!(version(&conn), before);
}

/// Each form of every page: without its token, with another session's, from another site, from nowhere.
#[tokio::test]
async fn forms_of_other_sites_are_refused_and_logged() {
    let community = Community::found().await;
    let mut tried = BTreeSet::new();
    let mut refusals = 0;
    for person in [&community.operator, &community.bob] {
        let others = community.csrf(&community.eve).await;
        // With both in hand: a page to confirm on is made by posting.
        let mut found: Vec<Form> =
            crawl(&community, person).await.iter().flat_map(|(path, page)| forms(path, &page.text)).collect();
        let csrf = community.csrf(person).await;
        let fields =
            [("csrf", csrf.as_str()), ("to", &community.eve.member.wallet_id), ("amount", "1"), ("step", "confirm")];
        let post = community.server.client.post(community.url("/send")).header("cookie", &person.cookie);
        let confirm = answer(post.form(&fields).send().await.unwrap()).await;
        found.extend(forms("/send (to confirm)", &confirm.text));
        for form in found {
            let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
            // The same form on many pages is one form.
            if !tried.insert((
                person.name,
                form.page.split('?').next().unwrap().to_owned(),
                form.action.clone(),
                names.join(","),
            )) {
                continue;
            }
            let before = community.rows();
            let with = |csrf: Option<&str>| -> Vec<(String, String)> {
                let mut fields: Vec<_> = form.fields.iter().filter(|(name, _)| name != "csrf").cloned().collect();
                fields.extend(csrf.map(|csrf| ("csrf".to_owned(), csrf.to_owned())));
                fields
            };
            let mut attacks = Vec::new();
            if names.contains(&"csrf") {
                attacks.extend([
                    ("without a token", with(None), vec![]),
                    ("with an empty token", with(Some("")), vec![]),
                    ("with another session's token", with(Some(&others)), vec![]),
                ]);
            } else {
                // Signing in, and choosing a language on this browser, are for those who have no session.
                assert!(
                    ["/login", "/language"].contains(&form.action.as_str()),
                    "{}: a form without a token",
                    form.page
                );
            }
            let good = with(Some(&csrf));
            for (name, header) in [
                ("across sites", ("sec-fetch-site", "cross-site")),
                ("from a neighbour", ("sec-fetch-site", "same-site")),
                ("from another origin", ("origin", "https://evil.example")),
                ("from the origin null", ("origin", "null")),
                ("from another port", ("origin", "http://127.0.0.1:1")),
            ] {
                attacks.push((name, good.clone(), vec![header]));
            }
            for (attack, fields, headers) in attacks {
                let mut request =
                    community.server.client.post(community.url(&form.action)).header("cookie", &person.cookie);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                let refused = answer(request.form(&fields).send().await.unwrap()).await;
                let place = format!("{} on {} {attack}", form.action, form.page);
                assert!([400, 403].contains(&refused.status), "{place}: {refused:?}");
                assert!(!refused.headers.contains_key("set-cookie"), "{place}: {refused:?}");
                let id = &refused.headers["x-request-id"];
                assert!(community.server.log().contains(id.as_str()), "{place}: not in the log");
                refusals += 1;
            }
            assert_eq!(community.rows(), before, "{} on {}", form.action, form.page);
        }
    }
    println!("{} forms, {refusals} attempts refused", tried.len());
    assert!(tried.len() >= 10 && refusals >= 70, "{} {refusals}", tried.len());
}

/// What a form of another site can send is nothing the API reads, token or not.
#[tokio::test]
async fn the_api_reads_no_forms() {
    let community = Community::found().await;
    let before = community.rows();
    for call in CALLS.iter().filter(|call| call.is_api() && call.has_body()) {
        let body = call.body(&community, None).to_string();
        for kind in [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
            "text/plain; application/json",
            "",
        ] {
            let method = reqwest::Method::from_bytes(call.method.as_bytes()).unwrap();
            let request = community.server.client.request(method, community.url(&call.address(&community)));
            let request = request.bearer_auth(&community.operator.member.token).header("idempotency-key", key());
            let refused = request.header("content-type", kind).body(body.clone()).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{} {kind}", call.path);
        }
    }
    assert_eq!(community.rows(), before);
}
