//! Every setting, typed. Flags go over the environment, the environment over the file, the file
//! over the defaults; where each value came from is kept, and `communitytoken config` shows it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// The prefix of settings in the environment: `COMMUNITYTOKEN_SERVER__BIND`.
const PREFIX: &str = "COMMUNITYTOKEN_";
/// What is shown in place of a secret.
const HIDDEN: &str = "(hidden)";
/// The file that is read when none is named.
const DEFAULT_FILE: &str = "config.toml";
/// Every setting with its default; the first column is the whole list of what is known.
const DEFAULTS: &[(&str, &str)] = &[
    ("server.bind", "\"127.0.0.1:8080\""),
    ("server.public_url", "\"\""),
    ("database.path", "\"data/communitytoken.db\""),
    ("community.name", "\"Our community\""),
    ("community.token_name", "\"token\""),
    ("community.token_symbol", "\"🪙\""),
    ("community.time_zone", "\"UTC\""),
    ("community.directory", "true"),
    ("identity.providers", "[]"),
    ("identity.operators", "[]"),
    ("identity.auditors", "[]"),
    ("limits.recipients_per_distribution", "100"),
    ("limits.idempotency_days", "7"),
    ("limits.requests_per_minute", "300"),
    ("log.format", "\"text\""),
];

/// Why the settings cannot be used: one sentence that names the setting and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// What was given on the command line.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--database`.
    pub database: Option<PathBuf>,
    /// `--bind`.
    pub bind: Option<SocketAddr>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// How it is reached.
    pub server: Server,
    /// Where it lies.
    pub database: Database,
    /// What it is called.
    pub community: Community,
    /// Who may come in.
    pub identity: Identity,
    /// How much of what.
    pub limits: Limits,
    /// What is written down.
    pub log: Log,
    origins: BTreeMap<String, (Value, Origin)>,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Address and port it listens on.
    pub bind: SocketAddr,
    /// The address members know it by; empty: `http://` and the one it listens on.
    pub public_url: String,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    /// The database file; the instance's key lies beside it.
    pub path: PathBuf,
}

/// `[community]`
#[derive(Debug, Clone, Deserialize)]
pub struct Community {
    /// Its name, on every page.
    pub name: String,
    /// What one token is called.
    pub token_name: String,
    /// The sign beside amounts.
    pub token_symbol: String,
    /// In which times are shown: a name such as `Europe/Berlin`.
    pub time_zone: String,
    /// Whether members find each other by name.
    pub directory: bool,
}

impl Community {
    /// The time zone itself.
    pub fn zone(&self) -> TimeZone {
        // The name was looked up when the settings were read.
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// `[identity]`
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    /// Identity providers; none: the developer identity, on loopback only.
    pub providers: Vec<ProviderSettings>,
    /// Operators, as `issuer|subject`.
    pub operators: Vec<String>,
    /// Auditors, as `issuer|subject`.
    pub auditors: Vec<String>,
}

/// `[[identity.providers]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// What `iss` must be, byte for byte.
    pub issuer: String,
    /// What `aud` must contain.
    pub audience: String,
    /// A file with its keys.
    pub jwks_file: Option<PathBuf>,
    /// Or the address of its keys; neither: found by discovery at the issuer.
    pub jwks_url: Option<String>,
    /// The claim that gives the username.
    #[serde(default = "username_claim")]
    pub username_claim: String,
    /// Our name at the provider, for sign-in on the pages.
    pub client_id: Option<String>,
    /// Our secret there.
    pub client_secret: Option<Secret>,
    /// Or a file that holds it.
    pub client_secret_file: Option<PathBuf>,
}

/// A text that is never shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

