//! A community with nothing but a Raspberry Pi, as the README tells it: its files, its commands in their
//! order, the real Caddy with HTTPS before the program, and Chromium for the members.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::chromium::{Browser, Process};
use super::in_browser::authenticator;
use super::support::Server;

const NAME: &str = "tokens.example.org";

/// The blocks of the README's section: the Caddyfile, the configuration, the commands.
fn told() -> (String, String, Vec<String>) {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once("### A community with nothing but a Raspberry Pi\n").unwrap();
    let section = rest.split("\n### ").next().unwrap();
    let blocks: Vec<&str> = section.split("```").skip(1).step_by(2).collect();
    let of = |kind: &str| -> Vec<String> {
        blocks
            .iter()
            .filter_map(|block| block.split_once('\n'))
            .filter(|(first, _)| *first == kind)
            .map(|(_, text)| text.to_owned())
            .collect()
    };
    let commands = of("sh").iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    (of("").remove(0), of("toml").remove(0), commands)
}

/// The words of a command, with what stands in quotation marks as one.
fn words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (place, part) in command.split('"').enumerate() {
        if place % 2 == 1 { words.push(part) } else { words.extend(part.split_whitespace()) }
    }
    words
}

/// Caddy, by the README's file, at an address of this machine that nobody else uses, with a certificate
/// of its own making.
fn caddy(server: &Server, file: &str, address: &str) -> Process {
    let own = file
        .replace(&format!("{NAME} {{"), &format!("https://{NAME}:8443 {{\n\tbind {address}\n\ttls internal"))
        .replace("127.0.0.1:8080", server.base.trim_start_matches("http://"));
    assert!(own.contains("tls internal") && own.contains("reverse_proxy 127.0.0.1:"), "{own}");
    let global = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n";
    fs::write(server.path("Caddyfile"), format!("{global}{own}")).unwrap();
    let unpacked = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/usr/bin/caddy");
    let program = if unpacked.exists() { unpacked } else { "caddy".into() };
    let process = Command::new(program)
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(server.path("Caddyfile"))
        .env("HOME", server.folder.path())
        .env("XDG_DATA_HOME", server.path("caddy"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(server.path("caddy.log")).unwrap())
        .spawn()
        .expect("Caddy is unpacked by tests/run");
    let process = Process(process);
    for _ in 0..200 {
        if TcpStream::connect((address, 8443)).is_ok() {
            return process;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("Caddy does not listen: {}", fs::read_to_string(server.path("caddy.log")).unwrap());
}

/// A phone in whose world the name leads here.
async fn phone(address: &str) -> Browser {
    let map = format!("--host-resolver-rules=MAP {NAME} {address}");
    let browser = Browser::open_with(true, &[&map, "--ignore-certificate-errors"]).await;
    authenticator(&browser).await;
    browser
}

/// From the first start to two members paying, and a lost phone.
#[tokio::test]
async fn a_community_on_a_raspberry_pi() {
    let (file, config, commands) = told();
    let port = std::process::id().to_be_bytes();
    let address = format!("127.77.{}.{}", port[2], port[3].clamp(1, 254));
    let config =
        config.replace("[server]\n", "[server]\nbind = \"127.0.0.1:0\"\n").replace(NAME, &format!("{NAME}:8443"));
    let mut server = Server::prepare(&config);
    let mut commands = commands.iter().map(|command| words(command));
    let mut next = |verb: &str| {
        let command = commands.next().unwrap_or_default();
        assert_eq!(command[0], "communitytoken");
        assert!(command.join(" ").contains(verb), "{command:?} is not {verb}");
        command[1..].to_vec()
    };
    assert_eq!(next("serve"), ["serve"]);
    server.serve(&[]).await;
    let _caddy = caddy(&server, &file, &address);
    let link = |output: &super::support::server::Output| output.ok()["url"].as_str().unwrap().to_owned();

    let maria = phone(&address).await;
    let claim = link(&server.cli(&next("claim-link")));
    assert!(claim.starts_with(&format!("https://{NAME}:8443/join/")), "{claim}");
    maria.driver.goto(&claim).await.unwrap();
    maria.fill("username", "maria").await;
    maria.click("//button[text()='Claim it with a passkey']").await;
    maria.sees(&["Your recovery codes"]).await;

    let tomas = phone(&address).await;
    tomas.driver.goto(&link(&server.cli(&next("member invite")))).await.unwrap();
    tomas.click("//button[text()='Join with a passkey']").await;
    tomas.sees(&["Your recovery codes"]).await;
    server.cli(&next("distribute")).ok();
    tomas.click("//a[text()='I have kept them']").await;
    tomas.sees(&["100"]).await;
    for cookie in tomas.driver.get_all_cookies().await.unwrap() {
        assert!(cookie.name.starts_with("__Host-") && cookie.secure == Some(true), "{cookie:?}");
    }
    tomas.click("//nav//a[contains(., 'Send')]").await;
    tomas.fill("amount", "7").await;
    tomas.fill("q", "mar").await;
    tomas.click("//button[text()='Find']").await;
    tomas.click("//label[contains(., 'maria')]").await;
    tomas.click("//button[text()='Continue']").await;
    tomas.click("//button[text()='Send it']").await;
    tomas.sees(&["Paid."]).await;
    maria.driver.goto(format!("https://{NAME}:8443/")).await.unwrap();
    maria.sees(&["107", "tomas"]).await;

    let found = phone(&address).await;
    found.driver.goto(&link(&server.cli(&next("sign-in-link")))).await.unwrap();
    found.click("//button[text()='Sign in as tomas']").await;
    found.sees(&["Add a passkey on this device now"]).await;
    assert!(commands.next().is_none(), "the README tells of more than this test does");
    for browser in [maria, tomas, found] {
        browser.close().await;
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
