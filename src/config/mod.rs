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
//! [`Config`] of them, whose `sections` are typed; `providers` is the part of it that says who signs
//! members in, `https` that which says for which name the program has certificates, `mail` that which says how they are written to, and `fees` what it costs them to pay each other.

mod colour;
mod fees;
mod https;
mod layers;
mod mail;
mod percent;
mod providers;
mod reader;
mod secret;
mod sections;
mod settings;

#[cfg(test)]
mod tests;

pub use colour::Colour;
pub use fees::Fees;
pub use https::Https;
pub use mail::{Mail, MailTls};
pub use percent::Percent;
pub use providers::may_fetch;
pub use secret::Secret;
pub use sections::{
    Alerts, Backup, Community, Consent, Database, Identity, IdentityName, Ledger, Limits, Log, LogFormat, Metrics,
    Outgoing, Provider, Push, Server, Sessions,
};

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secret::HIDDEN;

/// How the settings end that name a file with a secret.
const SECRET_FILES: [&str; 3] = ["secret_file", "password_file", "token_file"];

/// Everything a community can set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the program listens, and how it is reached.
    pub server: Server,
    /// HTTPS by the program itself; none: a proxy brings it, or nobody.
    pub https: Option<Https>,
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
    /// Which acts of an operator need another one's consent.
    pub consent: Consent,
    /// What it costs members to pay each other; `None`: nothing. Every payment takes it along.
    pub fees: Option<Arc<Fees>>,
    /// What counts as unusual.
    pub alerts: Alerts,
    /// How members are written to; none: not at all.
    pub mail: Option<Mail>,
    /// How members are told in their browsers; none: not at all.
    pub push: Option<Push>,
    /// What may be reached at addresses that people put in.
    pub outgoing: Outgoing,
    /// Which backups are taken by themselves.
    pub backup: Backup,
    /// Who may see the program's figures.
    pub metrics: Metrics,
    /// How the program logs.
    pub log: Log,
    report: Vec<Setting>,
    secrets: Vec<(String, Secret)>,
}

/// What the command line sets; it wins over everything else.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`: the file, which must exist.
    pub config: Option<PathBuf>,
    /// `--database`
    pub database: Option<PathBuf>,
    /// `--bind`
    pub bind: Option<SocketAddr>,
    /// `--domain`
    pub domain: Option<String>,
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

    /// Of what backups are taken, and where they are kept.
    pub fn backups(&self) -> crate::backups::Plan {
        crate::backups::Plan {
            database: self.database.path.clone(),
            checkpoints: self.database.checkpoints,
            folder: self.backup.folder.clone(),
            keep: self.backup.keep,
        }
    }

    /// The secrets in force, by the keys of their settings.
    pub fn secrets(&self) -> &[(String, Secret)] {
        &self.secrets
    }

    /// The files in which secrets stand.
    pub fn secret_files(&self) -> impl Iterator<Item = &Path> {
        self.report.iter().filter_map(|setting| match &setting.origin {
            Origin::File(path) if setting.value == HIDDEN => Some(path.as_path()),
            _ if SECRET_FILES.iter().any(|name| setting.key.ends_with(name)) && !setting.value.is_empty() => {
                Some(Path::new(&setting.value))
            }
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