fn username_claim() -> String {
    "preferred_username".into()
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
pub struct Limits {
    /// Recipients of one distribution at most.
    pub recipients_per_distribution: usize,
    /// For how many days a repeated request is recognised; at least 7.
    pub idempotency_days: i64,
    /// Requests of one caller in a minute; 0: no limit.
    pub requests_per_minute: u32,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// Lines for people, or JSON for programs.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One setting as `communitytoken config` shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value, as it would stand in the file.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

impl Config {
    /// Reads all layers.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::from_layers(overrides, std::env::vars())
    }

    fn from_layers(
        overrides: &Overrides,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut values = BTreeMap::new();
        for (key, text) in DEFAULTS {
            values.insert((*key).to_owned(), (scalar(text), Origin::Default));
        }
        let path = overrides.config.clone().or_else(|| Path::new(DEFAULT_FILE).exists().then(|| DEFAULT_FILE.into()));
        if let Some(path) = path {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                ConfigError(format!("The configuration {} cannot be read ({error}).", path.display()))
            })?;
            let table: Table = text.parse().map_err(|error| {
                ConfigError(format!("The configuration {} is not valid TOML: {error}", path.display()))
            })?;
            for (key, value) in flatten(table) {
                set(&mut values, &key, value, Origin::File(path.clone()))?;
            }
        }
        for (name, text) in environment {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let key = path.to_lowercase().replace("__", ".");
            let value = as_kind_of(values.get(&key).map(|(value, _)| value), &text);
            set(&mut values, &key, value, Origin::Environment(name.clone()))?;
        }
        if let Some(path) = &overrides.database {
            set(&mut values, "database.path", Value::String(path.display().to_string()), Origin::Flag("--database"))?;
        }
        if let Some(bind) = overrides.bind {
            set(&mut values, "server.bind", Value::String(bind.to_string()), Origin::Flag("--bind"))?;
        }
        Self::typed(values)
    }

    fn typed(origins: BTreeMap<String, (Value, Origin)>) -> Result<Self, ConfigError> {
        let config = Self {
            server: section(&origins, "server")?,
            database: section(&origins, "database")?,
            community: section(&origins, "community")?,
            identity: section(&origins, "identity")?,
            limits: section(&origins, "limits")?,
            log: section(&origins, "log")?,
            origins,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, rule: &str| Err(ConfigError(format!("{key} {rule}")));
        if TimeZone::get(&self.community.time_zone).is_err() {
            return wrong("community.time_zone", "must be a time zone such as Europe/Berlin.");
        }
        for (key, text) in
            [("community.name", &self.community.name), ("community.token_name", &self.community.token_name)]
        {
            if text.trim().is_empty() || text.chars().count() > 60 {
                return wrong(key, "must be 1 to 60 characters.");
            }
        }
        if self.limits.idempotency_days < 7 {
            return wrong("limits.idempotency_days", "must be 7 or more.");
        }
        if self.limits.recipients_per_distribution == 0 {
            return wrong("limits.recipients_per_distribution", "must be 1 or more.");
        }
        let url = &self.server.public_url;
        if !(url.is_empty() || url.starts_with("https://") || url.starts_with("http://")) {
            return wrong("server.public_url", "must begin with https:// or http://.");
        }
        for provider in &self.identity.providers {
            if provider.issuer.is_empty() || provider.audience.is_empty() {
                return wrong("identity.providers", "need an issuer and an audience each.");
            }
            if provider.jwks_file.is_some() && provider.jwks_url.is_some() {
                return wrong("identity.providers", "take jwks_file or jwks_url, not both.");
            }
        }
        for (key, list) in
            [("identity.operators", &self.identity.operators), ("identity.auditors", &self.identity.auditors)]
        {
            if list.iter().any(|entry| {
                entry.split_once('|').is_none_or(|(issuer, subject)| issuer.is_empty() || subject.is_empty())
            }) {
                return wrong(key, "must be written as issuer|subject.");
            }
        }
        Ok(())
    }

    /// What only matters to a server: with the developer identity anyone can be anyone, so it is
    /// offered on this machine alone.
    pub fn check_serving(&self) -> Result<(), ConfigError> {
        if self.identity.providers.is_empty() && !self.server.bind.ip().is_loopback() {
            return Err(ConfigError(format!(
                "No identity provider is configured, and {} can be reached from other machines. Add [[identity.providers]] to the configuration, or bind to 127.0.0.1.",
                self.server.bind
            )));
        }
        Ok(())
    }

    /// Every setting, its value and where it came from.
    pub fn report(&self) -> Vec<Setting> {
        self.origins
            .iter()
            .map(|(key, (value, origin))| Setting {
                key: key.clone(),
                value: without_secrets(value.clone()).to_string(),
                origin: origin.to_string(),
            })
            .collect()
    }
}

fn without_secrets(value: Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(without_secrets).collect()),
        Value::Table(table) => Value::Table(
            table
                .into_iter()
                .map(|(key, value)| {
                    let value =
                        if key.ends_with("secret") { Value::String(HIDDEN.into()) } else { without_secrets(value) };
                    (key, value)
                })
                .collect(),
        ),
        other => other,
    }
}

fn scalar(text: &str) -> Value {
    format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A variable's text as a value of the kind the setting has.
fn as_kind_of(known: Option<&Value>, text: &str) -> Value {
    match known {
        Some(Value::String(_)) => Value::String(text.to_owned()),
        _ => scalar(text),
    }
}

/// `a.b` for every leaf of the file. Lists are leaves.
fn flatten(table: Table) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(inner) => {
                leaves.extend(inner.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)));
            }
            other => leaves.push((section, other)),
        }
    }
    leaves
}

fn set(
    values: &mut BTreeMap<String, (Value, Origin)>,
    key: &str,
    value: Value,
    origin: Origin,
) -> Result<(), ConfigError> {
    let Some(slot) = values.get_mut(key) else {
        let nearest =
            DEFAULTS.iter().map(|(known, _)| *known).min_by_key(|known| distance(known, key)).unwrap_or_default();
        return Err(ConfigError(format!("There is no setting {key} ({origin}). Did you mean {nearest}?")));
    };
    *slot = (value, origin);
    Ok(())
}

fn section<T: DeserializeOwned>(values: &BTreeMap<String, (Value, Origin)>, name: &str) -> Result<T, ConfigError> {
    let table: Table = values
        .iter()
        .filter_map(|(key, (value, _))| Some((key.strip_prefix(name)?.strip_prefix('.')?.to_owned(), value.clone())))
        .collect();
    serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
        let key = format!("{name}.{}", error.path());
        let key_of_leaf = key.split('[').next().unwrap_or(&key);
        let origin = values.get(key_of_leaf).map_or(String::new(), |(_, origin)| format!(" ({origin})"));
        ConfigError(format!("{key}{origin}: {}", error.into_inner().to_string().trim()))
    })
}

/// How many letters must change to make one word of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
