//! `bench`: what this machine can do, as a table. It makes communities of its own in temporary
//! folders, serves them on loopback by a server of its own process, and cleans up. Bounded in count
//! and time.

mod community;
mod futures;
mod issuer;
mod ledger;
mod load;
mod operators;
mod process;
mod table;
mod tokens;

use std::borrow::Cow;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use self::community::Community;
use self::load::Ask;
use self::process::Server;
use self::table::{Line, Timing};
use super::{Common, Failure, output};

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Only these parts
    #[arg(long, value_delimiter = ',', value_name = "PARTS")]
    only: Vec<Part>,
    /// Connections at the same time
    #[arg(long, value_delimiter = ',', value_name = "COUNTS", default_values_t = [1, 8, 32, 100, 500],
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: Vec<u16>,
    /// Transactions in the ledgers that are read
    #[arg(long, value_delimiter = ',', value_name = "COUNTS", default_values_t = [10_000, 1_000_000, 10_000_000],
          value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    sizes: Vec<u64>,
    /// How long each is measured
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// A first impression in half a minute: one second each, 10 thousand transactions
    #[arg(long, conflicts_with_all = ["sizes", "seconds"])]
    quick: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The ledger without HTTP
    Ledger,
    /// Transfers over HTTP
    Transfers,
    /// Checking tokens, and transfers while new ones come
    Tokens,
    /// Wallet, history, search and statistics over HTTP
    Reads,
    /// Distributions to a hundred members
    Distribution,
    /// Operators' lists, and distributions to ten thousand members
    Operators,
    /// From start to first answer
    Start,
    /// Memory of the server
    Memory,
    /// Futures lived by the sandbox
    Sandbox,
}

/// How members come.
const BY_PORT: &str = "transfers over HTTP";
/// How a proxy of the same machine comes, and how clients come to PostgreSQL in the comparison.
const BY_FILE: &str = "transfers over HTTP, by a Unix socket";
/// Commands in one commit.
const BATCHES: [usize; 5] = [1, 8, 32, 100, 1000];
/// Readers at the same time.
const READERS: usize = 100;
/// Pages that members open most.
const PAGES: [(&str, &str); 6] = [
    ("wallet", "/"),
    ("history", "/history"),
    ("send", "/send"),
    ("receive", "/receive"),
    ("statistics", "/statistics"),
    ("profile", "/profile"),
];
/// What is read at each size, roughly; only the progress bar goes by it.
const READINGS: usize = 25;
/// Starts measured.
const STARTS: usize = 10;

/// The whole answer.
#[derive(Debug, Serialize)]
struct Measured {
    machine: Machine,
    lines: Vec<Line>,
}

/// Where it was measured.
#[derive(Debug, Serialize)]
struct Machine {
    cores: usize,
    memory_bytes: Option<u64>,
    system: String,
    version: &'static str,
    sqlite: &'static str,
}

