//! Every setting, typed.
//!
//! A value comes from the first of these that has it: a flag of the command line, the environment
//! (`COMMUNITYTOKEN_` and the path joined by `__`, as in `COMMUNITYTOKEN_SERVER__BIND`), the
//! configuration file, the default. Where each came from is kept, for [`Config::report`].
//!
//! The file is `config.toml` in the working directory where there is one, or the one named by
//! `--config` or `COMMUNITYTOKEN_CONFIG`. Relative paths, in the file too, start at the working
//! directory. What is wrong is said all at once, in sentences, before anything is opened.
//!
//! `layers` gathers the values, `reader` reads single ones, `settings` knows the keys and makes the
//! [`Config`] of them; `providers` is the part of it that says who signs members in.

mod layers;
mod providers;
mod reader;
mod settings;

#[cfg(test)]
mod tests;

pub use providers::may_fetch;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use jsonwebtoken::Algorithm;

use crate::store::Checkpoints;

/// Everything a community can set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the program listens, and how it is reached.
    pub server: Server,
    /// Where the ledger lies.
    pub database: Database,
    /// What the community and its token are called.
    pub community: Community,
    /// Who signs members in, and who has which role from the start.
    pub identity: Identity,
    /// For how long a browser stays signed in.
    pub sessions: Sessions,
    /// What one request, caller or operator may use.
    pub limits: Limits,
    /// How the ledger is vouched for.
    pub ledger: Ledger,
    /// How the program logs.
    pub log: Log,
    report: Vec<Setting>,
}

/// Where the program listens, and how it is reached.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// The address members type, without a slash at the end; set it behind a proxy.
    pub public_url: Option<String>,
    /// Whether members on this machine call it by its name, localhost: passkeys belong to no number.
    pub goes_by_name: bool,
    /// The proxies that are believed about who called them.
    pub trusted_proxies: Vec<IpNet>,
}

impl Server {
    /// The address members know the program by.
    pub fn address(&self) -> String {
        match &self.public_url {
            Some(address) => address.clone(),
            None if self.goes_by_name => format!("http://localhost:{}", self.bind.port()),
            None => format!("http://{}", self.bind),
        }
    }
}

/// Where the ledger lies.
#[derive(Debug, Clone)]
pub struct Database {
    /// The SQLite file; the instance key and backups lie beside it.
    pub path: PathBuf,
    /// Who folds the write-ahead log into it: the program, or a replicator.
    pub checkpoints: Checkpoints,
}

/// What the community and its token are called.
#[derive(Debug, Clone)]
pub struct Community {
    /// The name on every page.
    pub name: String,
    /// What one token is called, as in "3 leaf".
    pub token_name: String,
    /// Its sign, as in "3 🍃".
    pub token_symbol: String,
    /// The clock by which days begin, in statistics and on pages.
    pub time_zone: TimeZone,
    /// The same, by name: `Europe/Berlin`.
    pub time_zone_name: String,
    /// Whether members can look each other up by name to choose a recipient.
    pub directory: bool,
}

/// Who signs members in, and who has which role from the start.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The identity providers; with none and without passkeys, the developer identity on loopback.
    pub providers: Vec<Provider>,
    /// Whether members can sign in with passkeys.
    pub passkeys: bool,
    /// Who is an operator by configuration.
    pub operators: Vec<IdentityName>,
    /// Who is an auditor by configuration.
    pub auditors: Vec<IdentityName>,
}

/// An OpenID Connect provider the community trusts.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What its tokens say in `iss`, byte for byte.
    pub issuer: String,
    /// What its tokens must say in `aud`.
    pub audience: String,
    /// A file with its keys.
    pub jwks_file: Option<PathBuf>,
    /// The address of its keys; with neither, they are found by discovery at the issuer.
    pub jwks_url: Option<String>,
    /// The name under which sign-in on the pages knows us.
    pub client_id: Option<String>,
    /// The secret that goes with it, given directly or by a file; public clients have none.
    pub client_secret: Option<Secret>,
    /// The claim that proposes a username.
    pub username_claim: String,
    /// What the button for signing in there calls it.
    pub name: String,
    /// What signing in there asks for.
    pub scopes: Vec<String>,
    /// Whether a token that was issued to our own client counts, whomever it is for.
    pub accept_azp: bool,
    /// The algorithms it may sign with; none: those that its keys are for. `HS256` stands alone, and
    /// then the client secret is the key.
    pub algorithms: Vec<Algorithm>,
    /// Whether its addresses may be `http:` on other machines than this one.
    pub allow_http: bool,
    /// The claim that names what someone may do: a key, or a path with dots.
    pub roles_claim: Option<String>,
    /// What it must name for the role of operator.
    pub operator_roles: Vec<String>,
    /// What it must name for the role of auditor.
    pub auditor_roles: Vec<String>,
}

impl Provider {
    /// A provider of which nothing else is said.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let issuer = issuer.into();
        Self {
            name: issuer.clone(),
            issuer,
            audience: audience.into(),
            jwks_file: None,
            jwks_url: None,
            client_id: None,
            client_secret: None,
            username_claim: "preferred_username".into(),
            scopes: vec!["openid".into()],
            accept_azp: false,
            algorithms: Vec::new(),
            allow_http: false,
            roles_claim: None,
            operator_roles: Vec::new(),
            auditor_roles: Vec::new(),
        }
    }

    /// Whether its tokens are signed with the client secret instead of a key of its own.
    pub fn signs_with_secret(&self) -> bool {
        self.algorithms.contains(&Algorithm::HS256)
    }
}

