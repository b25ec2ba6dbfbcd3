//! The wallet's page, in a real browser: what happens appears without loading it again.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use thirtyfour::By;

use super::chromium::Browser;
use super::stream::{SOON, Stream};
use super::support::{Member, Server};

/// One of the sample community, by token.
async fn by_token(server: &Server, name: &str) -> Member {
    let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
    let mut member = server.stranger(token);
    let me = member.get("/v1/me").await.ok(200);
    member.user_id = me["id"].as_str().unwrap().into();
    member.wallet_id = me["wallet_id"].as_str().unwrap().into();
    member
}

async fn open(server: &Server, scripts: bool) -> Browser {
    let browser = Browser::open(scripts).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'tomas')]").await;
    browser.sees(&["You have", "Lately"]).await;
    browser
}

/// The figure on the page, as a number.
async fn shown(browser: &Browser) -> i64 {
    let figure = browser.driver.find(By::Css("[data-live=balance]")).await.unwrap().text().await.unwrap();
    figure.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

async fn shows(browser: &Browser, balance: i64) {
    let began = Instant::now();
    while shown(browser).await != balance {
        assert!(began.elapsed() < SOON, "{balance} is not shown, but {}", shown(browser).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What the drawing of the last days says.
const COURSE: &str = r#"
    const marks = [...document.querySelectorAll("[data-live=course] svg rect title")];
    return { days: marks.length, today: marks.at(-1)?.textContent,
             summary: document.querySelector("[data-live=course] p")?.textContent };
"#;

/// Paid, paid again with a note that would like to run, frozen and unfrozen: the page shows each, is never
/// loaded again, and what is written to the member stays text. Signed out elsewhere, it shows no more.
#[tokio::test]
async fn what_happens_appears() {
    let server = Server::demo().await;
    let (tomas, aiko) = (by_token(&server, "tomas").await, by_token(&server, "aiko").await);
    let browser = open(&server, true).await;
    let before = shown(&browser).await;
    assert_eq!(tomas.balance().await, before);
    browser.driver.execute("window.stayed = true; window.ran = []", vec![]).await.unwrap();

    let began = Instant::now();
    aiko.pay(&tomas, 3).await.ok(201);
    shows(&browser, before + 3).await;
    println!("shown {:?} after the payment began", began.elapsed());
    browser.sees(&["aiko", "+3"]).await;
    // The drawing of the last days ends with today's balance, and says how far it went.
    let course = || browser.driver.execute(COURSE, vec![]);
    let drawn = course().await.unwrap().json().clone();
    let today: String = drawn["today"].as_str().unwrap().rsplit(": ").next().unwrap().into();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    assert_eq!((digits(&today), &drawn["days"]), ((before + 3).to_string(), &json!(30)), "{drawn}");
    assert!(drawn["summary"].as_str().unwrap().starts_with("In the last 30 days you had between "), "{drawn}");
    let note = "<img src=x onerror=\"ran.push(1)\"><script>ran.push(2)</script>";
    let body = json!({ "to_wallet_id": tomas.wallet_id, "amount": 1, "note": note });
    aiko.post("/v1/transfers", &body).await.ok(201);
    browser.sees(&[note]).await;
    server.cli(&["freeze", &tomas.wallet_id, "--reason", "Lost <b>phone</b>"]).ok();
    browser.sees(&["Your wallet is frozen.", "Lost <b>phone</b>"]).await;
    server.cli(&["unfreeze", &tomas.wallet_id, "--reason", "Found it"]).ok();
    browser.sees(&["Send", "Receive"]).await;
    let seen = browser.driver.execute("return [window.stayed, window.ran]", vec![]).await.unwrap();
    assert_eq!(seen.json(), &json!([true, []]));

    // A stranger's browser hears nothing, and neither does this one once it is signed out.
    let stranger = server.client.get(format!("{}/events", server.base)).send().await.unwrap();
    assert_eq!(
        (stranger.status().as_u16(), &stranger.headers()["location"]),
        (303, &"/login?next=%2Fevents".parse().unwrap())
    );
    tomas.call(Method::DELETE, "/v1/me/sessions", &[], None).await;
    aiko.pay(&tomas, 1).await.ok(201);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(shown(&browser).await, before + 4, "who is signed out is shown no more");
    browser.driver.refresh().await.unwrap();
    browser.sees(&["Sign in"]).await;
    browser.close().await;
}

/// While nobody looks at the page, it listens to nothing; when somebody looks again, it shows what there
/// is. So many open windows take no connection from each other.
#[tokio::test]
async fn unseen_pages_are_quiet() {
    let server = Server::demo().await;
    let (tomas, aiko) = (by_token(&server, "tomas").await, by_token(&server, "aiko").await);
    let browser = open(&server, true).await;
    let before = shown(&browser).await;
    let first = browser.driver.window().await.unwrap();
    // With more windows than a browser has connections to one server, each is still served.
    for _ in 0..9 {
        let tab = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(tab).await.unwrap();
        browser.driver.goto(&server.base).await.unwrap();
        browser.sees(&["You have"]).await;
    }
    aiko.pay(&tomas, 3).await.ok(201);
    shows(&browser, before + 3).await;
    browser.driver.switch_to_window(first).await.unwrap();
    shows(&browser, before + 3).await;
    browser.close().await;
}

/// A page that was refused its stream asks again by itself.
#[tokio::test]
async fn a_refused_page_asks_again() {
    let server = Server::demo().await;
    let (tomas, aiko) = (by_token(&server, "tomas").await, by_token(&server, "aiko").await);
    let mut all_places = Vec::new();
    for _ in 0..8 {
        all_places.push(Stream::open(&tomas).await);
    }
    let browser = open(&server, true).await;
    let before = shown(&browser).await;
    aiko.pay(&tomas, 3).await.ok(201);
    all_places[0].hears("balance").await;
    all_places[0].hears("transaction").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(shown(&browser).await, before);
    drop(all_places);
    shows(&browser, before + 3).await;
    browser.close().await;
}

/// Without scripts nothing is lost but the convenience.
#[tokio::test]
async fn without_scripts_a_reload_shows_it() {
    let server = Server::demo().await;
    let (tomas, aiko) = (by_token(&server, "tomas").await, by_token(&server, "aiko").await);
    let browser = open(&server, false).await;
    let before = shown(&browser).await;
    aiko.pay(&tomas, 3).await.ok(201);
    browser.driver.refresh().await.unwrap();
    shows(&browser, before + 3).await;
    browser.close().await;
}

/// Listening is no use of a session: one that nobody uses ends in its time, however long its page is open.
#[tokio::test]
async fn listening_keeps_no_session_open() {
    let server = Server::demo().await;
    let signed_in =
        server.client.post(format!("{}/login", server.base)).form(&[("new_username", "quiet")]).send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let long_ago = "UPDATE sessions SET seen_at = seen_at - 3600000 RETURNING seen_at";
    let seen = server.sql(long_ago)[0]["seen_at"].clone();
    let last_use = || server.sql("SELECT seen_at FROM sessions")[0]["seen_at"].clone();
    let open = |path: &str| server.client.get(format!("{}{path}", server.base)).header("cookie", &cookie).send();
    let mut stream = open("/events").await.unwrap();
    let mut heard = String::new();
    while !heard.contains("\n\n") || !heard.contains("event: wallet") {
        heard.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(heard.contains("data-live=\"balance\"") && !heard.contains("csrf"), "{heard}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(last_use(), seen);
    // And the instrument works.
    assert_eq!(open("/").await.unwrap().status(), 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_ne!(last_use(), seen);
}
