//! Exports, read by the programs they are written for.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::support::{Member, Server};
use super::tool;

/// Text that people could type, and that is something else to some program.
const NASTY: [&str; 18] = [
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\"quoted\", and more; and 'more'",
    "; date:1999-01-01 amount:7",
    "back\\slash \\\" end",
    "payee | note ; comment",
    "* (99) ! cleared",
    "include /etc/passwd",
    "2020-01-01 open Assets:Evil",
    "option \"title\" \"evil\"",
    "#tag ^link {1} [x] = 5 TOKEN @ 3",
    "日本語 🪙 ümläut",
    "%s %n ${HOME} $(id)",
    "end comment",
    "all well;=1+1;\"@SUM(A1:A9)",
    "\u{ff1d}1+1",
];

/// What begins a formula.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// A community in which everything happens that an export must carry.
async fn full() -> Server {
    let mut server = Server::prepare(&Server::settings(
        "[community]\nname = \"The \\\"Nasty\\\" ; village\"\ntoken_name = \"Leaf\"\ntime_zone = \"Pacific/Auckland\"\n",
    ));
    server.serve(&[]).await;
    let members = server.members(4).await;
    for (number, name) in ["-dash", "_under", "same", "same"].iter().enumerate() {
        members[number]
            .call(
                reqwest::Method::PATCH,
                "/v1/me",
                &[("content-type", "application/json")],
                Some(json!({ "username": name }).to_string()),
            )
            .await
            .ok(200);
    }
    for member in &members {
        server.fund(member, 1000).await;
    }
    server.cli(&["issue", "--amount", "9000000000000000000", "--reason", "=Stock; \"much\""]).ok();
    for (number, note) in NASTY.iter().enumerate() {
        let (from, to) = (&members[number % 4], &members[(number + 1) % 4]);
        let body = json!({ "to_wallet_id": to.wallet_id, "amount": number + 1, "note": note });
        from.post("/v1/transfers", &body).await.ok(201);
    }
    let paid = members[0].pay(&members[1], 50).await.ok(201);
    let back = format!("/v1/transactions/{}/reverse", paid["id"].as_str().unwrap());
    members[1].post(&back, &json!({ "amount": 20, "note": "too much" })).await.ok(201);
    let pool = Member { wallet_id: server.treasury(), ..members[2].clone() };
    members[2].pay(&pool, 30).await.ok(201);
    // A note that came past the program, with what the program would refuse; and a reason of more than one line,
    // which a shell could give before schema 24.
    let shell = rusqlite::Connection::open(server.database()).unwrap();
    let guard = "SELECT sql FROM sqlite_schema WHERE name = 'audit_log_insert_guard'";
    let guard: String = shell.query_row(guard, [], |row| row.get(0)).unwrap();
    shell.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         DROP TRIGGER audit_log_insert_guard;
         INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, first_sequence, last_sequence)
         SELECT audit_sequence, at, '=maria', 'transfer', 'x', 'By hand' || char(10) || '2020-01-01 open Assets:Evil', sequence, sequence
           FROM next_rows;
         INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                                   from_previous, to_previous, from_balance, to_balance, audit, note, note_salt, note_digest)
         SELECT next.sequence, next.at, 3, 1, a.key, b.key, 1, a.last_sequence, b.last_sequence, a.balance - 1, b.balance + 1,
                next.audit_sequence - 1, char(9, 13) || '=first' || char(10, 13) || 'x ' || char(9, 8232) || '2020-01-01 open Assets:Evil',
                zeroblob(16), zeroblob(32)
           FROM next_rows AS next, wallets AS a, wallets AS b
          WHERE a.id = (SELECT wallet_id FROM owners WHERE name = '-dash')
            AND b.id = (SELECT wallet_id FROM owners WHERE name = '_under');
         {guard};
         COMMIT"
    ))
    .unwrap();
    server
}

/// What every wallet holds, by its id.
fn held(server: &Server) -> HashMap<String, i64> {
    let rows = server.sql("SELECT id, balance FROM wallets WHERE last_sequence > 0");
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (row["id"].as_str().unwrap().to_owned(), row["balance"].as_i64().unwrap())).collect()
}

