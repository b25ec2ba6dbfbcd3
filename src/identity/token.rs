//! Tokens: what is checked before anyone believes one (RFC 8725). The algorithm is decided by the
//! key and our list, never by the token alone; issuer, audience, times and subject must be there
//! and right; nothing in the reason given to the caller helps an attacker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, get_current_timestamp};
use serde_json::{Map, Value};

use super::keys::KeySet;
use crate::error::{Error, Result};

/// A token longer than this is not looked at.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Clocks may differ by so much.
const LEEWAY_SECONDS: u64 = 60;
/// Verified tokens remembered at most.
const REMEMBERED_MAX: usize = 10_000;

/// One provider whose tokens are accepted.
pub struct Provider {
    /// Compared byte for byte.
    pub issuer: String,
    /// What `aud` must contain.
    pub audience: String,
    /// The claim that gives the username.
    pub username_claim: String,
    /// Its keys.
    pub keys: Arc<KeySet>,
}

/// What a valid token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who vouches.
    pub issuer: String,
    /// For whom.
    pub subject: String,
    /// What the provider calls them.
    pub username: Option<String>,
    /// Until when, in Unix seconds.
    pub expires_at: u64,
}

/// A token's digest, to what it was found to say and with which keys.
type Remembered = HashMap<[u8; 32], (Claims, u64)>;

/// Checks tokens of all configured providers.
pub struct Verifier {
    providers: Vec<Provider>,
    remembered: Mutex<Remembered>,
}

impl Verifier {
    /// A verifier for these providers.
    pub fn new(providers: Vec<Provider>) -> Self {
        Self { providers, remembered: Mutex::default() }
    }

    /// What the token says, if it is to be believed. Otherwise `unauthorized`, the reason in the log alone.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused("the token is too long"));
        }
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if let Some(claims) = self.recall(&key) {
            return Ok(claims);
        }
        let (claims, generation) = self.check(token).await?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            let now = get_current_timestamp();
            remembered.retain(|_, (claims, _)| claims.expires_at > now);
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
        }
        remembered.insert(key, (claims.clone(), generation));
        Ok(claims)
    }

    /// A token verified before, while neither its time nor its provider's keys have passed.
    fn recall(&self, key: &[u8; 32]) -> Option<Claims> {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (claims, generation) = remembered.get(key)?;
        let keys = self.providers.iter().find(|provider| provider.issuer == claims.issuer)?.keys.generation();
        if claims.expires_at + LEEWAY_SECONDS > get_current_timestamp() && *generation == keys {
            return Some(claims.clone());
        }
        remembered.remove(key);
        None
    }

    async fn check(&self, token: &str) -> Result<(Claims, u64)> {
        let header = decode_header(token).map_err(refused)?;
        if header.crit.is_some() {
            return Err(refused("the token asks for an extension"));
        }
        // Which provider to ask is read before anything is believed; it is compared again below.
        let unproved: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(refused)?;
        let issuer = unproved.get("iss").and_then(Value::as_str).ok_or_else(|| refused("no issuer"))?;
        let provider = self
            .providers
            .iter()
            .find(|provider| provider.issuer == issuer)
            .ok_or_else(|| refused("an issuer that is not configured"))?;
        let generation = provider.keys.generation();
        let jwk = provider.keys.find(header.kid.as_deref()).await.ok_or_else(|| refused("an unknown key"))?;
        let allowed = algorithms(&jwk);
        if !allowed.contains(&header.alg) {
            return Err(refused("an algorithm that its key does not allow"));
        }
        let mut validation = Validation::new(header.alg);
        validation.algorithms = vec![header.alg];
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&provider.issuer]);
        validation.set_audience(&[&provider.audience]);
        let key = DecodingKey::from_jwk(&jwk).map_err(refused)?;
        let claims = decode::<Map<String, Value>>(token, &key, &validation).map_err(refused)?.claims;
        // A key set fetched meanwhile counts from the next time on.
        Ok((read(provider, &claims)?, generation.max(provider.keys.generation())))
    }
}

fn read(provider: &Provider, claims: &Map<String, Value>) -> Result<Claims> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(&provider.issuer) {
        return Err(refused("not exactly one issuer"));
    }
    let subject = text("sub")
        .filter(|subject| (1..=255).contains(&subject.chars().count()))
        .ok_or_else(|| refused("no usable subject"))?;
    // Whole seconds or with a fraction; both are in use.
    let number = |name: &str| {
        claims.get(name).map(|value| value.as_f64().ok_or_else(|| refused(format!("{name} is not a time"))))
    };
    let expires_at = number("exp").ok_or_else(|| refused("no expiry"))??;
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let latest = (get_current_timestamp() + LEEWAY_SECONDS) as f64;
    for name in ["iat", "nbf"] {
        if number(name).transpose()?.is_some_and(|at| at > latest) {
            return Err(refused(format!("{name} lies in the future")));
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    let expires_at = expires_at as u64;
    Ok(Claims {
        issuer: provider.issuer.clone(),
        subject: subject.to_owned(),
        username: text(&provider.username_claim).or_else(|| text("name")).map(str::to_owned),
        expires_at,
    })
}

/// What a key may be used for, by its type, its `alg` and its `use`. Never a shared secret.
fn algorithms(key: &Jwk) -> Vec<Algorithm> {
    if key.common.public_key_use.as_ref().is_some_and(|wanted| *wanted != PublicKeyUse::Signature) {
        return Vec::new();
    }
    let by_type: &[(Algorithm, KeyAlgorithm)] = match &key.algorithm {
        AlgorithmParameters::RSA(_) => {
            &[(Algorithm::RS256, KeyAlgorithm::RS256), (Algorithm::PS256, KeyAlgorithm::PS256)]
        }
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[(Algorithm::ES256, KeyAlgorithm::ES256)],
            EllipticCurve::P384 => &[(Algorithm::ES384, KeyAlgorithm::ES384)],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            &[(Algorithm::EdDSA, KeyAlgorithm::EdDSA)]
        }
        _ => &[],
    };
    by_type
        .iter()
        .filter(|(_, name)| key.common.key_algorithm.is_none_or(|wanted| wanted == *name))
        .map(|(algorithm, _)| *algorithm)
        .collect()
}

fn refused(reason: impl std::fmt::Display) -> Error {
    Error::unauthorized().because(reason)
}
