//! The keys there are, and the [`Config`] made of their values.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use reqwest::Url;
use tracing_subscriber::EnvFilter;

use super::layers::Values;
use super::reader::Reader;
use super::{
    Community, Config, ConfigError, Database, HIDDEN, Identity, IdentityName, Ledger, Limits, Log, LogFormat, Provider,
    Secret, Server,
};
use crate::store::Checkpoints;

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    List,
}

/// The list of providers, each a table with the keys that begin with `identity.providers[]`.
pub(super) const PROVIDERS: &str = "identity.providers";

/// A default as it stands in the example file; empty for "not set".
pub(super) type Default = &'static str;

const KEYS: &[(&str, Kind, Default)] = &[
    ("server.bind", Kind::Text, "127.0.0.1:8080"),
    ("server.public_url", Kind::Text, ""),
    ("database.path", Kind::Text, "data/communitytoken.db"),
    ("database.checkpoints", Kind::Text, "own"),
    ("community.name", Kind::Text, "Our community"),
    ("community.token_name", Kind::Text, "token"),
    ("community.token_symbol", Kind::Text, "🪙"),
    ("community.time_zone", Kind::Text, "UTC"),
    ("community.week_starts", Kind::Text, "monday"),
    ("community.directory", Kind::Switch, "true"),
    ("identity.operators", Kind::List, ""),
    ("identity.auditors", Kind::List, ""),
    ("identity.providers[].issuer", Kind::Text, ""),
    ("identity.providers[].audience", Kind::Text, ""),
    ("identity.providers[].jwks_file", Kind::Text, ""),
    ("identity.providers[].jwks_url", Kind::Text, ""),
    ("identity.providers[].client_id", Kind::Text, ""),
    ("identity.providers[].client_secret", Kind::Text, ""),
    ("identity.providers[].client_secret_file", Kind::Text, ""),
    ("identity.providers[].username_claim", Kind::Text, "preferred_username"),
    ("limits.recipients_per_distribution", Kind::Number, "100"),
    ("limits.idempotency_days", Kind::Number, "7"),
    ("limits.requests_per_minute", Kind::Number, "300"),
    ("ledger.checkpoint_minutes", Kind::Number, "5"),
    ("limits.connections", Kind::Number, "2000"),
    ("limits.connections_per_address", Kind::Number, "0"),
    ("limits.header_seconds", Kind::Number, "10"),
    ("limits.body_seconds", Kind::Number, "10"),
    ("limits.answer_seconds", Kind::Number, "10"),
    ("limits.idle_seconds", Kind::Number, "75"),
    ("log.format", Kind::Text, "text"),
    ("log.filter", Kind::Text, "info"),
];

/// Every key, a provider's with `[]` in the place of its number.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, ..)| *key)
}

/// The tables in which the keys lie.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    let sections = keys().filter_map(|key| key.rsplit_once('.'));
    sections.map(|(section, _)| section.trim_end_matches("[]"))
}

/// What the setting at this path holds, if there is one.
pub(super) fn kind(path: &str) -> Option<Kind> {
    entry(path).map(|(_, kind, _)| *kind)
}

pub(super) fn entry(path: &str) -> Option<&'static (&'static str, Kind, Default)> {
    let pattern = pattern(path);
    KEYS.iter().find(|(key, ..)| *key == pattern)
}

/// Whether settings lie below this path.
pub(super) fn is_section(path: &str) -> bool {
    let section = format!("{}.", pattern(path));
    keys().any(|key| key.starts_with(&section))
}

/// The number of the provider a path speaks of.
pub(super) fn place(path: &str) -> Option<usize> {
    let rest = path.strip_prefix(PROVIDERS)?.strip_prefix('.')?;
    rest.split('.').next()?.parse().ok()
}

