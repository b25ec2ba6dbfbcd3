//! The API's own document against the program, by Schemathesis: calls made from the document, valid
//! and not, as a member, as an operator and as nobody. No 5xx, no status and no shape that is not in
//! the document, nothing valid refused for its form and nothing invalid accepted, no call without a
//! token let in.
//!
//! `COMMUNITYTOKEN_ROUNDS=300` makes so many examples of each call (8 otherwise); `COMMUNITYTOKEN_SEED`
//! repeats a run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::support::Server;
use super::support::setting::{number, seed};

/// What no document can say: whether a cursor is one of ours, that of two fields one is given, where an address leads, what is a cron
/// expression, that a time ends after it began and is not cut into too many parts, who the caller is, and that 3.0 is no whole
/// number here.
///
/// Streams of events have no end to wait for; tests/events listens to them. Figures are off here, for whatever
/// token; tests/operations asks for them.
const SETTINGS: &str = r#"
[[operations]]
include-path = "/v1/events"
enabled = false

[[operations]]
include-path = "/metrics"
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]

# What is wrong may be too long as well, and is then not read at all.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

[[operations]]
include-name-regex = "GET /v1/.*(members|users|statistics/[a-z.]+|transactions|audit-log|service-calls|service-counts|invitations|consents|requests|runs|alerts)$|DELETE /v1/me$|PUT /v1/admin/schedules/.*$|POST /v1/(transfers|requests|statistics/sandbox|.*/(reverse|ask-back)|admin/alerts/mutes|admin/issuances|admin/distributions|admin/system-accounts/transfers|admin/invitations|admin/webhooks|admin/schedules|notifications/read)$"

[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429"]
"#;

/// How calls are made up: by the examples of the document, by each border of each field, drawn at random, and one
/// after the other.
const ALL: &str = "examples,coverage,fuzzing,stateful";
/// The same without the borders, which take the longest: an operator may do what a member may, and meets them all.
const DRAWN: &str = "examples,fuzzing,stateful";

/// Makes calls from the document, as whoever this header says, and says what is not as it says there.
fn compare(server: &Server, name: &str, header: &str, phases: &str, only: &[&str]) {
    let tool = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/bin/schemathesis");
    assert!(tool.exists(), "Schemathesis is installed by tests/run");
    fs::write(server.path("schemathesis.toml"), SETTINGS).unwrap();
    let (seed, examples) = (seed().to_string(), number("COMMUNITYTOKEN_ROUNDS").unwrap_or(8).to_string());
    let output = Command::new(&tool)
        .args(["run", &format!("{}/openapi.json", server.base), "--header", header, "--seed", &seed])
        .args(["--max-examples", &examples, "--phases", phases])
        // A list that was emptied by DELETE is still there, which that check takes for a fault.
        .args(["--checks", "all", "--exclude-checks", "use_after_free"])
        .args(["--no-color", "--generation-database", "none", "--request-timeout", "20"])
        .args(only)
        .current_dir(server.folder.path())
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, summary) = report.split_once("SUMMARY").unwrap_or(("", &report));
    println!("{name}: {}", summary.lines().filter(|line| line.contains("generated")).collect::<String>().trim());
    assert!(output.status.success(), "{name}: {report}{}", String::from_utf8_lossy(&output.stderr));
}

/// Every call of the document, as each of the three.
#[tokio::test]
async fn the_document_is_true() {
    let server = Server::demo().await;
    let token = |name: &str| {
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        format!("Authorization: Bearer {token}")
    };
    compare(&server, "a member", &token("tomas"), DRAWN, &[]);
    compare(&server, "an operator", &token("maria"), ALL, &[]);
    compare(&server, "nobody", "Accept: application/json", DRAWN, &[]);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The developer identity and passkeys exclude each other: the calls that make links need a community
/// with passkeys.
#[tokio::test]
async fn the_document_is_true_of_invitations() {
    let mut server = Server::prepare(&Server::settings("passkeys = true\n"));
    server.serve(&[]).await;
    let operator = server.operator().await;
    let header = format!("Authorization: Bearer {}", operator.token);
    compare(&server, "invitations", &header, ALL, &["--include-path-regex", "^/v1/admin/invitations"]);
    let made = server.sql("SELECT count(*) AS n FROM links WHERE kind = 'invitation'");
    assert!(made[0]["n"].as_i64().unwrap() > 0, "some were made: {made}");
}
