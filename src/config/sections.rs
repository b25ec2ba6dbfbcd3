//! The sections of the configuration, as the program reads them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jsonwebtoken::Algorithm;
use tracing_subscriber::filter::Targets;

use super::{Colour, Secret};
use crate::language::Language;
use crate::store::Checkpoints;

/// Where the program listens, and how it is reached.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// A file of this machine to listen at as well, for a proxy.
    pub socket: Option<PathBuf>,
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
    /// The colour of buttons and links; none: the program's own green.
    pub accent: Option<Colour>,
    /// A file with the logo; none: the program's own leaf.
    pub logo: Option<PathBuf>,
    /// The clock by which days begin, in statistics and on pages.
    pub time_zone: TimeZone,
    /// The same, by name: `Europe/Berlin`.
    pub time_zone_name: String,
    /// The day with which weeks begin, in statistics.
    pub week_starts: Weekday,
    /// The language of those who ask for none of ours.
    pub language: Language,
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
    /// For how long after sign-in a member may change how they sign in, and an operator may act: whoever
    /// finds an open browser must be able to do neither.
    pub fresh: Duration,
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
    /// For how many days a member can answer when another asks them to pay.
    pub payment_request_days: u32,
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

/// Which acts of an operator need another one's consent.
#[derive(Debug, Clone, Copy)]
pub struct Consent {
    /// More tokens than this, in one act or in a day; `None`: nobody else is asked.
    pub above: Option<i64>,
    /// How long somebody can consent to what was proposed.
    pub valid: Duration,
}

/// What counts as unusual.
#[derive(Debug, Clone, Copy)]
pub struct Alerts {
    /// Whether anything is looked for.
    pub on: bool,
    /// A payment of so many times what a member usually pays.
    pub times_the_usual: i64,
    /// So many payments of one member in an hour.
    pub payments_in_an_hour: i64,
    /// So many new accounts that pass most of what they have on to one wallet.
    pub new_accounts: i64,
    /// So many refused sign-ins in an hour.
    pub refused_sign_ins: i64,
}

/// How members are told in their browsers.
#[derive(Debug, Clone)]
pub struct Push {
    /// Whom push services can write to about it.
    pub contact: String,
}

/// What may be reached at addresses that people put in.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Networks that may be reached although they are not public.
    pub allowed: Vec<IpNet>,
}

/// Which backups are taken by themselves.
#[derive(Debug, Clone)]
pub struct Backup {
    /// After how many hours the next is due; 0 for none.
    pub every_hours: u32,
    /// How many of them stay.
    pub keep: usize,
    /// Where they lie.
    pub folder: PathBuf,
}

/// Who may see the program's figures.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// An address and port of their own.
    pub bind: Option<SocketAddr>,
    /// What whoever asks must show; with it they are shown at the program's address, too.
    pub token: Option<Secret>,
}

/// How the program logs.
#[derive(Debug, Clone)]
pub struct Log {
    /// For people or for programs.
    pub format: LogFormat,
    /// How much: a level, or levels by part of the program.
    pub filter: Targets,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}
