//! What the audit log says of the program itself and of who comes in.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::support::server::ASKED_FOR;
use super::support::{Server, key};

fn lines(server: &Server, action: &str) -> Vec<Value> {
    let query = format!(
        "SELECT operator, target, reason, details, request_id FROM audit_log WHERE action = '{action}' ORDER BY sequence"
    );
    server.sql(&query).as_array().unwrap().clone()
}

fn details(line: &Value) -> Value {
    serde_json::from_str(line["details"].as_str().unwrap()).unwrap()
}

/// Which settings changed between two starts, and who started the program; never what secrets are, and no
/// line where nothing has changed.
#[tokio::test]
async fn changed_settings_are_noted() {
    let secret = "a-secret-of-many-letters";
    let settings = |more: &str| format!("{}{more}", Server::settings(""));
    let mut server = Server::prepare(&settings(""));
    server.serve(&[]).await;
    server.stop();
    server.serve(&[]).await;
    assert!(lines(&server, "settings.change").is_empty(), "nothing has changed");
    server.stop();
    let more = format!("[community]\nname = \"Other\"\n[metrics]\ntoken = \"{secret}\"\n");
    std::fs::write(server.path("config.toml"), settings(&more)).unwrap();
    server.environment.push(("COMMUNITYTOKEN_LOG__FORMAT".into(), "json".into()));
    server.serve(&[]).await;
    let noted = lines(&server, "settings.change");
    let line = &noted[0];
    assert_eq!(
        (noted.len(), line["operator"].as_str(), line["target"].as_str()),
        (1, Some("tester"), Some("settings"))
    );
    let changed = details(line)["changed"].clone();
    let mut keys: Vec<&String> = changed.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["community.name", "log.format", "metrics.token"], "{changed}");
    assert_eq!(changed["community.name"], "file config.toml");
    assert_eq!(changed["log.format"], "environment COMMUNITYTOKEN_LOG__FORMAT");
    // Back again is a change, too; and what a crash left of the notes is no obstacle.
    server.stop();
    server.environment.clear();
    std::fs::write(server.path("config.toml"), settings("")).unwrap();
    server.serve(&[]).await;
    assert_eq!(lines(&server, "settings.change").len(), 2);
    server.stop();
    let kept = std::fs::read_to_string(server.path("data/communitytoken.db-settings")).unwrap();
    assert!(!kept.contains(secret) && !kept.contains("https://"), "{kept}");
    std::fs::write(server.path("data/communitytoken.db-settings"), "{\"cut off").unwrap();
    server.serve(&[]).await;
    assert_eq!(lines(&server, "settings.change").len(), 2);
    assert!(server.log().contains("cannot be read"), "{}", server.log());
    server.assert_sound().await;
}

/// That another secret is set is noted, wherever it stands, and never what it is; what an earlier release kept, which
/// was only that one is set, is no other secret.
#[tokio::test]
async fn changed_secrets_are_noted() {
    let settings = |token: &str| format!("{}[metrics]\n{token}\n", Server::settings(""));
    let mut server = Server::prepare(&settings("token = \"the-first-secret\""));
    let kept = server.path("data/communitytoken.db-settings");
    server.serve(&[]).await;
    let mut noted = Vec::new();
    std::fs::write(server.path("token.txt"), "the-third-secret\n").unwrap();
    for (token, origin) in [
        ("token = \"the-first-secret\"", None),
        ("token = \"the-second-secret\"", Some("file config.toml")),
        ("token = \"the-second-secret\"", None),
        ("token_file = \"token.txt\"", Some("file named by metrics.token_file")),
        ("token_file = \"token.txt\"", None),
    ] {
        server.stop();
        std::fs::write(server.path("config.toml"), settings(token)).unwrap();
        server.serve(&[]).await;
        let lines = lines(&server, "settings.change");
        assert_eq!(lines.len(), noted.len() + usize::from(origin.is_some()), "{token}: {lines:?}");
        if let Some(origin) = origin {
            assert_eq!(details(lines.last().unwrap())["changed"]["metrics.token"], origin, "{lines:?}");
        }
        noted = lines;
    }
    // The file is the same, and another secret is in it.
    server.stop();
    std::fs::write(server.path("token.txt"), "the-fourth-secret\n").unwrap();
    server.serve(&[]).await;
    let last = lines(&server, "settings.change").pop().unwrap();
    assert_eq!(details(&last)["changed"], json!({ "metrics.token": "file named by metrics.token_file" }));
    let told = format!("{noted:?} {last} {}", std::fs::read_to_string(&kept).unwrap());
    assert!(!told.contains("-secret"), "{told}");
    // An earlier release: the digest of `metrics.token=`, which stands in a file of its own.
    server.stop();
    let mut digests: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
    digests["metrics.token"] = "8dc424b6a4b71c39".into();
    std::fs::write(&kept, digests.to_string()).unwrap();
    let before = lines(&server, "settings.change").len();
    server.serve(&[]).await;
    assert_eq!(lines(&server, "settings.change").len(), before);
    assert!(!std::fs::read_to_string(&kept).unwrap().contains("8dc424b6a4b71c39"));
}

