//! The script of the page and the worker, in a real Chromium. Only the push service is missing: where it would
//! hand the browser its keys, a script of the test does; and where it would bring a message, the browser's own
//! tools hand it to the worker, opened as the browser would have.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::Cookie;

use super::chromium::Browser;
use super::push::{PLAIN, PUSH, Person, browsers};
use super::receiver::Receiver;
use super::support::Server;

async fn ask(browser: &Browser, script: &str) -> Value {
    browser.driver.execute(script, Vec::new()).await.unwrap().json().clone()
}

/// What the script shows once it has run.
async fn waits_for(browser: &Browser, script: &str, what: &Value) {
    let mut said = Value::Null;
    for _ in 0..200 {
        said = ask(browser, script).await;
        if said == *what {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{script}: {said}, not {what}");
}

const SHOWN: &str = "return [...document.querySelectorAll('#browser form')].filter((form) => form.checkVisibility()).map((form) => form.dataset.act)";

/// From the button on the page to the notice on the screen.
#[tokio::test]
async fn a_browser_is_put_in_told_and_taken_out() {
    let receiver = Receiver::open();
    let mut server = Server::prepare(&format!("{PLAIN}{PUSH}"));
    server.serve(&[]).await;
    let ann = Person::join(&server, "ann").await;
    let browser = Browser::open(true).await;
    let cdp = browser.driver.cdp();
    let may = json!({ "permissions": ["notifications"], "origin": server.base });
    cdp.send_raw("Browser.grantPermissions", may).await.unwrap();
    let there = json!({ "endpoint": receiver.url("/push-chromium"), "keys": { "p256dh": ann.keys["public"], "auth": ann.keys["secret"] } });
    let service = format!(
        "PushManager.prototype.subscribe = async function (options) {{
           if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error('no such key');
           localStorage.setItem('in', '1');
           return this.getSubscription();
         }};
         PushManager.prototype.getSubscription = async () => localStorage.getItem('in') && {{
           toJSON: () => ({there}), unsubscribe: async () => localStorage.removeItem('in'),
         }};"
    );
    browser.driver.goto(format!("{}/favicon.ico", server.base)).await.unwrap();
    for (name, value) in &ann.visitor.cookies["127.0.0.1"] {
        browser.driver.add_cookie(Cookie::new(name, value)).await.unwrap();
    }
    let page = format!("{}/profile/notifications", server.base);

    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": service })).await.unwrap();
    browser.driver.goto(&page).await.unwrap();
    waits_for(&browser, SHOWN, &json!(["add"])).await;
    browser.click("//form[@data-act='add']/button").await;
    waits_for(&browser, SHOWN, &json!(["remove"])).await;
    assert_eq!(browsers(&server), 1);

    server.cli(&["freeze", &ann.member.wallet_id, "--reason", "A look"]).ok();
    let opened = ann.opens(&receiver.wait("/push-chromium", 1)[0])["says"].to_string();
    cdp.send_raw("ServiceWorker.enable", json!({})).await.unwrap();
    let message = json!({ "origin": format!("{}/", server.base), "registrationId": "0", "data": opened });
    let notices = "return navigator.serviceWorker.getRegistration().then((worker) => worker.getNotifications())
        .then((notices) => notices.map((one) => [one.title, one.body, one.lang, one.data]))";
    // Chromium forgets a notice that is asked for before it is on the screen: on a slow machine, one that
    // comes too late for the question is brought again, and has longer.
    let mut said = Value::Null;
    for seconds in 1..10 {
        cdp.send_raw("ServiceWorker.deliverPushMessage", message.clone()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        said = ask(&browser, notices).await;
        if said != json!([]) {
            break;
        }
    }
    assert_eq!(said[0], json!(["Our community", "Your wallet was frozen.", "en", "/notifications"]));

    browser.click("//form[@data-act='remove']/button").await;
    waits_for(&browser, SHOWN, &json!(["add"])).await;
    assert_eq!(browsers(&server), 0);
    browser.close().await;
}
