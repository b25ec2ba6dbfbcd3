//! One provider's keys: where they come from, and when they are fetched again.
//!
//! The rules, each for a reason:
//! - A token naming an unknown key causes a fetch, so that a provider can change its keys at any
//!   moment; but the next such fetch waits five seconds, and while unknown keys keep coming each waits
//!   twice as long as the one before, up to a minute: strangers must not be able to make us hammer the
//!   provider, and one new key must not shut members out for longer than they notice.
//! - Tokens with known keys never wait for a fetch.
//! - A provider that cannot be reached costs nothing: the last good set stays, over our own restarts
//!   too, in a file beside the database.
//! - A key the provider no longer lists is dropped with the next good answer, and with it
//!   (by the [generation](KeySet::generation)) everything that was verified by it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tokio::sync::{OwnedMutexGuard, watch};

use super::fetch::{self, Fetcher};
use super::jwk::{self, Key};
use super::kept_keys::{self, KeptKeys};
use super::token::milliseconds;
use crate::config::Secret;
use crate::error::{Error, Result};

/// Where a provider's keys come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The keys themselves, as a JSON Web Key Set. They never change.
    Fixed(Value),
    /// A secret that the provider signs with as well.
    Secret(Secret),
    /// A file with a JSON Web Key Set; read again when it changes.
    File(PathBuf),
    /// The address of a JSON Web Key Set.
    Url {
        /// The address.
        url: String,
        /// Whether it may be `http:` on another machine.
        allow_http: bool,
    },
    /// The issuer: its discovery document says where the keys are.
    Discovery {
        /// The issuer.
        issuer: String,
        /// Whether its addresses may be `http:` on other machines.
        allow_http: bool,
    },
}

impl Source {
    /// The address, where keys come over the network.
    fn address(&self) -> Option<(&str, bool)> {
        match self {
            Self::Url { url, allow_http } => Some((url, *allow_http)),
            Self::Discovery { issuer, allow_http } => Some((issuer, *allow_http)),
            Self::Fixed(_) | Self::Secret(_) | Self::File(_) => None,
        }
    }
}

/// How often things happen; other figures than the usual ones are for tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// At least this long between two fetches, twice as long with each that follows soon,
    pub(super) retry: Duration,
    /// and never longer than this.
    pub(super) longest: Duration,
    /// A set is fetched anew at the earliest after this long,
    pub(super) youngest: Duration,
    /// and at the latest after this long.
    pub(super) oldest: Duration,
    /// A key file is looked at no more often than this.
    pub(super) look: Duration,
}

impl Pace {
    pub(super) const USUAL: Self = Self {
        retry: Duration::from_secs(5),
        longest: Duration::from_mins(1),
        youngest: Duration::from_mins(5),
        oldest: Duration::from_hours(24),
        look: Duration::from_secs(1),
    };
    /// The age of a set whose provider says nothing about it.
    const UNSAID: Duration = Duration::from_hours(1);
    /// A set that has not changed is written anew when what is written is this old.
    const KEPT: Duration = Duration::from_hours(1);
}

/// One provider's keys, kept fresh.
pub struct KeySet {
    source: Source,
    pace: Pace,
    /// Only where keys come over the network.
    fetcher: Option<Fetcher>,
    /// Where they are kept for the next start.
    kept: Option<KeptKeys>,
    current: RwLock<Arc<Keys>>,
    /// The latest change by which keys may have gone.
    change: watch::Sender<Option<Change>>,
    schedule: Mutex<Schedule>,
    /// Held by whoever fetches: there is one fetch at a time, and others can wait for it.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

/// A change of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The names of the keys that are listed now, and are what they were if they were listed before.
    pub listed: Vec<String>,
    /// When the provider is known to have listed the others last, Unix milliseconds.
    pub last_listed: i64,
}

/// The keys of one moment.
pub(super) struct Keys {
    /// Counts the changes of the set.
    pub(super) generation: u64,
    pub(super) keys: Vec<Key>,
}

