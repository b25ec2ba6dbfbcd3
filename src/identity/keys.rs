//! The public keys of an identity provider: from a file, from an address, or found by OpenID
//! Connect discovery at the issuer. Kept through outages of the provider; a token with an unknown
//! key causes at most one fetch a minute, and tokens with known keys never wait for it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant, SystemTime};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use tokio::sync::Mutex;

/// Between two fetches for unknown keys.
const PAUSE: Duration = Duration::from_mins(1);
/// How old keys may become before they are fetched again.
const AGE_MAX: Duration = Duration::from_mins(10);
/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of a key set at most.
const BYTES_MAX: usize = 256 * 1024;

/// Where a provider's keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A file with a JWK set.
    File(PathBuf),
    /// The address of a JWK set.
    Url(String),
    /// `/.well-known/openid-configuration` at the issuer names the address.
    Discovery(String),
    /// A set that never changes.
    Fixed(JwkSet),
}

/// The keys of one provider.
pub struct KeySet {
    source: KeySource,
    client: reqwest::Client,
    keys: RwLock<Arc<JwkSet>>,
    /// Rises whenever the keys change, so that what was verified with the old ones is forgotten.
    generation: AtomicU64,
    state: Mutex<Fetched>,
}

/// When the keys were fetched last.
#[derive(Default)]
struct Fetched {
    attempt: Option<Instant>,
    modified: Option<SystemTime>,
}

#[derive(Deserialize)]
struct Discovery {
    jwks_uri: String,
}

impl KeySet {
    /// The keys of a source; they are fetched when they are first needed.
    pub fn new(source: KeySource) -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("no HTTP client could be made ({error})"))?;
        let keys = match &source {
            KeySource::Fixed(keys) => keys.clone(),
            _ => JwkSet { keys: Vec::new() },
        };
        Ok(Self {
            source,
            client,
            keys: RwLock::new(Arc::new(keys)),
            generation: AtomicU64::new(1),
            state: Mutex::default(),
        })
    }

    /// How often the keys have changed.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn current(&self) -> Arc<JwkSet> {
        match self.keys.read() {
            Ok(keys) => Arc::clone(&keys),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// The key a token names; a token that names none is served by a set of one.
    pub async fn find(self: &Arc<Self>, kid: Option<&str>) -> Option<Jwk> {
        if let Some(key) = pick(&self.current(), kid) {
            self.refresh_when_old();
            return Some(key);
        }
        self.refresh(PAUSE).await;
        pick(&self.current(), kid)
    }

    /// Fetches old keys anew, beside the request that noticed.
    fn refresh_when_old(self: &Arc<Self>) {
        let old = match self.state.try_lock() {
            Ok(state) => state.attempt.is_none_or(|at| at.elapsed() > AGE_MAX) || self.file_changed(&state),
            Err(_) => false,
        };
        if old && !matches!(self.source, KeySource::Fixed(_)) {
            let keys = Arc::clone(self);
            tokio::spawn(async move { keys.refresh(Duration::ZERO).await });
        }
    }

    fn file_changed(&self, state: &Fetched) -> bool {
        let KeySource::File(path) = &self.source else { return false };
        std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok() != state.modified
    }

    /// Fetches the keys, unless that was tried just now. One at a time; whoever waited finds it done.
    async fn refresh(&self, pause: Duration) {
        let mut state = self.state.lock().await;
        if !self.file_changed(&state)
            && state.attempt.is_some_and(|at| at.elapsed() < pause.max(Duration::from_secs(1)))
        {
            return;
        }
        state.attempt = Some(Instant::now());
        let fetched = match &self.source {
            KeySource::Fixed(_) => return,
            KeySource::File(path) => {
                state.modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
                std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
            }
            KeySource::Url(url) => self.fetch(url).await,
            KeySource::Discovery(issuer) => self.discover(issuer).await,
        };
        match fetched.and_then(|bytes| serde_json::from_slice::<JwkSet>(&bytes).map_err(|error| error.to_string())) {
            Ok(keys) if !keys.keys.is_empty() => self.replace(keys),
            Ok(_) => tracing::warn!("the provider's key set is empty; the keys known so far stay in force"),
            Err(error) => {
                tracing::warn!(%error, "the provider's keys could not be read; those known so far stay in force");
            }
        }
    }

    /// Keys that are no longer listed are gone, and with them what they had verified.
    fn replace(&self, keys: JwkSet) {
        if *self.current() == keys {
            return;
        }
        match self.keys.write() {
            Ok(mut current) => *current = Arc::new(keys),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(keys),
        }
        self.generation.fetch_add(1, Ordering::Release);
    }

    async fn discover(&self, issuer: &str) -> Result<Vec<u8>, String> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document: Discovery =
            serde_json::from_slice(&self.fetch(&url).await?).map_err(|error| format!("{url}: {error}"))?;
        self.fetch(&document.jwks_uri).await
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        let failed = |error: reqwest::Error| format!("{url}: {error}");
        let mut response = self.client.get(url).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(format!("{url}: status {}", response.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > BYTES_MAX {
                return Err(format!("{url}: more than {BYTES_MAX} bytes"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn pick(keys: &JwkSet, kid: Option<&str>) -> Option<Jwk> {
    match (kid, keys.keys.as_slice()) {
        (Some(kid), all) => all.iter().find(|key| key.common.key_id.as_deref() == Some(kid)).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}
