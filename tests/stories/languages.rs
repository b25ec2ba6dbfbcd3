//! The pages in four languages: by the browser's wish, by a visitor's choice, by a member's, and by the
//! community's own; and the same in a real browser, on the narrowest screen.

use communitytoken::language::Language;
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};

use super::chromium::Browser;
use super::support::Server;

/// Someone with a browser that asks for a language, or for none.
struct Reader<'a> {
    server: &'a Server,
    asks: &'a str,
    cookies: String,
}

impl<'a> Reader<'a> {
    fn new(server: &'a Server, asks: &'a str) -> Self {
        Self { server, asks, cookies: String::new() }
    }

    /// The same, signed in.
    async fn sign_in(server: &'a Server, asks: &'a str, name: &str) -> Self {
        let mut reader = Self::new(server, asks);
        let answer = reader.post("/login", &[("new_username", name)]).await;
        assert_eq!(answer.status(), 303);
        reader.keep(&answer);
        reader
    }

    fn keep(&mut self, answer: &reqwest::Response) {
        let set = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
        let cookies = format!("{}; {set}", self.cookies);
        cookies.trim_start_matches("; ").clone_into(&mut self.cookies);
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.server.client.get(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request.header(ACCEPT_LANGUAGE, self.asks).header(COOKIE, &self.cookies).send().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let request = self.server.client.post(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request
            .header(ACCEPT_LANGUAGE, self.asks)
            .header(COOKIE, &self.cookies)
            .header("sec-fetch-site", "same-origin")
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    /// Sends a form of a page with what it must bring back.
    async fn send(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let csrf = field(&self.page(page).await, "csrf");
        self.post(path, &[&[("csrf", csrf.as_str())], fields].concat()).await
    }

    /// Which language the page says it is in.
    async fn reads(&self, path: &str) -> String {
        language(&self.page(path).await)
    }
}

fn field(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

fn to(answer: &reqwest::Response) -> &str {
    answer.headers()[LOCATION].to_str().unwrap()
}

fn language(page: &str) -> String {
    page.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// What a page says: its text, and what is read aloud of its attributes.
fn words(page: &str) -> String {
    let mut words = String::new();
    for attribute in ["aria-label=\"", "placeholder=\"", "title=\"", "alt=\""] {
        for value in page.split(attribute).skip(1) {
            words.push_str(value.split('"').next().unwrap());
            words.push('\n');
        }
    }
    for part in page.split('<') {
        words.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        words.push('\n');
    }
    words
}

/// Whoever is not signed in: the browser's wish, with its weights; then what they choose, on this browser
/// alone, wherever they are; and never another site's page.
#[tokio::test]
async fn a_visitor_chooses() {
    let server = Server::demo().await;
    for (asks, reads) in [("", "en"), ("ja", "ja"), ("fr, es;q=0.5, de;q=0.4", "es"), ("de-CH", "de"), ("fr", "en")] {
        let visitor = Reader::new(&server, asks);
        for path in ["/", "/login", "/profile/closed", "/nothing-here", "/docs"] {
            assert_eq!(visitor.reads(path).await, reads, "{path} for {asks:?}");
        }
    }
    let mut visitor = Reader::new(&server, "ja");
    let page = visitor.page("/login?next=/history").await;
    assert!(page.contains("ログイン") && page.contains("Deutsch") && page.contains("Español"), "{page}");
    let here = field(&page, "here");
    assert_eq!(here, "/login?next=/history");
    let answer = visitor.post("/language", &[("language", "de"), ("here", &here)]).await;
    assert_eq!((answer.status().as_u16(), to(&answer)), (303, "/login?next=/history"));
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("language=de;") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    visitor.keep(&answer);
    assert_eq!(visitor.reads("/").await, "de");
    assert!(visitor.page("/nothing-here").await.contains("Unter dieser Adresse ist nichts."));
    for here in ["//evil.example", "https://evil.example", "/\\evil", "", "/a\r\nb"] {
        let answer = visitor.post("/language", &[("language", "es"), ("here", here)]).await;
        assert_eq!((answer.status().as_u16(), to(&answer)), (303, "/"), "{here}");
    }
    // What a phone offers beside the program's sign is said in the same language.
    let manifest: Value = visitor.get("/manifest.webmanifest").await.json().await.unwrap();
    assert_eq!((&manifest["lang"], &manifest["shortcuts"][0]["name"]), (&json!("de"), &json!("Senden")));
    for wrong in ["fr", "", "DE", "../de"] {
        let answer = visitor.post("/language", &[("language", wrong)]).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(!answer.headers().contains_key(SET_COOKIE));
    }
    // A cookie of another making is none.
    visitor.cookies = "language=<script>".into();
    assert_eq!(visitor.reads("/").await, "ja");
}

/// A member's choice counts everywhere, more than browser and cookie, for refusals too, until they take it
/// back; a restart does not forget it.
#[tokio::test]
async fn a_member_chooses() {
    let mut server = Server::demo().await;
    let cookies = {
        let member = Reader::sign_in(&server, "ja", "ann").await;
        for path in ["/", "/send", "/history", "/statistics", "/profile", "/nothing-here"] {
            assert_eq!(member.reads(path).await, "ja", "{path}");
        }
        let answer = member.send("/profile", "/profile", &[("username", "ann"), ("language", "es")]).await;
        assert_eq!(answer.status(), 303);
        // A form from before there were languages changes none.
        assert_eq!(member.send("/profile", "/profile", &[("username", "ann_2")]).await.status(), 303);
        member.cookies
    };
    server.stop();
    server.serve(&[]).await;
    let member = Reader { server: &server, asks: "ja", cookies: format!("{cookies}; language=de") };
    let profile = member.page("/profile").await;
    assert_eq!(language(&profile), "es");
    assert!(profile.contains("<option value=\"es\" lang=\"es\" selected>Español</option>"), "{profile}");
    // Where nobody looks up who asks, the browser's cookie counts; where a member is refused, their choice.
    assert_eq!(member.reads("/transactions/00000000-0000-4000-8000-000000000000").await, "es");
    let refused = member.post("/profile", &[("csrf", "wrong"), ("username", "ann"), ("language", "en")]).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("Este formulario ha caducado."));
    let refused =
        member.send("/profile", "/profile", &[("username", "a"), ("language", "de")]).await.text().await.unwrap();
    assert!(refused.contains("Tu nombre debe tener"), "{refused}");
    assert!(refused.contains("<option value=\"de\" lang=\"de\" selected>"), "what was chosen is kept: {refused}");
    // As the browser asks, again.
    assert_eq!(member.send("/profile", "/profile", &[("username", "ann"), ("language", "")]).await.status(), 303);
    assert_eq!(member.reads("/profile").await, "de");
}

/// The same by the API, which itself goes on in English.
#[tokio::test]
async fn a_program_chooses_for_its_member() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    assert_eq!(ann.get("/v1/me").await.ok(200)["language"], Value::Null);
    let patch = async |change: Value| {
        let headers = [("content-type", "application/json"), ("accept-language", "de")];
        ann.call(reqwest::Method::PATCH, "/v1/me", &headers, Some(change.to_string())).await
    };
    let changed = patch(json!({ "language": "ja" })).await.ok(200);
    assert_eq!((&changed["language"], &changed["username"]), (&json!("ja"), &json!("ann")));
    let changed = patch(json!({ "username": "ann_2" })).await.ok(200);
    assert_eq!((&changed["language"], &changed["username"]), (&json!("ja"), &json!("ann_2")));
    for wrong in [json!({}), json!({ "language": "fr" }), json!({ "language": 1 }), json!({ "username": null })] {
        let refusal = patch(wrong.clone()).await.refused(400, "invalid_request");
        assert!(!refusal["detail"].as_str().unwrap().contains("nicht"), "{wrong}: {refusal}");
    }
    assert_eq!(ann.get("/v1/me").await.ok(200)["language"], "ja");
    assert_eq!(server.sql("SELECT language FROM users WHERE username = 'ann_2'")[0]["language"], "ja");
    let changed = patch(json!({ "language": null, "username": "ann" })).await.ok(200);
    assert_eq!((&changed["language"], &changed["username"]), (&Value::Null, &json!("ann")));
}

/// The community's own language is for those who ask for none of ours.
#[tokio::test]
async fn a_community_has_its_own_language() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n[community]\nlanguage = \"de\"\n");
    server.serve(&["--demo"]).await;
    for (asks, reads) in [("", "de"), ("fr", "de"), ("en", "en"), ("ja;q=0.1", "ja")] {
        assert_eq!(Reader::new(&server, asks).reads("/").await, reads, "{asks:?}");
    }
}

/// Amounts are written and read as the member's language does it; a decimal is refused in its words, and
/// nothing moves.
#[tokio::test]
async fn amounts_are_read_in_ones_own_language() {
    let server = Server::demo().await;
    let rich = server.cli(&["member", "show", "tomas"]).ok();
    let mut member = Reader::new(&server, "de");
    let answer = member.post("/login", &[("user_id", rich["id"].as_str().unwrap())]).await;
    member.keep(&answer);
    let wallet = rich["wallet_id"].as_str().unwrap();
    server.cli(&["distribute", "--to", &format!("{wallet}=12345"), "--reason", "For the test"]).ok();
    let page = member.page("/").await;
    assert!(page.contains("12.") && words(&page).contains("Guthaben"), "{page}");
    let to = server.cli(&["member", "show", "aiko"]).ok()["wallet_id"].as_str().unwrap().to_owned();
    let typed = |amount: &'static str| {
        let to = to.clone();
        let member = &member;
        async move {
            let fields = [("step", "review"), ("to", to.as_str()), ("amount", amount), ("note", "")];
            let answer = member.send("/send", "/send", &fields).await;
            (answer.status().as_u16(), answer.text().await.unwrap())
        }
    };
    let (status, page) = typed("1.500").await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(field(&page, "amount"), "1500");
    assert!(page.contains("1.500\u{a0}¤") && page.contains("Stimmt das so?"), "{page}");
    for wrong in ["1,5", "1,500", "1.5", "-1", "0"] {
        let (status, page) = typed(wrong).await;
        assert_eq!(status, 422, "{wrong}");
        assert!(page.contains("Der Betrag muss eine ganze Zahl sein, mindestens 1."), "{wrong}: {page}");
    }
    let (status, page) = typed("999.999.999").await;
    assert_eq!(status, 422);
    assert!(page.contains("So viel hast du nicht: Du hast ") && page.contains("fehlen noch."), "{page}");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// On no page of a Japanese member is a word of English: what is said in Rust is said in their language,
/// too. What members and programs wrote themselves stays as it is.
#[tokio::test]
async fn nothing_english_is_left_on_a_japanese_page() {
    let server =
        Server::demo_with("[consent]\nabove = 1000000\n[fees]\npercent = \"2.5\"\nfixed = 1\nat_most = 9\n").await;
    let proposal = server.proposal(1_000_000, "夏祭り").await;
    let aiko = server.cli(&["token", "--member", "aiko"]).ok()["token"].as_str().unwrap().to_owned();
    let to = server.cli(&["member", "show", "tomas"]).ok()["wallet_id"].as_str().unwrap().to_owned();
    let alert = format!("/admin/alerts/{}", server.alert(&server.stranger(aiko), &to).await);
    server.cli(&["alerts", "mute", "circle", "--days", "30", "--reason", "夏祭り"]).ok();
    let mut member = Reader::new(&server, "ja");
    let tomas = server.cli(&["member", "show", "tomas"]).ok();
    let answer = member.post("/login", &[("user_id", tomas["id"].as_str().unwrap())]).await;
    member.keep(&answer);
    let maria = server.cli(&["member", "show", "maria"]).ok();
    let mut operator = Reader::new(&server, "ja");
    let answer = operator.post("/login", &[("user_id", maria["id"].as_str().unwrap())]).await;
    operator.keep(&answer);
    let visitor = Reader::new(&server, "ja");
    let members = server.sql("SELECT username FROM users");
    let members: Vec<&str> = members.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect();
    let receipt = member.page("/history").await.split("/transactions/").nth(1).unwrap()[..36].to_owned();
    let receipt = format!("/transactions/{receipt}");
    // A payment with its fee, from the confirmation to the two receipts and the correction.
    let to = maria["wallet_id"].as_str().unwrap();
    let review = member.send("/send", "/send", &[("step", "review"), ("to", to), ("amount", "40")]).await;
    let confirm = review.text().await.unwrap();
    assert!(confirm.contains("手数料") && confirm.contains("合計"), "{confirm}");
    let typed = [("key", field(&confirm, "key")), ("fee", field(&confirm, "fee"))];
    let mut fields = vec![("step", "pay"), ("to", to), ("amount", "40")];
    fields.extend(typed.iter().map(|(name, value)| (*name, value.as_str())));
    let paid = self::to(&member.send("/send", "/send", &fields).await).to_owned();
    let fee = member.page(&paid).await.split("href=\"/transactions/").nth(1).unwrap()[..36].to_owned();
    let fee = format!("/transactions/{fee}");
    let priced = format!("/pay/{to}?amount=40");
    let month =
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).strftime("/statistics/report/%Y-%m").to_string();
    let distribution = server.sql("SELECT target FROM audit_log WHERE action = 'distribution'")[0]["target"]
        .as_str()
        .unwrap()
        .to_owned();
    let schedule = server.cli(&[
        "schedule",
        "create",
        "--name",
        "配布",
        "--cron",
        "0 9 * * 1",
        "--everyone",
        "--each",
        "5",
        "--reason",
        "Agreed",
    ]);
    let schedule = format!("/admin/schedules/{}", schedule.ok()["id"].as_str().unwrap());
    let of_tomas = format!("/admin/members/{}", tomas["id"].as_str().unwrap());
    let overseen = [
        "/admin".to_owned(),
        "/admin/members".to_owned(),
        "/admin/members?q=zzz".to_owned(),
        of_tomas.clone(),
        format!("{of_tomas}?done=roles"),
        format!("{of_tomas}/freeze"),
        format!("{of_tomas}/unfreeze"),
        format!("{of_tomas}/delete"),
        format!("{of_tomas}/restore"),
        format!("{of_tomas}/sign-out"),
        format!("{of_tomas}/sign-in-link"),
        format!("{of_tomas}/roles"),
        "/admin/distribute".to_owned(),
        format!("/admin/distributions/{distribution}"),
        "/admin/schedules".to_owned(),
        "/admin/schedules/new".to_owned(),
        format!("{schedule}?done=made"),
        format!("{schedule}/change"),
        "/admin/alerts".to_owned(),
        "/admin/alerts?done=unmute".to_owned(),
        format!("{alert}?done=acknowledge"),
        format!("{alert}?done=mute"),
        "/admin/transactions".to_owned(),
        "/admin/transactions?wallet=x".to_owned(),
        "/admin/transactions?type=x".to_owned(),
        "/admin/transactions?direction=in".to_owned(),
        format!("/admin{receipt}"),
        format!("/admin{receipt}/reverse"),
        format!("/admin{}", paid.trim_end_matches("?paid=1")),
        format!("/admin{}/reverse", paid.trim_end_matches("?paid=1")),
        format!("/admin{fee}"),
        "/admin/accounts?done=made".to_owned(),
        "/admin/invitations".to_owned(),
        "/admin/audit".to_owned(),
        "/admin/audit?from=x".to_owned(),
        "/admin/program".to_owned(),
        "/admin/backups?done=1".to_owned(),
        "/admin/consents".to_owned(),
        format!("{proposal}?done=asked"),
        "/statistics/flow".to_owned(),
        month.clone(),
    ];
    let mine = [
        "/",
        "/notifications",
        "/profile/notifications",
        "/statistics/flow",
        &month,
        "/send",
        "/send?q=zzz",
        "/history",
        "/history?q=zzz",
        "/history?min=x",
        "/history?from=x",
        &receipt,
        "/statistics",
        "/statistics?bucket=hour",
        "/statistics?bucket=week",
        "/statistics?bucket=month",
        "/statistics/forecast",
        "/statistics/forecast?bucket=month",
        "/profile",
        "/profile/sessions",
        "/profile/clients",
        "/profile/close",
        "/nothing-here",
        "/transactions/x",
        "/pay/x",
        &paid,
        &fee,
        &priced,
    ];
    let theirs = [
        "/",
        "/login",
        "/login?q=zzz",
        "/login?problem=passkey",
        "/login?problem=again",
        "/profile/closed",
        "/join/x",
        "/login/recovery",
    ];
    let pages = mine.iter().map(|path| (&member, *path)).chain(theirs.iter().map(|path| (&visitor, *path)));
    let pages = pages.chain(overseen.iter().map(|path| (&operator, path.as_str())));
    let mut english = Vec::new();
    for (reader, path) in pages {
        let page = reader.page(path).await;
        assert_eq!(language(&page), "ja", "{path}");
        // Notes, names of members and accounts, other languages' own names, ids, and what is a name everywhere.
        let mut text = String::new();
        for line in words(&without_code(&page)).lines() {
            let others_own =
                page.contains(&format!("<bdi>{line}</bdi>")) || page.contains(&format!("class=\"name\">{line}<"));
            if !others_own {
                text.push_str(line);
                text.push('\n');
            }
        }
        let is_word = |word: &&str| word.len() > 2 && word.chars().all(|letter| letter.is_ascii_alphabetic());
        // A group of an id or a hash may look like a word ("bbfa"); the whole has a digit somewhere.
        let is_id = |chunk: &&str| {
            chunk.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
                && chunk.chars().any(|letter| letter.is_ascii_digit())
        };
        let left: Vec<&str> = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
            .filter(|chunk| !is_id(chunk))
            .flat_map(|chunk| chunk.split('-'))
            .filter(is_word)
            .filter(|word| !KNOWN.contains(word) && !members.contains(word))
            .filter(|word| !FOREIGN.iter().any(|(page, words)| path.starts_with(page) && words.contains(word)))
            .collect();
        if !left.is_empty() {
            english.push(format!("{path} says {left:?}"));
        }
    }
    assert!(english.is_empty(), "{}", english.join("\n"));
}

