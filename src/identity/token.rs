//! Checking a bearer token.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::developer::DeveloperIdentity;
use super::jwk::Key;
use super::member::Role;
use super::provider::{LEEWAY, Provider, check_client};
use super::remembered::{Entry, Fingerprint, Remembered};
use super::unverified::{Unverified, excerpt, refuse};
use crate::config;
use crate::error::Result;

/// The longest token that is looked at.
const MAX_TOKEN: usize = 16 * 1024;
/// The longest subject, in characters: OpenID Connect allows no more.
const MAX_SUBJECT: usize = 255;

/// Who a verified token speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The provider, as it names itself in `iss`.
    pub issuer: String,
    /// The member, as the provider names them in `sub`; unique only together with the issuer.
    pub subject: String,
    /// What the provider calls the member: a proposal for a username, nothing to rely on.
    pub username: Option<String>,
    /// The roles that its claims give, where the configuration lets them.
    pub roles: Vec<Role>,
    /// When the token ends, in Unix milliseconds.
    pub expires_at_ms: i64,
}

impl Claims {
    /// The name in a provider's claims: in the one it was configured with, or in "name".
    pub(super) fn name_in<'a>(claim: &str, get: impl Fn(&str) -> Option<&'a Value>) -> Option<String> {
        let names = [claim, "name"].into_iter().filter_map(|claim| get(claim)?.as_str());
        names.map(str::trim).find(|name| !name.is_empty()).map(str::to_owned)
    }
}

/// Turns tokens into [`Claims`], or refuses them.
pub struct Verifier {
    providers: Vec<Provider>,
    remembered: Remembered,
}

impl Verifier {
    /// A verifier for these providers, each with an issuer of its own.
    pub fn new(providers: Vec<Provider>) -> Self {
        Self { providers, remembered: Remembered::default() }
    }

    /// A verifier for the providers of the configuration, and for the developer identity where
    /// there is one.
    pub fn from_config(
        identity: &config::Identity,
        database: &Path,
        developer: Option<&DeveloperIdentity>,
    ) -> Result<Self> {
        let mut providers = identity
            .providers
            .iter()
            .map(|settings| Provider::from_settings(settings, database))
            .collect::<Result<Vec<_>>>()?;
        if let Some(developer) = developer {
            providers.push(Provider::developer(developer)?);
        }
        Ok(Self::new(providers))
    }

    /// The providers, for the check-up.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The one with this issuer.
    pub fn provider(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.issuer() == issuer)
    }

    /// Checks a token. A refusal says nothing to the caller beyond that a valid token is needed;
    /// its [cause](Error::cause) is for the log.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        self.verify_if(token, || Ok(())).await
    }

    /// The same, where the check of a signature must be worth its price: for a token that is not
    /// remembered, `admit` says so first.
    pub async fn verify_if(&self, token: &str, admit: impl FnOnce() -> Result<()>) -> Result<Claims> {
        if token.len() > MAX_TOKEN {
            return Err(refuse("the token is longer than 16 KiB"));
        }
        let fingerprint = fingerprint(token);
        if let Some(claims) = self.recall(&fingerprint) {
            return Ok(claims);
        }
        admit()?;
        let signed = self.check(token, None).await?;
        let claims = signed.claims.clone();
        self.remembered.add(fingerprint, signed.into());
        Ok(claims)
    }

    /// Checks the ID token with which a provider answers a sign-in: by the same rules as any other, and
    /// it must be of this issuer and for this client. Nothing is remembered, because it is used once.
    pub async fn verify_id_token(&self, token: &str, issuer: &str, client_id: &str) -> Result<IdToken> {
        if token.len() > MAX_TOKEN {
            return Err(refuse("the token is longer than 16 KiB"));
        }
        let signed = self.check(token, Some(client_id)).await?;
        if signed.claims.issuer != issuer {
            return Err(refuse(format!("it is a token of {}, and not of {issuer}", signed.claims.issuer)));
        }
        let text = |claim: &str| signed.all.get(claim).and_then(Value::as_str).map(str::to_owned);
        Ok(IdToken {
            nonce: text("nonce"),
            access_hash: text("at_hash"),
            algorithm: signed.algorithm,
            key_id: signed.key_id,
            claims: signed.claims,
        })
    }

    /// Checks a token: whether it may be used here, or, with a client, whether it is an ID token for that
    /// client.
    async fn check(&self, token: &str, client: Option<&str>) -> Result<Signed> {
        let unverified = Unverified::read(token)?;
        let Some((place, provider)) =
            self.providers.iter().enumerate().find(|(_, provider)| provider.issuer() == unverified.issuer)
        else {
            return Err(refuse(format!("no provider is configured for the issuer {:?}", excerpt(&unverified.issuer))));
        };
        let keys = provider.keys.with_key(unverified.kid.as_deref()).await;
        let mut candidates = keys.named(unverified.kid.as_deref()).peekable();
        if candidates.peek().is_none() {
            return Err(refuse(format!(
                "the provider {} has no key named {:?}",
                provider.issuer(),
                unverified.kid.as_deref().map(excerpt)
            )));
        }
        let mut cause = refuse(format!(
            "the key named {:?} is not for the algorithm {:?}",
            unverified.kid.as_deref().map(excerpt),
            excerpt(&unverified.algorithm)
        ));
        for key in candidates {
            match check(token, provider, key, &unverified, client) {
                Some(Ok((claims, good_from_ms, algorithm))) => {
                    let (generation, all) = (keys.generation, unverified.payload);
                    let key_id = key.name().to_owned();
                    return Ok(Signed { claims, good_from_ms, place, generation, algorithm, key_id, all });
                }
                Some(Err(error)) => cause = error,
                None => {}
            }
        }
        Err(cause)
    }

    /// What an earlier verification found, if it still holds: by the clock as it is now the token is
    /// good, and the provider's keys are those by which it was checked.
    fn recall(&self, fingerprint: &Fingerprint) -> Option<Claims> {
        let entry = self.remembered.get(fingerprint)?;
        let keys = self.providers.get(entry.provider)?.keys.current();
        let now = now_ms();
        if entry.generation == keys.generation && entry.good_from_ms <= now && now < entry.claims.expires_at_ms {
            return Some(entry.claims);
        }
        self.remembered.forget(fingerprint);
        None
    }

    #[cfg(test)]
    pub(super) fn remembers(&self) -> usize {
        self.remembered.len()
    }
}

