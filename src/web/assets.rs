//! The files in the program: one stylesheet, and the small scripts. Their addresses carry a digest of their content, so that browsers keep them until they change.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

use super::Pages;
use crate::ledger::hex;

const STYLESHEET: &str = include_str!("../../static/style.css");

const PASSKEY_SCRIPT: &str = include_str!("../../static/passkey.js");
const WALLET_SCRIPT: &str = include_str!("../../static/wallet.js");

const MORE_SCRIPT: &str = include_str!("../../static/more.js");
const LINK_SCRIPT: &str = include_str!("../../static/link.js");
const PUSH_SCRIPT: &str = include_str!("../../static/push.js");
const OFFLINE_SCRIPT: &str = include_str!("../../static/offline.js");

static STYLESHEET_URL: LazyLock<String> = LazyLock::new(|| address("style", "css", STYLESHEET));
static PASSKEY_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("passkey", "js", PASSKEY_SCRIPT));
static LINK_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("link", "js", LINK_SCRIPT));
static WALLET_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("wallet", "js", WALLET_SCRIPT));
static MORE_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("more", "js", MORE_SCRIPT));
static PUSH_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("push", "js", PUSH_SCRIPT));
static OFFLINE_SCRIPT_URL: LazyLock<String> = LazyLock::new(|| address("offline", "js", OFFLINE_SCRIPT));

fn address(name: &str, kind: &str, content: &str) -> String {
    let digest = digest(&SHA256, content.as_bytes());
    format!("/static/{name}.{}.{kind}", hex(&digest.as_ref()[..5]))
}

/// Where the stylesheet is.
pub fn stylesheet_url() -> &'static str {
    &STYLESHEET_URL
}

/// Where the script is that asks the browser for passkeys.
pub fn passkey_script_url() -> &'static str {
    &PASSKEY_SCRIPT_URL
}

/// Where the script is that copies or shares a link.
pub fn link_script_url() -> &'static str {
    &LINK_SCRIPT_URL
}

/// Where the script is that lets a browser be told what is new.
pub fn push_script_url() -> &'static str {
    &PUSH_SCRIPT_URL
}

/// Where the script is that keeps the wallet's page up to date.
pub fn wallet_script_url() -> &'static str {
    &WALLET_SCRIPT_URL
}

/// Where the script is that shows more of a list in its place.
pub fn more_script_url() -> &'static str {
    &MORE_SCRIPT_URL
}

/// Where the script is that tells what the wallet held when there is no connection.
pub fn offline_script_url() -> &'static str {
    &OFFLINE_SCRIPT_URL
}

fn file(content: &'static str, kind: &'static str) -> impl IntoResponse {
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], content)
}

/// The routes of the files.
pub fn routes() -> Pages {
    Pages::new()
        .route(stylesheet_url(), get(async || file(STYLESHEET, "text/css; charset=utf-8")))
        .route(passkey_script_url(), get(async || file(PASSKEY_SCRIPT, "text/javascript; charset=utf-8")))
        .route(link_script_url(), get(async || file(LINK_SCRIPT, "text/javascript; charset=utf-8")))
        .route(more_script_url(), get(async || file(MORE_SCRIPT, "text/javascript; charset=utf-8")))
        .route(wallet_script_url(), get(async || file(WALLET_SCRIPT, "text/javascript; charset=utf-8")))
        .route(push_script_url(), get(async || file(PUSH_SCRIPT, "text/javascript; charset=utf-8")))
        .route(offline_script_url(), get(async || file(OFFLINE_SCRIPT, "text/javascript; charset=utf-8")))
}
