//! The keys there are, and the [`Config`] made of their values.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use tracing_subscriber::filter::Targets;

use super::layers::Values;
use super::providers::web_address;
use super::reader::Reader;
use super::{
    Alerts, Backup, Community, Config, ConfigError, Consent, Database, Identity, IdentityName, Ledger, Limits, Log,
    LogFormat, Metrics, Outgoing, Push, Server, Sessions,
};
use crate::language::Language;
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

/// The shortest token for figures.
const TOKEN_MIN: usize = 16;

const KEYS: &[(&str, Kind, Default)] = &[
    ("server.bind", Kind::Text, "127.0.0.1:8080"),
    ("server.socket", Kind::Text, ""),
    ("server.public_url", Kind::Text, ""),
    ("server.trusted_proxies", Kind::List, ""),
    ("https.domain", Kind::Text, ""),
    ("https.further_domains", Kind::List, ""),
    ("https.contact", Kind::Text, ""),
    ("https.directory", Kind::Text, "https://acme-v02.api.letsencrypt.org/directory"),
    ("https.root_file", Kind::Text, ""),
    ("https.folder", Kind::Text, ""),
    ("https.redirect_bind", Kind::Text, "[::]:80"),
    ("database.path", Kind::Text, "data/communitytoken.db"),
    ("database.checkpoints", Kind::Text, "own"),
    ("community.name", Kind::Text, "Our community"),
    ("community.token_name", Kind::Text, "token"),
    ("community.token_symbol", Kind::Text, "¤"),
    ("community.accent", Kind::Text, ""),
    ("community.logo", Kind::Text, ""),
    ("community.time_zone", Kind::Text, "UTC"),
    ("community.week_starts", Kind::Text, "monday"),
    ("community.language", Kind::Text, "en"),
    ("community.directory", Kind::Switch, "true"),
    ("identity.passkeys", Kind::Switch, ""),
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
    ("identity.providers[].name", Kind::Text, ""),
    ("identity.providers[].scopes", Kind::List, "openid, profile"),
    ("identity.providers[].accept_azp", Kind::Switch, "false"),
    ("identity.providers[].algorithms", Kind::List, ""),
    ("identity.providers[].allow_http", Kind::Switch, "false"),
    ("identity.providers[].roles_claim", Kind::Text, ""),
    ("identity.providers[].operator_roles", Kind::List, ""),
    ("identity.providers[].auditor_roles", Kind::List, ""),
    ("sessions.idle_days", Kind::Number, "14"),
    ("sessions.absolute_days", Kind::Number, "90"),
    ("sessions.claimed_role_hours", Kind::Number, "12"),
    ("sessions.fresh_minutes", Kind::Number, "15"),
    ("limits.recipients_per_distribution", Kind::Number, "100"),
    ("limits.idempotency_days", Kind::Number, "7"),
    ("limits.payment_request_days", Kind::Number, "30"),
    ("limits.requests_per_minute", Kind::Number, "300"),
    ("limits.requests_per_minute_of_client", Kind::Number, "3000"),
    ("limits.requests_per_minute_per_address", Kind::Number, "600"),
    ("ledger.checkpoint_minutes", Kind::Number, "5"),
    ("consent.above", Kind::Number, ""),
    ("consent.valid_hours", Kind::Number, "72"),
    ("fees.percent", Kind::Text, ""),
    ("fees.fixed", Kind::Number, ""),
    ("fees.at_most", Kind::Number, ""),
    ("fees.to", Kind::Text, ""),
    ("fees.exempt", Kind::List, ""),
    ("alerts.on", Kind::Switch, "true"),
    ("alerts.times_the_usual", Kind::Number, "10"),
    ("alerts.payments_in_an_hour", Kind::Number, "20"),
    ("alerts.new_accounts", Kind::Number, "5"),
    ("alerts.refused_sign_ins", Kind::Number, "50"),
    ("limits.connections", Kind::Number, "2000"),
    ("limits.connections_per_address", Kind::Number, "0"),
    ("limits.header_seconds", Kind::Number, "10"),
    ("limits.body_seconds", Kind::Number, "10"),
    ("limits.answer_seconds", Kind::Number, "10"),
    ("limits.idle_seconds", Kind::Number, "75"),
    ("mail.host", Kind::Text, ""),
    ("mail.port", Kind::Number, "0"),
    ("mail.tls", Kind::Text, "starttls"),
    ("mail.user", Kind::Text, ""),
    ("mail.password", Kind::Text, ""),
    ("mail.password_file", Kind::Text, ""),
    ("mail.from", Kind::Text, ""),
    ("push.contact", Kind::Text, ""),
    ("outgoing.allowed_networks", Kind::List, ""),
    ("backup.every_hours", Kind::Number, "0"),
    ("backup.keep", Kind::Number, "7"),
    ("backup.folder", Kind::Text, "backups"),
    ("metrics.bind", Kind::Text, ""),
    ("metrics.token", Kind::Text, ""),
    ("metrics.token_file", Kind::Text, ""),
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
    let mut server = read.server();
    let database = read.database();
    let https = read.https(&mut server, &database.path);
    let community = read.community();
    let providers = read.providers();
    let identity = Identity {
        passkeys: read.passkeys(&server, !providers.is_empty()),
        providers,
        operators: read.identities("identity.operators"),
        auditors: read.identities("identity.auditors"),
    };
    server.goes_by_name = identity.passkeys;
    if server.public_url.is_none()
        && server.bind.ip().is_unspecified()
        && identity.providers.iter().any(|provider| provider.client_id.is_some())
    {
        read.wrong("server.public_url", "must be set for signing in: it is where a provider sends members back to");
    }
    let sessions = read.sessions();
    let limits = read.limits();
    let ledger = Ledger { checkpoint_minutes: read.number("ledger.checkpoint_minutes", 0, 1440) };
    let consent = Consent {
        above: read.tokens_if_set("consent.above"),
        valid: Duration::from_hours(read.number("consent.valid_hours", 1, 8760).into()),
    };
    let fees = read.fees();
    let alerts = Alerts {
        on: read.switch("alerts.on"),
        times_the_usual: read.number("alerts.times_the_usual", 2, 1000).into(),
        payments_in_an_hour: read.number("alerts.payments_in_an_hour", 2, 1_000_000).into(),
        new_accounts: read.number("alerts.new_accounts", 2, 1000).into(),
        refused_sign_ins: read.number("alerts.refused_sign_ins", 2, 1_000_000).into(),
    };
    let mail = read.mail();
    let push = read.push();
    let outgoing = Outgoing { allowed: read.networks("outgoing.allowed_networks") };
    let backup = Backup {
        every_hours: read.number("backup.every_hours", 0, 720),
        keep: read.number("backup.keep", 1, 1000) as usize,
        folder: PathBuf::from(read.needed("backup.folder")),
    };
    let metrics = read.metrics();
    let log = Log { format: read.log_format(), filter: read.log_filter() };
    if !read.values.problems.is_empty() {
        return Err(ConfigError { problems: read.values.problems });
    }
    Ok(Config {
        server,
        https,
        database,
        community,
        identity,
        sessions,
        limits,
        ledger,
        consent,
        fees,
        alerts,
        mail,
        push,
        outgoing,
        backup,
        metrics,
        log,
        report: read.report,
        secrets: read.secrets,
    })
}

