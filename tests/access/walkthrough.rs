//! `docs/access.md`, followed to the letter: every command on the page, in its order.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use reqwest::Method;

use super::support::Server;
use super::support::provider::ISSUER;
use super::support::server::for_tests;

const PAGE: &str = include_str!("../../docs/access.md");
/// From here on, the member has allowed the program.
const DECISION: &str = "**Then each member decides.**";

/// The commands of a part of the page, for a server at this address and a member the provider knows.
fn commands(part: &str, base: &str) -> String {
    let mut commands = String::from("set -euo pipefail\n");
    for block in part.split("```sh\n").skip(1) {
        commands.push_str(block.split("```").next().unwrap());
    }
    commands
        .replace("http://127.0.0.1:8080", base)
        .replace("https://id.example.org|248289761001", &format!("{ISSUER}|ann"))
}

#[tokio::test]
async fn every_command_of_the_page_works() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    fs::create_dir(server.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_communitytoken"), server.path("bin/communitytoken")).unwrap();
    let path = format!("{}:{}", server.path("bin").display(), std::env::var("PATH").unwrap());
    let bash = |script: String| {
        let mut command = Command::new("bash");
        for_tests(command.args(["-c", &script]).env("PATH", &path).current_dir(server.folder.path()));
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(output.status.success(), "{script}\n{said}");
        said
    };
    let (before, after) = PAGE.split_once(DECISION).expect("the page says when members decide");
    // The credential is all that the second part knows of the first.
    let said = bash(commands(before, &server.base) + "echo CREDENTIAL=$CREDENTIAL\n");
    let credential = said.lines().find_map(|line| line.strip_prefix("CREDENTIAL=")).unwrap();
    assert!(credential.starts_with("ctk_") && credential.len() == 47, "{credential}");
    let clients = ann.get("/v1/me/service-clients").await.ok(200);
    let allow = format!("/v1/me/service-clients/{}", clients["items"][0]["id"].as_str().unwrap());
    ann.call(Method::PUT, &allow, &[], None).await.ok(200);
    bash(format!("CREDENTIAL={credential}\n{}", commands(after, &server.base)));
    // What the page promised has happened.
    assert_eq!(ann.balance().await, 95);
    let paid = &ann.history("").await[0];
    assert_eq!((&paid["client"], &paid["amount"]), (&"market-bot".into(), &5.into()));
    assert_eq!(paid["to"]["name"], format!("former_member_{}", &bob.user_id[..4]));
    assert_eq!(ann.get("/v1/statistics/supply").await.ok(200)["system_pool"], 5);
    server.assert_sound().await;
}