/// Checks the token by one key; `None` if the key is not for the token's algorithm.
fn check(
    token: &str,
    provider: &Provider,
    key: &Key,
    unverified: &Unverified,
    client: Option<&str>,
) -> Option<Result<(Claims, i64, Algorithm)>> {
    // The key decides. The header may only agree, with one of the algorithms the key is for.
    let asked: Algorithm = unverified.algorithm.parse().ok()?;
    let algorithm = *key.algorithms.iter().find(|own| **own == asked && provider.accepts(**own))?;
    let validation = provider.validation(algorithm);
    Some(
        jsonwebtoken::decode::<IgnoredAny>(token, &key.decoding, &validation)
            .map_err(|error| refuse(error.to_string()))
            // The signature is good, so the payload that was read is what the provider said.
            .and_then(|_| claims(provider, &unverified.payload, client))
            .map(|(claims, good_from_ms)| (claims, good_from_ms, algorithm)),
    )
}

/// A token whose signature and claims are good.
struct Signed {
    claims: Claims,
    good_from_ms: i64,
    /// Its provider, by its place in the list.
    place: usize,
    /// The provider's key set by which it was checked.
    generation: u64,
    algorithm: Algorithm,
    /// Its name.
    key_id: String,
    all: Map<String, Value>,
}

impl From<Signed> for Entry {
    fn from(signed: Signed) -> Self {
        let Signed { claims, good_from_ms, place, generation, .. } = signed;
        Self { claims, good_from_ms, provider: place, generation }
    }
}

/// What a verified ID token says of a sign-in.
#[derive(Debug)]
pub struct IdToken {
    /// Who signed in.
    pub claims: Claims,
    /// The name of the key that signed it; empty for one without a name.
    pub key_id: String,
    /// For which sign-in it was made.
    pub nonce: Option<String>,
    access_hash: Option<String>,
    algorithm: Algorithm,
}

impl IdToken {
    /// Whether it was made together with this access token, as far as it says so: `at_hash` is the
    /// first half of the token's digest (OpenID Connect Core, section 3.1.3.6).
    pub fn belongs_to(&self, access_token: &str) -> bool {
        let by = match self.algorithm {
            Algorithm::ES384 => &digest::SHA384,
            Algorithm::EdDSA => &digest::SHA512,
            _ => &digest::SHA256,
        };
        let digest = digest::digest(by, access_token.as_bytes());
        let half = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..digest.as_ref().len() / 2]);
        self.access_hash.as_ref().is_none_or(|said| *said == half)
    }
}

/// The last checks, which the library does not make, and what we take from a verified token; with
/// it the time from which the token is good, in Unix milliseconds.
fn claims(provider: &Provider, claims: &Map<String, Value>, client: Option<&str>) -> Result<(Claims, i64)> {
    // The library lets a list of issuers pass that contains the right one.
    if claims.get("iss").and_then(Value::as_str) != Some(provider.issuer()) {
        return Err(refuse("iss is not exactly the configured issuer"));
    }
    match client {
        None => provider.check_audience(claims)?,
        Some(client) => check_client(claims, client)?,
    }
    let Some(subject) = claims.get("sub").and_then(Value::as_str) else {
        return Err(refuse("sub is not text"));
    };
    if subject.trim().is_empty() || subject.chars().count() > MAX_SUBJECT || subject.chars().any(char::is_control) {
        return Err(refuse("sub is empty, too long or not readable"));
    }
    let Some(expires) = claims.get("exp").and_then(seconds) else {
        return Err(refuse("exp is not a time"));
    };
    let not_before = claims.get("nbf").and_then(seconds).unwrap_or(0);
    let mut good_from = not_before.saturating_sub(LEEWAY);
    let issued = match claims.get("iat") {
        None => None,
        Some(issued) => Some(seconds(issued).ok_or_else(|| refuse("iat is not a time"))?),
    };
    if let Some(issued) = issued {
        if issued > jsonwebtoken::get_current_timestamp() + LEEWAY {
            return Err(refuse("iat is in the future"));
        }
        good_from = good_from.max(issued.saturating_sub(LEEWAY));
    }
    let claims = Claims {
        issuer: provider.issuer().to_owned(),
        subject: subject.to_owned(),
        username: provider.username(claims),
        roles: provider.roles(claims, issued, expires),
        expires_at_ms: milliseconds(expires),
    };
    Ok((claims, milliseconds(good_from)))
}

/// Unix milliseconds, of seconds.
pub(super) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// A time of the token, in seconds. Fractions are allowed by the standard and dropped here.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let fraction = value.as_f64().filter(|seconds| *seconds >= 0.0)?;
        Duration::try_from_secs_f64(fraction).ok().map(|time| time.as_secs())
    })
}

fn fingerprint(token: &str) -> Fingerprint {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(digest.as_ref());
    fingerprint
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}
