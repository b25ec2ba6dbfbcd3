//! The pages, as a browser without scripts sees them: forms, sessions, and text that stays text.

use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::support::Server;

/// Someone with a browser.
pub struct Visitor<'a> {
    server: &'a Server,
    pub cookie: String,
}

impl<'a> Visitor<'a> {
    /// Someone new.
    pub async fn sign_in(server: &'a Server, name: &str) -> Self {
        Self::enter(server, ("new_username", name)).await
    }

    /// Someone of the sample community.
    pub async fn sign_in_as(server: &'a Server, name: &str) -> Self {
        let member = server.cli(&["member", "show", name]).ok();
        Self::enter(server, ("user_id", member["id"].as_str().unwrap())).await
    }

    async fn enter(server: &'a Server, field: (&str, &str)) -> Self {
        let visitor = Self { server, cookie: String::new() };
        let answer = visitor.post("/login", &[field]).await;
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        Self { server, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.server.client.get(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = self.server.client.post(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(COOKIE, &self.cookie)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn csrf(&self) -> String {
        field(&self.page("/send").await, "csrf")
    }
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The wallet of a member of the sample community.
pub fn wallet_of(server: &Server, name: &str) -> String {
    server.cli(&["member", "show", name]).ok()["wallet_id"].as_str().unwrap().to_owned()
}

/// Every page is whole: one heading, a title that names it, a language, nothing from elsewhere and
/// no script; whoever is not signed in is sent to sign in and back.
#[tokio::test]
async fn every_page_is_whole() {
    let server = Server::demo().await;
    let nobody = Visitor { server: &server, cookie: String::new() };
    let ann = Visitor::sign_in(&server, "ann").await;
    for (visitor, path) in [
        (&nobody, "/"),
        (&nobody, "/login"),
        (&nobody, "/docs"),
        (&ann, "/"),
        (&ann, "/send"),
        (&ann, "/send?q=mar"),
        (&ann, "/history"),
        (&ann, "/statistics"),
        (&ann, "/profile"),
        (&ann, "/login?q=nobody-like-this"),
    ] {
        let page = visitor.page(path).await;
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(page.contains("<html lang=\"en\">") && page.contains(" · Our community</title>"), "{path}");
        // The wallet's page keeps itself up to date, and the history goes on in place; no other of these runs
        // a script.
        let script = match path {
            "/" if !visitor.cookie.is_empty() => Some("wallet"),
            "/history" => Some("more"),
            _ => None,
        };
        let ours = format!("<script type=\"module\" src=\"/static/{}.", script.unwrap_or_default());
        let scripts = ["<script", &ours];
        assert_eq!(scripts.map(|script| page.matches(script).count()), [usize::from(script.is_some()); 2], "{path}");
        for wrong in ["style=", "onclick", "http-equiv", "//cdn"] {
            assert!(!page.contains(wrong), "{path} has {wrong}");
        }
    }
    for path in ["/send?to=1", "/history", "/statistics", "/profile", "/transactions/x"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.status(), 303, "{path}");
        let next = serde_urlencoded::to_string([("next", path)]).unwrap();
        assert_eq!(answer.headers()[LOCATION], format!("/login?{next}"));
    }
    let answer = nobody.post("/login", &[("new_username", "bob"), ("next", "/history")]).await;
    assert_eq!(answer.headers()[LOCATION], "/history");
    let answer = nobody.post("/login", &[("new_username", "eve"), ("next", "//evil.example")]).await;
    assert_eq!(answer.headers()[LOCATION], "/");
}

/// Paying: what is wrong is said beside what was typed; a confirmed form pays once, however often it
/// is sent.
#[tokio::test]
async fn paying() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    let (mine, maria) = (wallet_of(&server, "ann"), wallet_of(&server, "maria"));
    server.cli(&["distribute", "--to", "ann=100", "--reason", "For the test"]).ok();
    let csrf = ann.csrf().await;
    let rows = server.rows();
    for (to, amount, note, expected) in [
        ("", "5", "", "Choose whom to pay"),
        (maria.as_str(), "", "", "whole number"),
        (maria.as_str(), "1.5", "", "whole number"),
        (maria.as_str(), "0", "", "whole number"),
        (maria.as_str(), "101", "", "do not have that many"),
        (mine.as_str(), "5", "", "your own wallet"),
        (maria.as_str(), "5", "two\nlines", "control characters"),
        ("00000000-0000-4000-8000-000000000000", "5", "", "no wallet"),
    ] {
        for step in ["review", "pay"] {
            let fields =
                [("csrf", csrf.as_str()), ("step", step), ("key", "k"), ("to", to), ("amount", amount), ("note", note)];
            let answer = ann.post("/send", &fields).await;
            assert_eq!(answer.status(), 422, "{expected}");
            let page = answer.text().await.unwrap();
            if step == "review" {
                assert!(page.contains(expected), "{expected}: {page}");
            }
            assert!(page.contains("Nothing was sent") && page.contains(&format!("value=\"{amount}\"")), "{expected}");
            assert_eq!(server.rows(), rows);
        }
    }
    let review = [
        ("csrf", csrf.as_str()),
        ("step", "review"),
        ("to", &maria),
        ("amount", "30"),
        ("note", "<script>alert(1)</script>"),
    ];
    let page = ann.post("/send", &review).await.text().await.unwrap();
    assert!(page.contains("maria") && page.contains("&#60;script&#62;") && !page.contains("<script>"), "{page}");
    let key = field(&page, "key");
    let pay = [
        ("csrf", csrf.as_str()),
        ("step", "pay"),
        ("key", &key),
        ("to", &maria),
        ("amount", "30"),
        ("note", "<script>alert(1)</script>"),
    ];
    let first = ann.post("/send", &pay).await;
    let second = ann.post("/send", &pay).await;
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (303, 303));
    assert_eq!(first.headers()[LOCATION], second.headers()[LOCATION]);
    let receipt = ann.page(first.headers()[LOCATION].to_str().unwrap()).await;
    assert!(receipt.contains("Paid.") && receipt.contains("70") && !receipt.contains("<script>"));
    assert!(ann.page("/history").await.contains("&#60;script&#62;"));
    let page = ann.post("/send", &review).await.text().await.unwrap();
    assert!(page.contains("You sent the same to maria"), "{page}");
    // Asking for someone by their own address.
    assert!(ann.page(&format!("/pay/{maria}?amount=7")).await.contains("value=\"7\""));
    assert_eq!(ann.get("/pay/00000000-0000-4000-8000-000000000000").await.status(), 404);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Whoever is signed in keeps their ways on when something is refused, in their own language, and can sign out
/// from there; nobody else has any.
#[tokio::test]
async fn refusals_keep_a_members_ways_on() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    let csrf = ann.csrf().await;
    assert_eq!(ann.post("/profile", &[("csrf", &csrf), ("username", "ann"), ("language", "de")]).await.status(), 303);
    let no_form = [("csrf", "x"), ("username", "mallory")];
    let refused = [
        (404, ann.get("/nothing/lives/here").await),
        (404, ann.get("/transactions/none").await),
        (403, ann.get("/admin").await),
        (405, ann.post("/history", &[]).await),
        (403, ann.post("/profile", &no_form).await),
        (414, ann.get(&format!("/history?note={}", "x".repeat(9_000))).await),
    ];
    let mut last = String::new();
    for (status, answer) in refused {
        let url = answer.url().path().to_owned();
        assert_eq!(answer.status(), status, "{url}");
        assert!(answer.headers().get(SET_COOKIE).is_none(), "{url}");
        last = answer.text().await.unwrap();
        for part in ["<html lang=\"de\">", "<nav class=\"main\"", "href=\"/send\"", "action=\"/logout\""] {
            assert!(last.contains(part), "{url}: {part}");
        }
        assert!(!last.contains("action=\"/language\"") && !last.contains("aria-current"), "{url}");
    }
    let stranger = Visitor { server: &server, cookie: String::new() };
    let cookie = ann.cookie.clone();
    assert_eq!(ann.post("/logout", &[("csrf", &field(&last, "csrf"))]).await.status(), 303);
    for nobody in [stranger, Visitor { server: &server, cookie }] {
        let answer = nobody.get("/nothing/lives/here").await;
        assert_eq!(answer.status(), 404);
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<nav") && !page.contains("csrf") && page.contains("action=\"/language\""), "{page}");
    }
}