/// Runs a program and gives what it printed; it must be content.
#[track_caller]
fn run(program: &Path, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("LANG", "C.UTF-8")
        .env("HLEDGER_COLOR", "no")
        .output()
        .unwrap_or_else(|error| panic!("{} cannot run ({error}); tests/run installs it", program.display()));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {stderr}", program.display());
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

fn export(server: &Server, name: &str, arguments: &[&str]) -> String {
    let answer = server.run(&[&["export", "--output", name], arguments].concat());
    assert_eq!((answer.code, answer.stdout.as_str()), (0, ""), "{answer:?}");
    fs::read_to_string(server.path(name)).unwrap()
}

/// hledger accepts every line, and finds every member's balance as the ledger has it.
#[tokio::test]
async fn hledger_agrees() {
    let server = full().await;
    let text = export(&server, "all.journal", &["--format", "hledger"]);
    let hledger = tool("hledger");
    run(&hledger, &["-f", "all.journal", "check", "accounts", "commodities", "ordereddates"], server.folder.path());
    let csv = run(
        &hledger,
        &["-f", "all.journal", "balance", "--flat", "--no-total", "--empty", "-O", "csv", "Assets"],
        server.folder.path(),
    );
    let mut found = HashMap::new();
    for record in csv::Reader::from_reader(csv.as_bytes()).records() {
        let record = record.unwrap();
        let id = record[0].rsplit(':').next().unwrap().to_ascii_lowercase();
        let balance: i64 = record[1].strip_suffix(" LEAF").unwrap_or(&record[1]).parse().unwrap();
        found.insert(id, balance);
    }
    assert_eq!(found, held(&server));
    let total = run(
        &hledger,
        &["-f", "all.journal", "balance", "--flat", "--no-total", "-O", "csv", "Equity"],
        server.folder.path(),
    );
    assert!(total.contains(&format!("\"-{} LEAF\"", 9_000_000_000_000_000_000_i64 + 4000)), "{total}");
    // Each line claims its balances, so a single changed amount is noticed.
    fs::write(server.path("changed.journal"), text.replacen("  7 LEAF =", "  8 LEAF =", 1)).unwrap();
    let status =
        Command::new(&hledger).args(["-f", "changed.journal", "check"]).current_dir(server.folder.path()).output();
    assert!(!status.unwrap().status.success(), "the export does not check itself");
    let descriptions = run(&hledger, &["-f", "all.journal", "descriptions"], server.folder.path());
    assert!(
        descriptions.contains("日本語 🪙 ümläut") && descriptions.contains("include /etc/passwd"),
        "{descriptions}"
    );
    let dates = run(&hledger, &["-f", "all.journal", "stats"], server.folder.path());
    assert!(!dates.contains("1999"), "a note set a date: {dates}");
}

/// So does beancount, balances and all.
#[tokio::test]
async fn beancount_agrees() {
    let server = full().await;
    let text = export(&server, "all.beancount", &["--format", "beancount"]);
    run(&tool("bean-check"), &["all.beancount"], server.folder.path());
    for (id, balance) in held(&server) {
        let end = format!(":{}  {balance} LEAF", id.to_ascii_uppercase());
        assert!(text.lines().any(|line| line.contains(" balance ") && line.ends_with(&end)), "{end}");
    }
    let changed = text.replacen("  7 LEAF", "  8 LEAF", 1).replacen("  -7 LEAF", "  -8 LEAF", 1);
    fs::write(server.path("changed.beancount"), changed).unwrap();
    let status =
        Command::new(tool("bean-check")).arg("changed.beancount").current_dir(server.folder.path()).output().unwrap();
    assert!(!status.status.success(), "the export does not check itself");
}

/// No cell of a spreadsheet begins like a formula, and every row has its columns.
#[tokio::test]
async fn a_spreadsheet_stays_text() {
    let server = full().await;
    let text = export(&server, "all.csv", &["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let column = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for row in &rows {
        let begins = |cell: &str| cell.trim_start_matches([' ', '"']).starts_with(FORMULA);
        assert!(!row.iter().any(begins), "{row:?}");
    }
    // Nor where another program divides the lines elsewhere.
    for cell in text.split([';', '\t', '\n', '\r']) {
        assert!(!cell.trim_start_matches([' ', '"']).starts_with(FORMULA), "{cell}");
    }
    let notes: Vec<String> = rows.iter().map(|row| row[column("note")].replace('\'', "")).collect();
    for note in NASTY {
        assert!(notes.contains(&note.replace('\'', "")), "{note}");
    }
    assert!(rows.iter().any(|row| &row[column("from_name")] == "'-dash"));
    assert!(rows.iter().any(|row| row[column("reverses")].len() == 36 && &row[column("amount")] == "20"));
    assert!(rows.iter().any(|row| row[column("reason")].starts_with("'=Stock")));
    let sequences: Vec<i64> = rows.iter().map(|row| row[column("sequence")].parse().unwrap()).collect();
    assert_eq!(sequences, (1..=i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(export(&server, "again.csv", &["--format", "csv"]), text, "the same ledger, the same export");
}

/// JSON has what the API has; a wallet's part is its history, seen from there.
#[tokio::test]
async fn json_is_what_the_api_says() {
    let server = full().await;
    let member = server.member("member-01").await;
    let arguments = ["export", "--format", "json", "--wallet", &member.wallet_id];
    let exported: Vec<Value> = serde_json::from_str(&server.run(&arguments).stdout).unwrap();
    let mut history = member.history("?limit=200").await;
    history.reverse();
    assert!(exported.len() > 8);
    assert_eq!(exported.len(), history.len());
    for (mut one, other) in exported.into_iter().zip(history) {
        one.as_object_mut().unwrap().retain(|key, _| key != "operator" && key != "reason");
        assert_eq!(one, other);
    }
    let whole = server.run(&["export", "--format", "json"]);
    let whole: Vec<Value> = serde_json::from_str(&whole.stdout).unwrap();
    let count = &server.sql("SELECT count(*) AS n FROM transactions")[0]["n"];
    assert_eq!(i64::try_from(whole.len()).unwrap(), count.as_i64().unwrap());
    for (format, program, file) in
        [("hledger", "hledger", "part.journal"), ("beancount", "bean-check", "part.beancount")]
    {
        export(&server, file, &["--format", format, "--wallet", &member.wallet_id]);
        let arguments: &[&str] = if program == "hledger" { &["-f", file, "check"] } else { &[file] };
        run(&tool(program), arguments, server.folder.path());
    }
}

/// Parts by time: days of the community's own zone, or milliseconds, both ends included.
#[tokio::test]
async fn by_time() {
    let server = Server::prepare(
        "[server]\nbind = \"127.0.0.1:0\"\n[community]\ntime_zone = \"Pacific/Auckland\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n",
    );
    let mut server = server;
    server.serve(&["--demo"]).await;
    let rows: Vec<Value> = serde_json::from_str(&server.run(&["export", "--format", "json"]).stdout).unwrap();
    let time = |row: &Value| row["created_at"].as_i64().unwrap();
    let count = |from: &str, to: &str| {
        let output = server.run(&["export", "--format", "json", "--from", from, "--to", to]);
        serde_json::from_str::<Vec<Value>>(&output.stdout).unwrap_or_else(|_| panic!("{output:?}")).len()
    };
    let (first, last) = (time(&rows[100]), time(&rows[200]));
    let between = rows.iter().filter(|row| (first..=last).contains(&time(row))).count();
    assert_eq!(count(&first.to_string(), &last.to_string()), between);
    let day = jiff::Timestamp::from_millisecond(first)
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::get("Pacific/Auckland").unwrap());
    let on_day = rows
        .iter()
        .filter(|row| {
            let time = jiff::Timestamp::from_millisecond(time(row)).unwrap();
            time.to_zoned(day.time_zone().clone()).date() == day.date()
        })
        .count();
    let date = day.date().to_string();
    assert_eq!(count(&date, &date), on_day);
    for (format, file) in [("hledger", "part.journal"), ("beancount", "part.beancount")] {
        export(&server, file, &["--format", format, "--from", &date]);
        export(&server, &format!("to-{file}"), &["--format", format, "--to", &date]);
    }
    run(&tool("hledger"), &["-f", "part.journal", "check"], server.folder.path());
    run(&tool("hledger"), &["-f", "to-part.journal", "check"], server.folder.path());
    run(&tool("bean-check"), &["part.beancount"], server.folder.path());
    run(&tool("bean-check"), &["to-part.beancount"], server.folder.path());
    for wrong in [&["export"][..], &["export", "--format", "pdf"], &["export", "--format", "csv", "--from", "tomorrow"]]
    {
        assert_eq!(server.run(wrong).code, 2, "{wrong:?}");
    }
    let stranger = uuid::Uuid::new_v4().to_string();
    server.cli(&["export", "--format", "csv", "--wallet", &stranger]).refused("wallet_not_found");
    let refusal = server.run(&["export", "--format", "hledger", "--output", "part.journal"]);
    assert!(refusal.code == 1 && refusal.stderr.contains("--overwrite"), "{refusal:?}");
}
