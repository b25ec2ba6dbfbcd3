//! From the first start to the next certificate.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::authority::Authority;
use super::community::{NAME, builder, prepare, serve, settings, shown, until};
use super::support::Server;

/// What the doctor says of the certificate, and whether it is content.
pub fn doctor(server: &Server) -> (String, String) {
    let output = server.cli(&["doctor"]);
    let findings: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = findings.as_array().unwrap().iter().find(|finding| finding["check"] == "certificate").unwrap();
    (found["state"].as_str().unwrap().into(), found["said"].as_str().unwrap().into())
}

fn files(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut all = vec![(folder.to_owned(), fs::metadata(folder).unwrap().permissions().mode() & 0o777)];
    if folder.is_dir() {
        all.extend(fs::read_dir(folder).unwrap().flat_map(|entry| files(&entry.unwrap().path())));
    }
    all
}

/// A name in the settings is all: the certificate comes, the API and the pages are there by HTTPS, and whoever
/// looks after the program finds everything as it should be.
#[tokio::test]
async fn a_name_is_enough() {
    let authority = Authority::open().await;
    let token = "a-token-that-nobody-guesses";
    let more = format!("[metrics]\ntoken = \"{token}\"\n");
    let mut server = prepare(&authority, "", "").await;
    let with = settings(&authority, "", "").replace("[identity]\n", &format!("{more}[identity]\n"));
    fs::write(server.path("config.toml"), with).unwrap();
    server.serve(&[]).await;
    assert_eq!(server.base, format!("https://{NAME}:{}", authority.community));
    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    ann.pay(&bob, 30).await.ok(201);
    assert_eq!(bob.balance().await, 30);

    // Pages, and what browsers are told: to come by HTTPS alone, also with their cookies.
    let page = server.client.get(format!("{}/login", server.base)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000");
    let elsewhere = server.client.get(format!("{}/login", server.base)).header("host", "evil.example");
    assert_eq!(elsewhere.send().await.unwrap().status(), 421);
    let older = builder(&authority).await.tls_version_max(reqwest::tls::Version::TLS_1_2).build().unwrap();
    assert_eq!(older.get(format!("{}/health", server.base)).send().await.unwrap().status(), 200);

    // What is kept is for the program's user alone.
    let kept = files(&server.path("data/https"));
    assert_eq!(kept.len(), 4, "{kept:?}");
    for (path, mode) in &kept {
        assert_eq!(*mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    let names: Vec<_> = kept.iter().filter_map(|(path, _)| path.file_name()?.to_str()).collect();
    assert!(names.contains(&"account.key") && names.contains(&"tokens.example.org.pem"), "{names:?}");

    // Who looks after it.
    assert_eq!(server.cli(&["healthcheck"]).ok()["status"], "ok");
    let (state, said) = doctor(&server);
    assert!(state == "ok" && said.contains(NAME), "{said}");
    let figures = server.client.get(format!("{}/metrics", server.base)).bearer_auth(token).send().await.unwrap();
    let figures = figures.text().await.unwrap();
    let ends: f64 = figures
        .lines()
        .find_map(|line| line.strip_prefix("communitytoken_certificate_end_timestamp_seconds "))
        .unwrap()
        .parse()
        .unwrap();
    let left = ends - SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((3500.0..3700.0).contains(&left), "{left}");
}

/// The next start uses what is kept, and asks nobody: the authority is away.
#[tokio::test]
async fn a_new_start_uses_what_is_kept() {
    let mut authority = Authority::open().await;
    let root = authority.root().await;
    let mut server = serve(&authority).await;
    let first = shown(&authority, &root).await;
    server.stop();
    authority.stop();
    server.serve(&[]).await;
    assert_eq!(shown(&authority, &root).await, first);
    assert!(server.log().contains("the certificate that is kept is in use"), "{}", server.log());
    assert!(!server.log().contains("WARN"), "{}", server.log());
}

/// With a third of its life left, the next is there, and nobody notices: not on a connection that is open, and
/// not when coming anew.
#[tokio::test]
async fn a_certificate_is_renewed() {
    let mut authority = Authority::prepare();
    authority.start(15, &[]).await;
    let root = authority.root().await;
    let server = serve(&authority).await;
    let ann = server.member("ann").await;
    let first = shown(&authority, &root).await;
    let mut seen = vec![first];
    until(40, "two more certificates", async || {
        ann.get("/v1/wallet").await.ok(200);
        let now = shown(&authority, &root).await;
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        seen.len() == 3
    })
    .await;
    let kept = fs::read_to_string(
        files(&server.path("data/https"))
            .into_iter()
            .map(|(path, _)| path)
            .find(|path| path.extension().is_some_and(|ending| ending == "pem"))
            .unwrap(),
    )
    .unwrap();
    assert_eq!(kept.matches("BEGIN PRIVATE KEY").count(), 1);
    assert!(!server.log().contains("WARN"), "{}", server.log());
}

/// One that was kept for another name is not shown for this one.
#[tokio::test]
async fn another_name_is_another_certificate() {
    let authority = Authority::open().await;
    let root = authority.root().await;
    let mut server = serve(&authority).await;
    let first = shown(&authority, &root).await;
    server.stop();
    let further = settings(&authority, "further_domains = [\"www.example.org\"]\nredirect_bind = \"\"\n", "");
    fs::write(server.path("config.toml"), further).unwrap();
    let (state, said) = doctor(&server);
    assert!(state == "warn" && said.contains("tokens.example.org, www.example.org"), "{state} {said}");
    server.serve(&[]).await;
    until(20, "a certificate for both", async || shown(&authority, &root).await != first).await;
    assert_eq!(doctor(&server).0, "ok");
}
