//! The frame around every answer: the request's id, the security headers, the line in the log, and
//! refusals shown as problem details (RFC 9457) to programs and as a page to people.

use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::App;
use super::page::{Nav, ProblemPage, page_with};
use crate::error::{Code, Error};
use crate::identity::{FORWARDING_HEADERS, is_local_host};

/// Pages load their own stylesheet, pictures and scripts, talk to their own address, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
/// How long a request may take: far more than any needs, so that nothing hangs for ever.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes of an address with its query at most.
const ADDRESS_BYTES_MAX: usize = 8 * 1024;
/// Below it, addresses are secrets.
const LINKS: &str = "/join/";
/// What the log says in their place.
const HIDDEN_LINK: &str = "/join/(hidden)";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id by which a request is found in the log: the caller's, or one of ours.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::internal("a request has no id"))
    }
}

impl IntoResponse for Error {
    /// The refusal travels in the response until the frame shows it.
    fn into_response(self) -> Response {
        let mut response =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn request_id(headers: &HeaderMap) -> RequestId {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|text| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte))
    });
    RequestId(given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
}

/// Whether a person reads the answer.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let is_api = path.starts_with("/v1/") || path == "/v1" || path == "/health" || path == "/openapi.json";
    !is_api
        && headers
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
}

/// Everything passes through here, once on the way in and once on the way out.
pub async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let path = without_secret(request.uri().path()).to_owned();
    let page = wants_page(&path, request.headers());
    let mut response = match refuse_strangers(&app, &request).or_else(|| refuse_long(&request)) {
        Some(error) => error.into_response(),
        None => tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await.unwrap_or_else(|_| {
            Error::new(
                Code::Timeout,
                "This took longer than the server waits. Repeat the request with the same Idempotency-Key.",
            )
            .with("retry_after_seconds", 5)
            .into_response()
        }),
    };
    if let Some(error) = response.extensions_mut().remove::<Error>() {
        if let Some(cause) = error.cause() {
            tracing::warn!(request_id = %id.0, code = %error.code, cause, "refused");
        }
        response = if page { problem_page(&app, &error, &id) } else { problem(&error, &id) };
    }
    dress(response.headers_mut(), &id);
    if path == HIDDEN_LINK {
        // Not even our own pages need to hear it: what stands before them may keep it.
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    let status = response.status().as_u16();
    let milliseconds = began.elapsed().as_millis();
    // What went well is for those who look closely; a busy community would fill the log with it.
    if status < 400 {
        tracing::debug!(request_id = %id.0, %method, path, status, milliseconds, "answered");
    } else {
        tracing::info!(request_id = %id.0, %method, path, status, milliseconds, "answered");
    }
    response
}

/// The path as the log may know it: who reads the log must not come in by somebody's link.
fn without_secret(path: &str) -> &str {
    if path.starts_with(LINKS) { HIDDEN_LINK } else { path }
}

/// No address of ours comes near this length; without a bound, each would be read, logged and looked up.
fn refuse_long(request: &Request) -> Option<Error> {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    (length > ADDRESS_BYTES_MAX)
        .then(|| Error::new(Code::UriTooLong, format!("The address may have at most {ADDRESS_BYTES_MAX} characters.")))
}

/// With the developer identity anyone can be anyone, so only this machine may reach it: a proxy on
/// this machine or a rebound name in a browser would let strangers through the loopback address.
fn refuse_strangers(app: &App, request: &Request) -> Option<Error> {
    app.developer.as_ref()?;
    let host = request.headers().get(axum::http::header::HOST).and_then(|value| value.to_str().ok());
    let forwarded = FORWARDING_HEADERS.iter().any(|name| request.headers().contains_key(*name));
    if !forwarded && host.is_some_and(is_local_host) {
        return None;
    }
    Some(Error::new(
        Code::DeveloperIdentityIsLocal,
        "This community runs with the developer identity, which answers only to this machine. Configure an identity provider to serve others.",
    ))
}

/// A refusal as programs read it.
pub fn problem_body(error: &Error, id: &RequestId) -> Value {
    let mut body = (*error.members).clone();
    body.insert("type".into(), Value::from("about:blank"));
    body.insert("title".into(), error.code.title().into());
    body.insert("status".into(), error.code.status().into());
    body.insert("detail".into(), error.detail.clone().into());
    body.insert("code".into(), error.code.as_str().into());
    body.insert("request_id".into(), id.0.clone().into());
    if !error.errors.is_empty() {
        body.insert("errors".into(), json!(error.errors));
    }
    Value::Object(body)
}

fn problem(error: &Error, id: &RequestId) -> Response {
    let mut response = (status(error), axum::Json(problem_body(error, id))).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    hints(&mut response, error);
    response
}

fn problem_page(app: &App, error: &Error, id: &RequestId) -> Response {
    let page = ProblemPage {
        shell: app.shell(None, Nav::None),
        title: error.code.title(),
        detail: error.detail.clone(),
        request_id: id.0.clone(),
    };
    let mut response = page_with(status(error), &page);
    hints(&mut response, error);
    response
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Headers that tell a client what to do next.
fn hints(response: &mut Response, error: &Error) {
    if error.code == Code::Unauthorized {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"communitytoken\""));
    }
    if let Some(seconds) = error.members.get("retry_after_seconds").and_then(Value::as_u64) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn dress(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // What members see is nobody else's to keep; what may be kept says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
}
