//! Asking and paying in a real browser on a phone, with scripts and without. With
//! `COMMUNITYTOKEN_PICTURES=folder` each page is photographed there, light and dark, on a phone and a desk.

use serde_json::json;
use thirtyfour::prelude::*;

use super::chromium::Browser;
use super::pictures;
use super::support::Server;

async fn become_one(browser: &Browser, server: &Server, name: &str) {
    browser.driver.delete_all_cookies().await.unwrap();
    browser.driver.goto(format!("{}/login", server.base)).await.unwrap();
    browser.click(&format!("//button[contains(., '{name}')]")).await;
    browser.sees(&["You have"]).await;
}

/// No page is wider than the phone.
async fn fits(browser: &Browser) {
    let wide: i64 = browser
        .driver
        .execute("return document.documentElement.scrollWidth - document.documentElement.clientWidth", Vec::new())
        .await
        .unwrap()
        .convert()
        .unwrap();
    assert_eq!(wide, 0, "{}", browser.driver.current_url().await.unwrap());
}

/// Tomas asks Aiko, who finds it on her wallet and pays; he asks for nothing more, she asks it back, and he
/// declines. Then she pays by his code.
async fn journey(scripts: bool) {
    let server = Server::demo().await;
    let browser = Browser::open(scripts).await;
    let look = async |name: &str| {
        if scripts {
            fits(&browser).await;
            pictures::keep(&browser, name).await;
        }
    };
    become_one(&browser, &server, "tomas").await;
    browser.click("//a[text()='Receive']").await;
    browser.sees(&["Put an amount into it"]).await;
    browser.fill("amount", "4").await;
    browser.fill("note", "Two loaves").await;
    browser.click("//button[text()='Show the code']").await;
    browser.sees(&["Pay tomas", "amount=4"]).await;
    let link = browser.driver.find(By::Css(".invitation a.code")).await.unwrap().text().await.unwrap();
    assert!(link.ends_with("?amount=4&note=Two+loaves"), "{link}");
    let copies = browser.driver.find_all(By::XPath("//button[text()='Copy the link'][not(@hidden)]")).await.unwrap();
    assert_eq!(copies.len(), usize::from(scripts));
    look("receive").await;
    browser.click("//a[text()='Ask somebody instead']").await;
    browser.sees(&["Ask to be paid"]).await;
    browser.fill("q", "aik").await;
    browser.click("//button[text()='Find']").await;
    browser.click("//label[contains(., 'aiko')]").await;
    browser.fill("amount", "6").await;
    browser.fill("note", "For the garden").await;
    look("ask").await;
    browser.click("//button[text()='Ask']").await;
    browser.sees(&["Asked.", "You asked aiko", "Waits for an answer"]).await;
    look("asked").await;

    become_one(&browser, &server, "aiko").await;
    browser.sees(&["Waiting for you", "tomas", "For the garden"]).await;
    look("wallet-waiting").await;
    browser.click("//section[contains(., 'Waiting for you')]//a[contains(., 'tomas')]").await;
    browser.sees(&["tomas asks you", "You will have"]).await;
    look("answer").await;
    browser.click("//button[text()='Pay it']").await;
    browser.sees(&["Paid.", "Asked for by"]).await;
    look("receipt").await;
    let receipt = browser.driver.current_url().await.unwrap();
    browser.driver.goto(format!("{}/receipt.svg", receipt.as_str().split('?').next().unwrap())).await.unwrap();
    if scripts {
        pictures::keep(&browser, "picture").await;
    }
    browser.driver.goto(receipt.as_str()).await.unwrap();
    browser.click("//button[contains(., 'Make tomas a favourite')]").await;
    browser.sees(&["A favourite: remove"]).await;
    browser.click("//a[text()='Ask for it back']").await;
    browser.sees(&["You paid tomas"]).await;
    browser.fill("note", "Paid twice").await;
    look("ask-back").await;
    browser.click("//button[text()='Ask for it back']").await;
    browser.sees(&["Asked.", "an earlier payment"]).await;
    browser.driver.goto(format!("{}/send", server.base)).await.unwrap();
    browser.sees(&["Favourite"]).await;
    look("send").await;
    browser.driver.goto(format!("{}/profile/favourites", server.base)).await.unwrap();
    browser.sees(&["tomas"]).await;
    look("favourites").await;
    browser.driver.goto(format!("{}/history/balance", server.base)).await.unwrap();
    browser.sees(&["It adds up", "Earned from"]).await;
    look("balance").await;
    browser.driver.goto(&link).await.unwrap();
    browser.sees(&["To whom", "Chosen"]).await;
    browser.click("//button[text()='Continue']").await;
    browser.sees(&["Is this right?", "tomas", "Two loaves"]).await;
    browser.click("//button[text()='Send it']").await;
    browser.sees(&["Paid.", "Two loaves"]).await;

    become_one(&browser, &server, "tomas").await;
    browser.click("//section[contains(., 'Waiting for you')]//a[contains(., 'aiko')]").await;
    browser.sees(&["Asks back", "Paid twice"]).await;
    browser.click("//summary[text()='Decline']").await;
    browser.fill("answer", "It was for two").await;
    look("decline").await;
    // Whoever ends their words with Enter has declined, and not paid.
    browser.driver.find(By::Id("answer")).await.unwrap().send_keys(Key::Enter).await.unwrap();
    browser.sees(&["You declined", "It was for two"]).await;
    browser.click("//a[text()='All requests']").await;
    browser.sees(&["You declined", "Paid"]).await;
    look("requests").await;
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

#[tokio::test]
async fn asked_paid_and_asked_back() {
    journey(true).await;
}

#[tokio::test]
async fn asked_paid_and_asked_back_without_scripts() {
    journey(false).await;
}

/// Somebody asks while one looks at one's wallet: it appears by itself, and goes when it is withdrawn.
#[tokio::test]
async fn it_appears_by_itself() {
    let server = Server::demo().await;
    let browser = Browser::open(true).await;
    become_one(&browser, &server, "aiko").await;
    let token = server.cli(&["token", "--member", "tomas"]).ok()["token"].as_str().unwrap().to_owned();
    let tomas = server.stranger(token);
    let wallet = server.cli(&["member", "show", "aiko"]).ok()["wallet_id"].clone();
    let body = json!({ "from_wallet_id": wallet, "amount": 3, "note": "For jam" });
    let id = tomas.post("/v1/requests", &body).await.ok(201)["id"].as_str().unwrap().to_owned();
    browser.sees(&["Waiting for you", "For jam"]).await;
    super::api::answer(&tomas, &id, "withdraw").await.ok(200);
    for _ in 0..100 {
        if !browser.text().await.contains("For jam") {
            browser.close().await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("what was withdrawn is still shown");
}
