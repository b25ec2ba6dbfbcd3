//! The figures: who sees them, what Prometheus' own tool says of them, whether they are true, and whether
//! the dashboard asks for what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::raw::{Raw, hold_the_pen, transfer};
use super::support::{Server, key};
use super::{file, tool};

const TOKEN: &str = "a-token-that-nobody-guesses";

fn settings() -> String {
    // Before the other sections, which end in [identity].
    format!("{}[backup]\nevery_hours = 1\n[metrics]\ntoken = \"{TOKEN}\"\n", Server::settings(""))
}

async fn ask(server: &Server, base: &str, token: Option<&str>) -> (u16, String, String) {
    let mut request = server.client.get(format!("{base}/metrics"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let kind = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

async fn figures(server: &Server) -> String {
    let (status, kind, text) = ask(server, &server.base, Some(TOKEN)).await;
    assert_eq!((status, kind.as_str()), (200, "text/plain; version=0.0.4"), "{text}");
    text
}

/// Every series by its name and labels.
fn series(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.into(), value.parse().unwrap()))
        .collect()
}

/// Waits until the first backup by itself stands.
async fn backed_up(server: &Server) {
    let began = Instant::now();
    while !figures(server).await.contains("communitytoken_backup_timestamp_seconds") {
        assert!(began.elapsed() < Duration::from_secs(20), "no backup: {}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Prometheus' own tool has nothing to say against them, each is true, and no request of a stranger makes
/// a new series.
#[tokio::test]
async fn they_are_true() {
    let mut server = Server::prepare(&settings());
    server.serve(&[]).await;
    backed_up(&server).await;
    let ann = server.funded("annegret-w", 100).await;
    let bob = server.member("bobby-t").await;
    ann.pay(&bob, 30).await.ok(201);
    ann.pay(&bob, 500).await.refused(422, "insufficient_balance");
    server.cli(&["checkpoint"]).ok();
    let before = series(&figures(&server).await);
    for path in ["/nowhere", "/nowhere/else"] {
        let method = reqwest::Method::from_bytes(b"MADEUP").unwrap();
        server.client.request(method, format!("{}{path}", server.base)).send().await.unwrap();
    }
    let text = figures(&server).await;
    let after = series(&text);
    let transfers = "communitytoken_requests_total{method=\"POST\",route=\"/v1/transfers\",status=\"201\"}";
    for (name, value) in [
        (transfers, 1),
        ("communitytoken_refusals_total{code=\"insufficient_balance\"}", 1),
        ("communitytoken_requests_total{method=\"other\",route=\"none\",status=\"404\"}", 2),
        ("communitytoken_supply_consistent", 1),
        ("communitytoken_can_write", 1),
        // An issuance, a distribution and a payment.
        ("communitytoken_transactions", 3),
        ("communitytoken_backup_failures_total", 0),
        ("communitytoken_event_streams", 0),
        // What an alarm is to hear of the first time is counted before it happens.
        ("communitytoken_schedule_runs_total{outcome=\"failed\"}", 0),
        ("communitytoken_refusals_total{code=\"overloaded\"}", 0),
    ] {
        assert!(text.contains(&format!("\n{name} {value}\n")), "{name}: {text}");
    }
    assert!(after["communitytoken_writer_commit_seconds_count"] >= 3.0);
    assert!(after["communitytoken_writer_batch_jobs_sum"] >= after["communitytoken_writer_batch_jobs_count"]);
    assert!(after["communitytoken_disk_free_bytes"] > 1e6);
    let sizes = ["communitytoken_database_bytes", "communitytoken_wal_bytes"].map(|name| after[name]);
    assert!(sizes[0] >= 4096.0 && sizes[0] + sizes[1] > 100_000.0, "{sizes:?}");
    assert!(after["process_resident_memory_bytes"] > 1e6);
    let now = after["communitytoken_checkpoint_timestamp_seconds"];
    assert!((now - after["communitytoken_backup_timestamp_seconds"]).abs() < 60.0);
    // The one new series is what the made up requests share.
    assert!(after.len() <= before.len() + 2, "{text}");
    // No wallet, no name and no id is among them.
    for secret in ["annegret-w", "bobby-t", &ann.wallet_id, &ann.user_id] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let mut promtool = Command::new(tool("promtool"));
    let mut child = promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    let said = (said.status.success(), String::from_utf8_lossy(&said.stderr).into_owned());
    assert_eq!(said, (true, String::new()), "{text}");
}

/// Every refusal is among them, once: those of the API, those that a page tells beside its form, and those of other
/// pages. What goes well is not.
#[tokio::test]
async fn every_refusal_is_counted_once() {
    let mut server = Server::prepare(&format!("[server]\nbind = \"127.0.0.1:0\"\n[metrics]\ntoken = \"{TOKEN}\"\n"));
    server.serve(&[]).await;
    let mut cookies = Vec::new();
    for name in ["ann", "bob"] {
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let answer = post.form(&[("new_username", name)]).send().await.unwrap();
        cookies.push(answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned());
    }
    let wallet = server.cli(&["member", "show", "bob"]).ok()["wallet_id"].as_str().unwrap().to_owned();
    let get = |path: &str| server.client.get(format!("{}{path}", server.base)).header("cookie", &cookies[0]);
    let page = get("/send").send().await.unwrap().text().await.unwrap();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let send = async |csrf: &str, amount: &str, step: &str| {
        let form = [("csrf", csrf), ("to", wallet.as_str()), ("amount", amount), ("note", ""), ("step", step)];
        let post = server.client.post(format!("{}/send", server.base)).header("cookie", &cookies[0]);
        post.header("sec-fetch-site", "same-origin").form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(&csrf, "5", "").await, 422, "she has nothing");
    assert_eq!(send(&csrf, "5", "confirm").await, 422);
    assert_eq!(send(&csrf, "none", "").await, 422);
    assert_eq!(send("x", "5", "").await, 403, "the form has expired");
    assert_eq!(get(&format!("/pay/{wallet}?amount=5")).send().await.unwrap().status().as_u16(), 422);
    assert_eq!(get("/nowhere").send().await.unwrap().status().as_u16(), 404);
    let stranger = server.client.get(format!("{}/v1/me", server.base));
    assert_eq!(stranger.send().await.unwrap().status().as_u16(), 401);
    let text = figures(&server).await;
    for (code, count) in
        [("insufficient_balance", 3), ("invalid_request", 1), ("forbidden", 1), ("not_found", 1), ("unauthorized", 1)]
    {
        let line = format!("\ncommunitytoken_refusals_total{{code=\"{code}\"}} {count}\n");
        assert!(text.contains(&line), "{line}{text}");
    }
    let all = series(&text);
    let sum = |name: &str, counts: &dyn Fn(&str) -> bool| -> f64 {
        all.iter().filter(|(line, _)| line.starts_with(name) && counts(line)).map(|(_, value)| value).sum()
    };
    let refused =
        sum("communitytoken_requests_total", &|line| line.contains("status=\"4") || line.contains("status=\"5"));
    assert!((sum("communitytoken_refusals_total", &|_| true) - refused).abs() < 0.5, "{text}");
}

/// And so are connections for which there is no line: all of them by their code, whether they asked or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_connections_are_counted() {
    for (limit, status, code) in
        [("connections = 2", 503, "overloaded"), ("connections_per_address = 2", 429, "too_many_requests")]
    {
        let settings = Server::settings("").replace("[limits]\n", &format!("[limits]\n{limit}\n"));
        let mut server = Server::prepare(&format!("{settings}[metrics]\nbind = \"127.0.0.1:0\"\n"));
        server.serve(&[]).await;
        let (ann, bob) = (server.funded("ann", 10).await, server.member("bob").await);
        let pen = hold_the_pen(&server);
        let mut working = Vec::new();
        for _ in 0..2 {
            working.push(Raw::saying(&server, transfer(&ann, &bob, &key())).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        for _ in 0..3 {
            Raw::open(&server).await.hear().await.unwrap().refused(status, code);
        }
        let (_, _, text) = ask(&server, &apart(&server), None).await;
        let line = format!("\ncommunitytoken_refusals_total{{code=\"{code}\"}} 3\n");
        assert!(text.contains(&line), "{line}{text}");
        drop(pen);
        for payment in &mut working {
            assert_eq!(payment.hear().await.unwrap().status, 201);
        }
    }
}

/// What came of a schedule that was due is counted by what it was, each time once.
#[tokio::test]
async fn scheduled_runs_are_counted() {
    let mut server = Server::prepare(&settings());
    server.serve(&[]).await;
    let operator = server.operator().await;
    let mut schedule = serde_json::json!({
        "name": "Allowance",
        "cron": "0 9 * * 1",
        "recipients": { "rule": "everyone" },
        "amount": { "rule": "fixed", "tokens": 5 },
        "issued_max": 0,
        "reason": "Agreed",
    });
    for (name, most) in [("Nothing may be issued", 0), ("Enough may be", 1000), ("As well", 1000)] {
        (schedule["name"], schedule["issued_max"]) = (name.into(), most.into());
        operator.post("/v1/admin/schedules", &schedule).await.ok(201);
    }
    let conn = rusqlite::Connection::open(server.database()).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    conn.execute("UPDATE schedules SET next_at = 1000000", []).unwrap();
    let began = Instant::now();
    loop {
        let text = figures(&server).await;
        let counted = |(outcome, count)| {
            text.contains(&format!("\ncommunitytoken_schedule_runs_total{{outcome=\"{outcome}\"}} {count}\n"))
        };
        if [("failed", 1), ("distributed", 2), ("nobody", 0)].into_iter().all(counted) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Each alarm is silent while all is well and sounds when it should, as Prometheus' own tool reckons it.
#[test]
fn the_alarms_sound_when_they_should() {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, from) in
        [("alerts.yaml", "packaging/prometheus/alerts.yaml"), ("alarms.yaml", "tests/operations/alarms.yaml")]
    {
        std::fs::write(folder.path().join(name), file(from)).unwrap();
    }
    let tried = Command::new(tool("promtool")).args(["test", "rules"]).arg(folder.path().join("alarms.yaml")).output();
    let tried = tried.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&tried.stdout), String::from_utf8_lossy(&tried.stderr));
    assert!(tried.status.success(), "{said}");
    // None was forgotten there: each is silent where all is well, and sounds where something is expected of it.
    let (alarms, tests) = (file("packaging/prometheus/alerts.yaml"), file("tests/operations/alarms.yaml"));
    let names: Vec<&str> = alarms.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let lines: Vec<&str> = tests.lines().map(str::trim).collect();
    let sounds = |name: &str| {
        let expected = |two: &[&str]| two[0] == format!("alertname: {name}") && two[1] == "exp_alerts:";
        lines.windows(2).any(expected)
    };
    let is_silent = |name: &str| lines.iter().any(|line| line.ends_with(&format!("alertname: {name}}}")));
    let untried: Vec<_> = names.iter().filter(|name| !sounds(name) || !is_silent(name)).collect();
    assert!(names.len() > 10 && untried.is_empty(), "{names:?}: {untried:?}");
}

/// Without a setting there are none; with a token, only who has it sees them; and at an address of their
/// own, there is nothing else.
#[tokio::test]
async fn strangers_do_not_see_them() {
    let mut server = Server::start().await;
    let operator = server.operator().await;
    for token in [None, Some(operator.token.as_str()), Some(TOKEN)] {
        assert_eq!(ask(&server, &server.base, token).await.0, 404);
    }
    server.stop();
    std::fs::write(server.path("token.txt"), format!("{TOKEN}\n")).unwrap();
    let with = format!("{}[metrics]\nbind = \"127.0.0.1:0\"\n", Server::settings(""));
    std::fs::write(server.path("config.toml"), format!("{with}token_file = \"token.txt\"\n")).unwrap();
    server.serve(&[]).await;
    let apart = apart(&server);
    for base in [&server.base, &apart] {
        for token in [None, Some(operator.token.as_str()), Some("a-token-that-nobody-guesser"), Some("")] {
            assert_eq!(ask(&server, base, token).await.0, 401, "{base} {token:?}");
        }
        assert_eq!(ask(&server, base, Some(TOKEN)).await.0, 200);
    }
    for path in ["/", "/health", "/v1/me", "/metrics/"] {
        let answer = server.client.get(format!("{apart}{path}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
    let shown = server.run(&["config"]).stdout;
    assert!(!shown.contains(TOKEN) && shown.contains("token.txt"), "{shown}");
    server.stop();
    // An address of this machine needs no token, and then the program's own address shows nothing.
    std::fs::write(server.path("config.toml"), with).unwrap();
    server.serve(&[]).await;
    assert_eq!(ask(&server, &self::apart(&server), None).await.0, 200);
    assert_eq!(ask(&server, &server.base, None).await.0, 404);
    server.stop();
    for (lines, said) in [
        ("bind = \"0.0.0.0:9464\"", "metrics.token"),
        ("bind = \"9464\"", "an address and a port"),
        ("token = \"short\"", "at least 16 characters"),
    ] {
        std::fs::write(server.path("config.toml"), format!("[metrics]\n{lines}\n")).unwrap();
        let refused = server.run(&["config"]);
        assert!(refused.code == 1 && refused.stderr.contains(said), "{refused:?}");
    }
}

/// Where the log says that figures are shown.
fn apart(server: &Server) -> String {
    let log = server.log();
    let said = log.split("address=").nth(1).unwrap_or_else(|| panic!("{log}"));
    format!("http://{}", said.split_whitespace().next().unwrap())
}

/// The names of ours in a query.
fn names(query: &str) -> impl Iterator<Item = String> {
    let words = query.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let ours = words.filter(|word| word.starts_with("communitytoken_") || word.starts_with("process_"));
    ours.map(str::to_owned)
}

/// Dashboard and alarms ask for nothing that there is not, in a language that Prometheus understands; and
/// of what there is, all is asked for but what is named here.
#[tokio::test]
async fn the_dashboard_asks_for_what_there_is() {
    let mut server = Server::prepare(&settings());
    server.serve(&[]).await;
    backed_up(&server).await;
    server.funded("ann", 100).await;
    server.client.get(format!("{}/nowhere", server.base)).send().await.unwrap();
    server.cli(&["checkpoint"]).ok();
    let text = figures(&server).await;
    let there: BTreeSet<String> = series(&text).into_keys().filter_map(|name| names(&name).next()).collect();
    let dashboard: Value = serde_json::from_str(&file("packaging/grafana/dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let queries: Vec<&str> = targets.map(|target| target["expr"].as_str().unwrap()).collect();
    let alarms = file("packaging/prometheus/alerts.yaml");
    // Grafana puts its own words in before it asks; then each is a rule like any other.
    let rules = queries.iter().enumerate().map(|(number, query)| {
        let query = query.replace("$__rate_interval", "5m").replace("$instance", ".*");
        format!("  - record: panel:{number}\n    expr: {}\n", Value::from(query))
    });
    let rules = format!("groups:\n- name: panels\n  rules:\n{}", rules.collect::<String>());
    for (name, content) in [("panels.yaml", &rules), ("alerts.yaml", &alarms)] {
        std::fs::write(server.path(name), content).unwrap();
        let read = Command::new(tool("promtool")).args(["check", "rules"]).arg(server.path(name)).output().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    }
    let asked: BTreeSet<String> = queries.iter().flat_map(|query| names(query)).chain(names(&alarms)).collect();
    assert!(asked.len() > 12, "{asked:?}");
    // There where HTTPS is built in, which tests/https sees to.
    let certificate = "communitytoken_certificate_end_timestamp_seconds";
    let missing: Vec<_> = asked.difference(&there).filter(|name| *name != certificate).collect();
    assert!(missing.is_empty(), "nobody serves {missing:?}: {text}");
    let stem =
        |name: &str| ["_bucket", "_sum", "_count"].iter().fold(name.to_owned(), |name, end| name.replace(end, ""));
    let stems: BTreeSet<String> = asked.iter().map(|name| stem(name)).collect();
    let unasked: Vec<_> = there.iter().filter(|name| !stems.contains(&stem(name))).collect();
    assert_eq!(unasked, ["communitytoken_audit_lines"], "on no panel");
}
