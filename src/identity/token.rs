//! Checking a bearer token.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};

use super::developer::{self, DeveloperIdentity};
use super::keys::{KeySet, Source};
use super::remembered::{Entry, Fingerprint, Remembered};
use crate::config;
use crate::error::{Error, Result};

/// The longest token that is looked at.
const MAX_TOKEN: usize = 16 * 1024;
/// The longest subject, in characters: OpenID Connect allows no more.
const MAX_SUBJECT: usize = 255;
/// By how much the provider's clock and ours may differ, in seconds.
const LEEWAY: u64 = 60;
/// A token issued further ahead than this comes from a clock that nobody should trust.
const FAR_AHEAD: u64 = 10 * 60;

/// Who a verified token speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The provider, as it names itself in `iss`.
    pub issuer: String,
    /// The member, as the provider names them in `sub`; unique only together with the issuer.
    pub subject: String,
    /// What the provider calls the member: a proposal for a username, nothing to rely on.
    pub username: Option<String>,
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

/// One identity provider the community trusts.
pub struct Provider {
    /// What `iss` must be, byte for byte.
    pub issuer: String,
    /// What `aud` must be or contain.
    pub audience: String,
    /// The claim that proposes a username.
    pub username_claim: String,
    /// Its keys.
    pub keys: Arc<KeySet>,
}