impl Keys {
    /// The keys a token may mean that names `kid`. A token that names none can mean only a key
    /// that is alone and has no name either.
    pub(super) fn named<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a Key> {
        let alone = self.keys.len() == 1;
        self.keys.iter().filter(move |key| key.is_secret() || key.kid.as_deref() == kid && (kid.is_some() || alone))
    }
}

#[derive(Default)]
struct Schedule {
    /// When the last fetch began, or ended; good or not.
    attempted: Option<Instant>,
    /// How long the next one waits after it.
    wait: Duration,
    /// When the set was written down for the next start.
    written: Option<Instant>,
    /// When the provider last gave the set, by the clock, in Unix seconds.
    confirmed: Option<u64>,
    /// By how many seconds our clock was ahead of the provider's then, where that one said its time.
    ahead: Option<i64>,
    /// When the set should be fetched anew.
    due: Option<Instant>,
    /// When the key file was last looked at, and what it looked like.
    looked: Option<Instant>,
    stamp: Option<(SystemTime, u64)>,
}

impl KeySet {
    /// A key set. Keys out of a file must be readable now; keys over the network are fetched with
    /// the first token, so that the program starts while the provider is down.
    pub fn new(source: Source) -> Result<Arc<Self>> {
        Self::with_pace(source, Pace::USUAL, None)
    }

    /// The same, with keys that come over the network kept beside this database. They are good for
    /// tokens at once, and the first token has them fetched anew.
    pub fn beside(database: &Path, source: Source) -> Result<Arc<Self>> {
        Self::with_pace(source, Pace::USUAL, Some(database))
    }

    pub(super) fn with_pace(source: Source, pace: Pace, database: Option<&Path>) -> Result<Arc<Self>> {
        let mut schedule = Schedule::default();
        let address = source.address();
        let kept = database.zip(address).map(|(database, (address, _))| KeptKeys::beside(database, address.to_owned()));
        let fetcher = address.map(|(_, allow_http)| Fetcher::new(allow_http).map_err(Error::internal)).transpose()?;
        let keys = match &source {
            Source::Fixed(set) => jwk::parse_set(set.to_string().as_bytes()).map_err(Error::internal)?,
            Source::Secret(secret) => vec![Key::secret(secret.reveal().as_bytes())],
            Source::File(path) => {
                schedule.stamp = stamp(path);
                schedule.looked = Some(Instant::now());
                read_file(path).map_err(Error::internal)?
            }
            Source::Url { .. } | Source::Discovery { .. } => {
                let kept = kept.as_ref().and_then(KeptKeys::read);
                schedule.due = kept.is_some().then(Instant::now);
                schedule.confirmed = kept.as_ref().map(|(_, fetched_at)| *fetched_at);
                kept.map(|(keys, _)| keys).unwrap_or_default()
            }
        };
        // Whoever looks after a file may have taken a key out of it while the program was not running.
        let change = matches!(source, Source::File(_)).then(|| Change::from_to(&[], &keys, i64::MIN));
        Ok(Arc::new(Self {
            source,
            pace,
            fetcher,
            kept,
            current: RwLock::new(Arc::new(Keys { generation: 1, keys })),
            change: watch::Sender::new(change),
            schedule: Mutex::new(schedule),
            fetching: Arc::default(),
        }))
    }

    /// Counts the changes of the set. What was verified under another generation must be verified
    /// again.
    pub fn generation(&self) -> u64 {
        self.snapshot().generation
    }

    /// The latest change by which keys may have gone, and each that follows.
    pub fn changes(&self) -> watch::Receiver<Option<Change>> {
        let mut changes = self.change.subscribe();
        changes.mark_changed();
        changes
    }

    /// Starts a fetch in the background when the set has grown old: a key that was withdrawn is to be
    /// noticed while nobody sends tokens, too.
    pub fn stay_fresh(self: &Arc<Self>) {
        drop(self.current());
    }

    /// How many keys of this set can check signatures.
    pub fn len(&self) -> usize {
        self.snapshot().keys.len()
    }

    /// Whether there is no key at all, as before the first fetch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gets the keys now, and says how many there are or what is in the way. For the start of the
    /// program and for its check-up.
    pub async fn refresh(self: &Arc<Self>) -> Result<usize> {
        let guard = Arc::clone(&self.fetching).lock_owned().await;
        self.schedule().attempted = Some(Instant::now());
        match self.fetch_apart(guard).await {
            Ok(()) => Ok(self.len()),
            Err(why) => Err(Error::internal(why)),
        }
    }

