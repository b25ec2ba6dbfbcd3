//! An identity provider for the community that is measured: it signs with RS256, as most do, and its
//! keys lie in a file.

use std::path::Path;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::Failure;
use crate::config;

/// What it calls itself. Nobody is asked at this address.
pub(super) const NAME: &str = "https://bench.invalid";
/// Whom its tokens are for.
const AUDIENCE: &str = "communitytoken";
/// How long its tokens live: longer than any measurement.
const LIFETIME: Duration = Duration::from_hours(20);

pub(super) struct Issuer(RsaKeyPair);

impl Issuer {
    pub(super) fn new() -> Result<Self, Failure> {
        RsaKeyPair::generate(KeySize::Rsa2048).map(Self).map_err(|_| refuse())
    }

    /// What the configuration says of it, with its keys in this file.
    pub(super) fn settings(keys: &Path) -> String {
        format!(
            "[[identity.providers]]\nissuer = \"{NAME}\"\naudience = \"{AUDIENCE}\"\njwks_file = {}\n",
            toml::Value::from(keys.display().to_string())
        )
    }

    /// The same, for a verifier of one's own.
    pub(super) fn provider() -> config::Provider {
        config::Provider::new(NAME, AUDIENCE)
    }

    /// Its public key, as a set.
    pub(super) fn keys(&self) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.0.public_key());
        let [modulus, exponent] = [public.n, public.e].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        json!({ "keys": [{ "kty": "RSA", "kid": "bench", "alg": "RS256", "use": "sig", "n": modulus, "e": exponent }] })
    }

    /// A token for this subject, unlike every other.
    pub(super) fn token(&self, subject: &str) -> Result<String, Failure> {
        let now = jsonwebtoken::get_current_timestamp();
        let header = json!({ "alg": "RS256", "kid": "bench", "typ": "JWT" });
        let claims = json!({
            "iss": NAME,
            "aud": AUDIENCE,
            "sub": subject,
            "preferred_username": subject,
            "iat": now,
            "exp": now + LIFETIME.as_secs(),
            "jti": Uuid::new_v4().to_string(),
        });
        let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| refuse())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn refuse() -> Failure {
    Failure::Refused("No key could be made to sign tokens with.".into())
}
