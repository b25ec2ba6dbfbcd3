//! What a token says of itself before anything is verified: enough to choose the key, and to refuse
//! what is no token for us whoever signed it.
//!
//! Nothing a header points at is ever followed: `jku`, `x5u`, `jwk` and `x5c` name keys of the
//! sender's own choice (RFC 8725, section 3.10).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::strict_json;
use crate::error::{Error, Result};

/// A token as it came.
pub(super) struct Unverified {
    pub(super) algorithm: String,
    pub(super) kid: Option<String>,
    pub(super) issuer: String,
    /// To be used only once the signature over it is known to be good.
    pub(super) payload: Map<String, Value>,
}

impl Unverified {
    /// Reads it. `base64` takes one spelling of the same bytes alone: no padding, no stray bits.
    pub(super) fn read(token: &str) -> Result<Self> {
        let parts: Vec<&str> = token.split('.').collect();
        let &[header, payload, _] = parts.as_slice() else {
            return Err(refuse(match parts.len() {
                5 => "the token is encrypted; the provider must be set to sign tokens only",
                _ => "this is not a JWT; the provider may be giving out opaque tokens",
            }));
        };
        let header = object(header).map_err(|why| refuse(format!("the header is not readable: {why}")))?;
        check_header(&header)?;
        let Some(algorithm) = header.get("alg").and_then(Value::as_str) else {
            return Err(refuse("the header has no alg"));
        };
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(refuse("kid is not text")),
        };
        let payload = object(payload).map_err(|why| refuse(format!("the payload is not readable: {why}")))?;
        check_kind(&payload)?;
        let Some(issuer) = payload.get("iss").and_then(Value::as_str) else {
            return Err(refuse("iss is missing, or not one text"));
        };
        Ok(Self { algorithm: algorithm.to_owned(), kid, issuer: issuer.to_owned(), payload })
    }
}

/// Refuses tokens that must be handled in a way that we do not handle them, and those of other kinds:
/// providers sign other things with the same key, a logout for instance.
fn check_header(header: &Map<String, Value>) -> Result<()> {
    // Critical extensions, unencoded or compressed payloads, encryption.
    if let Some(name) = ["crit", "b64", "zip", "enc"].into_iter().find(|name| header.contains_key(*name)) {
        return Err(refuse(format!("the header has {name}")));
    }
    if header.contains_key("cty") {
        return Err(refuse("the header has cty, as a token within a token does"));
    }
    if let Some(kind) = header.get("typ") {
        let kind = kind.as_str().unwrap_or_default().to_ascii_lowercase();
        let kind = kind.strip_prefix("application/").unwrap_or(&kind);
        if !matches!(kind, "jwt" | "at+jwt") {
            return Err(refuse(format!("typ is {:?}", excerpt(kind))));
        }
    }
    Ok(())
}

/// The same by the claims, for providers that call everything a JWT.
fn check_kind(payload: &Map<String, Value>) -> Result<()> {
    if payload.contains_key("events") {
        return Err(refuse("the token has events: it reports something, a logout for instance, and lets nobody in"));
    }
    if payload.contains_key("cnf") {
        return Err(refuse("the token has cnf: it is bound to a key of its holder's, which a bearer does not show"));
    }
    Ok(())
}

fn object(part: &str) -> Result<Map<String, Value>, String> {
    strict_json::object(&URL_SAFE_NO_PAD.decode(part).map_err(|error| error.to_string())?)
}

/// The beginning of a text that a stranger chose, for the log.
pub(super) fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(100).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// The refusal, with the reason for the log.
pub(super) fn refuse(cause: impl std::fmt::Display) -> Error {
    Error::unauthorized().because(cause)
}
