//! The identity the program brings along, for trying it out on one's own machine before there are
//! a provider or passkeys.
//!
//! Anyone who reaches it can be anyone. So it is offered on loopback only, and since behind a
//! proxy on the same machine every stranger comes from loopback too, and a rebound DNS name
//! reaches it out of any web page, the server also refuses requests that carry
//! headers of proxies or that name a host other than [this machine](is_local_host).

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::VIA;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::instance::InstanceKey;
use super::keys;

/// The issuer of the developer identity's tokens.
pub const DEVELOPER_ISSUER: &str = "urn:communitytoken:developer";

/// Whom its tokens are for.
pub const AUDIENCE: &str = "communitytoken";

/// What the names of headers begin with by which proxies tell where a request came from. A request
/// with any of them has travelled, and the developer identity is not for it.
const TRAVELLERS: [&str; 16] = [
    "cdn-loop",
    "cf-",
    "client-ip",
    "fastly-",
    "fly-",
    "forwarded",
    "true-client-ip",
    "x-amz",
    "x-appengine-",
    "x-azure-",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-",
    "x-forwarded",
    "x-original-",
    "x-real-",
];

/// Whether a request came through a proxy, by its headers.
pub fn has_travelled(headers: &HeaderMap) -> bool {
    headers.contains_key(VIA)
        || headers.keys().any(|name| TRAVELLERS.iter().any(|start| name.as_str().starts_with(start)))
}

/// Signs people in by their word alone.
#[derive(Debug, Clone)]
pub struct DeveloperIdentity {
    key: InstanceKey,
}

impl DeveloperIdentity {
    /// The developer identity of this instance.
    pub fn new(key: InstanceKey) -> Self {
        Self { key }
    }

    /// A token for this subject, valid from now for this long.
    pub fn issue(&self, subject: &str, username: &str, lifetime: Duration) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let header = json!({ "alg": "EdDSA", "kid": self.key.key_id(), "typ": "JWT" });
        let claims = json!({
            "iss": DEVELOPER_ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "preferred_username": username,
            "iat": now,
            "exp": now.saturating_add(lifetime.as_secs()),
            "jti": uuid::Uuid::new_v4().to_string(),
        });
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// The public keys by which its tokens are checked, as a JSON Web Key Set.
    pub fn jwks(&self) -> Value {
        keys::set_of(&self.key.public_jwk())
    }
}

/// Whether a `Host` header names this machine: `localhost`, `127.0.0.1` or `[::1]`, with or
/// without a port, and nothing else.
pub fn is_local_host(host_header: &str) -> bool {
    const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
    NAMES.iter().any(|name| {
        let Some((start, rest)) = host_header.split_at_checked(name.len()) else {
            return false;
        };
        start.eq_ignore_ascii_case(name) && (rest.is_empty() || is_port(rest))
    })
}

fn is_port(rest: &str) -> bool {
    rest.strip_prefix(':')
        .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn this_machine_is_known_by_three_names() {
        for host in ["localhost", "LocalHost", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert!(is_local_host(host), "{host}");
        }
        for host in [
            "",
            " localhost",
            "localhost ",
            "localhost.",
            "localhost:",
            "localhost:+80",
            "localhost:65536",
            "localhost:80:80",
            "localhost.example.org",
            "localhost@example.org",
            "127.0.0.1.example.org",
            "127.0.0.2",
            "127.1",
            "::1",
            "[::1",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
            "example.org",
            "ｌocalhost",
            "éééééééééé",
        ] {
            assert!(!is_local_host(host), "{host}");
        }
    }

    #[test]
    fn a_proxy_is_known_by_what_it_adds() {
        for name in
            ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "CF-Connecting-IP", "CF-Ray", "X-Amzn-Trace-Id"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static("x"));
            assert!(has_travelled(&headers), "{name}");
        }
        for name in ["host", "user-agent", "cookie", "viewport-width", "x-request-id", "accept"] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static("x"));
            assert!(!has_travelled(&headers), "{name}");
        }
    }
}
