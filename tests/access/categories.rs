//! Categories: what members call the entries of their own history, seen by nobody else, and gone with them.

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::By;

use super::chromium::Browser;
use super::clients::Bot;
use super::closing::holds;
use super::support::{Answer, Member, Server};

async fn put(member: &Member, id: &Value, category: &str) -> Answer {
    let path = format!("/v1/transactions/{}/category", id.as_str().unwrap());
    let body = json!({ "category": category }).to_string();
    member.call(Method::PUT, &path, &[("content-type", "application/json")], Some(body)).await
}

async fn take(member: &Member, id: &Value) -> Answer {
    member.call(Method::DELETE, &format!("/v1/transactions/{}/category", id.as_str().unwrap()), &[], None).await
}

/// Given, changed, taken away, looked for and summed up; spelled as before; and refused where it is wrong or
/// the entry is not one's own.
#[tokio::test]
async fn members_sort_their_own_history() {
    let server = Server::start().await;
    let (ann, bob, eve) =
        (server.funded("ann", 1_000).await, server.funded("bob", 100).await, server.member("eve").await);
    let before = server.rows();
    let mut paid = Vec::new();
    for amount in [5, 7, 11, 13] {
        paid.push(ann.pay(&bob, amount).await.ok(201)["id"].clone());
    }
    let came = bob.pay(&ann, 3).await.ok(201)["id"].clone();
    assert_ne!(server.rows(), before);
    let before = server.rows();
    let given = put(&ann, &paid[0], "  Food ").await.ok(200);
    assert_eq!(given, json!({ "transaction_id": paid[0], "category": "Food" }));
    assert_eq!(put(&ann, &paid[1], "fOOD").await.ok(200)["category"], "Food", "spelled as before");
    assert_eq!(put(&ann, &paid[2], "Früh").await.ok(200)["category"], "Früh");
    assert_eq!(put(&ann, &paid[3], "FRÜH").await.ok(200)["category"], "Früh");
    assert_eq!(put(&ann, &came, "food").await.ok(200)["category"], "Food");
    assert_eq!(server.rows(), before, "the ledger, its chain and the audit log know nothing of it");

    // Looked for, page by page, with other filters, and in every answer of her own.
    let food = ann.history("?category=Food").await;
    let amounts = |entries: &[Value]| entries.iter().map(|entry| entry["amount"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!(amounts(&food), [3, 7, 5]);
    assert!(food.iter().all(|entry| entry["category"] == "Food"));
    assert_eq!(amounts(&ann.history("?category=Food&direction=out").await), [7, 5]);
    assert_eq!(amounts(&ann.history("?category=Nothing").await), [0; 0]);
    let mut pages = Vec::new();
    let mut query = "?category=Food&limit=1".to_owned();
    loop {
        let page = ann.get(&format!("/v1/transactions{query}")).await.ok(200);
        pages.extend(amounts(page["items"].as_array().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?category=Food&limit=1&cursor={cursor}");
    }
    assert_eq!(pages, [3, 7, 5]);
    assert_eq!(ann.get(&format!("/v1/transactions/{}", paid[2].as_str().unwrap())).await.ok(200)["category"], "Früh");
    let sums = ann.get("/v1/me/categories").await.ok(200);
    let row = |category: &str, count: i64, received: i64, spent: i64| json!({ "category": category, "count": count, "received": received, "spent": spent });
    assert_eq!(sums, json!({ "items": [row("Früh", 2, 0, 24), row("Food", 3, 3, 12)] }));
    let later = food[0]["created_at"].as_i64().unwrap() + 1;
    assert_eq!(ann.get(&format!("/v1/me/categories?from_time={later}")).await.ok(200), json!({ "items": [] }));
    assert_eq!(ann.get(&format!("/v1/me/categories?to_time={later}")).await.ok(200), sums);
    ann.get("/v1/me/categories?from_time=-1").await.refused(400, "invalid_request");

    // Changed and taken away; what nobody else bears any more can be spelled anew.
    assert_eq!(put(&ann, &paid[2], "food").await.ok(200)["category"], "Food");
    assert_eq!(put(&ann, &paid[3], "früh").await.ok(200)["category"], "früh");
    assert_eq!(take(&ann, &paid[3]).await.ok(200)["category"], Value::Null);
    assert_eq!(take(&ann, &paid[3]).await.ok(200)["category"], Value::Null, "twice is once");

    let rows = || server.sql("SELECT * FROM categories");
    let kept = rows();
    for wrong in ["", "   ", "a\u{0}b", "\u{202e}dooF", &"é".repeat(41)] {
        put(&ann, &paid[0], wrong).await.refused(400, "invalid_request");
    }
    put(&eve, &paid[0], "Mine").await.refused(404, "transaction_not_found");
    take(&eve, &paid[0]).await.refused(404, "transaction_not_found");
    put(&server.operator().await, &paid[0], "Mine").await.refused(404, "transaction_not_found");
    assert_eq!(rows(), kept);
    assert_eq!(put(&ann, &paid[0], &"é".repeat(40)).await.ok(200)["category"], "é".repeat(40));
    server.assert_sound().await;
}

/// The other side, operators, auditors' files and programs that act for her see nothing of it; her own files
/// hold it; and when she leaves, so does it, out of the file itself.
#[tokio::test]
async fn nobody_else_sees_them() {
    const SECRET: &str = "Presents-for-Bob-8712649";
    let mut server = Server::start().await;
    let (ann, bob, operator) = (server.funded("ann", 1_000).await, server.member("bob").await, server.operator().await);
    let id = ann.pay(&bob, 5).await.ok(201)["id"].clone();
    put(&ann, &id, SECRET).await.ok(200);
    put(&bob, &id, "From Ann").await.ok(200);
    let one = format!("/v1/transactions/{}", id.as_str().unwrap());
    let bot = Bot::new(&server, "budget", &["wallet:read"]);
    bot.allow(&ann).await;
    let mut seen = Vec::new();
    for path in ["/v1/transactions", &one, &format!("{one}/receipt"), "/v1/me/data", "/v1/me/categories"] {
        seen.push((path.to_owned(), bob.get(path).await));
    }
    for path in [
        "/v1/admin/transactions".to_owned(),
        format!("/v1/admin/transactions?wallet_id={}", ann.wallet_id),
        format!("/v1/admin{}", &one[3..]),
        format!("/v1/admin{}/receipt", &one[3..]),
        format!("/v1/admin/users/{}", ann.user_id),
        "/v1/admin/audit-log".to_owned(),
    ] {
        let answer = operator.get(&path).await;
        seen.push((path, answer));
    }
    for path in ["/v1/transactions", &one] {
        seen.push((format!("bot {path}"), bot.get_for("ann", path).await));
    }
    for (path, answer) in seen {
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert!(!answer.text.contains(SECRET), "{path}: {}", answer.text);
    }
    let asked = format!("/v1/transactions?category={SECRET}");
    bot.get_for("ann", &asked).await.refused(400, "invalid_request");
    operator.get(&asked.replace("/v1/", "/v1/admin/")).await.refused(400, "invalid_request");
    bot.get_for("ann", "/v1/me/categories").await.refused(403, "forbidden");
    let exported = server.run(&["export", "--format", "json"]);
    assert!(exported.stdout.contains("\"amount\"") && !exported.stdout.contains(SECRET), "{exported:?}");
    assert!(!server.log().contains(SECRET));

    let data = ann.get("/v1/me/data").await.ok(200);
    assert_eq!(data["transactions"][0]["category"], SECRET);
    assert!(holds(&server, SECRET));
    let body = json!({ "confirm": ann.user_id, "remaining": "pool" }).to_string();
    ann.call(Method::DELETE, "/v1/me", &[("content-type", "application/json")], Some(body)).await.ok(200);
    assert_eq!(server.sql("SELECT category FROM categories"), json!([{ "category": "From Ann" }]));
    server.stop();
    server.cli(&["verify"]).ok();
    assert!(!holds(&server, SECRET));
}

/// The first page of a member's history, as a browser's address.
async fn history(browser: &Browser, server: &Server, query: &str) {
    browser.driver.goto(&format!("{}/history{query}", server.base)).await.unwrap();
}

async fn entries(browser: &Browser) -> usize {
    browser.driver.find_all(By::Css("a.entry")).await.unwrap().len()
}

/// Sends a form, and waits until another page has come: what is opened next is not to race it.
async fn send(browser: &Browser, button: &str) {
    let before = browser.driver.find(By::Tag("html")).await.unwrap();
    browser.click(&format!("//button[text()='{button}']")).await;
    for _ in 0..200 {
        if before.tag_name().await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{button} led nowhere");
}

/// On the pages, without a script: given, offered again, summed up, looked for, taken away.
#[tokio::test]
async fn without_a_script() {
    let server = Server::demo().await;
    let browser = Browser::open(false).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'aiko')]").await;
    browser.sees(&["You have"]).await;
    history(&browser, &server, "").await;
    let sums = By::Css("table.sums");
    assert!(browser.driver.find(sums.clone()).await.is_err(), "whoever has no categories is shown none");
    assert_eq!(entries(&browser).await, 30);
    browser.click("(//a[@class='entry'])[1]").await;
    browser.sees(&["Receipt", "Category", "nobody else sees it"]).await;
    browser.fill("category", "Garden").await;
    send(&browser, "Keep").await;
    history(&browser, &server, "").await;
    browser.sees(&["By category", "Garden", "1 entry"]).await;
    browser.click("(//a[@class='entry'])[2]").await;
    assert!(browser.driver.find(By::Css("#categories option[value=Garden]")).await.is_ok(), "it is offered again");
    browser.fill("category", "garden").await;
    send(&browser, "Keep").await;
    history(&browser, &server, "").await;
    browser.click("//table//a[text()='Garden']").await;
    browser.sees(&["That is everything."]).await;
    assert_eq!(entries(&browser).await, 2);
    browser.click("(//a[@class='entry'])[2]").await;
    send(&browser, "Take it away").await;
    history(&browser, &server, "?category=Garden").await;
    assert_eq!(entries(&browser).await, 1);

    // Older entries are a page of their own.
    history(&browser, &server, "").await;
    let first = browser.driver.find(By::Css("a.entry")).await.unwrap().attr("href").await.unwrap();
    browser.click("//a[@rel='next']").await;
    browser.sees(&["History"]).await;
    assert_ne!(browser.driver.find(By::Css("a.entry")).await.unwrap().attr("href").await.unwrap(), first);
    browser.close().await;
}

/// With scripts, older entries appear below, each once and each day whole; the focus goes to the first of
/// them, it is said aloud, and at the end there is nothing more to press.
#[tokio::test]
async fn older_entries_appear_in_their_place() {
    let server = Server::demo().await;
    let browser = Browser::open(true).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'aiko')]").await;
    browser.sees(&["You have"]).await;
    history(&browser, &server, "").await;
    browser.driver.execute("window.stayed = true", vec![]).await.unwrap();
    let mut before = entries(&browser).await;
    assert_eq!(before, 30);
    while browser.driver.find(By::Css("a[rel=next]")).await.is_ok() {
        browser.driver.execute("document.querySelector('a[rel=next]').click()", vec![]).await.unwrap();
        for _ in 0..200 {
            if entries(&browser).await > before || browser.driver.find(By::Css("a[rel=next]")).await.is_err() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let now = entries(&browser).await;
        if now > before {
            let focus = "return [...document.querySelectorAll('a.entry')].indexOf(document.activeElement)";
            let focused = browser.driver.execute(focus, vec![]).await.unwrap().json().as_u64();
            assert_eq!(focused, Some(before as u64), "the first new one has the focus");
        }
        before = now;
        assert!(before < 2_000);
    }
    let seen = "return [window.stayed, new Set([...document.querySelectorAll('a.entry')].map(a => a.href)).size,
        document.querySelectorAll('section.day').length, new Set([...document.querySelectorAll('section.day h2')].map(h => h.textContent)).size,
        document.querySelector('[data-shown]').textContent, document.querySelector('[data-more] ~ .fine').textContent]";
    let seen = browser.driver.execute(seen, vec![]).await.unwrap().json().clone();
    assert_eq!((&seen[0], &seen[1]), (&json!(true), &json!(before)), "{seen}");
    assert_eq!(seen[2], seen[3], "no day stands there twice: {seen}");
    assert_eq!((&seen[4], &seen[5]), (&json!("More entries are shown."), &json!("That is everything.")));
    let all = server.sql(
        "SELECT count(*) AS n FROM transactions JOIN users ON users.wallet IN (from_wallet, to_wallet) WHERE username = 'aiko'",
    );
    assert_eq!(json!(before), all[0]["n"], "all of them, each once");
    browser.close().await;
}
