//! The pages as a program of the phone: its manifest, and what is shown where there is no connection.
//!
//! Nothing of a member's is kept by the worker. The one thing that a phone remembers is what the wallet held
//! when it was last looked at: a cookie, which goes with the session.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::assets::offline_script_url;
use super::frame::POLICY_WITH_SCRIPT;
use super::page::{Nav, Shell, page_with_script};
use super::{App, Pages, Visitor};

const WORKER: &str = include_str!("../../static/worker.js");

#[derive(Template)]
#[template(path = "layout/offline.html")]
struct OfflinePage {
    shell: Shell,
    script: &'static str,
    cookie: String,
}

async fn offline(State(app): State<App>, visitor: Visitor) -> Response {
    let cookie = app.last_seen_name();
    page_with_script(
        StatusCode::OK,
        &OfflinePage {
            shell: app.shell(None, Nav::None).in_language(visitor.language),
            script: offline_script_url(),
            cookie,
        },
    )
}

async fn manifest(State(app): State<App>, visitor: Visitor) -> Response {
    let say = |key: &'static str| String::from(visitor.language.say(key));
    let name = &app.config.community.name;
    let (tile, side) = &app.look.tile;
    // Ours leaves room for the edges that phones cut off; of another nobody knows.
    let purpose = if app.config.community.logo.is_none() { "any maskable" } else { "any" };
    let manifest = json!({
        "id": "/",
        "name": name,
        "short_name": name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4ef",
        "theme_color": "#f6f4ef",
        "icons": [
            { "src": tile.url, "sizes": format!("{side}x{side}"), "type": tile.kind, "purpose": purpose },
            { "src": app.look.logo(), "sizes": "any", "type": app.look.logo_kind(), "purpose": "any" },
        ],
        "lang": visitor.language.tag(),
        "shortcuts": [
            { "name": say("layout-send"), "url": "/send" },
            { "name": say("layout-history"), "url": "/history" },
        ],
    });
    let headers = [(CONTENT_TYPE, "application/manifest+json"), (CACHE_CONTROL, "no-cache")];
    (headers, manifest.to_string()).into_response()
}

/// The worker may ask our own address, and so carries the policy of pages with a script.
async fn worker() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_WITH_SCRIPT)),
    ];
    (headers, WORKER).into_response()
}

/// The routes.
pub fn routes() -> Pages {
    Pages::new()
        .route("/manifest.webmanifest", get(manifest))
        .route("/worker.js", get(worker))
        .route("/offline", get(offline))
}
