//! Nothing that anybody can write is run by anybody's browser: every text a person can enter is full of
//! what would like to, and every page there is, is opened in a real browser. Nothing may run, nothing may
//! stand on a page that does not belong there, and the policy must have had nothing to stop.
//!
//! `COMMUNITYTOKEN_ROUNDS=100` sends each field everything (a part of it otherwise, another with each
//! `COMMUNITYTOKEN_SEED`).

use std::collections::BTreeSet;

use serde_json::json;

use super::community::{Community, Person, SETTINGS};
use super::forms::{Form, crawl, forms};
use super::matrix::CALLS;
use super::payloads::{SKELETON_KEYS, all};
use super::support::provider::{AUDIENCE, ISSUER, Provider};
use super::support::setting::{rounds, seed};
use super::support::{Member, Server};
use super::watched::{Sight, Watched};

/// What was found on the pages, and how many were seen.
struct Finds<'a> {
    browser: Watched,
    community: &'a Community,
    found: Vec<String>,
}

impl<'a> Finds<'a> {
    async fn new(community: &'a Community) -> Self {
        Self { browser: Watched::open().await, community, found: Vec::new() }
    }

    async fn become_one(&self, person: Option<&Person>) {
        self.browser.become_one(&self.community.server.base, person).await;
    }

    async fn see(&mut self, path: &str) {
        let sight = self.browser.see(&self.community.url(path)).await;
        self.note(path, sight);
    }

    async fn post(&mut self, path: &str, fields: &[(String, String)]) {
        let sight = self.browser.post(&self.community.url(path), fields).await;
        self.note(&format!("POST {path} {fields:?}"), sight);
    }

    fn note(&mut self, place: &str, sight: Sight) {
        if !sight.at.starts_with(&format!("{}/", self.community.server.base)) {
            self.found.push(format!("{place}: led to {}", sight.at));
        }
        self.found.extend(sight.found.into_iter().map(|what| format!("{place}: {what}")));
    }

    /// Every page this person reaches. What is no page is a file to keep, or of a kind that no browser runs.
    async fn see_all(&mut self, person: Option<&Person>) {
        self.become_one(person).await;
        let nobody = Person { cookie: "none=none".into(), ..self.community.ann.clone() };
        for (path, answer) in crawl(self.community, person.unwrap_or(&nobody)).await {
            if answer.headers.get("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                self.see(&path).await;
            } else {
                assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
            }
        }
    }

    async fn end(self) {
        println!("{} pages seen", self.browser.loads);
        assert_eq!(self.found, Vec::<String>::new());
        self.browser.close().await;
    }
}

/// The instrument: these texts do run where they are let in, and a policy that has to stop them is heard.
#[tokio::test]
async fn the_texts_are_dangerous() {
    let mut browser = Watched::open().await;
    let page = |policy: &str, text: &str| {
        let meta = format!("<!doctype html><meta http-equiv=Content-Security-Policy content=\"{policy}\"><p>");
        let page = serde_urlencoded::to_string([("", meta + text)]).unwrap();
        format!("data:text/html;charset=utf-8,{}", page[1..].replace('+', "%20"))
    };
    let (mut ran, mut stopped, mut stood) = (0, 0, 0);
    for text in all() {
        let free = browser.see(&page("img-src *", &text)).await.found;
        ran += usize::from(free.iter().any(|what| what == "hacked()"));
        stood += usize::from(free.iter().filter(|what| !what.contains("http-equiv=Content")).count() > 0);
        let held = browser.see(&page("default-src 'none'", &text)).await.found;
        assert!(!held.contains(&"hacked()".to_owned()), "{text}: {held:?}");
        stopped += usize::from(held.iter().any(|what| what.starts_with("policy: ")));
    }
    println!("{ran} ran, {stopped} were stopped by a policy, {stood} were seen");
    assert!(ran >= 25 && stopped >= 30 && stood >= 40, "{ran} {stopped} {stood}");
    browser.close().await;
}

/// Pays with this note, or without one where the program does not take it; says whether it did.
async fn pay(from: &Member, to_wallet_id: &str, note: &str) -> bool {
    let mut body = json!({ "to_wallet_id": to_wallet_id, "amount": 1, "note": note });
    let answer = from.post("/v1/transfers", &body).await;
    if answer.status == 201 {
        return true;
    }
    answer.refused(400, "invalid_request");
    body.as_object_mut().unwrap().remove("note");
    from.post("/v1/transfers", &body).await.ok(201);
    false
}