/// What was typed into a form that has expired is not lost: it stands in the form again, after signing in if
/// need be, or where there is no form to put it in, on the page that says so.
#[tokio::test]
async fn what_was_typed_into_an_expired_form_is_kept() {
    let server = Server::demo().await;
    let (ann, maria) = (Visitor::sign_in(&server, "ann").await, server.cli(&["member", "show", "maria"]).ok());
    let maria = maria["wallet_id"].as_str().unwrap();
    let note = "あ".repeat(278) + "<&";
    let (old, kept) = (ann.csrf().await, "What you had filled in is still here");
    let escaped = note.replace('&', "&#38;").replace('<', "&#60;");
    let signed_out = Visitor { server: &server, cookie: String::new() };
    let forms =
        [("/send", "to", vec![("step", "pay"), ("key", "0123456789abcdef")]), ("/requests/new", "from", Vec::new())];
    for (form, whom, hidden) in forms {
        let mut fields = vec![("csrf", old.as_str()), (whom, maria), ("amount", "1234"), ("note", &note)];
        fields.extend(hidden);
        // Signed in again meanwhile, in another window: another session, with other forms.
        let again = Visitor::sign_in_as(&server, "ann").await;
        let answer = again.post(form, &fields).await;
        assert_eq!(answer.status(), 403, "{form}");
        let page = answer.text().await.unwrap();
        assert_ne!(field(&page, "csrf"), old);
        // Signed out.
        let answer = signed_out.post(form, &fields).await;
        assert_eq!(answer.status(), 303, "{form}");
        let login = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let next = url::Url::parse("http://host").unwrap().join(&login).unwrap();
        let next = next.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
        let user = server.cli(&["member", "show", "ann"]).ok()["id"].as_str().unwrap().to_owned();
        let led = signed_out.post("/login", &[("user_id", &user), ("next", &next)]).await;
        assert_eq!(led.headers()[LOCATION], next.as_str(), "{form}");
        for page in [page, again.page(&next).await] {
            for part in [kept, maria, "value=\"1234\"", &escaped, "checked"] {
                assert!(page.contains(part), "{form}: {part} in {page}");
            }
        }
    }
    let last = Visitor::sign_in_as(&server, "maria").await;
    let answer =
        last.post("/admin/accounts", &[("csrf", &old), ("name", "garden<b>"), ("reason", "  For all  ")]).await;
    let (status, page) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 403, "{page}");
    for part in ["This form has expired.", "garden&#60;b&#62;</textarea>", "  For all  </textarea>"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains(&old), "what nobody wrote is not shown");
    assert_eq!(server.sql("SELECT count(*) AS n FROM payment_requests")[0]["n"], 0);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A form is accepted from our own pages in the same session alone.
