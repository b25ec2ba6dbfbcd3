//! One identity provider the community trusts: what must hold for its tokens, and what its claims
//! mean here.

use std::path::Path;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};

use super::developer::{self, DeveloperIdentity};
use super::keys::{KeySet, Source};
use super::member::Role;
use super::token::Claims;
use super::unverified::refuse;
use crate::config;
use crate::error::Result;

/// By how much the provider's clock and ours may differ, in seconds.
pub(super) const LEEWAY: u64 = 60;
/// A claim gives a role only in a token that lives no longer than this, in seconds: whoever loses the
/// role at the provider must not keep it here for as long as someone thought a token should last.
const ROLES_LAST: u64 = 24 * 3600;

/// A provider.
pub struct Provider {
    /// What the configuration says of it.
    pub settings: config::Provider,
    /// Its keys.
    pub keys: Arc<KeySet>,
}

impl Provider {
    /// A provider with these keys.
    pub fn new(settings: config::Provider, keys: Arc<KeySet>) -> Self {
        Self { settings, keys }
    }

    /// A provider out of the configuration. Keys that come over the network are kept beside the
    /// database.
    pub fn from_settings(settings: &config::Provider, database: &Path) -> Result<Self> {
        Ok(Self { settings: settings.clone(), keys: KeySet::beside(database, Self::source(settings))? })
    }

    /// Where its keys come from.
    pub fn source(settings: &config::Provider) -> Source {
        match (&settings.client_secret, &settings.jwks_file, &settings.jwks_url) {
            (Some(secret), ..) if settings.signs_with_secret() => Source::Secret(secret.clone()),
            (_, Some(path), _) => Source::File(path.clone()),
            (_, None, Some(url)) => Source::Url { url: url.clone(), allow_http: settings.allow_http },
            (_, None, None) => Source::Discovery { issuer: settings.issuer.clone(), allow_http: settings.allow_http },
        }
    }

    /// The program's own developer identity, as one more provider.
    pub fn developer(identity: &DeveloperIdentity) -> Result<Self> {
        let settings = config::Provider::new(developer::DEVELOPER_ISSUER, developer::AUDIENCE);
        Ok(Self { settings, keys: KeySet::new(Source::Fixed(identity.jwks()))? })
    }

    /// What `iss` must be, byte for byte.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether its tokens may be signed with this algorithm. The key must be for it, too.
    pub(super) fn accepts(&self, algorithm: Algorithm) -> bool {
        self.settings.algorithms.is_empty() || self.settings.algorithms.contains(&algorithm)
    }

    /// What the library checks, for a token that is signed with this algorithm. For whom it is, is
    /// checked by [`Self::check_audience`].
    pub(super) fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[self.issuer()]);
        validation.validate_aud = false;
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        validation
    }

    /// Refuses a token that is for someone else.
    pub(super) fn check_audience(&self, claims: &Map<String, Value>) -> Result<()> {
        let audiences = audiences(claims)?;
        if audiences.contains(&self.settings.audience.as_str()) {
            return Ok(());
        }
        let Some(client) = self.settings.client_id.as_deref() else {
            return Err(refuse("aud is missing or not for us"));
        };
        let party = party(claims)?;
        if is_id_token(&audiences, party, client) {
            return Ok(());
        }
        // RFC 9068 calls it client_id.
        let party = party.or_else(|| claims.get("client_id").and_then(Value::as_str));
        if self.settings.accept_azp && party == Some(client) {
            return Ok(());
        }
        Err(refuse("aud is missing or not for us, and the token was not issued to our client"))
    }

    /// The name that the claims propose.
    pub(super) fn username(&self, claims: &Map<String, Value>) -> Option<String> {
        Claims::name_in(&self.settings.username_claim, |claim| claims.get(claim))
    }

    /// Whether the configuration lets claims give this role.
    pub fn lets_claims_give(&self, role: Role) -> bool {
        match role {
            Role::Operator => !self.settings.operator_roles.is_empty(),
            Role::Auditor => !self.settings.auditor_roles.is_empty(),
            Role::Member => false,
        }
    }

    /// The roles that the claims give: none but those that the configuration lets them give.
    pub(super) fn roles(&self, claims: &Map<String, Value>, issued: Option<u64>, expires: u64) -> Vec<Role> {
        let Some(path) = &self.settings.roles_claim else { return Vec::new() };
        if issued.is_none_or(|issued| expires.saturating_sub(issued) > ROLES_LAST) {
            return Vec::new();
        }
        let named = find(claims, path).map(names).unwrap_or_default();
        let gives = |given: &[String]| named.iter().any(|name| given.iter().any(|role| role == name));
        [(Role::Operator, &self.settings.operator_roles), (Role::Auditor, &self.settings.auditor_roles)]
            .into_iter()
            .filter(|(_, given)| gives(given))
            .map(|(role, _)| role)
            .collect()
    }
}

/// Refuses what is no ID token for this client.
pub(super) fn check_client(claims: &Map<String, Value>, client: &str) -> Result<()> {
    if is_id_token(&audiences(claims)?, party(claims)?, client) {
        return Ok(());
    }
    Err(refuse("aud is not our client, or azp names another client, or none where the token is for several"))
}

/// Whether it was issued to this client, as an ID token is: one for several audiences must say to whom
/// (OpenID Connect Core, section 3.1.3.7).
fn is_id_token(audiences: &[&str], party: Option<&str>, client: &str) -> bool {
    audiences.contains(&client) && party.map_or(audiences.len() == 1, |party| party == client)
}

/// For whom a token is. Keycloak leaves it out where it would be empty.
fn audiences(claims: &Map<String, Value>) -> Result<Vec<&str>> {
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Value::String(audience)) => Ok(vec![audience]),
        Some(Value::Array(list)) => list
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or_else(|| refuse("aud is a list of other things than texts")),
        Some(_) => Err(refuse("aud is neither a text nor a list of texts")),
    }
}

/// To which client a token was issued, where it says so.
fn party(claims: &Map<String, Value>) -> Result<Option<&str>> {
    match claims.get("azp") {
        None => Ok(None),
        Some(Value::String(party)) => Ok(Some(party)),
        Some(_) => Err(refuse("azp is not text")),
    }
}

/// The claim at a path: a name, or names joined by dots. Names may have dots themselves.
fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        path.match_indices('.').find_map(|(dot, _)| find(claims.get(&path[..dot])?.as_object()?, &path[dot + 1..]))
    })
}

/// What a claim names: one text, a list of them, or the keys of an object.
fn names(claim: &Value) -> Vec<&str> {
    match claim {
        Value::String(name) => vec![name],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::Object(object) => object.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