/// A member who tries what is for operators leaves a line within seconds, and one for all that follows within the
/// hour; what they may do leaves none.
#[tokio::test]
async fn who_may_not_is_noted() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let mut cookies = Vec::new();
    for name in ["olga", "annegret"] {
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let answer = post.form(&[("new_username", name)]).send().await.unwrap();
        cookies.push(answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned());
    }
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let token = server.cli(&["token", "--member", "annegret"]).ok()["token"].as_str().unwrap().to_owned();
    let id = |name: &str| server.sql(&format!("SELECT id FROM users WHERE username = '{name}'"))[0]["id"].clone();
    let (olga, ann) = (id("olga"), id("annegret"));
    let open = async |cookie: &str, path: &str| {
        let asked = server.client.get(format!("{}{path}", server.base)).header("x-request-id", "request-20");
        asked.header("cookie", cookie).send().await.unwrap().status().as_u16()
    };
    let send = async |cookie: &str, site: &str| {
        let form = server.client.post(format!("{}/admin/backups", server.base)).header("sec-fetch-site", site);
        let form = form.header("cookie", cookie).form(&[("csrf", "x"), ("reason", "Why")]);
        form.send().await.unwrap().status().as_u16()
    };
    let told = async |count: usize| {
        let began = Instant::now();
        loop {
            let lines = lines(&server, "access.refused");
            if lines.len() >= count || began.elapsed() > Duration::from_secs(20) {
                assert_eq!(lines.len(), count, "{lines:?}");
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    // What is theirs, and who is nobody.
    assert_eq!((open(&cookies[0], "/admin/audit").await, open(&cookies[1], "/").await), (200, 200));
    assert_eq!(server.client.get(format!("{}/admin", server.base)).send().await.unwrap().status().as_u16(), 303);
    assert_eq!(open(&cookies[1], "/admin/members/somebody").await, 403);
    let first = told(1).await.remove(0);
    assert_eq!(
        (&first["operator"], &first["target"]),
        (&json!(format!("member {}", ann.as_str().unwrap())), &json!("/admin/members/{id}"))
    );
    assert_eq!(first["request_id"], "request-20");
    assert_eq!(details(&first)["refused"], json!({ "GET /admin/members/{id} forbidden": 1 }));
    // The API, another site's form, and an operator's own form that is not one of ours.
    let ann = server.stranger(token);
    for _ in 0..3 {
        ann.post("/v1/admin/issuances", &json!({ "amount": 5, "reason": "Mine" })).await.refused(403, "forbidden");
        assert_eq!(ann.get("/v1/admin/audit-log").await.status, 403);
    }
    assert_eq!((send(&cookies[1], "cross-site").await, send(&cookies[0], "same-origin").await), (403, 403));
    let lines_now = told(2).await;
    assert_eq!(lines_now[1]["operator"], format!("member {}", olga.as_str().unwrap()));
    assert_eq!(details(&lines_now[1])["refused"], json!({ "POST /admin/backups forbidden": 1 }));
    // What the first line did not tell waits for the hour, or for the end.
    tokio::time::sleep(Duration::from_secs(6)).await;
    told(2).await;
    server.stop();
    let all = lines(&server, "access.refused");
    assert_eq!((all.len(), &all[2]["operator"]), (3, &first["operator"]), "{all:?}");
    assert_eq!(all[2]["target"], "/v1/admin/issuances");
    assert_eq!(
        details(&all[2])["refused"],
        json!({ "GET /v1/admin/audit-log forbidden": 3, "POST /admin/backups forbidden": 1, "POST /v1/admin/issuances forbidden": 3 })
    );
    assert!(!format!("{all:?}").contains("annegret"), "a name must be forgettable: {all:?}");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The log costs a member who pays nothing: neither paying nor giving back, neither asking nor answering writes a line.
/// What an operator moves has one, however many it reaches.
#[tokio::test]
async fn what_members_pay_leaves_no_line() {
    let server = Server::start().await;
    let (ann, bob, operator) =
        (server.funded("ann", 100).await, server.funded("bob", 100).await, server.operator().await);
    let count = || {
        let counted = format!("SELECT count(*) AS lines FROM audit_log WHERE {ASKED_FOR}");
        server.sql(&counted)[0]["lines"].as_i64().unwrap()
    };
    let before = count();
    let paid = ann.pay(&bob, 7).await.ok(201);
    let back = json!({ "amount": 2 });
    let given = bob.post(&format!("/v1/transactions/{}/reverse", paid["id"].as_str().unwrap()), &back).await;
    assert_eq!(given.ok(201)["amount"], 2);
    let asked = bob.post("/v1/requests", &json!({ "from_wallet_id": ann.wallet_id, "amount": 3 })).await.ok(201);
    let accept = format!("/v1/requests/{}/accept", asked["id"].as_str().unwrap());
    ann.call(Method::POST, &accept, &[("idempotency-key", &*key())], None).await.ok(201);
    ann.pay(&bob, 1_000).await.refused(422, "insufficient_balance");
    assert_eq!(count(), before);
    let shares = json!({ "recipients": [
        { "wallet_id": ann.wallet_id, "amount": 1 }, { "wallet_id": bob.wallet_id, "amount": 1 }], "reason": "Both" });
    operator.post("/v1/admin/distributions", &shares).await.ok(201);
    assert_eq!(count(), before + 1);
    server.assert_sound().await;
}

/// Refused sign-ins are told within seconds, so that a kill loses little of them.
#[tokio::test]
async fn refused_sign_ins_outlive_a_kill() {
    let mut server = Server::start().await;
    server.stranger("no-token".to_owned()).get("/v1/me").await.refused(401, "unauthorized");
    let began = Instant::now();
    while lines(&server, "sign_in.refused").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "no line: {}", server.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server.kill();
    assert_eq!(details(&lines(&server, "sign_in.refused")[0])["refused"], json!({ "token unauthorized": 1 }));
}

/// Whoever takes the ledger, a copy of it or somebody's token out at the command line leaves a line as on the pages.
/// Where none can be written, what only reads goes on and says so.
#[tokio::test]
async fn the_command_line_leaves_a_line() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let form = [("new_username", "annegret")];
    let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
    post.form(&form).send().await.unwrap();
    server.cli(&["issue", "--amount", "5", "--reason", "Stock"]).ok();
    let user = server.sql("SELECT users.id, w.id AS wallet FROM users JOIN wallets AS w ON w.key = wallet")[0].clone();
    let wallet = user["wallet"].as_str().unwrap();
    let head = server.cli(&["verify"]).ok()["head"].clone();
    assert_eq!(server.run(&["export", "--format", "csv", "--wallet", wallet, "--output", "all.csv"]).code, 0);
    assert!(server.run(&["export", "--format", "json", "--to", "1700000000000"]).stdout.starts_with('['));
    let why = ["--reason", "Before the move", "--operator", "Maria B."];
    server.cli(&[&["backup", "one.db"][..], &why].concat()).ok();
    for name in ["annegret", "somebody-new"] {
        server.cli(&["token", "--member", name]).ok();
    }
    let exported = lines(&server, "export.transactions");
    let said: Vec<_> = exported.iter().map(|line| (line["target"].clone(), details(line))).collect();
    assert_eq!(
        said,
        [
            (json!("transactions.csv"), json!({ "filter": { "wallet": wallet }, "file": "all.csv" })),
            (json!("transactions.json"), json!({ "filter": { "to_time": 1_700_000_000_000_i64 } })),
        ]
    );
    assert_eq!(
        (&exported[0]["operator"], &exported[0]["reason"]),
        (&json!("tester"), &json!("Exported at the command line"))
    );
    let taken = lines(&server, "backup.take");
    assert_eq!((&taken[0]["operator"], &taken[0]["reason"]), (&json!("Maria B."), &json!("Before the move")));
    assert_eq!(taken[0]["target"], "one.db");
    let in_it = "SELECT count(*) AS lines FROM audit_log WHERE action = 'backup.take'";
    assert_eq!(server.cli(&["sql", in_it, "--database", "one.db"]).ok()[0]["lines"], 1, "the backup itself says so");
    let given: Vec<_> = lines(&server, "token.issue").iter().map(|line| line["target"].clone()).collect();
    assert_eq!(given, [user["id"].clone(), json!("somebody new")]);
    let report = server.cli(&["verify"]).ok();
    assert_eq!((&report["head"], &report["is_sound"]), (&head, &json!(true)), "no line moves the head");
    // As on a medium that takes no writes.
    server.stop();
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    let closed = "CREATE TRIGGER closed BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'closed'); END";
    conn.execute_batch(closed).unwrap();
    drop(conn);
    let output = server.run(&["export", "--format", "csv"]);
    assert!(output.code == 0 && !output.stdout.is_empty(), "{output:?}");
    assert!(output.stderr.contains("The audit log could not be told"), "{output:?}");
    assert_eq!(lines(&server, "export.transactions").len(), 2);
}

/// Who came in, when, how and by which request; who could not, in one line for all of them, whatever they
/// showed.
#[tokio::test]
async fn who_comes_in_is_noted() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let login = |request: &str| {
        let form = [("new_username", "annegret")];
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        post.header("x-request-id", request.to_owned()).form(&form).send()
    };
    assert_eq!(login("request-17").await.unwrap().status().as_u16(), 303);
    let opened = lines(&server, "session.open");
    assert_eq!(opened.len(), 1);
    let user = server.sql("SELECT id FROM users")[0]["id"].as_str().unwrap().to_owned();
    let session = server.sql("SELECT id FROM sessions")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(opened[0]["target"], user.as_str());
    assert_eq!(opened[0]["operator"], format!("member {user}"));
    assert_eq!(opened[0]["request_id"], "request-17");
    assert_eq!(details(&opened[0]), serde_json::json!({ "session": session, "method": "developer" }));
    assert!(!opened[0].to_string().contains("annegret"), "a name must be forgettable: {opened:?}");
    for number in 0..40 {
        let stranger = server.stranger(format!("no-token-{number}"));
        stranger.get("/v1/me").await.refused(401, "unauthorized");
    }
    // Who shows nothing has not tried to come in.
    server.client.get(format!("{}/v1/me", server.base)).send().await.unwrap();
    server.stop();
    let refused = lines(&server, "sign_in.refused");
    // The first of them are told within seconds, the rest at the end.
    assert!((1..=2).contains(&refused.len()), "{refused:?}");
    let told: u64 = refused.iter().map(|line| details(line)["refused"]["token unauthorized"].as_u64().unwrap()).sum();
    assert_eq!(told, 40, "{refused:?}");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// On the page and in the files, a reader finds lines by the names that the page shows, by words and by the request.
#[tokio::test]
async fn lines_are_found_by_what_the_page_shows() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let sign_in = async |name: &str| {
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let post = post.header("x-request-id", format!("request-of-{name}"));
        let answer = post.form(&[("new_username", name)]).send().await.unwrap();
        answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    };
    let (cookie, _) = (sign_in("olga").await, sign_in("annegret").await);
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let ann =
        server.sql("SELECT w.id FROM wallets AS w JOIN users ON users.wallet = w.key WHERE username = 'annegret'");
    server.cli(&["freeze", ann[0]["id"].as_str().unwrap(), "--reason", "Phone stolen"]).ok();
    let get = async |path: &str| {
        let asked = server.client.get(format!("{}{path}", server.base)).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(asked.status().as_u16(), 200, "{path}");
        asked.text().await.unwrap()
    };
    for (query, line, others) in [
        ("operator=negr", "Signed in: annegret", ["Signed in: olga", "Froze a wallet: annegret"]),
        (
            "target=annegret&action=wallet.freeze",
            "Froze a wallet: annegret",
            ["Signed in: annegret", "Signed in: olga"],
        ),
        ("q=stolen", "Froze a wallet: annegret", ["Signed in: annegret", "Granted a role: olga"]),
        ("request_id=request-of-olga", "Signed in: olga", ["Signed in: annegret", "Granted a role: olga"]),
    ] {
        let page = get(&format!("/admin/audit?{query}")).await;
        let page: String = page.chars().filter(|sign| !"\u{2068}\u{2069}".contains(*sign)).collect();
        assert!(page.contains(line), "{query}: {page}");
        assert!(others.iter().all(|other| !page.contains(other)), "{query}: {page}");
        // The way to the files keeps the filter.
        let (name, value) = query.split('&').next().unwrap().split_once('=').unwrap();
        assert!(page.contains(&format!("{name}={value}")), "{query}: {page}");
        // The line of the download itself has the word in its filter.
        let own = usize::from(name == "q");
        assert_eq!(get(&format!("/admin/audit.csv?{query}")).await.lines().count(), 2 + own, "{query}");
    }
    assert_eq!(details(&lines(&server, "export.audit_log")[2])["filter"], serde_json::json!({ "q": "stolen" }));
}

/// Whoever downloads other people's transactions, or the log itself, leaves a line that says who, which file and
/// by which filter: auditors too. A page that is only looked at leaves none, and who may not has none to leave.
#[tokio::test]
async fn downloads_leave_a_line() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let mut cookies = Vec::new();
    for name in ["olga", "udo", "ann"] {
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let answer = post.form(&[("new_username", name)]).send().await.unwrap();
        cookies.push(answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned());
    }
    for (name, role) in [("olga", "operator"), ("udo", "auditor")] {
        server.cli(&["member", "grant", name, role, "--reason", "Elected"]).ok();
    }
    let get = |cookie: &str, path: &str| {
        let asked = server.client.get(format!("{}{path}", server.base)).header("cookie", cookie);
        asked.header("x-request-id", "request-18").send()
    };
    let all =
        ["/admin/transactions.csv?kind=transfer&min=5", "/admin/audit.csv", "/admin/audit.json?action=role.grant"];
    for path in all {
        assert_eq!(get(&cookies[2], path).await.unwrap().status().as_u16(), 403, "{path}");
    }
    for path in ["/admin/transactions?kind=transfer", "/admin/audit"] {
        assert_eq!(get(&cookies[0], path).await.unwrap().status().as_u16(), 200, "{path}");
    }
    let noted = || [lines(&server, "export.transactions"), lines(&server, "export.audit_log")].concat();
    assert_eq!(noted(), Vec::<Value>::new());
    for (cookie, path) in [(&cookies[0], all[0]), (&cookies[1], all[1]), (&cookies[1], all[2])] {
        let answer = get(cookie, path).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let text = answer.text().await.unwrap();
        // The log that is downloaded says so itself.
        assert_eq!(text.contains("export.audit_log"), path == all[1], "{text}");
    }
    let noted = noted();
    let said: Vec<_> =
        noted.iter().map(|line| (line["target"].as_str().unwrap(), details(line)["filter"].clone())).collect();
    assert_eq!(
        said,
        [
            ("transactions.csv", serde_json::json!({ "kind": "transfer", "min": "5" })),
            ("audit-log.csv", serde_json::json!({})),
            ("audit-log.json", serde_json::json!({ "action": "role.grant" })),
        ]
    );
    for (line, name) in noted.iter().zip(["olga", "udo", "udo"]) {
        assert!(line["operator"].as_str().unwrap().starts_with(name), "{line}");
        assert_eq!(line["request_id"], "request-18");
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