impl Reader {
    fn server(&mut self) -> Server {
        let bind = self.needed("server.bind");
        let bind = bind.parse().unwrap_or_else(|_| {
            self.wrong("server.bind", "must be an address and a port, as in 127.0.0.1:8080 or [::1]:8080");
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let socket = self.text("server.socket").map(PathBuf::from);
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
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Server {
            bind,
            socket,
            public_url,
            goes_by_name: false,
            trusted_proxies: self.networks("server.trusted_proxies"),
        }
    }

    /// Addresses, or networks of them.
    fn networks(&mut self, key: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for entry in self.list(key) {
            match entry.parse().or_else(|_| entry.parse().map(|address: IpAddr| address.into())) {
                Ok(network) => networks.push(network),
                Err(_) => self.wrong(
                    key,
                    format!("has {entry:?}; each entry is an address or a network, as in 127.0.0.1 or 10.0.0.0/8"),
                ),
            }
        }
        networks
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

    fn sessions(&mut self) -> Sessions {
        let hour = Duration::from_hours(1);
        let idle = hour * 24 * self.number("sessions.idle_days", 1, 365);
        let absolute = hour * 24 * self.number("sessions.absolute_days", 1, 365);
        let claimed_role = hour * self.number("sessions.claimed_role_hours", 0, 8760);
        let fresh = hour / 60 * self.number("sessions.fresh_minutes", 1, 1440);
        Sessions { idle, absolute, claimed_role, fresh }
    }

    /// Figures of a community are not for strangers: they are shown on this machine alone, or to who has
    /// the token.
    fn metrics(&mut self) -> Metrics {
        let bind = self.text("metrics.bind").and_then(|text| {
            let bind = text.parse::<SocketAddr>();
            if bind.is_err() {
                self.wrong("metrics.bind", "must be an address and a port, as in 127.0.0.1:9464");
            }
            bind.ok()
        });
        let token = self.secret("metrics.token");
        if token.as_ref().is_some_and(|token| token.reveal().len() < TOKEN_MIN) {
            self.wrong(
                "metrics.token",
                format!("must have at least {TOKEN_MIN} characters, so that nobody guesses it"),
            );
        }
        if token.is_none() && bind.is_some_and(|bind| !bind.ip().is_loopback()) {
            self.wrong("metrics.bind", "can be reached by others, so metrics.token or metrics.token_file must be set");
        }
        Metrics { bind, token }
    }

    /// Members are told in their browsers where somebody can be written to about it: push services want it so.
    fn push(&mut self) -> Option<Push> {
        const KEY: &str = "push.contact";
        let contact = self.text(KEY)?;
        if !contact.starts_with("mailto:") && !contact.starts_with("https://") {
            self.wrong(KEY, "must begin with mailto: or https://, as in mailto:operators@example.org");
        }
        Some(Push { contact })
    }

    fn limits(&mut self) -> Limits {
        Limits {
            recipients_per_distribution: self.number("limits.recipients_per_distribution", 1, 10_000) as usize,
            idempotency_days: self.number("limits.idempotency_days", 7, 3650),
            payment_request_days: self.number("limits.payment_request_days", 1, 365),
            requests_per_minute: self.number("limits.requests_per_minute", 0, 1_000_000),
            requests_per_minute_of_client: self.number("limits.requests_per_minute_of_client", 0, 1_000_000),
            requests_per_minute_per_address: self.number("limits.requests_per_minute_per_address", 0, 1_000_000),
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
        let accent = self.text("community.accent").and_then(|text| {
            text.parse().map_err(|()| self.wrong("community.accent", "must be a colour like \"#1b6b4a\"")).ok()
        });
        let logo = self.text("community.logo").map(PathBuf::from);
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
        let language = self.needed("community.language").parse().unwrap_or_else(|()| {
            self.wrong("community.language", "must be \"en\", \"ja\", \"es\" or \"de\"");
            Language::default()
        });
        Community {
            name,
            token_name,
            token_symbol,
            accent,
            logo,
            time_zone,
            time_zone_name,
            week_starts,
            language,
            directory: self.switch("community.directory"),
        }
    }

    /// Passkeys are in use where it is said so, or by themselves where there is no provider and members
    /// reach the community at an address that can have them.
    fn passkeys(&mut self, server: &Server, has_provider: bool) -> bool {
        const KEY: &str = "identity.passkeys";
        let said = self.switch_if_set(KEY);
        if said == Some(true) && !server.can_have_passkeys() {
            self.wrong(
                KEY,
                "is true, but passkeys need server.public_url to be an https address with a name, as in https://tokens.example.org, or http://localhost",
            );
        }
        let passkeys = said.unwrap_or(!has_provider && server.public_url.is_some() && server.can_have_passkeys());
        self.note(KEY, passkeys.to_string());
        passkeys
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

    fn log_filter(&mut self) -> Targets {
        self.needed("log.filter").parse().unwrap_or_else(|error| {
            self.wrong(
                "log.filter",
                format!("is no level and no list of target=level, as in info or warn,communitytoken=debug: {error}"),
            );
            Targets::new()
        })
    }
}

impl Server {
    /// Whether browsers let passkeys belong to the address members type: HTTPS and a name, or this machine
    /// by its name.
    pub fn can_have_passkeys(&self) -> bool {
        let Some(address) = &self.public_url else { return self.bind.ip().is_loopback() };
        web_address(address).is_some_and(|address| {
            address.domain().is_some_and(|name| address.scheme() == "https" || name == "localhost")
        })
    }
}
