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

/// An address to which no passkey can belong is named at the start with the way on; the link that claims the
/// community leads to where it can be used.
#[tokio::test]
async fn an_address_without_passkeys() {
    let config = "[server]\nbind = \"127.0.0.1:0\"\npublic_url = \"http://192.168.1.5:8080\"\n";
    let server = Server::prepare(config);
    let started = start(server.command(&["serve"]), "/join/");
    assert!(started.1.contains("No passkey can belong to http://192.168.1.5:8080"), "{}", started.1);
    assert!(started.1.contains("set server.public_url to an https address with a name"), "{}", started.1);
    let page = server.client.get(link_in(&started.1)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Nobody operates this community yet"));
    let made = server.run(&["member", "claim-link"]);
    assert!(made.stdout.contains("http://127.0.0.1:0/join/"), "{made:?}");
    assert!(made.stdout.contains("in the place of the 0"), "{made:?}");
    let others = Server::prepare(&config.replace("127.0.0.1:0", "0.0.0.0:0")).run(&["serve"]);
    assert!(
        others.code == 1 && others.stderr.contains("No passkey can belong to http://192.168.1.5:8080"),
        "{others:?}"
    );
}

/// A port that is not the one of the address members type is named at the start.
#[test]
fn another_port_than_the_public_one() {
    let server = Server::prepare("[server]\npublic_url = \"http://localhost:1\"\n");
    let started = start(server.command(&["serve", "--bind", "127.0.0.1:0"]), "/docs");
    assert!(started.1.contains("server.public_url is http://localhost:1, which is not port "), "{}", started.1);
    let right = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\npublic_url = \"https://tokens.example.org\"\n");
    let started = start(right.command(&["serve"]), "/docs");
    assert!(!started.1.contains("which is not port"), "a proxy stands there: {}", started.1);
}

/// Where a provider's claims can make operators, claiming the community is one of two ways, and said so.
#[test]
fn claims_or_a_link() {
    let provider = "jwks_file = \"jwks.json\"\n";
    let settings = Server::settings("")
        .replace(provider, &format!("{provider}roles_claim = \"groups\"\noperator_roles = [\"board\"]\n"));
    let (settings, _) = settings.split_once("operators = ").unwrap();
    let server = Server::prepare(settings);
    let started = start(server.command(&["serve"]), "/join/");
    assert!(started.1.contains("Whom the provider's claims name operates this community"), "{}", started.1);
    assert!(!started.1.contains("Nobody operates"), "{}", started.1);
}

/// Passkeys that are switched off leave no session behind that only looks open, and other ways in go on.
#[tokio::test]
async fn switched_off() {
    let mut server = prepared("");
    server.serve(&[]).await;
    let (mut ann, ..) = super::visitor::joined(&server, "ann").await;
    let mut by_link = Visitor::new(&server);
    by_link.post(&super::visitor::sign_in_link(&server, "ann"), &[]).await.leads_to("/profile/passkeys?said=link");
    assert_eq!(server.cli(&["member", "sessions", "ann"]).ok().as_array().unwrap().len(), 2);
    server.stop();
    let config = server.path("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("passkeys = true", "passkeys = false")).unwrap();
    server.serve(&[]).await;
    let left = server.cli(&["member", "sessions", "ann"]).ok();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["method"]), (1, &serde_json::json!("link")), "{left}");
    (ann.base, by_link.base) = (super::visitor::named(&server), super::visitor::named(&server));
    assert_eq!((ann.name().await, by_link.name().await.as_deref()), (None, Some("ann")));
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