#[tokio::test]
async fn forms_come_from_our_pages() {
    let server = Server::demo().await;
    let (ann, bob) = (Visitor::sign_in(&server, "ann").await, Visitor::sign_in(&server, "bob").await);
    let (mine, theirs) = (ann.csrf().await, bob.csrf().await);
    assert_ne!(mine, theirs);
    for csrf in ["", "x", theirs.as_str()] {
        for (path, name, value) in
            [("/profile", "username", "mallory"), ("/send", "step", "review"), ("/logout", "", "")]
        {
            let answer = ann.post(path, &[("csrf", csrf), (name, value)]).await;
            assert_eq!(answer.status(), 403, "{path}");
        }
    }
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let request =
            server.client.post(format!("{}/profile", server.base)).header(header, value).header(COOKIE, &ann.cookie);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("csrf={mine}&username=mallory"));
        assert_eq!(request.send().await.unwrap().status(), 403, "{header}: {value}");
    }
    assert!(ann.page("/profile").await.contains("value=\"ann\""));
    let answer = ann.post("/profile", &[("csrf", &mine), ("username", "a b")]).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("value=\"a b\""), "what was typed is kept");
    assert_eq!(ann.post("/profile", &[("csrf", &mine), ("username", "anna")]).await.status(), 303);
    assert!(ann.page("/profile?saved=1").await.contains("Saved."));
    // The cookie opens no API call, so another site cannot use it there.
    let answer = server.client.get(format!("{}/v1/me", server.base)).header(COOKIE, &ann.cookie).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let answer = ann.post("/logout", &[("csrf", &mine)]).await;
    // Another cookie goes with it, and either may stand first.
    let mut taken = answer.headers().get_all(SET_COOKIE).iter();
    assert!(taken.any(|cookie| cookie.to_str().unwrap().starts_with("session=;")));
    assert_eq!(ann.get("/send").await.status(), 303, "the cookie opens nothing once its session has ended");
    // Nor is the session's secret anywhere in the file.
    let secret = bob.cookie.split('=').nth(1).unwrap();
    let kept = server.sql("SELECT length(secret_hash) AS bytes, hex(secret_hash) AS hash, method FROM sessions");
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["bytes"]), (1, &32.into()));
    assert!(!kept.to_string().contains(secret) && !server.log().contains(secret));
}

