//! A server of its own process, as members meet it, and what the system knows of a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::community::Community;
use super::load;
use crate::cli::Failure;
use crate::server::Address;

/// A running server; ended when dropped.
pub(super) struct Server {
    child: Child,
    /// Kept open: a server whose words nobody reads would be told so.
    _words: BufReader<ChildStdout>,
    /// Its port.
    pub(super) port: Address,
    /// The file by which it can be reached as well.
    pub(super) file: Address,
    /// From the start of the program to its first answer.
    pub(super) started_within: Duration,
}

impl Server {
    /// Starts this very program on the community's database.
    pub(super) fn start(community: &Community) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::Refused(format!("The server could not be started ({error})."));
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        for (name, _) in std::env::vars_os() {
            // The settings of another community are none of this one's.
            if name.to_string_lossy().starts_with("COMMUNITYTOKEN_") {
                command.env_remove(name);
            }
        }
        let began = Instant::now();
        let mut child = command
            .arg("serve")
            .arg("--config")
            .arg(&community.config_file)
            .arg("--database")
            .arg(&community.config.database.path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let out = child.stdout.take().ok_or_else(|| Failure::Refused("The server has no output.".into()))?;
        let mut words = BufReader::new(out);
        let mut line = String::new();
        words.read_line(&mut line).map_err(failed)?;
        let port = line.split_whitespace().find_map(|word| word.strip_prefix("http://")?.parse().ok());
        let ways = port.zip(community.config.server.socket.clone());
        let (port, file) = ways.ok_or_else(|| Failure::Refused("The server did not start.".into()))?;
        let (port, file) = (Address::Port(port), Address::File(file));
        let mut server = Self { child, _words: words, port, file, started_within: Duration::ZERO };
        load::once(&server.port, "/health")?;
        server.started_within = began.elapsed();
        Ok(server)
    }

    /// Processor time of the server so far.
    pub(super) fn processor_time(&self) -> Option<Duration> {
        processor_time(&self.child.id().to_string())
    }

    /// Resident memory of the server, in bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        Some(number(&status, "VmRSS:")? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Processor time that a process has used so far, where the system counts it.
pub(super) fn processor_time(process: &str) -> Option<Duration> {
    /// The unit of the count, whatever the machine.
    const TICK: Duration = Duration::from_millis(10);
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    Some(TICK * (times.next()?.ok()? + times.next()?.ok()?))
}

/// What each of so many took of a time that went from one reading to another.
pub(super) fn microseconds_each(before: Option<Duration>, after: Option<Duration>, count: u64) -> Option<f64> {
    let passed = after?.checked_sub(before?)?;
    Some(1e6 / super::ledger::per_second(count.max(1), passed))
}

/// Bytes a process has handed to the disk so far, where the system counts them.
pub(super) fn bytes_written(process: &str) -> Option<u64> {
    number(&std::fs::read_to_string(format!("/proc/{process}/io")).ok()?, "write_bytes:")
}

/// The number that stands after a name in a table of the system.
pub(super) fn number(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