/// What stands on a page for machines, and what members wrote there themselves.
const FOREIGN: &[(&str, &[&str])] = &[
    ("/admin/distribute", &["username", "amount", "user", "wallet", "ann", "bob"]),
    ("/admin/audit", &["wallet", "freeze"]),
    ("/admin/program", &["config", "toml"]),
    ("/admin/backups", &["backup", "every", "hours", "sha"]),
    ("/statistics/report/", &["Weekly", "basic", "income", "week"]),
];

/// What is written for machines, the settings and the names of facts on record, is the same everywhere.
fn without_code(page: &str) -> String {
    let mut parts = page.split("class=\"code\"");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |kept, part| {
        let (tag, text) = part.split_once('>').unwrap();
        format!("{kept}{tag}>{}", &text[text.find('<').unwrap()..])
    })
}

/// Names and terms that are the same in Japanese.
const KNOWN: &[&str] = &[
    "Our",
    "system",
    "pay",
    "account",
    "community",
    "token",
    "API",
    "CSV",
    "PDF",
    "Webhook",
    "JSON",
    "SQLite",
    "PIN",
    "English",
    "Deutsch",
    "https",
    "http",
    "communitytoken",
    "member",
    "claim",
    "link",
];

/// In a real browser that asks for Japanese the wallet is Japanese, and stays so while it is kept up to
/// date; in German, with its long words, nothing is wider than the narrowest screen.
#[tokio::test]
async fn languages_in_a_browser() {
    let server = Server::demo().await;
    let browser = Browser::open_with(true, &["--accept-lang=ja"]).await;
    browser.driver.goto(&server.base).await.unwrap();
    browser.click("//a[text()='ログイン']").await;
    browser.click("//button[contains(., 'tomas')]").await;
    browser.sees(&["残高", "最近の動き"]).await;
    let tomas = server.cli(&["member", "show", "tomas"]).ok();
    let gift = format!("{}=77777", tomas["wallet_id"].as_str().unwrap());
    server.cli(&["distribute", "--to", &gift, "--reason", "A gift"]).ok();
    browser.sees(&["77,777", "コミュニティから"]).await;
    browser.close().await;

    let browser = Browser::open_with(true, &["--accept-lang=de"]).await;
    let narrow = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", narrow).await.unwrap();
    let check = async |path: &str| {
        browser.driver.goto(format!("{}{path}", server.base)).await.unwrap();
        let seen = browser
            .driver
            .execute("return [document.documentElement.lang, document.documentElement.scrollWidth]", vec![])
            .await
            .unwrap();
        assert_eq!(*seen.json(), json!(["de", 320]), "{path}");
    };
    for path in ["/", "/nothing-here", "/login"] {
        check(path).await;
    }
    browser.click("//button[contains(., 'tomas')]").await;
    browser.sees(&["Zuletzt"]).await;
    let receipt =
        browser.driver.find(thirtyfour::By::Css("a.entry")).await.unwrap().attr("href").await.unwrap().unwrap();
    for path in [
        "/",
        "/send",
        "/history",
        &receipt,
        "/statistics",
        "/statistics/forecast",
        "/profile",
        "/profile/sessions",
        "/profile/clients",
        "/profile/close",
    ] {
        check(path).await;
    }
    browser.close().await;
}

/// Every language has its name on the profile, and the one that is asked for is said aloud in it.
#[test]
fn languages_by_their_own_names() {
    for language in Language::ALL {
        assert_eq!(language.tag().parse(), Ok(language));
        assert!(!language.own_name().is_empty());
    }
    assert!("fr".parse::<Language>().is_err());
}