impl Bench {
    pub(super) fn run(mut self, common: &Common) -> Result<(), Failure> {
        if self.quick {
            (self.sizes, self.seconds) = (vec![10_000], 1);
        }
        let bar = output::progress("", common.json);
        bar.set_length(self.expected_seconds());
        let mut lines = Vec::new();
        if [Part::Ledger, Part::Transfers, Part::Tokens, Part::Distribution].into_iter().any(|part| self.wants(part)) {
            self.measure_empty(&mut lines, &bar)?;
        }
        let filled = [Part::Ledger, Part::Reads, Part::Start, Part::Memory, Part::Operators];
        if filled.into_iter().any(|part| self.wants(part)) {
            for size in &self.sizes {
                self.measure_filled(*size, &mut lines, &bar)?;
            }
        }
        if self.wants(Part::Sandbox) {
            lines.push(self.timed(&bar, "Living futures", |length| Ok(futures::measure(length)))?);
        }
        bar.finish_and_clear();
        // By part, and within a part as measured.
        lines.sort_by_key(|line| Part::ORDER.iter().position(|part| *part == line.group));
        let measured = Measured { machine: Machine::this(), lines };
        output::print(common.json, &measured, || {
            format!("{}\n\n{}", measured.machine.describe(), table::show(&measured.lines))
        });
        Ok(())
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// What the whole will take, roughly, so that the bar can say when it ends.
    fn expected_seconds(&self) -> u64 {
        let count = |part, number: usize| if self.wants(part) { number as u64 } else { 0 };
        let empty = count(Part::Ledger, BATCHES.len())
            + count(Part::Transfers, 2 * self.clients.len())
            + count(Part::Tokens, 3 * tokens::ROUNDS)
            + count(Part::Sandbox, 1)
            + count(Part::Operators, operators::COUNT);
        let filled = count(Part::Ledger, 1) + count(Part::Reads, READINGS) + count(Part::Memory, 1);
        let made: u64 = self.sizes.iter().map(|size| size / community::TRANSACTIONS_A_SECOND).sum();
        (empty + filled * self.sizes.len() as u64) * self.seconds + made
    }

    /// How long the history is that operators look at: once, and a million transactions at most.
    fn operated(&self) -> u64 {
        let usual = self.sizes.iter().filter(|size| **size <= 1_000_000).max();
        usual.or(self.sizes.iter().min()).copied().unwrap_or_default()
    }

    /// Measures one thing, and says so meanwhile.
    fn timed<T>(
        &self,
        bar: &ProgressBar,
        what: impl Into<Cow<'static, str>>,
        measure: impl FnOnce(Duration) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        bar.set_message(what);
        let measured = measure(Duration::from_secs(self.seconds))?;
        bar.inc(self.seconds);
        Ok(measured)
    }

    /// What begins with an empty ledger: the cost of writing.
    fn measure_empty(&self, lines: &mut Vec<Line>, bar: &ProgressBar) -> Result<(), Failure> {
        let (community, distribution) = Community::found(0, bar)?;
        if self.wants(Part::Distribution) {
            lines.push(distribution);
        }
        if self.wants(Part::Ledger) {
            for batch in BATCHES {
                lines.push(
                    self.timed(bar, "The ledger by itself", |length| ledger::measure(&community, batch, length))?,
                );
            }
        }
        if self.wants(Part::Transfers) {
            let server = Server::start(&community)?;
            for clients in &self.clients {
                let clients = usize::from(*clients);
                for (what, address) in [(BY_PORT, &server.port), (BY_FILE, &server.file)] {
                    let line = self.timed(bar, "Transfers over HTTP", |length| {
                        load::drive(&community, &server, address, &Ask::Transfer, clients, length)
                    })?;
                    lines.push(Line { what: what.into(), group: "transfers", ..line });
                }
            }
        }
        if self.wants(Part::Tokens) {
            bar.set_message("Checking tokens");
            lines.append(&mut tokens::check(&community)?);
            bar.set_message("Transfers while tokens come");
            lines.append(&mut tokens::beside(&community, Duration::from_secs(self.seconds))?);
            bar.inc(3 * tokens::ROUNDS as u64 * self.seconds);
        }
        Ok(())
    }

    /// What may depend on how long a history is.
    fn measure_filled(&self, size: u64, lines: &mut Vec<Line>, bar: &ProgressBar) -> Result<(), Failure> {
        bar.set_message(format!("Making {size} transactions"));
        let (community, _) = Community::found(size, bar)?;
        if self.wants(Part::Start) {
            let timing = Timing::of(STARTS, || Server::start(&community).map(|server| server.started_within))?;
            lines.push(Line {
                transactions: Some(size),
                timing: Some(timing),
                ..Line::new("start", "start to first answer")
            });
        }
        if self.wants(Part::Memory) || self.wants(Part::Reads) {
            let server = Server::start(&community)?;
            let memory = |what| Line {
                transactions: Some(size),
                resident_bytes: server.memory(),
                ..Line::new("memory", format!("resident memory, {what}"))
            };
            let mut memories = vec![memory("idle")];
            let mut reads = Vec::new();
            for (what, ask, readers) in readings(&server)? {
                let line = self.timed(bar, format!("Reading among {size}: {what}"), |length| {
                    load::drive(&community, &server, &server.port, &ask, readers, length)
                })?;
                reads.push(Line { what, group: "reads", transactions: Some(size), ..line });
            }
            if self.wants(Part::Memory) {
                memories.push(memory("after reading"));
                self.timed(bar, "Memory under load", |length| {
                    load::drive(&community, &server, &server.port, &Ask::Transfer, READERS, length)
                })?;
                memories.push(memory("under load"));
                // The load has gone; what was borrowed for it may be given back.
                std::thread::sleep(Duration::from_secs(2));
                memories.push(memory("after"));
                lines.append(&mut memories);
            }
            if self.wants(Part::Reads) {
                lines.append(&mut reads);
            }
        }
        if self.wants(Part::Ledger) {
            let measure = |length| ledger::measure(&community, 100, length);
            lines.push(self.timed(bar, format!("The ledger by itself, after {size}"), measure)?);
        }
        // Last, because ten thousand members are more than all else is measured with.
        if self.wants(Part::Operators) && size == self.operated() {
            lines.append(&mut operators::measure(&community, Duration::from_secs(self.seconds), bar)?);
        }
        Ok(())
    }
}

impl Part {
    /// The parts by their names in the answer, in the order they are shown.
    const ORDER: [&'static str; 9] =
        ["ledger", "transfers", "tokens", "reads", "distribution", "operators", "start", "memory", "sandbox"];
}

/// What members read most, by many; and every statistic the server documents, each by one who waits for it.
fn readings(server: &Server) -> Result<Vec<(String, Ask, usize)>, Failure> {
    let get = |what: &str, path: &str| (what.to_owned(), Ask::Get(path.to_owned()), READERS);
    let mut readings = vec![
        get("wallet", "/v1/wallet"),
        get("history page", "/v1/transactions"),
        ("deep history page".to_owned(), Ask::DeepHistory, READERS),
        get("filtered search", "/v1/transactions?q=lunch&direction=out&limit=20"),
    ];
    readings.extend(PAGES.map(|(name, path)| (format!("{name} page, a look a second"), Ask::Page(path), READERS)));
    let document: serde_json::Value = serde_json::from_str(&load::once(&server.port, "/openapi.json")?)
        .map_err(|error| Failure::Refused(format!("The server's description cannot be read ({error}).")))?;
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, _) in paths.filter(|(path, item)| item.get("get").is_some() && !path.contains('{')) {
        if let Some(name) = path.strip_prefix("/v1/statistics/") {
            readings.push((format!("{name} statistics"), Ask::Get(path.clone()), 1));
        }
    }
    Ok(readings)
}

impl Machine {
    fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let memory = process::number(&read("/proc/meminfo"), "MemTotal:").map(|kib| kib * 1024);
        Self {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: memory,
            system: format!("{} {}", std::env::consts::ARCH, read("/proc/version").split(" (").next().unwrap_or("")),
            version: env!("CARGO_PKG_VERSION"),
            sqlite: rusqlite::version(),
        }
    }

    fn describe(&self) -> String {
        format!(
            "communitytoken {}, SQLite {}, {} cores, {} GB, {}",
            self.version,
            self.sqlite,
            self.cores,
            self.memory_bytes.unwrap_or(0) / 1_000_000_000,
            self.system.trim()
        )
    }
}
