//! A file of the machine by which a proxy comes, beside the port: the same door, with the same locks.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::support::server::OPERATOR;
use super::support::{Member, Server, client};

/// A community that listens at `http.sock` as well, and whose clients come by it.
async fn community(limits: &str, more: &str) -> Server {
    let settings = Server::settings("")
        .replace("requests_per_minute_per_address = 0", limits)
        .replace("[server]\n", &format!("[server]\nsocket = \"http.sock\"\n{more}\n"));
    let mut server = Server::prepare(&settings);
    server.client = client().unix_socket(server.path("http.sock")).build().unwrap();
    server.serve(&[]).await;
    server
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

/// Members pay, a stranger is a stranger, and the port is as it was.
#[tokio::test]
async fn the_same_program_is_behind_it() {
    let server = community("requests_per_minute_per_address = 0", "").await;
    let (ann, bob) = (server.funded("ann", 10).await, server.member("bob").await);
    ann.pay(&bob, 4).await.ok(201);
    server.stranger("nonsense".into()).get("/v1/me").await.refused(401, "unauthorized");
    ann.get("/v1/admin/audit-log").await.refused(403, "forbidden");
    let by_port = Member { client: client().build().unwrap(), ..bob.clone() };
    assert_eq!(by_port.get("/v1/wallet").await.ok(200)["balance"], 4);
    server.assert_sound().await;
}

/// Each member whom the proxy names has an account of their own; without the proxy's name all are one.
#[tokio::test]
async fn whoever_comes_by_it_is_this_machine() {
    for (trusted, most) in [("trusted_proxies = [\"127.0.0.1\"]", 20), ("", 5)] {
        let server = community("requests_per_minute_per_address = 5", trusted).await;
        let mut let_in = 0;
        for number in 0..20 {
            let request = server.client.get(format!("{}/login", server.base));
            let answer = request.header("x-forwarded-for", format!("198.51.100.{number}")).send().await.unwrap();
            let_in += usize::from(answer.status() != 429);
        }
        assert_eq!(let_in, most, "{trusted}");
    }
}

/// Half a head is waited for as long as at the port, and answered in full.
#[tokio::test]
async fn nobody_holds_it_up() {
    let limits = "requests_per_minute_per_address = 0\nheader_seconds = 1\nidle_seconds = 1";
    let server = community(limits, "").await;
    for (said, answer) in [("GET / HTTP/1.1\r\nhost: to", "HTTP/1.1 408"), ("", "")] {
        let mut stream = UnixStream::connect(server.path("http.sock")).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut heard = String::new();
        timeout(Duration::from_secs(10), stream.read_to_string(&mut heard)).await.unwrap().unwrap();
        assert!(heard.starts_with(answer) && (said.is_empty() == heard.is_empty()), "{said:?}: {heard}");
    }
    // Who leaves in the middle of an answer takes nothing with them.
    for _ in 0..50 {
        let mut stream = UnixStream::connect(server.path("http.sock")).await.unwrap();
        stream.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: to\r\n\r\n").await.unwrap();
    }
    assert_eq!(server.client.get(format!("{}/health", server.base)).send().await.unwrap().status(), 200);
}

/// It is there while the program serves. One that was killed leaves it behind, and the next start takes it away.
#[tokio::test]
async fn it_comes_and_goes_with_the_program() {
    let mut server = community("requests_per_minute_per_address = 0", "").await;
    let file = server.path("http.sock");
    assert!(is_socket(&file));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o666);
    server.stop();
    assert!(!file.exists());
    server.serve(&[]).await;
    server.kill();
    assert!(is_socket(&file));
    server.serve(&[]).await;
    server.funded("ann", 3).await.get("/v1/wallet").await.ok(200);

    // Another community cannot have it, and takes nothing from this one.
    let config = format!("[server]\nbind = \"127.0.0.1:0\"\nsocket = \"{}\"\n", file.display());
    let other = Server::prepare(&config);
    let output = other.run(&["serve"]);
    assert!(output.code == 1 && output.stderr.contains("Another program is there"), "{output:?}");
    server.member(OPERATOR).await;
}

/// What lies there otherwise stays as it is, and what cannot be is said in a sentence.
#[test]
fn a_path_that_cannot_be_is_said() {
    let long = "x".repeat(200);
    for (path, way) in [
        ("kept.txt", "Something else lies there"),
        ("data", "Something else lies there"),
        ("nowhere/http.sock", "Make its folder first."),
        (long.as_str(), "Choose a shorter path"),
    ] {
        let server = Server::prepare(&format!("[server]\nbind = \"127.0.0.1:0\"\nsocket = \"{path}\"\n"));
        fs::write(server.path("kept.txt"), "Recipes").unwrap();
        let output = server.run(&["serve"]);
        assert!(output.code == 1 && output.stderr.contains(way), "{path}: {output:?}");
        assert_eq!(fs::read_to_string(server.path("kept.txt")).unwrap(), "Recipes");
    }
}
