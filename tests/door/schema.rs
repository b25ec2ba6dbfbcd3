//! The API's own document against the program, by Schemathesis: calls made from the document, valid
//! and not, as a member, as an operator and as nobody. No 5xx, no status and no shape that is not in
//! the document, nothing valid refused for its form and nothing invalid accepted, no call without a
//! token let in.
//!
//! `COMMUNITYTOKEN_ROUNDS=300` makes so many examples of each call (15 otherwise); `COMMUNITYTOKEN_SEED`
//! repeats a run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::support::Server;
use super::support::setting::{number, seed};

/// What no document can say: whether a cursor is one of ours, that of two fields one is given, that a time
/// ends after it began and is not cut into too many parts, who the caller is, and that 3.0 is no whole
/// number here.
///
/// Streams of events have no end to wait for; tests/events listens to them.
const SETTINGS: &str = r#"
[[operations]]
include-path = "/v1/events"
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]

[[operations]]
include-name-regex = "GET /v1/.*(members|users|statistics/[a-z]+|transactions|audit-log|service-calls|service-counts|invitations)$|DELETE /v1/me$|POST /v1/(transfers|.*/reverse|admin/issuances|admin/distributions|admin/invitations)$"

[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429"]
"#;

/// Every call of the document, as each of the three.
#[tokio::test]
async fn the_document_is_true() {
    let tool = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/bin/schemathesis");
    assert!(tool.exists(), "Schemathesis is installed by tests/run");
    let server = Server::demo().await;
    fs::write(server.path("schemathesis.toml"), SETTINGS).unwrap();
    let token = |name: &str| {
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        format!("Authorization: Bearer {token}")
    };
    let (seed, examples) = (seed().to_string(), number("COMMUNITYTOKEN_ROUNDS").unwrap_or(15).to_string());
    for (name, header) in
        [("a member", token("tomas")), ("an operator", token("maria")), ("nobody", "Accept: application/json".into())]
    {
        let output = Command::new(&tool)
            .args(["run", &format!("{}/openapi.json", server.base), "--header", &header, "--seed", &seed])
            .args(["--max-examples", &examples, "--phases", "examples,coverage,fuzzing,stateful"])
            // A list that was emptied by DELETE is still there, which that check takes for a fault.
            .args(["--checks", "all", "--exclude-checks", "use_after_free"])
            .args(["--no-color", "--generation-database", "none", "--request-timeout", "20"])
            .current_dir(server.folder.path())
            .output()
            .unwrap();
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, summary) = report.split_once("SUMMARY").unwrap_or(("", &report));
        println!("{name}: {}", summary.lines().filter(|line| line.contains("generated")).collect::<String>().trim());
        assert!(output.status.success(), "{name}: {report}{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
