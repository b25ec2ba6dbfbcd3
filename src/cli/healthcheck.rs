//! `healthcheck`: asks the program that serves how it is, for containers and units.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::{Common, Failure, output};
use crate::config::{Config, Https, Overrides};
use crate::https::Folder;

/// Longer than a program that is well ever takes.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than it ever says.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
/// The way on where nobody answers.
pub(super) const ELSEWHERE: &str =
    "If it was started with `serve --bind ADDRESS`, say the same --bind here, or set server.bind in the settings.";

#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    #[command(flatten)]
    at: Serving,
}

// Where the one listens that is asked. Not `///`: clap would print it in place of what the verb says of itself.
#[derive(Debug, Args)]
pub(crate) struct Serving {
    /// Address and port at which it listens, where `serve --bind` named others than the settings
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// The name under which it serves by HTTPS, where `serve --domain` said one
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
}

impl Serving {
    pub(super) fn flags(self) -> Overrides {
        Overrides { bind: self.bind, domain: self.domain, ..Overrides::default() }
    }
}

impl Healthcheck {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings_with(self.at.flags())?;
        let health = ask(&config).map_err(|error| {
            Failure::Refused(format!("Nobody answers at {}/health ({error}). {ELSEWHERE}", here(&config)))
        })?;
        output::print(common.json, &health, || {
            let failures = health["failures"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let mut lines = vec![health["status"].as_str().unwrap_or("strange").to_owned()];
            lines.extend(failures.map(str::to_owned));
            lines.join("\n  ")
        });
        if health["status"] == "ok" { Ok(()) } else { Err(Failure::Wanting) }
    }
}

/// This machine, where the program listens everywhere.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let here: IpAddr = match bind.ip() {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    if bind.ip().is_unspecified() { SocketAddr::new(here, bind.port()) } else { bind }
}

/// Where it is asked.
pub(super) fn here(config: &Config) -> String {
    let scheme = if config.https.is_some() { "https" } else { "http" };
    format!("{scheme}://{}", reachable(config.server.bind))
}

/// How the program is that serves with these settings.
pub(super) fn ask(config: &Config) -> Result<Value, String> {
    let address = reachable(config.server.bind);
    match &config.https {
        None => ask_openly(address).map_err(|error| error.to_string()),
        Some(https) => ask_secured(https, address),
    }
}

/// One request, by hand: a client for HTTPS would want the certificates of a machine that may have none.
fn ask_openly(address: SocketAddr) -> io::Result<Value> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok(serde_json::from_str(body)?)
}

/// By its name but at this machine, and known by who vouches for the certificate that is kept: it must be
/// one that browsers would take, too, had they that authority on their list.
fn ask_secured(https: &Https, address: SocketAddr) -> Result<Value, String> {
    let kept = Folder::of(https).certificate()?.ok_or("it has no certificate yet; its log says why")?;
    let issuers: Result<Vec<_>, _> = kept.issuers().map(reqwest::Certificate::from_der).collect();
    let issuers = issuers.map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder()
        .tls_certs_only(issuers)
        .resolve(https.domain(), address)
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| error.to_string())?;
    let url = format!("https://{}:{}/health", https.domain(), address.port());
    let asked = async { client.get(url).send().await?.json::<Value>().await };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answered = runtime.map_err(|error| error.to_string())?.block_on(asked);
    answered.map_err(|error| innermost(&error))
}

/// What is at the bottom of it: the client's own words say only that there was an error.
fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}
