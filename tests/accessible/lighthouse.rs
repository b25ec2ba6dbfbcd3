//! Lighthouse on the pages members use most, as on a slow phone.
//!
//! How easily a page is used and how well it is made are marks of the page, and held here. Its mark for speed
//! is also one of the machine and of what else runs on it: it is printed.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::server::for_tests;
use crate::village::Village;

const TOOL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/node_modules/lighthouse/cli/index.js");
const PAGES: [&str; 5] = ["/", "/send", "/history", "/statistics", "/profile"];

/// What the tool says of a page. It looks on in a browser in which somebody has signed in, as members have.
/// Where its own recording broke off, as it does now and then on a busy machine, it is asked again: that is
/// no mark of the page.
fn report(village: &Village, port: u16, page: &str) -> Value {
    let file = village.server.folder.path().join("lighthouse.json");
    for _ in 0..3 {
        let mut tool = Command::new("node");
        tool.arg(TOOL).arg(format!("{}{page}", village.server.base)).arg(format!("--port={port}")).args([
            "--only-categories=performance,accessibility,best-practices",
            "--output=json",
            &format!("--output-path={}", file.display()),
            "--quiet",
            "--no-enable-error-reporting",
        ]);
        for_tests(&mut tool);
        let ended = tool.stderr(Stdio::inherit()).status().expect("node is installed");
        let written = std::fs::read(&file).expect("lighthouse is installed by tests/run");
        let found: Value = serde_json::from_slice(&written).expect("a report");
        std::fs::remove_file(&file).unwrap();
        if found["runtimeError"].is_null() {
            return found;
        }
        println!("{page}: {} ({ended})", found["runtimeError"]["code"]);
    }
    panic!("{page}: three times no recording");
}

/// The marks, and what took something off them.
fn marks(found: &Value, page: &str) -> ([f64; 3], Vec<String>) {
    let mark = |name: &str| found["categories"][name]["score"].as_f64().unwrap();
    let mut less = Vec::new();
    for name in ["accessibility", "best-practices"] {
        for audit in found["categories"][name]["auditRefs"].as_array().unwrap() {
            let audit = &found["audits"][audit["id"].as_str().unwrap()];
            if audit["score"].as_f64().is_some_and(|score| score < 1.0) {
                less.push(format!("{page}: {} {}", audit["title"], audit["details"]["items"]));
            }
        }
    }
    ([mark("performance"), mark("accessibility"), mark("best-practices")], less)
}

#[tokio::test]
async fn pages_have_full_marks() {
    let village = Village::found().await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let browser = village.browser(&village.aiko, &[&format!("--remote-debugging-port={port}")]).await;
    for page in PAGES {
        let (marks, less) = marks(&report(&village, port, page), page);
        let [speed, ease, craft] = marks;
        println!("{page}: performance {speed}, accessibility {ease}, best practices {craft}");
        assert!(ease >= 1.0 && craft >= 1.0 && less.is_empty(), "{page}: {marks:?}\n{}", less.join("\n"));
    }
    browser.close().await;
}
