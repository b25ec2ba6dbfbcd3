//! Passkeys beside a provider: who claims, who is known by which name, and what ends with the setting.

use serde_json::json;

use super::api::prepared;
use super::chromium::Browser;
use super::issuer::{CLIENT, Issuer, SECRET, pass_provider};
use super::support::Server;
use super::visitor::{Visitor, claim_link, sign_in_link};

/// Whoever signs in at the certified provider with the claim link in hand gets the role: all of it by
/// links and forms, in a browser without scripts.
#[tokio::test]
async fn a_community_is_claimed_through_its_provider() {
    let issuer = Issuer::start();
    let mut server = Server::prepare(&format!(
        "[server]\nbind = \"127.0.0.1:0\"\n[[identity.providers]]\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret = '{SECRET}'\nname = \"Our club\"\n",
        issuer.url
    ));
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    let link = format!("{}{}", server.base, claim_link(&server));
    let browser = Browser::open(false).await;
    browser.driver.goto(&link).await.unwrap();
    browser.sees(&["Nobody operates this community yet", "Sign in first"]).await;
    browser.click("//a[text()='Sign in']").await;
    browser.click("//a[text()='Sign in with Our club']").await;
    pass_provider(&browser, "maria").await;
    browser.sees(&["You are signed in as", "Claim the community"]).await;
    assert_eq!(browser.driver.current_url().await.unwrap().as_str(), link, "back at the link");
    assert_eq!(server.cli(&["member", "list"]).ok()[0]["roles"], json!(["member"]), "signing in alone gives nothing");
    browser.click("//button[text()='Claim the community']").await;
    browser.sees(&["member, operator"]).await;
    browser.close().await;
    let maria = &server.cli(&["member", "list"]).ok()[0];
    assert_eq!(maria["roles"], json!(["member", "operator"]));
    assert_eq!(
        server.cli(&["member", "show", maria["id"].as_str().unwrap()]).ok()["identities"][0]["issuer"],
        issuer.url
    );
    let claimed = server.sql("SELECT details FROM audit_log WHERE action = 'link.use'");
    assert!(claimed[0]["details"].as_str().unwrap().contains("claim"), "{claimed}");
    let mut late = Visitor::new(&server);
    late.get(&link[server.base.len()..]).await.is(404, "This link was used already");
    server.cli(&["member", "claim-link"]).refused("already_claimed");
}

/// An operator whom the configuration names as the provider does is one by passkey, too. When the
/// community uses passkeys no longer, what they opened is shut.
#[tokio::test]
async fn one_member_by_either_way() {
    let mut server = prepared();
    server.serve(&[]).await;
    let operator = server.operator().await;
    let mut olga = Visitor::new(&server);
    let link = sign_in_link(&server, &operator.user_id);
    olga.post(&link, &[]).await.leads_to("/profile/passkeys?said=link");
    assert_eq!(olga.get("/admin/invitations").await.status, 200);
    let mut phone = olga.device();
    let codes = olga.add(&mut phone).await.codes();
    assert_eq!(codes.len(), 8);
    let mut elsewhere = Visitor::new(&server);
    elsewhere.sign_in(&mut phone).await.leads_to("/history");
    assert_eq!(elsewhere.get("/admin/invitations").await.status, 200);
    assert_eq!(
        server.cli(&["member", "list"]).ok().as_array().unwrap().len(),
        1,
        "one member, by token and by passkey"
    );
    let mut by_code = Visitor::new(&server);
    by_code.post("/login/recovery", &[("code", &codes[0])]).await.leads_to("/profile/passkeys?said=code");

    server.stop();
    let path = server.path("config.toml");
    let config = std::fs::read_to_string(&path).unwrap().replace("passkeys = true", "passkeys = false");
    std::fs::write(path, config).unwrap();
    server.serve(&[]).await;
    for visitor in [&mut elsewhere, &mut by_code] {
        visitor.base = server.base.clone();
        assert_eq!(visitor.name().await, None);
    }
    olga.base = server.base.clone();
    assert!(olga.name().await.is_some(), "the operator's link was no passkey");
    // Someone whose provider is down comes in by a link here, too; there is no passkey to offer.
    let mut again = Visitor::new(&server);
    let link = sign_in_link(&server, &operator.user_id);
    again.post(&link, &[]).await.leads_to("/");
    assert!(again.name().await.is_some());
    assert_eq!(again.get("/profile/passkeys").await.status, 404);
    server.assert_sound().await;
}
