//! The operators' pages: each act asks why, does what it says, and leaves its line in the audit log; what
//! is refused changes nothing; auditors read and members stay outside.

use std::fmt::Write as _;

use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION};
use serde_json::Value;
use thirtyfour::By;

use super::chromium::Browser;
use super::pages::{Visitor, field, wallet_of};
use super::support::Server;
use super::support::clock::Clock;
use super::support::server::ASKED_FOR;

fn id_of(server: &Server, name: &str) -> String {
    server.cli(&["member", "show", name]).ok()["id"].as_str().unwrap().to_owned()
}

/// The newest line of the audit log that somebody's act has left.
fn newest_line(server: &Server) -> Value {
    server.sql(&format!("SELECT * FROM audit_log WHERE {ASKED_FOR} ORDER BY sequence DESC LIMIT 1"))[0].clone()
}

/// What one member has.
fn balance(server: &Server, name: &str) -> i64 {
    server.cli(&["member", "show", name]).ok()["balance"].as_i64().unwrap()
}

impl Visitor<'_> {
    /// Opens a page with a form and sends it with these fields; the hidden ones come from the page.
    async fn fill_in(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let page = self.page(path).await;
        let form = page.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no form: {page}"));
        let mut sent = vec![("csrf", field(form, "csrf"))];
        if form.split("</form>").next().unwrap().contains("name=\"key\"") {
            sent.push(("key", field(form, "key")));
        }
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
        self.post(action, &sent).await
    }

    /// The hidden fields of the page that asks whether a distribution is right.
    async fn look(&self, list: &str, note: &str) -> (u16, String) {
        let fields = [("list", list), ("note", note)];
        let answer = self.fill_in("/admin/distribute", "/admin/distribute", &fields).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn confirm(&self, page: &str, reason: &str) -> Response {
        let shown = |name| field(page, name).replace("&#60;", "<").replace("&#62;", ">");
        let hidden = ["csrf", "key", "issued", "seal", "list", "note", "account"].map(|name| (name, shown(name)));
        let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("reason", reason));
        self.post("/admin/distributions", &fields).await
    }
}

/// The page of an act, where its form is sent, what is typed into it, a part of what it says, and what the
/// audit log calls it.
type Act = (String, String, Vec<(&'static str, &'static str)>, &'static str, &'static str);

