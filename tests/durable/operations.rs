//! `docs/operations.md`, followed to the letter: every command on the page, in its order. The part with each task
//! in all the ways is followed in a community of its own (`tasks.rs`).

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Child, Command};
use std::time::Instant;

use super::support::Server;
use super::support::server::for_tests;
use super::tool;

const PAGE: &str = include_str!("../../docs/operations.md");

/// The heading of the part that shows each task in all the ways.
const TASKS: &str = "\n## Each task, in all the ways\n";

/// That part, and the page without it.
pub fn tasks() -> (&'static str, String) {
    let (before, rest) = PAGE.split_once(TASKS).expect("the page has a part with each task");
    let (part, after) = rest.split_once("\n## ").expect("another part comes behind it");
    (part, format!("{before}\n## {after}"))
}

/// What someone who reads the page does.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Run(String),
    /// Put this text into this file; it is made where it is missing.
    Write(String, String),
    StopServer,
    StartServer,
    StartLitestream,
}

/// Reads the page: blocks of commands and of settings, and what is said in bold.
fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut before, mut block) = ("", None);
    for line in tasks().1.lines() {
        let text = line.trim();
        match (text.strip_prefix("```"), block.take()) {
            (Some(kind), None) => block = Some((kind, String::new())),
            (Some(_), Some((kind, content))) => match kind {
                "sh" => steps.push(Step::Run(content)),
                "toml" | "yaml" => {
                    let name = before.split('`').nth(1).expect("the name of the file is told before the block");
                    steps.push(Step::Write(name.to_owned(), content));
                }
                _ => assert_eq!(kind, "text", "a block of an unknown kind"),
            },
            (None, Some((kind, content))) => {
                // Only the indentation of a list is no part of the block.
                let inner = if kind == "sh" { text } else { line };
                block = Some((kind, format!("{content}{inner}\n")));
            }
            (None, None) => {
                for bold in text.split("**").skip(1).step_by(2) {
                    match bold {
                        "Stop the server." => steps.push(Step::StopServer),
                        "Start the server." => steps.push(Step::StartServer),
                        "Start Litestream." => steps.push(Step::StartLitestream),
                        _ => {}
                    }
                }
                if !text.is_empty() {
                    before = text;
                }
            }
        }
    }
    steps
}

fn bash(server: &Server, commands: &str) -> Command {
    let path = format!(
        "{}:{}:{}",
        server.path("bin").display(),
        tool("litestream").parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = Command::new("bash");
    for_tests(command.args(["-euc", commands]).env("PATH", path).current_dir(server.folder.path()));
    command
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[tokio::test]
async fn every_command_of_the_page_works() {
    let mut server = Server::start().await;
    fs::create_dir(server.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_communitytoken"), server.path("bin/communitytoken")).unwrap();
    let members = server.members(3).await;
    for member in &members {
        server.fund(member, 100).await;
    }
    members[0].pay(&members[1], 30).await.ok(201);
    // As it is some minutes after the first payment.
    server.cli(&["checkpoint"]).ok();
    let head = server.cli(&["verify"]).ok()["head"].as_str().unwrap().to_owned();
    let steps = steps();
    let commands = steps.iter().filter(|step| matches!(step, Step::Run(_))).count();
    assert!(commands >= 12, "the page was not understood: {steps:#?}");
    let (mut litestream, began, mut said) = (None, Instant::now(), String::new());
    for step in steps {
        match step {
            Step::Run(commands) => {
                let output = bash(&server, &commands).output().unwrap();
                let text =
                    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
                assert!(output.status.success(), "{commands}\n{text}");
                // What is restored, verified or backed up is this ledger, each time.
                for line in text.lines().filter_map(|line| line.trim().strip_prefix("head ")) {
                    assert_eq!(line, head, "{commands}\n{text}");
                }
                said.push_str(&text);
            }
            Step::Write(name, content) => {
                let present = fs::read_to_string(server.path(&name)).unwrap_or_default();
                fs::write(server.path(&name), format!("{present}{content}")).unwrap();
            }
            Step::StopServer => server.stop(),
            Step::StartServer => server.serve(&[]).await,
            Step::StartLitestream => {
                let child =
                    bash(&server, "exec litestream replicate -config litestream.yml >litestream.txt 2>&1").spawn();
                litestream = Some(Running(child.unwrap()));
                // It says when the whole ledger has been carried over.
                while !fs::read_to_string(server.path("litestream.txt"))
                    .unwrap_or_default()
                    .contains("snapshot complete")
                {
                    assert!(began.elapsed().as_secs() < 60, "Litestream does not begin");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }
    for words in ["today.db: OK", "Sound:", "is restored and sound", "has gone from schema version"] {
        assert!(said.contains(words), "{words:?} was never said:\n{said}");
    }
    println!("{commands} blocks of commands in {:?}", began.elapsed());
    drop(litestream);
    assert_eq!(server.members(2).await[1].balance().await, 130);
    server.assert_sound().await;
}
