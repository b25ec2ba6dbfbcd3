//! The pages of asking and being paid, as a browser without scripts sees them.

use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION};

use super::support::Server;

/// Someone with a browser.
pub struct Visitor<'a> {
    server: &'a Server,
    pub cookie: String,
}

impl<'a> Visitor<'a> {
    /// Someone who is not signed in.
    pub fn nobody(server: &'a Server) -> Self {
        Self { server, cookie: String::new() }
    }

    pub async fn sign_in(server: &'a Server, name: &str) -> Self {
        let visitor = Self::nobody(server);
        let answer = visitor.post("/login", &[("new_username", name)]).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { cookie, ..visitor }
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.server.client.get(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    /// The page, which must come with this status.
    pub async fn page(&self, path: &str, status: u16) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.server.client.post(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request.header("sec-fetch-site", "same-origin").header(COOKIE, &self.cookie).form(fields).send().await.unwrap()
    }

    /// Posts the form of a page, with its hidden fields.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let page = self.page(path, 200).await;
        let (csrf, key) = (field(&page, "csrf"), field(&page, "key"));
        self.post(path, &[&[("csrf", &*csrf), ("key", &*key)], fields].concat()).await
    }
}

fn field(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    rest.split('"').next().unwrap().to_owned()
}

pub fn led_to(answer: &Response) -> String {
    assert_eq!(answer.status(), 303);
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

pub fn wallet_of(server: &Server, name: &str) -> String {
    server.cli(&["member", "show", name]).ok()["wallet_id"].as_str().unwrap().to_owned()
}

fn fund(server: &Server, name: &str, tokens: i64) {
    server.cli(&["distribute", "--to", &format!("{name}={tokens}"), "--reason", "For the test"]).ok();
}

/// A link fills the form in; what is wrong with it is said and kept, and whoever is not signed in comes
/// back to it.
#[tokio::test]
async fn links() {
    let server = Server::demo().await;
    let (ann, bob) = (Visitor::sign_in(&server, "ann").await, Visitor::sign_in(&server, "bob").await);
    fund(&server, "ann", 50);
    let (hers, his) = (wallet_of(&server, "ann"), wallet_of(&server, "bob"));
    let page = bob.page("/receive?amount=12&note=Two+loaves+%26+jam", 200).await;
    let link = format!("/pay/{his}?amount=12&note=Two+loaves+%26+jam");
    let shown = format!("{}{}", server.base, link).replace('&', "&#38;");
    assert!(page.contains(&format!("data-link=\"{shown}\"")) && page.contains("<svg class=\"square\""), "{page}");
    let page = ann.page(&link, 200).await;
    assert!(page.contains("value=\"12\"") && page.contains("value=\"Two loaves &#38; jam\""), "{page}");
    assert!(page.contains(&format!("value=\"{his}\" required checked")) && !page.contains("role=\"alert\""), "{page}");
    let nobody = Visitor::nobody(&server);
    let login = led_to(&nobody.get(&link).await);
    assert_eq!(login, format!("/login?{}", serde_urlencoded::to_string([("next", &link)]).unwrap()));
    let back = nobody.post("/login", &[("new_username", "carl"), ("next", &link)]).await;
    assert_eq!(led_to(&back), link);
    for next in ["//evil.example/pay/x", "https://evil.example/pay", "/\\evil.example", "/pay/\r\nx"] {
        let back = nobody.post("/login", &[("new_username", "carl"), ("next", next)]).await;
        assert_eq!(led_to(&back), "/", "{next:?}");
    }
    let too_long = format!("note={}", "a".repeat(281));
    for (query, words) in [
        ("amount=0", "whole number, 1 or more"),
        ("amount=-3", "whole number, 1 or more"),
        ("amount=1.5", "whole number, 1 or more"),
        ("amount=many", "whole number, 1 or more"),
        ("amount=9223372036854775808", "whole number, 1 or more"),
        ("amount=51", "1\u{a0}¤ more are needed"),
        (&*too_long, "280 characters"),
    ] {
        let page = ann.page(&format!("/pay/{his}?{query}"), 422).await;
        let typed = query.split_once('=').unwrap().1;
        assert!(page.contains("This link cannot be paid as it is.") && page.contains(words), "{query}: {page}");
        assert!(page.contains(&format!("value=\"{typed}\"")), "{query} is kept");
    }
    for (path, status, words) in [
        (format!("/pay/{hers}"), 422, "This is your own wallet"),
        ("/pay/00000000-0000-4000-8000-000000000000?amount=5".into(), 404, "There is no wallet at this address"),
        ("/pay/nonsense?amount=5".into(), 404, "There is no wallet at this address"),
    ] {
        assert!(ann.page(&path, status).await.contains(words), "{path}");
    }
    server.cli(&["freeze", &his, "--reason", "Phone stolen"]).ok();
    assert!(ann.page(&link, 422).await.contains("Their wallet is frozen"));
    server.cli(&["unfreeze", &his, "--reason", "Found"]).ok();
    server.cli(&["freeze", &hers, "--reason", "Phone stolen"]).ok();
    assert!(ann.page(&link, 422).await.contains("Your wallet is frozen"));
    server.cli(&["member", "delete", "bob", "--reason", "Moved"]).ok();
    server.cli(&["unfreeze", &hers, "--reason", "Found"]).ok();
    assert!(ann.page(&link, 422).await.contains("have left the community"));
    // The code itself keeps what it cannot hold, and says so.
    let page = ann.page("/receive?amount=0&note=Bread", 422).await;
    assert!(page.contains("whole number") && page.contains("value=\"Bread\"") && page.contains("note=Bread"));
    let wide = "\u{1f33f}".repeat(280);
    let query = serde_urlencoded::to_string([("note", &wide)]).unwrap();
    let page = ann.page(&format!("/receive?{query}"), 200).await;
    assert!(page.contains("does not fit into a square") && page.contains(&format!("?{query}")));
}

/// Asked on a page, shown first on the other's wallet, paid by one tap however often it is made, and linked.
#[tokio::test]
async fn asking_and_paying() {
    let server = Server::demo().await;
    let (ann, bob, eve) = (
        Visitor::sign_in(&server, "ann").await,
        Visitor::sign_in(&server, "bob").await,
        Visitor::sign_in(&server, "eve").await,
    );
    let his = wallet_of(&server, "bob");
    assert!(!bob.page("/", 200).await.contains("Waiting for you"));
    for (from, amount, note, words) in [
        ("", "5", "", "Choose whom to ask."),
        (&*his, "0", "", "whole number"),
        (&*his, "5", "two\nlines", "control characters"),
        ("00000000-0000-4000-8000-000000000000", "5", "", "no wallet"),
    ] {
        let answer = ann.submit("/requests/new", &[("from", from), ("amount", amount), ("note", note)]).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains(words) && page.contains(&format!("value=\"{amount}\"")), "{words}: {page}");
    }
    let asked = ann.submit("/requests/new", &[("from", &his), ("amount", "30"), ("note", "<b>Bread</b>")]).await;
    let path = led_to(&asked).replace("?asked=1", "");
    assert!(ann.page(&format!("{path}?asked=1"), 200).await.contains("Asked."));
    let wallet = bob.page("/", 200).await;
    let place = |words: &str| wallet.find(words).unwrap_or_else(|| panic!("no {words}: {wallet}"));
    assert!(place("Waiting for you") < place("You have") && wallet.contains("&#60;b&#62;Bread"));
    eve.page(&path, 404).await;
    assert_eq!(eve.submit("/requests/new", &[]).await.status(), 422);
    // Without the tokens: why, what is missing, and a way on; no button that could not work.
    let page = bob.page(&path, 200).await;
    assert!(page.contains("30\u{a0}¤ more are needed") && page.contains("/requests/new?amount=30"), "{page}");
    assert!(!page.contains("value=\"accept\""));
    let csrf = field(&page, "csrf");
    let refused = bob.post(&path, &[("csrf", &*csrf), ("key", "one"), ("step", "accept")]).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("30\u{a0}¤ more are needed"));
    for step in ["", "pay", "Decline"] {
        let answer = bob.post(&path, &[("csrf", &*csrf), ("key", "one"), ("step", step)]).await;
        assert_eq!(answer.status(), 422, "{step}");
    }
    assert!(bob.page(&path, 200).await.contains("Waits for you"), "and it is still open");
    fund(&server, "bob", 100);
    let page = bob.page(&path, 200).await;
    assert!(page.contains("You will have") && page.contains("70\u{a0}¤") && page.contains("value=\"accept\""));
    let (csrf, key) = (field(&page, "csrf"), field(&page, "key"));
    let fields = [("csrf", &*csrf), ("key", &*key), ("step", "accept")];
    let receipts = [led_to(&bob.post(&path, &fields).await), led_to(&bob.post(&path, &fields).await)];
    assert_eq!(receipts[0], receipts[1], "a double tap pays once");
    let receipt = bob.page(&receipts[0], 200).await;
    assert!(receipt.contains("Asked for by") && receipt.contains(&path) && receipt.contains("&#60;b&#62;Bread"));
    let late = bob.submit(&path, &[("step", "decline"), ("answer", "No")]).await;
    assert_eq!(late.status(), 409);
    assert!(late.text().await.unwrap().contains("accepted already"));
    assert!(!bob.page("/", 200).await.contains("Waiting for you"));
    let seen = ann.page(&path, 200).await;
    assert!(seen.contains(receipts[0].split('?').next().unwrap()) && seen.contains("Paid"));
    assert!(ann.page("/requests?direction=out", 200).await.contains(&path));
    assert!(!ann.page("/requests?direction=in", 200).await.contains(&path));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A payment is asked back from its receipt, declined with a word, asked again and given back; each page
/// leads to the other.
#[tokio::test]
async fn asking_back() {
    let server = Server::demo().await;
    let (ann, bob) = (Visitor::sign_in(&server, "ann").await, Visitor::sign_in(&server, "bob").await);
    fund(&server, "ann", 50);
    let his = wallet_of(&server, "bob");
    let review = ann.submit("/send", &[("to", &his), ("amount", "20"), ("step", "review")]).await.text().await.unwrap();
    let (csrf, key) = (field(&review, "csrf"), field(&review, "key"));
    let pay = [("csrf", &*csrf), ("key", &*key), ("to", &*his), ("amount", "20"), ("step", "pay")];
    let receipt = led_to(&ann.post("/send", &pay).await).replace("?paid=1", "");
    let page = ann.page(&receipt, 200).await;
    let ask_back = format!("{receipt}/ask-back");
    assert!(page.contains(&ask_back) && page.contains("<title>Receipt: 20\u{a0}¤, bob"), "{page}");
    assert!(!bob.page(&receipt, 200).await.contains(&ask_back));
    bob.page(&ask_back, 403).await;
    for (amount, words) in [("21", "can still be given back"), ("0", "whole number"), ("", "whole number")] {
        let answer = ann.submit(&ask_back, &[("amount", amount), ("note", "Oh")]).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains(words) && page.contains("value=\"Oh\""), "{page}");
    }
    let request = led_to(&ann.submit(&ask_back, &[("amount", "20"), ("note", "Wrong person")]).await);
    let request = request.replace("?asked=1", "");
    assert!(!ann.page(&receipt, 200).await.contains(&ask_back), "once at a time");
    assert!(bob.page(&receipt, 200).await.contains("Asked back from you"));
    assert!(bob.page(&request, 200).await.contains(&receipt));
    led_to(&bob.submit(&request, &[("step", "decline"), ("answer", "It was <mine>")]).await);
    assert!(ann.page(&request, 200).await.contains("It was &#60;mine&#62;"));
    let again = led_to(&ann.submit(&ask_back, &[("amount", "15"), ("note", "Please")]).await).replace("?asked=1", "");
    let back = led_to(&bob.submit(&again, &[("step", "accept")]).await);
    let back = back.split('?').next().unwrap();
    assert!(ann.page(back, 200).await.contains(&format!("href=\"{receipt}\"")), "it names what it gives back");
    assert!(ann.page(&receipt, 200).await.contains(&format!("href=\"{back}\"")), "which names it too");
    for visitor in [&ann, &bob] {
        let history = visitor.page("/history", 200).await;
        assert!(history.contains("Given back") && history.contains("· given back"), "{history}");
    }
    let page = ann.page("/history/balance", 200).await;
    for words in ["It adds up", "+65\u{a0}¤", "−20\u{a0}¤", "45\u{a0}¤", "Earned from", "Spent on"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    ann.page("/history/balance?from=yesterday", 422).await;
    // The picture, for the two of them alone.
    let picture = ann.get(&format!("{receipt}/receipt.svg")).await;
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    let picture = picture.text().await.unwrap();
    for words in ["<text", ">ann<", ">bob<", "20\u{a0}¤", "The square holds the signed receipt"] {
        assert!(picture.contains(words), "{words}: {picture}");
    }
    assert_eq!(bob.get(&format!("{receipt}/receipt.svg")).await.status(), 200);
    let eve = Visitor::sign_in(&server, "eve").await;
    assert_eq!(eve.get(&format!("{receipt}/receipt.svg")).await.status(), 404);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Favourites come first, by a star that works without scripts, and what was typed stays.
#[tokio::test]
async fn favourites() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    let maria = wallet_of(&server, "maria");
    let typed = [("amount", "7"), ("note", "Bread"), ("step", "review")];
    let answer = ann.submit("/send", &[&typed[..], &[("star", &*maria)]].concat()).await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains("value=\"7\"") && page.contains("value=\"Bread\"") && page.contains("Favourite"));
    let first = |page: &str| page.split("type=\"radio\" name=\"to\" value=\"").nth(1).unwrap()[..36].to_owned();
    assert_eq!(first(&ann.page("/send", 200).await), maria);
    assert!(ann.page("/profile/favourites", 200).await.contains("maria"));
    let answer = ann.submit("/profile/favourites", &[("unstar", &maria)]).await;
    assert_eq!(led_to(&answer), "/profile/favourites");
    assert!(!ann.page("/profile/favourites", 200).await.contains("maria"));
    let answer = ann.submit("/profile/favourites", &[("star", &maria), ("back", "//evil.example")]).await;
    assert_eq!(led_to(&answer), "/profile/favourites");
    // Beside people one has paid lately.
    let page = ann.page("/send?q=mar", 200).await;
    assert_eq!(first(&page), maria);
}