    /// By how many seconds this machine's clock was ahead of the provider's when that one was last asked, and said
    /// its time.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.schedule().ahead
    }

    /// The keys as they are known now, for looking up a verification made earlier. Starts a fetch
    /// in the background when they have grown old; waits for nothing.
    pub(super) fn current(self: &Arc<Self>) -> Arc<Keys> {
        self.look_at_file(false);
        let due = self.schedule().due.is_some_and(|due| due <= Instant::now());
        if due
            && let Ok(guard) = Arc::clone(&self.fetching).try_lock_owned()
            && self.claim_fetch()
        {
            drop(self.fetch_apart(guard));
        }
        self.snapshot()
    }

    /// The keys, with one named `kid` among them if the provider has it: fetched anew for that
    /// if need be, within the limit.
    pub(super) async fn with_key(self: &Arc<Self>, kid: Option<&str>) -> Arc<Keys> {
        let keys = self.current();
        if keys.named(kid).next().is_some() || matches!(self.source, Source::Fixed(_) | Source::Secret(_)) {
            return keys;
        }
        self.look_at_file(true);
        if self.snapshot().named(kid).next().is_none() {
            // Waits for a fetch that is under way, and then starts another only if one is allowed.
            let guard = Arc::clone(&self.fetching).lock_owned().await;
            if self.snapshot().named(kid).next().is_none() && self.claim_fetch() {
                // A failure is in the log; the token is refused for want of a key.
                let _ = self.fetch_apart(guard).await;
            }
        }
        self.snapshot()
    }

    /// Fetches in a task of its own: a caller who hangs up must not take the fetch along, or
    /// whoever sends tokens and hangs up could keep new keys from us.
    fn fetch_apart(self: &Arc<Self>, guard: OwnedMutexGuard<()>) -> impl Future<Output = Result<(), String>> + use<> {
        let set = Arc::clone(self);
        let task = tokio::spawn(async move {
            let fetched = set.fetch().await;
            // From its end on, so that those who waited for a slow one do not start the next.
            set.schedule().attempted = Some(Instant::now());
            drop(guard);
            if fetched.is_ok() {
                set.keep();
            }
            fetched
        });
        async move { task.await.unwrap_or_else(|error| Err(format!("the fetch was broken off: {error}"))) }
    }

    async fn fetch(&self) -> Result<(), String> {
        match self.fetch_keys().await {
            Ok((keys, age)) => {
                let age = age.clamp(self.pace.youngest, self.pace.oldest);
                let confirmed = {
                    let mut schedule = self.schedule();
                    schedule.due = self.source.address().and_then(|_| Instant::now().checked_add(age));
                    schedule.confirmed.replace(kept_keys::now())
                };
                self.replace(keys, confirmed.map_or(i64::MIN, milliseconds));
                Ok(())
            }
            Err(why) => {
                tracing::warn!(%why, keys = self.len(), "the provider's keys cannot be read; the last good ones stay");
                Err(why)
            }
        }
    }

    async fn fetch_keys(&self) -> Result<(Vec<Key>, Duration), String> {
        let (fetcher, url) = match (&self.source, &self.fetcher) {
            (Source::Fixed(set), _) => {
                let keys = jwk::parse_set(set.to_string().as_bytes())?;
                return Ok((keys, Pace::UNSAID));
            }
            (Source::Secret(secret), _) => {
                return Ok((vec![Key::secret(secret.reveal().as_bytes())], Pace::UNSAID));
            }
            (Source::File(path), _) => return Ok((read_file(path)?, Pace::UNSAID)),
            (Source::Url { url, .. }, Some(fetcher)) => (fetcher, url.clone()),
            (Source::Discovery { issuer, .. }, Some(fetcher)) => (fetcher, fetch::discover(fetcher, issuer).await?),
            (Source::Url { .. } | Source::Discovery { .. }, None) => {
                return Err("there is no client for it".to_owned());
            }
        };
        let answer = fetch::get(fetcher, &url).await?;
        self.schedule().ahead = answer.ahead;
        let keys = jwk::parse_set(&answer.body).map_err(|why| format!("{url}: {why}"))?;
        Ok((keys, answer.max_age.unwrap_or(Pace::UNSAID)))
    }

    /// Puts the new set in the place of the old one, which was listed last at that time: keys no longer
    /// listed are gone.
    fn replace(&self, keys: Vec<Key>, last_listed: i64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.keys == keys {
            return;
        }
        if keys.is_empty() {
            // Taken at its word: withdrawing every key is what a provider does after a break-in.
            tracing::warn!(source = ?self.source.address(), "the provider lists no key that can check signatures");
        }
        let generation = current.generation + 1;
        tracing::info!(keys = keys.len(), generation, "the provider's keys have changed");
        let change = Change::from_to(&current.keys, &keys, last_listed);
        *current = Arc::new(Keys { generation, keys });
        self.change.send_replace(Some(change));
        self.schedule().written = None;
    }

    /// Writes the set down for the next start, beside the requests: if it has changed, or if what is
    /// written is getting old.
    fn keep(self: &Arc<Self>) {
        if self.kept.is_none() || self.schedule().written.is_some_and(|at| at.elapsed() < Pace::KEPT) {
            return;
        }
        self.schedule().written = Some(Instant::now());
        let set = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            if let Some(kept) = &set.kept {
                kept.write(&set.snapshot().keys);
            }
        });
    }

    /// Reads the key file again if it looks different. The file is small and local, so this is
    /// done in place; a look is one system call, and at most one a second.
    fn look_at_file(&self, at_once: bool) {
        let Source::File(path) = &self.source else {
            return;
        };
        let mut schedule = self.schedule();
        let now = Instant::now();
        if !at_once && schedule.looked.is_some_and(|looked| now.duration_since(looked) < self.pace.look) {
            return;
        }
        schedule.looked = Some(now);
        // Taken before reading, so that a change while we read is seen with the next look.
        let stamp = stamp(path);
        if stamp == schedule.stamp {
            return;
        }
        schedule.stamp = stamp;
        drop(schedule);
        match read_file(path) {
            // Whoever takes a key out of a file does so on purpose.
            Ok(keys) => self.replace(keys, i64::MIN),
            Err(why) => {
                tracing::warn!(%why, "the key file cannot be read; the last good keys stay");
            }
        }
    }

    /// Takes the right to fetch, if the last fetch is long enough ago.
    fn claim_fetch(&self) -> bool {
        let mut schedule = self.schedule();
        let now = Instant::now();
        let passed = schedule.attempted.map(|last| now.duration_since(last));
        if passed.is_some_and(|passed| passed < schedule.wait) {
            return false;
        }
        let soon = passed.is_some_and(|passed| passed < 2 * self.pace.longest);
        schedule.wait = if soon { (2 * schedule.wait).min(self.pace.longest) } else { self.pace.retry };
        schedule.attempted = Some(now);
        true
    }

    fn snapshot(&self) -> Arc<Keys> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Change {
    fn from_to(old: &[Key], new: &[Key], last_listed: i64) -> Self {
        let stays = |key: &&Key| !old.iter().any(|other| other.kid == key.kid && other != *key);
        Self { listed: new.iter().filter(stays).map(|key| key.name().to_owned()).collect(), last_listed }
    }
}

/// A set with this one key, in the form in which keys are published.
pub(super) fn set_of(key: &Value) -> Value {
    json!({ "keys": [key] })
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read_file(path: &Path) -> Result<Vec<Key>, String> {
    let refuse = |why: String| format!("the key file {}: {why}", path.display());
    let length = fs::metadata(path).map_err(|error| refuse(error.to_string()))?.len();
    if length > fetch::MAX_BODY as u64 {
        return Err(refuse(format!("it is larger than {} bytes", fetch::MAX_BODY)));
    }
    let bytes = fs::read(path).map_err(|error| refuse(error.to_string()))?;
    jwk::parse_set(&bytes).map_err(refuse)
}
