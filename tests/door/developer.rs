//! The developer identity lets anyone be anyone: it answers to this machine, and to nothing else.

use super::community::{Community, answer};
use super::support::Server;

/// The page of components is a tool of whoever works on the pages: where members sign in otherwise, nobody
/// finds it.
#[tokio::test]
async fn components_are_shown_beside_it_alone() {
    let community = Community::found().await;
    let page = answer(community.server.client.get(community.url("/style")).send().await.unwrap()).await;
    assert!(page.status == 200 && page.text.contains("Every piece of the pages"), "{}", page.text);
    let server = Server::start().await;
    let answered = answer(server.client.get(format!("{}/style", server.base)).send().await.unwrap()).await;
    assert_eq!(answered.status, 404);
}

/// Under the names of this machine and no other, in every form a name can have.
#[tokio::test]
async fn only_under_the_names_of_this_machine() {
    let community = Community::found().await;
    let status = async |name: &str, value: &str, path: &str| {
        let request = community.server.client.get(community.url(path)).header(name, value);
        answer(request.send().await.unwrap()).await.status
    };
    for host in ["localhost", "LOCALHOST", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
        assert_eq!(status("host", host, "/login").await, 200, "{host}");
    }
    for host in [
        "localhost.evil",
        "evil.localhost",
        "localhost.",
        "localhost@evil.example",
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::1].evil",
        "10.0.0.1",
        "localhost:80:80",
        "localhost:99999",
    ] {
        for path in ["/", "/login", "/v1/me", "/health", "/static/x", "/openapi.json"] {
            assert_eq!(status("host", host, path).await, 403, "{host} {path}");
        }
    }
    // Whatever a proxy adds says that the request comes from elsewhere, whatever it names.
    for (name, value) in [
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-for", ""),
        ("X-Forwarded-Host", "localhost"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded", "x"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
        ("X-Real-IP", "127.0.0.1"),
        ("CF-Connecting-IP", "127.0.0.1"),
        ("CF-Ray", "1"),
        ("CDN-Loop", "x"),
        ("True-Client-IP", "127.0.0.1"),
        ("X-Amzn-Trace-Id", "x"),
        ("X-Envoy-External-Address", "127.0.0.1"),
        ("X-Original-Host", "localhost"),
        ("Fly-Client-IP", "127.0.0.1"),
    ] {
        for path in ["/login", "/v1/me", "/health"] {
            assert_eq!(status(name, value, path).await, 403, "{name} {path}");
        }
    }
    let entering = community.server.client.post(community.url("/login")).header("via", "1.1 proxy");
    assert_eq!(entering.form(&[("new_username", "mallory")]).send().await.unwrap().status(), 403);
    assert_eq!(community.server.sql("SELECT count(*) AS n FROM users WHERE username = 'mallory'")[0]["n"], 0);
}

/// And only where nobody else can connect; nothing is made before that is sure.
#[test]
fn only_on_loopback() {
    for bind in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:0.0.0.0]:0", "[2001:db8::1]:0"] {
        let server = Server::prepare("");
        let output = server.run(&["serve", "--bind", bind]);
        assert_eq!(output.code, 1, "{bind}: {output:?}");
        assert!(output.stderr.contains("identity.providers"), "{bind}: {output:?}");
        assert!(!server.database().exists(), "{bind}");
        let by_file = Server::prepare(&format!("[server]\nbind = \"{bind}\"\n"));
        assert_eq!(by_file.run(&["serve"]).code, 1, "{bind}");
    }
    // A name could lead anywhere: an address is asked for.
    let server = Server::prepare("[server]\nbind = \"localhost:0\"\n");
    let output = server.run(&["serve"]);
    assert!(output.code == 1 && output.stderr.contains("server.bind"), "{output:?}");
}
