//! The ways in without a provider, which the sample community does not use: links, passkeys, recovery codes, and the
//! pages on which operators make links and take them back.

use communitytoken::language::Language;
use thirtyfour::Cookie;
use thirtyfour::prelude::*;

use crate::axe::{Axe, Colours};
use crate::chromium::Browser;
use crate::support::Server;
use crate::visitor::{Visitor, claim_link, community, invitation, joined, named, sign_in_link};
use crate::walk::look;

/// A community that maria operates, to which tomas belongs, and its links.
struct Ways {
    server: Server,
    maria: Visitor,
    /// A page by each name, for whoever has no session.
    stranger: Vec<(&'static str, String)>,
    operator: Vec<(&'static str, String)>,
}

impl Ways {
    async fn open() -> Self {
        let server = community().await;
        let mut maria = Visitor::new(&server);
        let mut device = maria.device();
        let claim = claim_link(&server);
        maria.join(&claim, "maria", &mut device).await.is(200, "Your recovery codes");
        joined(&server, "tomas").await;
        let link = invitation(&server, &["--name", "aiko"]);
        let id = |sql: &str| server.sql(sql)[0]["id"].as_str().unwrap().to_owned();
        let made = id("SELECT id FROM links WHERE ended_at IS NULL");
        let tomas = id("SELECT id FROM users WHERE username = 'tomas'");
        let stranger = vec![
            ("sign-in", "/login".to_owned()),
            ("recovery", "/login/recovery".to_owned()),
            ("claimed", claim),
            ("unknown", "/join/none".to_owned()),
            ("invited", link),
            ("back-in", sign_in_link(&server, "tomas")),
        ];
        let operator = vec![
            ("passkeys", "/profile/passkeys".to_owned()),
            ("invitations", "/admin/invitations".to_owned()),
            ("withdraw", format!("/admin/invitations/{made}/withdraw")),
            ("member", format!("/admin/members/{tomas}")),
            ("sign-in-link", format!("/admin/members/{tomas}/sign-in-link")),
        ];
        Self { server, maria, stranger, operator }
    }

    async fn browser(&self, language: Language, scheme: &str) -> Browser {
        let browser = Browser::open_with(true, &[&format!("--blink-settings=preferredColorScheme={scheme}")]).await;
        self.go(&browser, "/favicon.ico").await;
        browser.driver.add_cookie(Cookie::new("language", language.tag())).await.unwrap();
        browser
    }

    async fn go(&self, browser: &Browser, path: &str) {
        browser.driver.goto(format!("{}{path}", named(&self.server))).await.unwrap();
    }
}

#[tokio::test]
async fn the_ways_in_are_for_everybody() {
    let ways = Ways::open().await;
    let mut wrong = Vec::new();
    for (language, scheme) in Language::ALL.into_iter().zip(["0", "1"].into_iter().cycle()) {
        let browser = ways.browser(language, scheme).await;
        let axe = Axe::within(&browser).await;
        for (name, path) in &ways.stranger {
            ways.go(&browser, path).await;
            wrong.extend(look(&browser, &axe, language, Colours::Too, &format!("ways-in/{name}")).await);
        }
        for (name, value) in &ways.maria.cookies {
            browser.driver.add_cookie(Cookie::new(name, value)).await.unwrap();
        }
        for (name, path) in &ways.operator {
            ways.go(&browser, path).await;
            let heading = browser.driver.find(By::Css("h1")).await.unwrap().text().await.unwrap();
            assert!(!heading.is_empty(), "{name}");
            wrong.extend(look(&browser, &axe, language, Colours::Too, &format!("ways-in/{name}")).await);
        }
        // What comes of a form: a link, new recovery codes, the question whether a passkey is to go.
        for (name, path, form, shown) in [
            ("link-made", "/admin/invitations", "[action='/admin/invitations']", ".code"),
            ("remove", "/profile/passkeys", "[action$='/remove']", "form[action$='/remove'] .danger"),
            ("codes", "/profile/passkeys", "[action='/profile/recovery-codes']", ".code"),
        ] {
            ways.go(&browser, path).await;
            let send = format!(
                "const form = document.querySelector(\"form[method=post]{form}\");
                 form.querySelectorAll('[name=reason]').forEach((field) => field.value = 'A new neighbour');
                 form.requestSubmit();"
            );
            browser.driver.execute(send, Vec::new()).await.unwrap();
            browser.driver.query(By::Css(shown)).first().await.unwrap_or_else(|error| panic!("{name}: {error}"));
            wrong.extend(look(&browser, &axe, language, Colours::Too, &format!("ways-in/{name}")).await);
        }
        browser.close().await;
    }
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}