/// Someone new by this name, on a browser that says so of itself; their user and wallet.
async fn newcomer(community: &Community, conn: &rusqlite::Connection, name: &str, browser: &str) -> (String, String) {
    let request = community.server.client.post(community.url("/login")).form(&[("new_username", name)]);
    let said: Vec<u8> = browser.bytes().filter(|byte| *byte >= b' ' && *byte != 0x7f).collect();
    let entered = request.header("user-agent", said).send().await.unwrap();
    assert_eq!(entered.status(), 303);
    let ids = "SELECT users.id, wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE username = ?1";
    conn.query_row(ids, [name], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

/// Everything that is kept: notes, reasons, names, what browsers say they are, the names of community and
/// token. A name that the program would not take is written into the file past it.
#[tokio::test]
async fn nothing_kept_is_run() {
    let texts = all();
    let chosen = usize::try_from(seed()).unwrap() % texts.len();
    let own: String = texts[chosen].chars().filter(|character| !character.is_control()).collect();
    let own = serde_json::to_string(&own).unwrap();
    let words = format!("[community]\nname = {own}\ntoken_name = {own}\ntoken_symbol = {own}\n");
    let community = Community::found_with(&format!("{SETTINGS}{words}")).await;
    let (ann, operator) = (&community.ann.member, &community.operator.member);
    let conn = rusqlite::Connection::open(community.server.database()).unwrap();
    conn.pragma_update(None, "ignore_check_constraints", true).unwrap();
    let mut refused = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let (user, wallet) = newcomer(&community, &conn, &format!("newcomer-{number}"), text).await;
        if !pay(ann, &wallet, text).await {
            refused.push(text);
        }
        let renamed = conn.execute("UPDATE users SET username = ?1 WHERE id = ?2", (text, user)).unwrap();
        assert_eq!(renamed, 1, "{text}");
    }
    assert!((1..10).contains(&refused.len()), "{refused:?}");
    // Signs that turn the text around them are refused; letters that run the other way keep to themselves.
    assert!(refused.iter().any(|text| text.contains('\u{202e}')) && refused.iter().any(|text| text.contains('\0')));
    pay(ann, &community.bob.member.wallet_id, "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 12").await;
    let history = community.page(&community.ann, "/history").await.text;
    assert!(history.contains("<bdi>\u{5e9}\u{5dc}\u{5d5}\u{5dd} 12</bdi>"), "{history}");
    for text in texts.iter().step_by(6) {
        let again = community.server.client.post(community.url("/login")).form(&[("user_id", &ann.user_id)]);
        let said: Vec<u8> = text.bytes().filter(|byte| *byte >= b' ' && *byte != 0x7f).collect();
        assert_eq!(again.header("user-agent", said).send().await.unwrap().status(), 303);
    }

    let mut finds = Finds::new(&community).await;
    for person in [Some(&community.ann), Some(&community.operator), Some(&community.auditor), None] {
        finds.see_all(person).await;
    }
    // The reason for which a wallet is frozen is shown to its owner.
    finds.become_one(Some(&community.eve)).await;
    let wallet = format!("/v1/admin/wallets/{}", community.eve.member.wallet_id);
    for text in texts.iter().filter(|text| !refused.contains(text)) {
        operator.post(&format!("{wallet}/freeze"), &json!({ "reason": text })).await.ok(200);
        finds.see("/").await;
        operator.post(&format!("{wallet}/unfreeze"), &json!({ "reason": text })).await.ok(200);
    }
    assert!(finds.browser.loads > 2 * texts.len(), "{}", finds.browser.loads);
    finds.end().await;
}

/// What the fields of a form are filled with, one form after the other.
#[derive(Clone, Copy)]
enum Turn {
    /// All with the same, which gets out of nearly every place.
    Key(&'static str),
    /// Each with another of the texts, from this on.
    Texts(usize),
}

impl Turn {
    fn text(self, texts: &[String], place: usize) -> &str {
        match self {
            Self::Key(key) => key,
            Self::Texts(first) => &texts[(first + place * 7) % texts.len()],
        }
    }
}

/// What has to come back as it is, stays.
const KEPT: [&str; 3] = ["csrf", "key", "step"];

/// A text for each of these fields; each name once.
fn filled(fields: Vec<(String, String)>, texts: &[String], turn: Turn) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let fields = fields.into_iter().filter(|(name, _)| seen.insert(name.clone())).enumerate();
    fields
        .map(|(place, (name, value))| match name.as_str() {
            kept if KEPT.contains(&kept) => (name, value),
            _ => (name, turn.text(texts, place).to_owned()),
        })
        .collect()
}

/// Everything that an answer may repeat: each field of each form, sent and in the query, and each place in
/// an address.
#[tokio::test]
async fn nothing_repeated_is_run() {
    let (texts, community) = (all(), Community::found().await);
    let first = usize::try_from(seed()).unwrap();
    let rounds = rounds(2).min(texts.len());
    let spread = (0..rounds).map(|round| Turn::Texts(first + round * texts.len() / rounds));
    let turns: Vec<Turn> = SKELETON_KEYS.into_iter().map(Turn::Key).chain(spread).collect();
    let mut finds = Finds::new(&community).await;
    let (mut fields, mut places) = (BTreeSet::new(), 0);
    for person in [Some(&community.ann), Some(&community.operator), None] {
        finds.become_one(person).await;
        finds.see("/").await;
        let nobody = Person { cookie: "none=none".into(), ..community.ann.clone() };
        let csrf = community.csrf(person.unwrap_or(&nobody)).await;
        for (path, page) in crawl(&community, person.unwrap_or(&nobody)).await {
            // A page and its forms are looked at once, whichever of its kind it is.
            let plain = path.split('?').next().unwrap();
            if page.status != 200 || !fields.insert((person.is_some(), names(&page.text).join(","))) {
                continue;
            }
            for turn in &turns {
                let query = names(&page.text).into_iter().map(|name| (name, String::new())).collect();
                let query = filled(query, &texts, *turn);
                if !query.is_empty() {
                    finds.see(&format!("{plain}?{}", serde_urlencoded::to_string(&query).unwrap())).await;
                }
                for Form { action, fields, .. } in forms(plain, &page.text) {
                    let sent = filled(fields, &texts, *turn);
                    if sent.iter().any(|(name, _)| !KEPT.contains(&name.as_str())) {
                        finds.post(&action, &sent).await;
                        places += 1;
                    }
                }
            }
        }
        // A payment that is right but for its note, on the page that asks whether it is right.
        for turn in turns.iter().filter(|_| person.is_some()) {
            let to = community.bob.member.wallet_id.as_str();
            let note = turn.text(&texts, 0);
            let sent = [("csrf", csrf.as_str()), ("step", "review"), ("to", to), ("amount", "1"), ("note", note)];
            finds.post("/send", &sent.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
        }
    }
    for turn in &turns {
        let text = serde_urlencoded::to_string([("x", turn.text(&texts, 0))]).unwrap();
        let text = text.trim_start_matches("x=").replace('+', "%20");
        finds.see(&format!("/{text}")).await;
        for call in CALLS.iter().filter(|call| call.method == "GET" && call.path.contains('{') && !call.is_api()) {
            let (before, after) = call.path.split_once('{').unwrap();
            finds.see(&format!("{before}{text}{}", after.split_once('}').unwrap().1)).await;
        }
    }
    assert!(places >= 5 * turns.len() && finds.browser.loads > 15 * turns.len(), "{places} {}", finds.browser.loads);
    finds.end().await;
}

/// The fields of a page's forms.
fn names(page: &str) -> Vec<String> {
    let fields =
        page.split("<input").skip(1).chain(page.split("<select").skip(1)).chain(page.split("<textarea").skip(1));
    let fields = fields.filter_map(|field| super::forms::attribute(field.split('>').next()?, "name"));
    let names: BTreeSet<String> = fields.filter(|name| !["csrf", "key"].contains(&name.as_str())).collect();
    names.into_iter().collect()
}

/// What a provider says of its members, and what a provider itself is called.
#[tokio::test]
async fn nothing_of_a_provider_is_run() {
    let texts = all();
    let mut settings = SETTINGS.to_owned();
    for (number, text) in texts.iter().enumerate() {
        let issuer = if number == 0 { ISSUER.to_owned() } else { format!("https://id{number}.test.invalid") };
        let name = serde_json::to_string(text).unwrap().replace('\u{7f}', "");
        let provider = format!(
            "[[identity.providers]]\nissuer = \"{issuer}\"\naudience = \"{AUDIENCE}\"\njwks_file = \"jwks.json\"\nclient_id = \"us\"\nname = {name}\n"
        );
        settings.push_str(&provider);
    }
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    let mut browser = Watched::open().await;
    let seen = browser.see(&format!("{}/login", server.base)).await;
    assert_eq!(seen.found, Vec::<String>::new());
    for (number, text) in texts.iter().enumerate() {
        let mut claims = Provider::claims(&format!("member {number}"), text);
        claims["name"] = json!(text);
        let member = server.stranger(server.provider.sign("EdDSA", &claims));
        let me = member.get("/v1/me").await.ok(200);
        let name = me["username"].as_str().unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)), "{name}");
    }
    browser.close().await;
}
