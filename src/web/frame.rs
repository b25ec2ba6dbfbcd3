//! The frame around every answer: the request's id, the security headers, the line in the log, and
//! refusals shown as problem details (RFC 9457) to programs and as a page to people.

use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::App;
use super::arrival;
use super::known::Known;
use super::language::Visitor;
use super::page::{Nav, ProblemPage, page_with};
use super::refused::Refusal;
use super::service_calls::ServiceCalls;
use super::session::Session;
use super::told::listen;
use crate::error::{Code, Error};
use crate::identity::{has_travelled, is_local_host};

/// Pages load their own stylesheet and pictures, post to their own address, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
/// The wallet's page, and the few that talk with the browser about passkeys or show a link to be copied, also
/// run a script of ours, which asks our own address.
pub(super) const POLICY_WITH_SCRIPT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; script-src 'self'; connect-src 'self'";
/// What of a phone the pages may use: nothing but passkeys.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
/// For a year, browsers come by HTTPS. Other hosts under the same name are not ours to speak for.
const HTTPS_ONLY: &str = "max-age=31536000";
/// How long a request may take: far more than any needs, so that nothing hangs for ever.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes of an address with its query at most.
const ADDRESS_BYTES_MAX: usize = 8 * 1024;
/// Below it, addresses are the secrets of one-time links. Not even our own pages need to hear them as the
/// place somebody came from. Where from is said without the path, and not left out: browsers would leave
/// it out of the form that uses the link, too, and it would be refused as another site's.
const LINKS: &str = "/join/";
/// Bytes of a part of an address that the log shows: ids have 36, secrets have more.
const LOGGED_MAX: usize = 40;
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
        let mut response = status(&self).into_response();
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
    !arrival::is_api(path)
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
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        // Whoever looks at the headers finds the id, too, whether it is the caller's or ours.
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let shows_token = request.headers().contains_key(AUTHORIZATION);
    let (method, address) = (request.method().clone(), request.uri().clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let page = wants_page(address.path(), request.headers());
    // What will be needed to tell a person of a refusal.
    let person = (!arrival::is_api(address.path())).then(|| request.headers().clone());
    let known = Known::default();
    request.extensions_mut().insert(known.clone());
    let client = arrival::client(&app, &request);
    request.extensions_mut().insert(client);
    let watched = ServiceCalls::watch(&mut request);
    let (mut response, told_by_form) = answer(&app, request, next).await;
    if let Some(watched) = &watched {
        response = watched.count(&app, response).await;
    }
    let error = response.extensions_mut().remove::<Error>();
    let code = error.as_ref().map(|error| error.code);
    if let Some(error) = error {
        if let Some(cause) = error.cause() {
            tracing::warn!(request_id = %id.0, code = %error.code, cause, "refused");
        }
        response = match person {
            Some(headers) => told(&app, &error, &id, &headers, &known, page).await,
            None => problem(&error, &id),
        };
    }
    if address.path().starts_with(LINKS) {
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    }
    dress(&app, response.headers_mut(), &id);
    let took = began.elapsed();
    let route = route.as_ref().map(MatchedPath::as_str);
    if response.status().is_client_error() {
        let (status, member, at) = (response.status(), known.member(), app.books.now());
        let (method, request_id) = (&method, id.0.as_str());
        let program = watched.and_then(|watched| watched.client());
        app.refused.note(&Refusal { method, route, status, code, shows_token, member, program, request_id, at });
    }
    app.figures.refused(code, told_by_form, response.status());
    app.figures.answered(route, &method, response.status(), took.as_secs_f64());
    // As a number: what has more bits than JSON's own would be written as text.
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    // What went well is for those who look closely; a busy community would fill the log with it. What is
    // not logged need not be made fit for it.
    if status < 400 {
        tracing::debug!(request_id = %id.0, %method, path = loggable(address.path()), status, milliseconds, "answered");
    } else {
        tracing::info!(request_id = %id.0, %method, path = loggable(address.path()), status, milliseconds, "answered");
    }
    response
}

/// The answer, in the time that a request may take, and the refusal that it tells beside a form.
async fn answer(app: &App, request: Request, next: Next) -> (Response, Option<Code>) {
    if let Some(error) = refuse(app, &request) {
        return (error.into_response(), None);
    }
    let (answer, told) = listen(tokio::time::timeout(REQUEST_TIME_MAX, next.run(request))).await;
    let late = |_| {
        Error::new(
            Code::Timeout,
            "This took longer than the server waits. Repeat the request with the same Idempotency-Key.",
        )
        .with("retry_after_seconds", 5)
        .into_response()
    };
    (answer.unwrap_or_else(late), told)
}

/// The address as the log shows it. Nothing of ours that is so long is harmless: it is the secret of a
/// one-time link, or somebody's prank.
fn loggable(path: &str) -> String {
    let shown = path.split('/').map(|part| if part.len() > LOGGED_MAX { "…" } else { part });
    shown.collect::<Vec<_>>().join("/")
}

/// What is refused before anything looks at it.
fn refuse(app: &App, request: &Request) -> Option<Error> {
    refuse_strangers(app, request)
        .or_else(|| refuse_long(request))
        .or_else(|| arrival::check_address(app, request).err())
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
    if !has_travelled(request.headers()) && host.is_some_and(is_local_host) {
        return None;
    }
    Some(Error::new(
        Code::DeveloperIdentityIsLocal,
        "This community runs with the developer identity, which answers only to this machine. To serve others, set server.public_url to an https address, or configure an identity provider.",
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

/// A refusal as people read it, in their language: on a page, with their ways on around it, or by one of our
/// scripts. Where they are to come back to does not stand on it, for nobody knows what the address says.
async fn told(app: &App, error: &Error, id: &RequestId, headers: &HeaderMap, known: &Known, page: bool) -> Response {
    let session = match known.session() {
        Some(session) => Some(session.clone()),
        // Much is refused before anybody asks whose it is; but where too much is asked, nothing more is.
        None if error.code.status() < 500 && error.code != Code::TooManyRequests => {
            let session = Session::of(app, headers).await.ok().flatten();
            if let Some(session) = &session {
                known.note_session(session);
            }
            session
        }
        None => None,
    };
    let shell = app.shell(session.as_ref(), Nav::None).for_visitor(&Visitor::of(app, headers));
    let (title, detail) = (shell.title_of(error), shell.problem(error));
    if !page {
        let mut told = error.clone();
        told.detail = detail;
        return problem(&told, id);
    }
    let page = ProblemPage { shell, title, detail, written: known.written(), request_id: id.0.clone() };
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

/// What every answer tells browsers, whatever it says.
pub const DRESS: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    // Windows and sites of others neither hold ours nor load from us.
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

fn dress(app: &App, headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in DRESS {
        headers.entry(name).or_insert(value);
    }
    if app.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    // What members see is nobody else's to keep; what may be kept says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
}
