//! The developer identity: with no provider configured, the program vouches for its members itself,
//! so that a community can be tried without any set-up. Whoever reaches it can be anyone, so it
//! answers to this machine only.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, Header, encode, get_current_timestamp};
use serde_json::json;

use super::instance::InstanceKey;
use super::keys::{KeySet, KeySource};
use super::token::Provider;
use crate::error::{Error, Result};

/// Who vouches, in tokens of the developer identity.
pub const DEVELOPER_ISSUER: &str = "urn:communitytoken:developer";
const AUDIENCE: &str = "communitytoken";

/// Headers by which a proxy says that the request came from elsewhere.
pub const FORWARDING_HEADERS: &[&str] = &[
    "forwarded",
    "via",
    "x-forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Issues tokens for anyone.
pub struct DeveloperIdentity {
    key: InstanceKey,
}

impl DeveloperIdentity {
    /// With the instance's key.
    pub const fn new(key: InstanceKey) -> Self {
        Self { key }
    }

    /// Its side of the verifier: the same checks as for any other provider.
    pub fn provider(&self) -> Result<Provider, String> {
        let keys = JwkSet { keys: vec![self.key.jwk()?] };
        Ok(Provider {
            issuer: DEVELOPER_ISSUER.into(),
            audience: AUDIENCE.into(),
            username_claim: "preferred_username".into(),
            keys: std::sync::Arc::new(KeySet::new(KeySource::Fixed(keys))?),
        })
    }

    /// A token for a subject, valid for so many seconds.
    pub fn issue(&self, subject: &str, username: &str, seconds: u64) -> Result<String> {
        let now = get_current_timestamp();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key.id());
        let claims = json!({
            "iss": DEVELOPER_ISSUER, "aud": AUDIENCE, "sub": subject, "preferred_username": username,
            "iat": now, "nbf": now, "exp": now + seconds, "jti": uuid::Uuid::new_v4(),
        });
        encode(&header, &claims, &self.key.encoding_key()).map_err(Error::internal)
    }
}

/// Whether a `Host` header names this machine itself.
pub fn is_local_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name.to_ascii_lowercase().as_str(), "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_local_host;

    /// Only the names of this machine are local, whatever surrounds them.
    #[test]
    fn local_names() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(is_local_host(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "127.0.0.2",
            "localhost:",
            "localhost:80:80",
            "::1",
            "[::1]x",
        ] {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
