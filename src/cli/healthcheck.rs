//! `healthcheck`: asks the program that serves how it is, for containers and units.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::{Common, Failure, output};

/// Longer than a program that is well ever takes.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than it ever says.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
/// The way on where nobody answers.
pub(super) const ELSEWHERE: &str =
    "If it was started with `serve --bind ADDRESS`, say the same --bind here, or set server.bind in the settings.";

/// Ask the program that serves how it is; for containers and units.
#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    #[command(flatten)]
    at: Serving,
}

/// Where the one listens that is asked.
#[derive(Debug, Args)]
pub(crate) struct Serving {
    /// Address and port at which it listens, where `serve --bind` named others than the settings
    #[arg(long, value_name = "ADDRESS")]
    pub(super) bind: Option<SocketAddr>,
}

impl Healthcheck {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let address = reachable(common.settings(self.at.bind)?.server.bind);
        let health = ask(address).map_err(|error| {
            Failure::Refused(format!("Nobody answers at http://{address}/health ({error}). {ELSEWHERE}"))
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
pub(super) fn reachable(bind: SocketAddr) -> SocketAddr {
    let here: IpAddr = match bind.ip() {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    if bind.ip().is_unspecified() { SocketAddr::new(here, bind.port()) } else { bind }
}

/// One request, by hand: a client for HTTPS would want the certificates of a machine that may have none.
pub(super) fn ask(address: SocketAddr) -> io::Result<Value> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok(serde_json::from_str(body)?)
}