impl Provider {
    /// A provider out of the configuration.
    pub fn from_settings(settings: &config::Provider) -> Result<Self> {
        let source = match (&settings.jwks_file, &settings.jwks_url) {
            (Some(path), _) => Source::File(path.clone()),
            (None, Some(url)) => Source::Url(url.clone()),
            (None, None) => Source::Discovery(settings.issuer.clone()),
        };
        Ok(Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            username_claim: settings.username_claim.clone(),
            keys: KeySet::new(source)?,
        })
    }

    /// The program's own developer identity, as one more provider.
    pub fn developer(identity: &DeveloperIdentity) -> Result<Self> {
        Ok(Self {
            issuer: developer::DEVELOPER_ISSUER.to_owned(),
            audience: developer::AUDIENCE.to_owned(),
            username_claim: "preferred_username".to_owned(),
            keys: KeySet::new(Source::Fixed(identity.jwks()))?,
        })
    }

    /// What must hold for a token of this provider that is for this audience and signed with this
    /// algorithm.
    fn validation(&self, algorithm: Algorithm, audience: &str) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[audience]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        validation
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
    pub fn from_config(identity: &config::Identity, developer: Option<&DeveloperIdentity>) -> Result<Self> {
        let mut providers = identity.providers.iter().map(Provider::from_settings).collect::<Result<Vec<_>>>()?;
        if let Some(developer) = developer {
            providers.push(Provider::developer(developer)?);
        }
        Ok(Self::new(providers))
    }

    /// The providers, for the check-up.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
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
        // It was given to us, and says so where it is for several (OpenID Connect Core, section 3.1.3.7).
        let several = signed.all.get("aud").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
        let party = signed.all.get("azp");
        if (several || party.is_some()) && party.and_then(Value::as_str) != Some(client_id) {
            return Err(refuse("azp names another client, or none where the token is for several"));
        }
        Ok(IdToken {
            nonce: text("nonce"),
            access_hash: text("at_hash"),
            algorithm: signed.algorithm,
            claims: signed.claims,
        })
    }

    /// Checks a token, for the audience of its provider or for another one.
    async fn check(&self, token: &str, audience: Option<&str>) -> Result<Signed> {
        let unverified = Unverified::read(token)?;
        let Some((place, provider)) =
            self.providers.iter().enumerate().find(|(_, provider)| provider.issuer == unverified.issuer)
        else {
            return Err(refuse(format!("no provider is configured for the issuer {:?}", excerpt(&unverified.issuer))));
        };
        let audience = audience.unwrap_or(&provider.audience);
        let keys = provider.keys.with_key(unverified.kid.as_deref()).await;
        let mut candidates = keys.named(unverified.kid.as_deref()).peekable();
        if candidates.peek().is_none() {
            return Err(refuse(format!(
                "the provider {} has no key named {:?}",
                provider.issuer,
                unverified.kid.as_deref().map(excerpt)
            )));
        }
        let mut cause = refuse(format!(
            "the key named {:?} is not for the algorithm {:?}",
            unverified.kid.as_deref().map(excerpt),
            excerpt(&unverified.algorithm)
        ));
        for key in candidates {
            // The key decides. The header may only agree, with one of the algorithms the key is for.
            let asked = unverified.algorithm.parse().ok();
            let Some(algorithm) = key.algorithms.iter().copied().find(|own| Some(*own) == asked) else { continue };
            let validation = provider.validation(algorithm, audience);
            let checked = jsonwebtoken::decode::<Map<String, Value>>(token, &key.decoding, &validation)
                .map_err(|error| refuse(error.to_string()))
                .and_then(|data| Ok((claims(provider, &data.claims)?, data.claims)));
            match checked {
                Ok(((claims, good_from_ms), all)) => {
                    return Ok(Signed { claims, good_from_ms, place, generation: keys.generation, algorithm, all });
                }
                Err(error) => cause = error,
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

/// A token whose signature and claims are good.
struct Signed {
    claims: Claims,
    good_from_ms: i64,
    /// Its provider, by its place in the list.
    place: usize,
    /// The provider's key set by which it was checked.
    generation: u64,
    algorithm: Algorithm,
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
fn claims(provider: &Provider, claims: &Map<String, Value>) -> Result<(Claims, i64)> {
    // The library lets a list of issuers pass that contains the right one.
    if claims.get("iss").and_then(Value::as_str) != Some(&provider.issuer) {
        return Err(refuse("iss is not exactly the configured issuer"));
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
    if let Some(issued) = claims.get("iat") {
        let Some(issued) = seconds(issued) else {
            return Err(refuse("iat is not a time"));
        };
        if issued > jsonwebtoken::get_current_timestamp() + FAR_AHEAD {
            return Err(refuse("iat is far in the future"));
        }
        good_from = good_from.max(issued.saturating_sub(FAR_AHEAD));
    }
    let username = Claims::name_in(&provider.username_claim, |claim| claims.get(claim));
    let claims = Claims {
        issuer: provider.issuer.clone(),
        subject: subject.to_owned(),
        username,
        expires_at_ms: milliseconds(expires),
    };
    Ok((claims, milliseconds(good_from)))
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// A time of the token, in seconds. Fractions are allowed by the standard and dropped here.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let fraction = value.as_f64().filter(|seconds| *seconds >= 0.0)?;
        Duration::try_from_secs_f64(fraction).ok().map(|time| time.as_secs())
    })
}

/// What a token says of itself, before anything is verified: enough to choose the key.
struct Unverified {
    algorithm: String,
    kid: Option<String>,
    issuer: String,
}

impl Unverified {
    fn read(token: &str) -> Result<Self> {
        let parts: Vec<&str> = token.split('.').collect();
        let &[header, payload, _] = parts.as_slice() else {
            return Err(refuse(match parts.len() {
                5 => "the token is encrypted; the provider must be set to sign tokens only",
                _ => "this is not a JWT; the provider may be giving out opaque tokens",
            }));
        };
        let header = object(header).ok_or_else(|| refuse("the header is not readable"))?;
        // Whoever marks something as critical wants it understood or refused.
        if header.contains_key("crit") {
            return Err(refuse("the header has crit"));
        }
        if let Some(kind) = header.get("typ") {
            // Providers sign other things with the same key, a logout for instance.
            let kind = kind.as_str().unwrap_or_default().to_ascii_lowercase();
            let kind = kind.strip_prefix("application/").unwrap_or(&kind);
            if !matches!(kind, "jwt" | "at+jwt") {
                return Err(refuse(format!("typ is {:?}", excerpt(kind))));
            }
        }
        let Some(algorithm) = header.get("alg").and_then(Value::as_str) else {
            return Err(refuse("the header has no alg"));
        };
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(refuse("kid is not text")),
        };
        let payload = object(payload).ok_or_else(|| refuse("the payload is not readable"))?;
        let Some(issuer) = payload.get("iss").and_then(Value::as_str) else {
            return Err(refuse("iss is missing, or not one text"));
        };
        Ok(Self { algorithm: algorithm.to_owned(), kid, issuer: issuer.to_owned() })
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
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

/// The beginning of a text that a stranger chose, for the log.
fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(100).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn refuse(cause: impl std::fmt::Display) -> Error {
    Error::unauthorized().because(cause)
}
