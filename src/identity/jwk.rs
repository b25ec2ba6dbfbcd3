//! One published key, and what it may be used for.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// No provider needs more: a token may have to be tried with each key of one name.
const KEYS_MAX: usize = 100;

/// A key by which signatures are checked.
pub(super) struct Key {
    /// The name by which tokens refer to it.
    pub(super) kid: Option<String>,
    /// The algorithms this key may be used with: what its own type and its `alg` permit, within
    /// what we accept at all. What a token asks for never adds to it.
    pub(super) algorithms: Vec<Algorithm>,
    /// The key itself.
    pub(super) decoding: DecodingKey,
    /// As published, to notice when a set has changed, and to keep it.
    raw: Value,
}

impl Key {
    /// A secret that provider and community share. Only a secret of the configuration becomes one of
    /// these, never anything published.
    pub(super) fn secret(secret: &[u8]) -> Self {
        let algorithms = vec![Algorithm::HS256];
        Self { kid: None, algorithms, decoding: DecodingKey::from_secret(secret), raw: Value::Null }
    }

    /// Whether it is such a secret. Whatever name a token gives to its key, it can mean only this one.
    pub(super) fn is_secret(&self) -> bool {
        self.algorithms == [Algorithm::HS256]
    }

    /// As it was published.
    pub(super) fn published(&self) -> &Value {
        &self.raw
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

/// Reads a key set. Keys that are not for checking signatures, or of a kind we do not accept, are
/// left out: providers publish keys for encryption in the same set.
pub(super) fn parse_set(bytes: &[u8]) -> Result<Vec<Key>, String> {
    let set: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let Some(keys) = set.get("keys").and_then(Value::as_array) else {
        return Err("it has no list named \"keys\"".to_owned());
    };
    if keys.len() > KEYS_MAX {
        return Err(format!("it lists {} keys, more than {KEYS_MAX}", keys.len()));
    }
    Ok(keys.iter().filter_map(parse_key).collect())
}

fn parse_key(raw: &Value) -> Option<Key> {
    // One by one, so that a key of an unknown kind does not cost us the others.
    let jwk: Jwk = serde_json::from_value(raw.clone()).ok()?;
    let common = &jwk.common;
    if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    if let Some(operations) = &common.key_operations
        && !operations.contains(&KeyOperations::Verify)
    {
        return None;
    }
    let by_type: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[Algorithm::RS256, Algorithm::PS256],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
        // A symmetric key in a published set is a mistake; with it anyone could sign.
        _ => &[],
    };
    let algorithms: Vec<Algorithm> = by_type
        .iter()
        .copied()
        .filter(|algorithm| common.key_algorithm.is_none_or(|own| own == KeyAlgorithm::from(*algorithm)))
        .collect();
    if algorithms.is_empty() {
        return None;
    }
    Some(Key { kid: common.key_id.clone(), algorithms, decoding: DecodingKey::from_jwk(&jwk).ok()?, raw: raw.clone() })
}
