//! Plain HTTP leads to HTTPS: for who types the name alone. To the address of the settings, whatever name
//! a request gives.

use std::future::pending;

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::task::AbortHandle;

use super::listen::Listening;
use crate::config::{Config, Limits};

/// Nobody has more than one thing to hear there.
const CONNECTIONS: usize = 200;

/// Leads there until the program ends, where HTTPS is built in and the settings have an address for it.
pub async fn lead_to_https(config: &Config) -> Result<Option<AbortHandle>, String> {
    let Some(bind) = config.https.as_ref().and_then(|https| https.redirect) else { return Ok(None) };
    let limits = Limits { connections: CONNECTIONS.min(config.limits.connections), ..config.limits.clone() };
    let listening = Listening::bind(bind, &limits)
        .await
        .map_err(|error| format!("https.redirect_bind: {error} With \"\" for this one, nothing listens there."))?;
    let public = config.server.address();
    let router = Router::new().fallback(move |uri: Uri| {
        let answer = lead(&public, &uri);
        async move { answer }
    });
    Ok(Some(tokio::spawn(listening.serve(router, pending())).abort_handle()))
}

/// What is asked for, at the address that members type. An address that is no path leads to the first page.
fn lead(public: &str, asked: &Uri) -> Response {
    let path = asked.path_and_query().map(PathAndQuery::as_str).filter(|path| path.starts_with('/'));
    let to = format!("{public}{}", path.unwrap_or("/"));
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_ours() {
        for (asked, path) in [
            ("/", "/"),
            ("/pay/1?amount=3", "/pay/1?amount=3"),
            ("//evil.example/", "//evil.example/"),
            ("http://evil.example/x", "/x"),
            ("http://evil.example", "/"),
            ("evil.example:443", "/"),
            ("*", "/"),
            ("@evil.example/", "/"),
        ] {
            let Ok(uri) = asked.parse() else { continue };
            let answer = lead("https://tokens.example.org", &uri);
            assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
            assert_eq!(answer.headers()[LOCATION], format!("https://tokens.example.org{path}"), "{asked}");
        }
    }
}