/// The path as it stands in the list of keys: `identity.providers.3.issuer` is
/// `identity.providers[].issuer` there.
pub(super) fn pattern(path: &str) -> String {
    match place(path) {
        Some(place) => path.replacen(&format!("{PROVIDERS}.{place}"), "identity.providers[]", 1),
        None => path.to_owned(),
    }
}

/// Makes the configuration of the values, or says everything that is wrong with them.
pub(super) fn build(values: Values) -> Result<Config, ConfigError> {
    let mut read = Reader::new(values);
    let server = read.server();
    let database = read.database();
    let community = read.community();
    let identity = Identity {
        providers: read.providers(),
        operators: read.identities("identity.operators"),
        auditors: read.identities("identity.auditors"),
    };
    let limits = read.limits();
    let ledger = Ledger { checkpoint_minutes: read.number("ledger.checkpoint_minutes", 0, 1440) };
    let log = Log { format: read.log_format(), filter: read.log_filter() };
    if !read.values.problems.is_empty() {
        return Err(ConfigError { problems: read.values.problems });
    }
    Ok(Config { server, database, community, identity, limits, ledger, log, report: read.report })
}

impl Reader {
    fn server(&mut self) -> Server {
        let bind = self.needed("server.bind");
        let bind = bind.parse().unwrap_or_else(|_| {
            self.wrong("server.bind", "must be an address and a port, as in 127.0.0.1:8080 or [::1]:8080");
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let public_url = self.text("server.public_url");
        if let Some(url) = &public_url
            && !web_address(url)
                .is_some_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        {
            self.wrong(
                "server.public_url",
                "must be an http or https address without a path, as in https://tokens.example.org",
            );
        }
        Server { bind, public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()) }
    }

    fn database(&mut self) -> Database {
        let path = PathBuf::from(self.needed("database.path"));
        let checkpoints = match self.needed("database.checkpoints").as_str() {
            "own" => Checkpoints::Own,
            "external" => Checkpoints::External,
            _ => {
                self.wrong("database.checkpoints", "must be \"own\" or \"external\"");
                Checkpoints::Own
            }
        };
        Database { path, checkpoints }
    }

    fn limits(&mut self) -> Limits {
        Limits {
            recipients_per_distribution: self.number("limits.recipients_per_distribution", 1, 10_000) as usize,
            idempotency_days: self.number("limits.idempotency_days", 7, 3650),
            requests_per_minute: self.number("limits.requests_per_minute", 0, 1_000_000),
            connections: self.number("limits.connections", 1, 100_000) as usize,
            connections_per_address: self.number("limits.connections_per_address", 0, 100_000) as usize,
            header: self.seconds("limits.header_seconds", 15),
            body: self.seconds("limits.body_seconds", 15),
            answer: self.seconds("limits.answer_seconds", 15),
            idle: self.seconds("limits.idle_seconds", 3600),
        }
    }

    fn seconds(&mut self, key: &str, most: u32) -> Duration {
        Duration::from_secs(self.number(key, 1, most).into())
    }

    fn community(&mut self) -> Community {
        let name = self.needed("community.name");
        let token_name = self.needed("community.token_name");
        let token_symbol = self.needed("community.token_symbol");
        let time_zone_name = self.needed("community.time_zone");
        let time_zone = TimeZone::get(&time_zone_name).unwrap_or_else(|_| {
            self.wrong(
                "community.time_zone",
                format!("names no time zone: there is no {time_zone_name:?}; one is Europe/Berlin"),
            );
            TimeZone::UTC
        });
        let week_starts = match self.needed("community.week_starts").as_str() {
            "monday" => Weekday::Monday,
            "sunday" => Weekday::Sunday,
            _ => {
                self.wrong("community.week_starts", "must be \"monday\" or \"sunday\"");
                Weekday::Monday
            }
        };
        Community {
            name,
            token_name,
            token_symbol,
            time_zone,
            time_zone_name,
            week_starts,
            directory: self.switch("community.directory"),
        }
    }

    fn providers(&mut self) -> Vec<Provider> {
        let last = self.values.set.keys().filter_map(|key| place(key)).max();
        let mut providers: Vec<Provider> = Vec::new();
        // A place left out in between has no issuer, and that is what will be said.
        for place in 0..last.map_or(0, |last| last.min(99) + 1) {
            let provider = self.provider(&format!("{PROVIDERS}.{place}"));
            if providers.iter().any(|other| other.issuer == provider.issuer) {
                self.wrong(
                    &format!("{PROVIDERS}.{place}.issuer"),
                    "is configured twice; each issuer may be there once",
                );
            }
            providers.push(provider);
        }
        providers
    }

    fn provider(&mut self, at: &str) -> Provider {
        let key = |name: &str| format!("{at}.{name}");
        let issuer = self.needed(&key("issuer"));
        // The first are our own; the second could not be told apart in "issuer|subject".
        if issuer.starts_with("urn:communitytoken:") || issuer.contains('|') {
            self.wrong(&key("issuer"), "cannot be a provider's issuer");
        }
        let audience = self.needed(&key("audience"));
        let jwks_file = self.text(&key("jwks_file")).map(PathBuf::from);
        let jwks_url = self.text(&key("jwks_url"));
        match (&jwks_file, &jwks_url) {
            (Some(_), Some(_)) => {
                self.wrong(&key("jwks_url"), "is set beside jwks_file; the keys come from one of them");
            }
            (None, Some(url)) if web_address(url).is_none() => {
                self.wrong(&key("jwks_url"), "must be an http or https address");
            }
            (None, None) if !issuer.is_empty() && web_address(&issuer).is_none() => self.wrong(
                &key("issuer"),
                "is no http or https address at which keys can be found; set jwks_file or jwks_url",
            ),
            _ => {}
        }
        Provider {
            jwks_file,
            jwks_url,
            client_id: self.text(&key("client_id")),
            client_secret: self.secret(&key("client_secret")),
            username_claim: self.needed(&key("username_claim")),
            issuer,
            audience,
        }
    }

    /// A secret, given directly or in the file that `{key}_file` names.
    fn secret(&mut self, key: &str) -> Option<Secret> {
        let direct = self.raw(key);
        self.note(key, if direct.is_some() { HIDDEN } else { "" });
        let file_key = format!("{key}_file");
        let Some(path) = self.text(&file_key) else {
            return direct.map(Secret);
        };
        if direct.is_some() {
            self.wrong(&file_key, format!("is set beside {key}; use one of them"));
        }
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => Some(Secret(text.trim().to_owned())),
            Ok(_) => {
                self.wrong(&file_key, format!("names {path}, which is empty"));
                None
            }
            Err(error) => {
                self.wrong(&file_key, format!("names {path}, which cannot be read: {error}"));
                None
            }
        }
    }

    fn identities(&mut self, key: &str) -> Vec<IdentityName> {
        let mut identities = Vec::new();
        for entry in self.list(key) {
            // At the first bar: no issuer has one, and subjects of some providers do.
            match entry.split_once('|') {
                Some((issuer, subject)) if !issuer.is_empty() && !subject.is_empty() => {
                    identities.push(IdentityName { issuer: issuer.to_owned(), subject: subject.to_owned() });
                }
                _ => self.wrong(
                    key,
                    format!("has {entry:?}; each entry is issuer|subject, as in https://id.example.org|248289761001"),
                ),
            }
        }
        identities
    }

    fn log_format(&mut self) -> LogFormat {
        match self.needed("log.format").as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => {
                self.wrong("log.format", "must be \"text\" or \"json\"");
                LogFormat::Text
            }
        }
    }

    fn log_filter(&mut self) -> String {
        let filter = self.needed("log.filter");
        if let Err(error) = EnvFilter::try_new(&filter) {
            self.wrong(
                "log.filter",
                format!("is no level and no list of target=level, as in info or warn,communitytoken=debug: {error}"),
            );
        }
        filter
    }
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