/// Every act on a page: it says first what will happen; without a reason, by someone who may not or without
/// the page's own token nothing is changed; with a reason it is done, and the audit log says by whom, why
/// and by which request.
#[tokio::test]
async fn every_act_asks_why() {
    let server = Server::demo().await;
    let (maria, tomas) = (Visitor::sign_in_as(&server, "maria").await, Visitor::sign_in_as(&server, "tomas").await);
    let aiko = format!("/admin/members/{}", id_of(&server, "aiko"));
    let payment =
        server.sql("SELECT max(sequence) AS sequence FROM transactions WHERE kind = 3")[0]["sequence"].clone();
    let listed = maria.page("/admin/transactions?kind=transfer").await;
    let transaction = listed.split("href=\"/admin/transactions/").nth(1).unwrap().split('"').next().unwrap();
    assert!(listed.contains(&format!("number {payment}")), "the newest stands on the first page");
    let reverse = format!("/admin/transactions/{transaction}/reverse");
    let acts: Vec<Act> = [
        ("freeze", "can neither send nor receive", "wallet.freeze"),
        ("unfreeze", "can send and receive again", "wallet.unfreeze"),
        ("delete", "nobody can pay them", "user.delete"),
        ("restore", "can sign in again", "user.restore"),
    ]
    .into_iter()
    .map(|(word, sentence, action)| (format!("{aiko}/{word}"), format!("{aiko}/{word}"), Vec::new(), sentence, action))
    .chain([
        (format!("{aiko}/roles"), format!("{aiko}/roles"), vec![("auditor", "1")], "reads everything", "role.grant"),
        ("/admin/accounts".into(), "/admin/issuances".into(), vec![("amount", "1 000")], "New tokens", "issuance"),
        (
            "/admin/accounts".into(),
            "/admin/accounts".into(),
            vec![("name", "garden")],
            "changed or removed",
            "system_account.create",
        ),
        // After the garden has its account.
        (
            "/admin/accounts".into(),
            "/admin/accounts/transfers".into(),
            vec![("amount", "1 000"), ("from", "system_account_communitytoken"), ("to", "garden")],
            "Nothing is issued",
            "transfer",
        ),
        (reverse.clone(), reverse, vec![("amount", "1")], "goes back", "reversal"),
    ])
    .collect();
    for (page, action, fields, sentence, audited) in &acts {
        let (shown, rows) = (maria.page(page).await, server.rows());
        assert!(shown.contains(sentence), "{sentence} is not on {page}: {shown}");
        for reason in ["", "   ", &"x".repeat(501)] {
            let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("reason", reason)]).collect();
            let answer = maria.fill_in(page, action, &fields).await;
            assert_eq!(answer.status(), 422, "{action}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("The reason must"), "{action}: {text}");
            for (_, typed) in &fields[..fields.len() - 1] {
                assert!(*typed == "1" || text.contains(&format!("value=\"{typed}\"")), "{typed} was typed: {text}");
            }
        }
        let meant: Vec<(&str, &str)> = fields.iter().copied().chain([("reason", "Agreed on Monday")]).collect();
        let csrf = tomas.csrf().await;
        let theirs = [&meant[..], &[("csrf", &*csrf), ("key", "a-key")]].concat();
        assert_eq!(tomas.post(action, &theirs).await.status(), 403, "{action}");
        assert_eq!(maria.post(action, &theirs).await.status(), 403, "{action} with another session's token");
        assert_eq!(server.rows(), rows, "{action} changed something");

        let answer = maria.fill_in(page, action, &meant).await;
        assert_eq!(answer.status(), 303, "{action}: {}", answer.text().await.unwrap());
        let (request, line) = (answer.headers()["x-request-id"].to_str().unwrap(), newest_line(&server));
        assert_eq!((&line["action"], &line["reason"]), (&(*audited).into(), &"Agreed on Monday".into()));
        assert_eq!(line["request_id"], request);
        assert!(line["operator"].as_str().unwrap().starts_with("maria ("), "{line}");
        let after = maria.get(answer.headers()[LOCATION].to_str().unwrap()).await;
        assert_eq!(after.status(), 200);
        let log = maria.page("/admin/audit").await;
        assert!(log.contains("Agreed on Monday") && log.contains(request), "{log}");
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// What cannot be done says so in a sentence: the last operator stays, a name is taken, more cannot go back
/// than came. Signing out ends the session of who is signed out; the member reads why a wallet is frozen.
#[tokio::test]
async fn what_cannot_be_done() {
    let server = Server::demo().await;
    let (maria, tomas) = (Visitor::sign_in_as(&server, "maria").await, Visitor::sign_in_as(&server, "tomas").await);
    let [mine, theirs] = ["maria", "tomas"].map(|name| format!("/admin/members/{}", id_of(&server, name)));
    let rows = server.rows();
    for act in ["delete", "roles"] {
        let path = format!("{mine}/{act}");
        let answer = maria.fill_in(&path, &path, &[("reason", "Moving away")]).await;
        assert_eq!(answer.status(), 422);
        let text = answer.text().await.unwrap();
        assert!(text.contains("This is the last operator.") && text.contains("value=\"Moving away\""), "{text}");
    }
    let taken = [("name", "system_account_communitytoken"), ("reason", "Why")];
    let answer = maria.fill_in("/admin/accounts", "/admin/accounts", &taken).await;
    assert!(answer.text().await.unwrap().contains("An account of the community has this name already."));
    for amount in ["0", "-1", "1.5", "", "9223372036854775808"] {
        let fields = [("amount", amount), ("reason", "Why")];
        let answer = maria.fill_in("/admin/accounts", "/admin/issuances", &fields).await;
        assert_eq!(answer.status(), 422, "{amount}");
        assert!(answer.text().await.unwrap().contains("Nothing was issued."));
    }
    for unknown in
        ["/admin/transactions/x", "/admin/members/00000000-0000-4000-8000-000000000000", "/admin/distributions/x"]
    {
        assert_eq!(maria.get(unknown).await.status(), 404, "{unknown}");
    }
    assert_eq!(server.rows(), rows);
    let path = format!("{theirs}/freeze");
    maria.fill_in(&path, &path, &[("reason", "Phone <stolen>")]).await;
    assert!(maria.page(&theirs).await.contains("Phone &#60;stolen&#62;"));
    let wallet = tomas.page("/").await;
    assert!(wallet.contains("Your wallet is frozen") && wallet.contains("Phone &#60;stolen&#62;"), "{wallet}");
    let path = format!("{theirs}/sign-out");
    maria.fill_in(&path, &path, &[("reason", "They asked for it")]).await;
    assert_eq!(newest_line(&server)["action"], "session.revoke");
    assert_eq!(tomas.get("/send").await.status(), 303, "their session has ended");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A list is judged line by line, and each thing that is wrong with it is a sentence; nothing moves by it.
#[tokio::test]
async fn lists_with_something_wrong() {
    let server = Server::demo().await;
    let maria = Visitor::sign_in_as(&server, "maria").await;
    server.cli(&["freeze", &wallet_of(&server, "aiko"), "--reason", "Phone stolen"]).ok();
    let rows = server.rows();
    let mut many = String::from("username,amount\n");
    (0..10_000).for_each(|number| writeln!(many, "member-{number},1").unwrap());
    for (list, sentences) in [
        ("", &["The first line must name a column amount."][..]),
        ("username,amount\n", &["The list names nobody."]),
        ("username,tokens\ntomas,1\n", &["must name a column amount"]),
        ("name,amount\ntomas,1\n", &["must name a column wallet_id, user_id or username"]),
        (
            "username,amount\n\ntomas,5\naiko,1\n=cmd(),1\ntomas,2\nbela,1.5\nchidi,-3\nnobody,x\ndora\n",
            &[
                "Line 4: This wallet is frozen",
                "Line 5: There is no member named =cmd().",
                "Line 6: This wallet is named twice.",
                "Line 7: ",
                "Line 8: ",
                "Line 9: There is no member named nobody.",
                "Line 10: it must have as many columns",
            ],
        ),
        ("username,amount\ntomas,9223372036854775807\nbela,1\n", &["Together the amounts pass 9223372036854775807"]),
        (&many, &["serves at most 100 recipients, and this list names 10,000", "Line 2: ", "lines more"]),
    ] {
        let (status, page) = maria.look(list, "").await;
        assert_eq!(status, 422, "{list:.60}");
        for sentence in sentences {
            assert!(page.contains(sentence), "{sentence} is not said of {list:.60}: {page:.4000}");
        }
        assert!(page.contains("Nothing was distributed.") && page.contains("See what it would do"));
    }
    let utf16: Vec<u8> = "\u{feff}username,amount\ntomas,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let csrf = maria.csrf().await;
    for (file, status, sentence) in [
        (utf16, 422, "The list is in UTF-16. Save it as CSV in UTF-8"),
        (
            b"username,amount\nJ\xf6rg,1\n".to_vec(),
            422,
            "Line 2: it must have as many columns as the first line, in UTF-8.",
        ),
        (vec![b'x'; 16 * 1024 * 1024 + 1], 422, "The list is larger than 16 MiB."),
        (vec![b'x'; 50 * 1024 * 1024], 413, "What was sent is too large."),
        (b"\xef\xbb\xbfusername;amount\r\ntomas;7\r\n".to_vec(), 200, "Is this right?"),
        (b"username\tamount\ntomas\t7".to_vec(), 200, "Is this right?"),
        (b"\"amount\",\"username\"\n\"7\",\"tomas\"\n".to_vec(), 200, "Is this right?"),
    ] {
        let fields = format!(
            "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\ncontent-disposition: form-data; name=\"list\"\r\n\r\nwhat is written does not count\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"members.csv\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        let body = [fields.as_bytes(), &file, b"\r\n--b--\r\n"].concat();
        let request = server.client.post(format!("{}/admin/distribute", server.base)).header(COOKIE, &maria.cookie);
        let request = request.header("accept", "text/html").header("content-type", "multipart/form-data; boundary=b");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{sentence}");
        assert!(answer.text().await.unwrap().contains(sentence), "{sentence}");
    }
    assert_eq!(server.rows(), rows);
}

/// A distribution does what was shown, once, however often the button is tapped; what was not shown, or is
/// no longer so, is shown again first; and it can be done again from its own page.
#[tokio::test]
async fn a_distribution_is_what_was_shown() {
    let server = Server::demo().await;
    let maria = Visitor::sign_in_as(&server, "maria").await;
    let (tomas, bela) = (balance(&server, "tomas"), balance(&server, "bela"));
    server.cli(&["issue", "--amount", "10", "--reason", "A stock"]).ok();
    let rows = server.rows();
    let list = "username,amount\ntomas,25\nbela,40\n";
    let (status, page) = maria.look(list, "Thanks <all>").await;
    assert_eq!((status, server.rows()), (200, rows.clone()), "looking changes nothing");
    assert!(page.contains("to 2 members") && page.contains("Thanks &#60;all&#62;"), "{page}");
    assert_eq!(field(&page, "issued"), "55");
    // Without a reason it is asked again, under a new seal.
    let answer = maria.confirm(&page, " ").await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("The reason must be given"));
    // What was not shown is not done.
    for (name, value) in
        [("list", "username,amount\ntomas,26\n"), ("note", "Other"), ("issued", "9"), ("key", "k"), ("seal", "")]
    {
        let changed = page.replace(
            &format!("name=\"{name}\" value=\"{}\"", field(&page, name)),
            &format!("name=\"{name}\" value=\"{value}\""),
        );
        let answer = maria.confirm(&changed, "Weekly rewards").await;
        assert_eq!(answer.status(), 422, "{name}");
        assert!(answer.text().await.unwrap().contains("This is not what was shown to you last."), "{name}");
    }
    // Nor is it done when more would have to be issued for it by now.
    let (_, gone) = maria.look("username,amount\naiko,10\n", "").await;
    assert_eq!(field(&gone, "issued"), "0");
    assert_eq!(server.rows(), rows);
    let twice = tokio::join!(maria.confirm(&page, "Weekly rewards"), maria.confirm(&page, "Weekly rewards"));
    assert_eq!((twice.0.status().as_u16(), twice.1.status().as_u16()), (303, 303));
    let place = twice.0.headers()[LOCATION].to_str().unwrap();
    assert_eq!(place, twice.1.headers()[LOCATION]);
    assert_eq!((balance(&server, "tomas"), balance(&server, "bela")), (tomas + 25, bela + 40));
    let line = newest_line(&server);
    assert_eq!((&line["action"], &line["reason"]), (&"distribution".into(), &"Weekly rewards".into()));
    assert!(line["operator"].as_str().unwrap().starts_with("maria (") && !line["request_id"].is_null(), "{line}");
    let answer = maria.confirm(&gone, "Also").await;
    assert_eq!(answer.status(), 422);
    let asked = answer.text().await.unwrap();
    assert!(asked.contains("The pool has become smaller") && field(&asked, "issued") == "10");
    assert_eq!(maria.confirm(&asked, "Also").await.status(), 303, "now it was shown");

    let result = maria.page(place).await;
    assert!(result.contains("Weekly rewards") && result.contains("tomas") && result.contains("bela"), "{result}");
    let again = result.split("href=\"/admin/distribute?again=").nth(1).unwrap().split('"').next().unwrap();
    let filled = maria.page(&format!("/admin/distribute?again={again}")).await;
    let list =
        filled.split("<textarea").nth(1).unwrap().split_once(">\n").unwrap().1.split("</textarea>").next().unwrap();
    assert!(list.starts_with("wallet_id,amount,name\n") && filled.contains("value=\"Thanks &#60;all&#62;\""), "{list}");
    let (_, page) = maria.look(list, "Thanks <all>").await;
    assert_eq!(maria.confirm(&page, "The week after").await.status(), 303);
    assert_eq!((balance(&server, "tomas"), balance(&server, "bela")), (tomas + 50, bela + 80));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Lists: filters, pages that follow, files that hold all of it; an auditor reads everything and finds no
/// button, and a member finds no door.
#[tokio::test]
async fn reading() {
    let server = Server::demo().await;
    let maria = Visitor::sign_in_as(&server, "maria").await;
    server.cli(&["member", "grant", "tomas", "auditor", "--reason", "Elected =1+1"]).ok();
    for number in 0..40 {
        server.cli(&["issue", "--amount", "1", "--reason", &format!("Number {number}")]).ok();
    }
    let (udo, bela) = (Visitor::sign_in_as(&server, "tomas").await, Visitor::sign_in_as(&server, "bela").await);
    let aiko = id_of(&server, "aiko");
    let pages = [
        "/admin".to_owned(),
        "/admin/members".into(),
        format!("/admin/members/{aiko}"),
        "/admin/distribute".into(),
        "/admin/accounts".into(),
        "/admin/transactions".into(),
        "/admin/audit".into(),
        "/admin/program".into(),
    ];
    for path in &pages {
        let (operator, auditor) = (maria.page(path).await, udo.page(path).await);
        assert_eq!(operator.matches("<h1").count(), 1, "{path}");
        assert!(operator.contains("aria-label=\"Operate\"") && !operator.contains("<script"), "{path}");
        assert!(!auditor.contains("action=\"/admin/dis") && !auditor.contains("name=\"reason\""), "{path}");
        assert!(!auditor.contains("/freeze\"") && !auditor.contains("/delete\""), "{path}");
        assert_eq!(bela.get(path).await.status(), 403, "{path}");
    }
    assert!(!bela.page("/").await.contains("href=\"/admin\"") && maria.page("/").await.contains("href=\"/admin\""));
    assert!(maria.page("/admin").await.contains("All is well."));
    // By name, by id and by wallet.
    for q in ["AIK", &aiko, &wallet_of(&server, "aiko")] {
        let found = maria.page(&format!("/admin/members?q={q}")).await;
        assert!(
            found.contains(&format!("/admin/members/{aiko}")) && found.matches("class=\"entry\"").count() == 1,
            "{q}"
        );
    }
    assert!(maria.page("/admin/members?left=1").await.contains("Nobody is here."));
    // What Bela tried is told by itself a little later, and what else he tries within the hour is not.
    let began = std::time::Instant::now();
    while server.sql("SELECT count(*) AS n FROM audit_log WHERE action = 'access.refused'")[0]["n"] == 0 {
        assert!(began.elapsed().as_secs() < 20, "no line: {}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    // Every line once, page by page, and the same in the files, each of which has one more: its own.
    let (mut path, mut seen) = ("/admin/audit".to_owned(), Vec::new());
    loop {
        let page = maria.page(&path).await;
        seen.extend(page.split("<dt>Line</dt><dd>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
        let Some(next) = page.split("rel=\"next\" href=\"").nth(1) else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    let lines = server.sql("SELECT count(*) AS lines FROM audit_log")[0]["lines"].as_u64().unwrap();
    let all: Vec<String> = (1..=lines).rev().map(|line| line.to_string()).collect();
    assert_eq!(seen, all);
    let table = maria.page("/admin/audit.csv").await;
    assert_eq!(table.lines().count() as u64, lines + 1 + 1);
    let file: Value = serde_json::from_str(&udo.page("/admin/audit.json").await).unwrap();
    assert_eq!(file.as_array().unwrap().len() as u64, lines + 2);
    for (query, words) in [
        ("action=role.grant", "Elected =1+1"),
        ("operator=DEMO", "Everyone"),
        ("from=2020-01-01&to=2100-01-01&action=issuance", "Number 39"),
        (&format!("target={}", id_of(&server, "tomas")), "Elected =1+1"),
    ] {
        assert!(maria.page(&format!("/admin/audit?{query}")).await.contains(words), "{query}");
    }
    for query in ["action=nothing", "to=2020-01-01", "target=nobody", "operator=zzz"] {
        assert!(maria.page(&format!("/admin/audit?{query}")).await.contains("Nothing matches."), "{query}");
    }
    for (path, sentence) in [
        ("/admin/audit?from=yesterday", "A day is written as"),
        ("/admin/audit?cursor=x", "is not as it must be"),
        ("/admin/transactions?direction=in", "In and out mean something only for one wallet"),
        ("/admin/transactions?wallet=x", "There is no such wallet."),
        ("/admin/transactions?type=100", "A type is a number from 1 to 99."),
        ("/admin/members?cursor=x", "is not as it must be"),
    ] {
        let answer = maria.get(path).await;
        assert_eq!(answer.status(), 422, "{path}");
        assert!(answer.text().await.unwrap().contains(sentence), "{path}");
    }
    let of_aiko = format!("/admin/transactions?wallet={}&direction=in&kind=transfer", wallet_of(&server, "aiko"));
    assert!(maria.page(&of_aiko).await.contains("Transactions of aiko"));
    let table = maria.page("/admin/transactions.csv").await;
    let rows = server.sql("SELECT count(*) AS rows FROM transactions")[0]["rows"].as_u64().unwrap();
    assert_eq!(table.lines().count() as u64, rows + 1);
    let settings = udo.page("/admin/program").await;
    assert!(settings.contains("limits.recipients_per_distribution") && settings.contains("file config.toml"));
}

/// Whoever signed in a while ago reads on, and signs in once more before they act; a form that was opened in
/// good time is still taken, and what was typed is done.
#[tokio::test]
async fn acting_needs_a_fresh_sign_in() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\n");
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let (olga, ann) = (Visitor::sign_in(&server, "olga").await, Visitor::sign_in(&server, "ann").await);
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let freeze = format!("/admin/members/{}/freeze", id_of(&server, "ann"));
    let csrf = olga.csrf().await;
    let act = [("csrf", csrf.as_str()), ("reason", "Phone stolen")];
    clock.set(16 * 60);
    let again =
        |path: &str| format!("/login?{}", serde_urlencoded::to_string([("problem", "again"), ("next", path)]).unwrap());
    assert_eq!(olga.get(&freeze).await.headers()[LOCATION], again(&freeze));
    assert!(olga.page(&again(&freeze)).await.contains("Sign in once more"));
    for path in ["/admin/distribute", "/admin/accounts"] {
        let page = olga.page(path).await;
        assert!(page.contains("You signed in a while ago.") && !page.contains("name=\"reason\""), "{path}: {page}");
    }
    assert_eq!(olga.page("/admin").await.matches("All is well.").count(), 1);
    assert_eq!(
        olga.post(&freeze, &act).await.headers()[LOCATION],
        format!("{}?done=freeze", freeze.trim_end_matches("/freeze"))
    );
    clock.set(31 * 60);
    let rows = server.rows();
    let unfreeze = freeze.replace("/freeze", "/unfreeze");
    for path in [unfreeze.as_str(), "/admin/issuances", "/admin/accounts", "/admin/distribute", "/admin/distributions"]
    {
        let act = [&act[..], &[("amount", "1"), ("key", "k"), ("name", "garden"), ("list", "username,amount\nann,1")]]
            .concat();
        assert_eq!(olga.post(path, &act).await.headers()[LOCATION], again(path));
        // Where they come back to is a page.
        assert!([200, 303].contains(&olga.get(path).await.status().as_u16()), "{path}");
        assert_eq!(ann.post(path, &act).await.status(), 403, "{path}");
    }
    assert_eq!(server.rows(), rows);
    let olga = Visitor::sign_in_as(&server, "olga").await;
    assert_eq!(olga.fill_in(&unfreeze, &unfreeze, &[("reason", "Found again")]).await.status(), 303);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// On a phone, with scripts: an operator freezes the wallet of a member, who sees it.
#[tokio::test]
async fn freezing_on_a_phone() {
    let server = Server::demo().await;
    let browser = Browser::open(true).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'maria')]").await;
    browser.click("//nav//a[contains(., 'Operate')]").await;
    browser.sees(&["All is well.", "What changed lately"]).await;
    browser.click("//nav[@aria-label='Operate']//a[text()='Members']").await;
    browser.fill("q", "aik").await;
    browser.click("//button[text()='Find']").await;
    browser.click("//a[contains(., 'aiko')]").await;
    browser.click("//a[text()='Freeze the wallet']").await;
    browser.sees(&["Freeze the wallet of aiko", "can neither send nor receive"]).await;
    browser.fill("reason", "Phone stolen").await;
    browser.click("//button[text()='Freeze it']").await;
    browser.sees(&["The wallet is frozen.", "Phone stolen", "Unfreeze the wallet", "Froze a wallet"]).await;
    browser.click("//button[text()='Sign out']").await;
    browser.click("//a[text()='Sign in']").await;
    browser.click("//button[contains(., 'aiko')]").await;
    browser.sees(&["Your wallet is frozen.", "Phone stolen"]).await;
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// At a desk, with scripts switched off: a list is chosen as a file, mended, looked at and distributed.
#[tokio::test]
async fn distributing_at_a_desk() {
    let server = Server::demo().await;
    let before = balance(&server, "bela");
    let file = server.path("members.csv");
    std::fs::write(&file, "\u{feff}username;amount\r\nbela;7\r\n=HYPERLINK();1\r\n").unwrap();
    let browser = Browser::open_with(false, &["--window-size=1280,800"]).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    browser.click("//button[contains(., 'maria')]").await;
    browser.click("//nav//a[contains(., 'Operate')]").await;
    browser.click("//nav[@aria-label='Operate']//a[text()='Distribute']").await;
    browser.driver.find(By::Id("file")).await.unwrap().send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("//button[text()='See what it would do']").await;
    browser.sees(&["Nothing was distributed.", "Line 3: There is no member named =HYPERLINK()."]).await;
    browser.fill("list", "username,amount\nbela,7\naiko,3\n").await;
    browser.click("//button[text()='See what it would do']").await;
    browser.sees(&["Is this right?", "to 2 members", "bela", "aiko", "Will be issued for it"]).await;
    browser.click("//button[text()='Change something']").await;
    browser.sees(&["Who gets what", "See what it would do"]).await;
    browser.click("//button[text()='See what it would do']").await;
    browser.sees(&["Is this right?"]).await;
    browser.fill("reason", "Market day").await;
    browser.click("//button[text()='Distribute']").await;
    browser.sees(&["Who got what", "Market day", "bela", "aiko", "The same again"]).await;
    browser.close().await;
    assert_eq!(balance(&server, "bela"), before + 7);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
