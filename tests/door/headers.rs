//! What every answer tells browsers: every route of the table, every refusal, signed in and not.

use std::fs;

use reqwest::Method;
use serde_json::Value;

use super::community::{By, Community, SETTINGS, answer};
use super::matrix::{CALLS, Who};
use super::support::{Answer, Server};

const SELF_ONLY: &[&str] = &["script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"];

/// Files without anything of anybody's in them, which browsers may keep.
const FILES: [&str; 6] =
    ["/favicon.ico", "/apple-touch-icon.png", "/logo", "/tile.png", "/manifest.webmanifest", "/worker.js"];

/// The policy forbids everything, and then allows what comes from here; never anything written into a page.
#[track_caller]
pub fn assert_dressed(answer: &Answer, place: &str) {
    let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
    let policy: Vec<&str> = header("content-security-policy").split(';').map(str::trim).collect();
    assert_eq!(policy[0], "default-src 'none'", "{place}");
    for needed in ["base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'", "form-action 'self'"] {
        assert!(policy.contains(&needed), "{place}: {needed} is not in {policy:?}");
    }
    for directive in &policy {
        let (name, sources) = directive.split_once(' ').unwrap();
        assert!(!sources.contains("unsafe") && !sources.contains('*'), "{place}: {directive}");
        assert!(!SELF_ONLY.contains(&name) || sources == "'self'" || name == "img-src", "{place}: {directive}");
        // A script is allowed where there is one.
        let has_script = answer.text.contains("<script");
        assert!(name != "script-src" || has_script || !answer.text.contains("<html"), "{place}: {directive}");
    }
    assert_eq!(header("x-content-type-options"), "nosniff", "{place}");
    assert!(["same-origin", "strict-origin", "no-referrer"].contains(&header("referrer-policy")), "{place}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{place}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{place}");
    assert!(header("permissions-policy").contains("camera=()"), "{place}");
    assert!(!header("x-request-id").is_empty(), "{place}");
    for talkative in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(!answer.headers.contains_key(talkative), "{place}: {talkative}");
    }
}

/// What is not a file is kept by nobody.
#[track_caller]
fn assert_private(answer: &Answer, place: &str) {
    assert!(answer.headers["cache-control"].contains("no-store"), "{place}: {:?}", answer.headers);
}

/// Every route, as somebody and as nobody, with HEAD, OPTIONS and a method there is not.
#[tokio::test]
async fn every_answer_is_dressed() {
    let community = Community::found().await;
    let mut seen = 0;
    for call in CALLS {
        let path = call.address(&community);
        let is_file = path.starts_with("/static/") || FILES.contains(&path.as_str());
        let by = if call.is_api() { By::Token } else { By::Session };
        for caller in [None, Some((&community.operator, by)), Some((&community.gone, by))] {
            let body = if call.method == "GET" { Value::Null } else { serde_json::json!({}) };
            let answer = community.call(caller, call.method, &path, &body).await;
            assert_dressed(&answer, &path);
            assert!(!answer.headers.contains_key("strict-transport-security"), "{path}: there is no HTTPS here");
            if !is_file {
                assert_private(&answer, &path);
            }
            seen += 1;
        }
        for method in ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "PATCH"] {
            let answer = community.call(None, method, &path, &Value::Null).await;
            assert_dressed(&answer, &path);
            assert!(answer.status < 500, "{method} {path}: {answer:?}");
            assert!(!answer.text.contains("PROPFIND /"), "{method} {path}: nothing is echoed");
            if method == "HEAD" {
                assert_eq!(answer.text, "", "{path}");
            }
            if answer.status == 405 {
                assert!(answer.headers["allow"].split(',').any(|method| method == call.method), "{method} {path}");
            }
        }
    }
    assert!(seen >= 3 * CALLS.len());
    for path in ["/nowhere", "/v1/nowhere", "/static/style.css", "/v1", "//", "/%00", "/..%2f..%2fetc/passwd"] {
        let answer = community.call(None, "GET", path, &Value::Null).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_dressed(&answer, path);
        assert_private(&answer, path);
    }
    assert!(CALLS.iter().any(|call| call.who == Who::Operators));
}

/// Behind HTTPS browsers are told to stay with it, and cookies are bound to this very host.
#[tokio::test]
async fn behind_https() {
    let settings = Server::settings("").replace(
        "[server]\n",
        "[server]\npublic_url = \"https://tokens.example.org\"\ntrusted_proxies = [\"127.0.0.1\"]\n",
    );
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    for path in ["/", "/login", "/v1/me", "/nowhere", "/health", "/docs"] {
        let request = server.client.get(format!("{}{path}", server.base)).header("host", "tokens.example.org");
        let answer = answer(request.header("x-forwarded-proto", "https").send().await.unwrap()).await;
        assert_dressed(&answer, path);
        assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000", "{path}");
        if let Some(cookie) = answer.headers.get("set-cookie") {
            assert!(
                cookie.starts_with("__Host-") && cookie.contains("Secure") && cookie.contains("HttpOnly"),
                "{cookie}"
            );
        }
    }
}

/// A session's cookie is for the server alone, and other sites' forms do not bring it along.
#[tokio::test]
async fn cookies() {
    let community = Community::found().await;
    let fields = [("new_username", "carla")];
    let entered = community.server.client.post(community.url("/login")).form(&fields).send().await.unwrap();
    let cookies: Vec<String> =
        entered.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    assert!(!cookies.is_empty());
    for cookie in &cookies {
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
    let secret = cookies[0].split(['=', ';']).nth(1).unwrap();
    assert!(secret.len() >= 22, "128 random bits at least: {secret}");
    // What lies in the file opens nothing.
    for name in fs::read_dir(community.server.path("data")).unwrap() {
        let path = name.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{}", path.display());
    }
}

/// By which names the program may be called: its own and numbers for pages, any for what carries a
/// token or watches over it.
#[tokio::test]
async fn foreign_names() {
    let settings =
        Server::settings("").replace("[server]\n", "[server]\npublic_url = \"https://tokens.example.org\"\n");
    let mut server = Server::prepare(&settings);
    server.serve(&[]).await;
    let ann = server.member("ann").await;
    let ask = async |host: &str, path: &str| {
        let request = server.client.request(Method::GET, format!("{}{path}", server.base)).header("host", host);
        answer(request.header("accept", "*/*").bearer_auth(&ann.token).send().await.unwrap()).await
    };
    for host in [
        "tokens.example.org",
        "TOKENS.example.org",
        "tokens.example.org:443",
        "192.0.2.7:8080",
        "[2001:db8::7]",
        "localhost:8080",
    ] {
        assert_eq!(ask(host, "/login").await.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "tokens.example.org.evil.example",
        "tokens.example.org@evil.example",
        "localhost.evil.example",
        "x",
    ] {
        for path in ["/", "/login", "/docs", "/profile", "/nowhere"] {
            let answer = ask(host, path).await;
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(answer.text.contains("https://tokens.example.org"), "{host}: {}", answer.text);
            assert!(!answer.text.contains("evil.example"), "{host} is not repeated: {}", answer.text);
            assert_dressed(&answer, path);
        }
        assert_eq!(ask(host, "/health").await.status, 200, "{host}");
        assert_eq!(ask(host, "/v1/me").await.status, 200, "{host}");
    }
    // Where no name is set, none is foreign, and none is believed either.
    let community = Community::found_with(SETTINGS).await;
    let page = community.server.client.get(community.url("/login")).header("x-forwarded-host", "evil.example");
    assert!(!page.send().await.unwrap().text().await.unwrap().contains("evil.example"));
}
