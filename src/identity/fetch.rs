//! Asking a provider over the network, for its keys and when someone signs in, trusting it as little as
//! possible: five seconds, 256 KiB, no redirects, plain HTTP only where the configuration has it so.

use std::time::{Duration, SystemTime};

use jiff::fmt::rfc2822;
use reqwest::header::{ACCEPT, AGE, CACHE_CONTROL, DATE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, Response, redirect};
use serde_json::{Map, Value};
use url::Url;

use super::strict_json;
use crate::config::may_fetch;

/// The largest answer that is read.
pub(super) const MAX_BODY: usize = 256 * 1024;

/// The longest a provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An answer, and for how long the provider says that it holds.
pub(super) struct Fetched {
    pub(super) body: Vec<u8>,
    pub(super) max_age: Option<Duration>,
    /// By how many seconds this machine's clock is ahead of the provider's, where that one says its time.
    pub(super) ahead: Option<i64>,
}

/// Asks a provider.
pub(super) struct Fetcher {
    client: Client,
    allow_http: bool,
}

impl Fetcher {
    /// Made only where keys come over the network, because making it needs the machine's
    /// certificates, and a community with a key file needs none.
    pub(super) fn new(allow_http: bool) -> Result<Self, String> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            // A redirect would let whoever controls one page of the provider choose our keys.
            .redirect(redirect::Policy::none())
            .user_agent(concat!("communitytoken/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("no client for HTTPS: {}", chain(&error)))?;
        Ok(Self { client, allow_http })
    }

    /// Sends a request, unless it would go in the open past other machines.
    pub(super) async fn send(&self, request: Request) -> Result<Response, String> {
        if !may_fetch(request.url(), self.allow_http) {
            return Err("it is neither https: nor http: on this machine (see allow_http)".to_owned());
        }
        self.client.execute(request).await.map_err(|error| chain(&error))
    }
}

/// Gets one document.
pub(super) async fn get(fetcher: &Fetcher, url: &str) -> Result<Fetched, String> {
    let refuse = |why: String| format!("{url}: {why}");
    let address = Url::parse(url).map_err(|error| refuse(format!("it is not an address: {error}")))?;
    let mut request = Request::new(Method::GET, address);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let response = fetcher.send(request).await.map_err(refuse)?;
    let status = response.status();
    if status.is_redirection() {
        return Err(refuse(format!("answers {status}, and redirects are not followed; configure the final address")));
    }
    if !status.is_success() {
        return Err(refuse(format!("answers {status}")));
    }
    let max_age = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(max_age);
    let ahead = ahead(response.headers(), SystemTime::now());
    Ok(Fetched { body: body(response).await.map_err(refuse)?, max_age, ahead })
}

/// The body of an answer, unless it is too large.
pub(super) async fn body(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| chain(&error))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(format!("the answer is larger than {MAX_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What the issuer says of itself, as OpenID Connect Discovery describes.
pub(super) async fn discovery_document(fetcher: &Fetcher, issuer: &str) -> Result<Map<String, Value>, String> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let document = get(fetcher, &url).await?;
    let document = strict_json::object(&document.body).map_err(|why| format!("{url}: {why}"))?;
    let named = document.get("issuer").and_then(Value::as_str);
    if named != Some(issuer) {
        return Err(format!(
            "{url}: it speaks for the issuer {named:?}, configured is {issuer:?}; they must be equal, to the last slash"
        ));
    }
    Ok(document)
}

/// Asks the issuer where its keys are.
pub(super) async fn discover(fetcher: &Fetcher, issuer: &str) -> Result<String, String> {
    let document = discovery_document(fetcher, issuer).await?;
    let Some(keys) = document.get("jwks_uri").and_then(Value::as_str) else {
        return Err(format!("{issuer}: its discovery document has no \"jwks_uri\""));
    };
    Ok(address(issuer, keys)?.into())
}

/// An address out of an issuer's discovery document, no less protected than the issuer itself.
pub(super) fn address(issuer: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{issuer}: it names {text:?}, which is no address: {error}"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if !issuer.starts_with("https:") => Ok(url),
        scheme => {
            Err(format!("{issuer}: it names {text:?}, of the kind {scheme:?}, which is less than the issuer's own"))
        }
    }
}

/// For how long an answer holds, out of its `Cache-Control`.
fn max_age(header: &str) -> Option<Duration> {
    let mut age = None;
    for directive in header.split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            age = seconds.trim_matches('"').parse().ok().map(Duration::from_secs);
        }
    }
    age
}

/// By how many seconds `now` is ahead of the time that an answer says. What a cache has kept says when it was made,
/// and how old it is.
fn ahead(headers: &HeaderMap, now: SystemTime) -> Option<i64> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let date = rfc2822::parse(text(DATE)?).ok()?.timestamp().as_second();
    let age: i64 = text(AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    let now = i64::try_from(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()).ok()?;
    Some(now.saturating_sub(date.saturating_add(age.max(0))))
}

/// An error with what caused it: the outermost sentence alone says only "error sending request".
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_read_out_of_the_header() {
        assert_eq!(max_age("public, max-age=600"), Some(Duration::from_mins(10)));
        assert_eq!(max_age("Max-Age=\"5\""), Some(Duration::from_secs(5)));
        assert_eq!(max_age("no-store, max-age=600"), Some(Duration::ZERO));
        assert_eq!(max_age("max-age=soon"), None);
        assert_eq!(max_age(""), None);
    }

    #[test]
    fn clocks_are_compared_by_the_header() {
        let ahead = |headers: &[(reqwest::header::HeaderName, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
            ahead(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
        };
        assert_eq!(ahead(&[(DATE, "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        assert_eq!(ahead(&[(DATE, "Sun, 06 Nov 1994 07:49:37 GMT")]), Some(3600));
        assert_eq!(ahead(&[(DATE, "Sun, 06 Nov 1994 08:50:37 GMT")]), Some(-60));
        assert_eq!(ahead(&[(DATE, "Sun, 06 Nov 1994 07:49:37 GMT"), (AGE, "3600")]), Some(0), "out of a cache");
        assert_eq!(ahead(&[(DATE, "yesterday")]), None);
        assert_eq!(ahead(&[]), None);
    }
}