/// The history: filters stay in the address, wrong ones are said in words, older pages follow.
#[tokio::test]
async fn history() {
    let server = Server::demo().await;
    let maria = Visitor::sign_in_as(&server, "maria").await;
    let page = maria.page("/history").await;
    let older = page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let next = maria.page(&older).await;
    assert_ne!(page, next);
    let filtered = maria.page("/history?q=BREAD&direction=out&from=2020-01-01&to=2100-12-31&min=1&max=1000").await;
    assert!(filtered.contains("<details class=\"card filters\" open>") && filtered.contains("value=\"BREAD\""));
    assert!(!filtered.contains("class=\"amount in\""));
    assert!(maria.page("/history?min=999999").await.contains("Nothing matches"));
    for wrong in ["min=many", "from=yesterday", "kind=gift", "direction=up", "counterparty=me", "cursor=made-up"] {
        let answer = maria.get(&format!("/history?{wrong}")).await;
        assert_eq!(answer.status(), 422, "{wrong}");
        assert!(!answer.text().await.unwrap().contains("invalid_request"), "{wrong}");
    }
}

/// Giving back from the receipt, and the frozen wallet that says why.
#[tokio::test]
async fn giving_back_and_being_frozen() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    server.cli(&["distribute", "--to", "ann=50", "--reason", "For the test", "--note", "Welcome"]).ok();
    let wallet = ann.page("/").await;
    let receipt = wallet.split("href=\"/transactions/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/transactions/{receipt}");
    let page = ann.page(&path).await;
    assert!(page.contains("Give it back") && page.contains("Welcome"));
    let (csrf, key) = (field(&page, "csrf"), field(&page, "key"));
    let answer = ann.post(&path, &[("csrf", &csrf), ("key", &key), ("amount", "51"), ("note", "Oh")]).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("value=\"51\""));
    let answer = ann.post(&path, &[("csrf", &csrf), ("key", &key), ("amount", "20"), ("note", "")]).await;
    assert_eq!(answer.status(), 303);
    assert!(ann.page(&path).await.contains("Given back"));
    server.cli(&["freeze", &wallet_of(&server, "ann"), "--reason", "Phone <stolen>"]).ok();
    let page = ann.page("/").await;
    assert!(
        page.contains("Your wallet is frozen") && page.contains("Phone &#60;stolen&#62;") && page.contains(">30 <"),
        "{page}"
    );
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
