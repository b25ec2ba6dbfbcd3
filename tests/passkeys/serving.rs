//! What `serve` says and allows: the link at the first start, and which identity is in force.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::support::Server;
use super::visitor::{Visitor, prepared};

/// A server whose greeting is read whole.
struct Started(Child, String);

impl Drop for Started {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Starts it and reads its greeting up to the line that these words end.
fn start(mut command: Command, last: &str) -> Started {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut text = String::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        text += &line.unwrap();
        text.push('\n');
        if text.contains(last) {
            break;
        }
    }
    Started(child, text)
}

fn link_in(greeting: &str) -> String {
    greeting.split_whitespace().find(|word| word.contains("/join/")).unwrap_or_else(|| panic!("{greeting}")).to_owned()
}

/// The first start prints a link at the name and port by which it can be used; the next start prints
/// another, and the first works no more. When somebody operates the community, none is printed.
#[tokio::test]
async fn the_first_start_prints_a_link() {
    let mut server = prepared("");
    let first = link_in(&start(server.command(&["serve"]), "/join/").1);
    assert!(first.starts_with("http://localhost:") && !first.starts_with("http://localhost:0/"), "{first}");
    let started = start(server.command(&["serve"]), "/join/");
    let url = link_in(&started.1);
    let page = server.client.get(&url).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Nobody operates this community yet"));
    let (_, secret) = first.rsplit_once('/').unwrap();
    let (address, new) = url.rsplit_once('/').unwrap();
    assert_ne!(secret, new);
    assert_eq!(server.client.get(format!("{address}/{secret}")).send().await.unwrap().status(), 404);
    drop(started);
    server.serve(&[]).await;
    let mut maria = Visitor::new(&server);
    let mut phone = maria.device();
    maria.join(&super::visitor::claim_link(&server), "maria", &mut phone).await.is(200, "Your recovery codes");
    server.stop();
    let greeting = start(server.command(&["serve"]), "/docs").1.clone();
    assert!(!greeting.contains("/join/"), "{greeting}");
    assert!(greeting.contains("Members sign in with passkeys, at http://localhost:"), "{greeting}");
}

/// With operators in the configuration nobody can claim anything.
#[tokio::test]
async fn a_configured_operator_needs_no_link() {
    let server = Server::prepare(&Server::settings(""));
    let greeting = start(server.command(&["serve"]), "/docs").1.clone();
    assert!(!greeting.contains("/join/"), "{greeting}");
    server.cli(&["member", "claim-link"]).refused("already_claimed");
}

/// Which identity is in force, by the configuration, and where others may reach it.
#[test]
fn the_identity_in_force() {
    let open = "[server]\nbind = \"0.0.0.0:0\"\n";
    for (config, refusal) in [
        (open.to_owned(), "Either set server.public_url to the https address"),
        (format!("{open}public_url = \"http://192.168.1.5:8080\"\n"), "Either set server.public_url"),
        (
            format!("{open}public_url = \"https://tokens.example.org\"\n[identity]\npasskeys = false\n"),
            "Either set server.public_url",
        ),
        (format!("{open}[identity]\npasskeys = true\n"), "passkeys need server.public_url"),
        (
            "[server]\npublic_url = \"https://192.168.1.5\"\n[identity]\npasskeys = true\n".into(),
            "passkeys need server.public_url",
        ),
    ] {
        let server = Server::prepare(&config);
        let output = server.run(&["serve"]);
        assert_eq!(output.code, 1, "{config}");
        assert!(output.stderr.contains(refusal), "{config}: {}", output.stderr);
    }
    let server = Server::prepare(&format!("{open}public_url = \"https://tokens.example.org\"\n"));
    let started = start(server.command(&["serve"]), "/join/");
    assert!(link_in(&started.1).starts_with("https://tokens.example.org/join/"), "{}", started.1);
    let refused = server.run(&["token", "--member", "ann"]);
    assert!(refused.code == 1 && refused.stderr.contains("developer identity is off"), "{refused:?}");
    drop(started);
}