/// For how long a browser stays signed in.
#[derive(Debug, Clone, Copy)]
pub struct Sessions {
    /// A session nobody used for this long is over.
    pub idle: Duration,
    /// A session is over after this long, however much it is used.
    pub absolute: Duration,
    /// For how long after sign-in a session keeps the roles that the provider's claims gave. They are
    /// not looked up again, so this is how long someone keeps a role that was taken away over there.
    pub claimed_role: Duration,
}

/// A member as an identity provider names them, written `issuer|subject`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdentityName {
    /// The provider.
    pub issuer: String,
    /// Its name for the member.
    pub subject: String,
}

/// What one request, caller or operator may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most recipients one distribution may serve.
    pub recipients_per_distribution: usize,
    /// For how many days a repeated `Idempotency-Key` gets its first answer.
    pub idempotency_days: u32,
    /// How many requests a caller may send in a minute; 0 for any number.
    pub requests_per_minute: u32,
    /// The same for a service client, which calls for many members.
    pub requests_per_minute_of_client: u32,
    /// How many requests of strangers may come from one address in a minute; 0 for any number.
    pub requests_per_minute_per_address: u32,
    /// Open connections at most.
    pub connections: usize,
    /// Open connections of one address at most; 0 for any number.
    pub connections_per_address: usize,
    /// How long the head of a request may take to arrive, from its first byte.
    pub header: Duration,
    /// How long a body may take to arrive.
    pub body: Duration,
    /// How long a client may take no byte of the answer that waits for it.
    pub answer: Duration,
    /// How long a connection may stay open without a request.
    pub idle: Duration,
}

/// How the ledger is vouched for.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// After how many minutes with new transactions a signed checkpoint is taken; 0 for none.
    pub checkpoint_minutes: u32,
}

/// How the program logs.
#[derive(Debug, Clone)]
pub struct Log {
    /// For people or for programs.
    pub format: LogFormat,
    /// How much: a level, or levels by part of the program.
    pub filter: String,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// A value that is used, never shown and never compared.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A secret of this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// What is shown in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// What the command line sets; it wins over everything else.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`: the file, which must exist.
    pub config: Option<PathBuf>,
    /// `--database`
    pub database: Option<PathBuf>,
    /// `--bind`
    pub bind: Option<SocketAddr>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file, by its path.
    File(PathBuf),
    /// A variable of the environment, by its name.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One setting as it is in force, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its path: `server.bind`.
    pub key: String,
    /// Its value as text; `(hidden)` for secrets, empty where nothing is set.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// What is wrong with the configuration: one sentence for each thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The sentences.
    pub problems: Vec<String>,
}

impl ConfigError {
    fn one(problem: impl Into<String>) -> Self {
        Self { problems: vec![problem.into()] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// Reads the configuration: flags over environment over file over default.
pub fn load(overrides: &Overrides) -> Result<Config, ConfigError> {
    load_with(overrides, std::env::vars_os(), PathBuf::from("config.toml"))
}

/// The same with an environment and a usual file of one's own, for tests.
fn load_with(
    overrides: &Overrides,
    environment: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    usual_file: PathBuf,
) -> Result<Config, ConfigError> {
    settings::build(layers::gather(overrides, environment, usual_file)?)
}

impl Config {
    /// Every setting with its value and where it came from, secrets hidden.
    pub fn report(&self) -> &[Setting] {
        &self.report
    }

    /// The files in which secrets stand.
    pub fn secret_files(&self) -> impl Iterator<Item = &Path> {
        self.report.iter().filter_map(|setting| match &setting.origin {
            Origin::File(path) if setting.value == HIDDEN => Some(path.as_path()),
            _ if setting.key.ends_with("secret_file") && !setting.value.is_empty() => Some(Path::new(&setting.value)),
            _ => None,
        })
    }

    /// Whether the program signs people in by their word alone, for want of a provider and of
    /// passkeys.
    pub fn uses_developer_identity(&self) -> bool {
        self.identity.providers.is_empty() && !self.identity.passkeys
    }

    /// Whether this configuration may be served. With the developer identity, anyone who reaches
    /// the program can be anyone, so then it may only listen on this machine.
    pub fn check_serving(&self) -> Result<(), ConfigError> {
        let bind = self.server.bind;
        if self.uses_developer_identity() && !bind.ip().is_loopback() {
            let unfit = match &self.server.public_url {
                Some(url) if !self.server.can_have_passkeys() => format!("No passkey can belong to {url}. "),
                _ => String::new(),
            };
            return Err(ConfigError::one(format!(
                "server.bind is {bind}, which others can reach, and no identity provider is configured: \
                 with the developer identity everyone who reaches the program could be anyone. {unfit}\
                 Either set server.public_url to the https address that members type, and they sign in with passkeys; \
                 or configure a provider, [[identity.providers]] with issuer and client_id; \
                 or bind to this machine alone, as in 127.0.0.1:{}.",
                bind.port()
            )));
        }
        Ok(())
    }
}
