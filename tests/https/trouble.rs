//! The authority is away, says no, or is unwell: the program serves on, says so in a sentence, and tries again.

use std::time::Duration;

use super::authority::Authority;
use super::community::{NAME, client, connect, prepare, until};
use super::issued::doctor;
use super::support::Server;

async fn logged(server: &Server, words: &str) {
    until(20, words, async || server.log().contains(words)).await;
}

/// Where nobody answers for the authority, the program runs and says so; when it comes, so does the certificate.
#[tokio::test]
async fn the_authority_is_away_at_the_start() {
    let mut authority = Authority::prepare();
    let mut server = Server::prepare(&super::community::settings(&authority, "", ""));
    server.listen(&[]);
    logged(&server, "the authority was not reached").await;
    assert!(server.log().contains("nobody can come by HTTPS"), "{}", server.log());
    let (state, said) = doctor(&server);
    assert!(state == "warn" && said.contains("There is none for tokens.example.org"), "{state} {said}");
    let unwell = server.run(&["healthcheck"]);
    assert!(unwell.code == 1 && unwell.stderr.contains("it has no certificate yet"), "{unwell:?}");
    authority.start(3600, &[]).await;
    let client = client(&authority).await;
    until(30, "a certificate", async || {
        let asked = client.get(format!("https://{NAME}:{}/health", authority.community)).send().await;
        asked.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    assert_eq!(server.cli(&["healthcheck"]).ok()["status"], "ok");
}

/// Where the name does not lead here, the log says what the authority saw, and it is not asked again at once:
/// Let's Encrypt shuts out who is refused five times an hour.
#[tokio::test]
async fn the_name_leads_elsewhere() {
    let mut authority = Authority::prepare();
    authority.start(3600, &[]).await;
    let here = authority.community;
    let mut server = prepare(&authority, "", "").await;
    // It looks for the community where nobody is.
    let elsewhere = super::authority::free_port();
    let settings = super::community::settings(&authority, "", "").replace(&here.to_string(), &elsewhere.to_string());
    std::fs::write(server.path("config.toml"), settings).unwrap();
    server.listen(&[]);
    logged(&server, "the authority gives no certificate").await;
    let log = server.log();
    let line = log.lines().find(|line| line.contains("gives no certificate")).unwrap();
    for words in ["could not see that tokens.example.org is here", "again_in_seconds=240", "port 443"] {
        assert!(line.contains(words), "{words}: {line}");
    }
    // That is all it says, and it serves.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.log().matches("gives no certificate").count(), 1);
    server.stop();
}

/// An authority whose numbers are used up before they count (RFC 8555, `badNonce`) refuses nobody: it is asked
/// again soon.
#[tokio::test]
async fn a_number_that_is_used_up_is_no_refusal() {
    let mut authority = Authority::prepare();
    authority.start(3600, &[("PEBBLE_WFE_NONCEREJECT", "100")]).await;
    let mut server = prepare(&authority, "", "").await;
    server.listen(&[]);
    logged(&server, "badNonce").await;
    assert!(server.log().contains("again_in_seconds=5"), "{}", server.log());
    assert!(!server.log().contains("gives no certificate"), "{}", server.log());
    // Nobody is shown anything meanwhile, and nothing breaks.
    let root = authority.root().await;
    connect(&authority, &root).await.unwrap_err();
}

/// What cannot be is said before anything is served.
#[tokio::test]
async fn what_cannot_be_is_said_at_the_start() {
    let authority = Authority::prepare();
    let settings = super::community::settings(&authority, "", "");
    let server = Server::prepare(&settings);
    let said = |config: &str| {
        std::fs::write(server.path("config.toml"), config).unwrap();
        let output = server.run(&["serve"]);
        assert_eq!(output.code, 1, "{output:?}");
        output.stderr
    };
    let root = said(&settings.replace("root.pem", "own.key"));
    assert!(root.contains("no root certificate in PEM"), "{root}");
    std::fs::write(server.path("in-the-way"), "").unwrap();
    let folder = said(&settings.replace("[https]\n", "[https]\nfolder = \"in-the-way\"\n"));
    assert!(folder.contains("https.folder"), "{folder}");
}

/// A port below 1024 that the system does not give: the sentence says how it does.
#[test]
fn a_port_that_is_not_given() {
    let authority = Authority::prepare();
    let server = Server::prepare(&super::community::settings(&authority, "", ""));
    let program = env!("CARGO_BIN_EXE_communitytoken");
    let serve = [program, "serve", "--domain", NAME, "--bind", "127.0.0.1:443"];
    // Without the right to them, for a superuser has it.
    let dropped = ["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"];
    let is_superuser = rustix::process::geteuid().is_root();
    let words: Vec<&str> =
        if is_superuser { ["setpriv"].into_iter().chain(dropped).chain(serve).collect() } else { serve.to_vec() };
    let mut command = std::process::Command::new(words[0]);
    super::support::server::for_tests(command.args(&words[1..]).current_dir(server.folder.path()));
    std::fs::write(
        server.path("config.toml"),
        super::community::settings(&authority, "", "")
            .replace(&format!("public_url = \"https://{NAME}:{}\"", authority.community), ""),
    )
    .unwrap();
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("AmbientCapabilities=CAP_NET_BIND_SERVICE"), "{said}");
}
