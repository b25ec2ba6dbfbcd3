//! `bench`: what this machine can do, as a table. It makes a community of its own in a temporary
//! folder, serves it on loopback, and cleans up. Bounded in count and time.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::{Common, Failure, init, open, output, serve};
use crate::config::{self, Config, Overrides};
use crate::identity::{DEVELOPER_ISSUER, DeveloperIdentity, Member, Register};
use crate::ledger::{Amount, Authority, Operator, Reason};
use crate::server::{Listening, router};
use crate::treasury::{Distribute, Recipient};

/// Measure this machine, in a database of its own, and print a table.
///
/// Figures depend on the machine and on what else it does; compare those of one run.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Clients at the same time
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    clients: u16,
    /// Requests of each kind
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    requests: u32,
}

/// Members who pay each other.
const MEMBERS: usize = 100;
/// Distributions and starts measured.
const REPEATS: usize = 20;

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
struct Line {
    what: String,
    count: usize,
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

impl Line {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests fit a double exactly")]
    fn new(what: impl Into<String>, mut times: Vec<Duration>, total: Duration) -> Self {
        times.sort_unstable();
        let at = |share: usize| {
            times.get((times.len() * share / 100).min(times.len() - 1)).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self {
            what: what.into(),
            count: times.len(),
            per_second: times.len() as f64 / total.as_secs_f64(),
            p50_ms: at(50),
            p95_ms: at(95),
            p99_ms: at(99),
        }
    }
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

impl Bench {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let folder = Folder(std::env::temp_dir().join(format!("communitytoken-bench-{}", Uuid::new_v4())));
        let overrides = Overrides { database: Some(folder.0.join("bench.db")), ..Overrides::default() };
        let mut config = config::load(&overrides).map_err(|error| Failure::Refused(error.to_string()))?;
        config.identity.providers.clear();
        config.limits.requests_per_minute = 0;
        let bar = output::progress("Measuring", common.json);
        bar.set_length(u64::from(self.requests) * 3 + 2 * REPEATS as u64);
        let mut lines = Vec::new();
        let tokens = prepare(&config, &mut lines, &bar)?;
        self.load(&config, tokens, &mut lines, &bar)?;
        lines.push(starts(&config, &bar)?);
        bar.finish_and_clear();
        output::print(common.json, &lines, || {
            let rows: Vec<Vec<String>> = lines
                .iter()
                .map(|line| {
                    let number = |value: f64| format!("{value:.2}");
                    vec![
                        line.what.clone(),
                        line.count.to_string(),
                        format!("{:.0}", line.per_second),
                        number(line.p50_ms),
                        number(line.p95_ms),
                        number(line.p99_ms),
                    ]
                })
                .collect();
            output::table(&["WHAT", "COUNT", "PER SECOND", "P50 MS", "P95 MS", "P99 MS"], &rows)
        });
        Ok(())
    }

    /// The same server as `serve`, under load from clients in this process.
    fn load(
        &self,
        config: &Config,
        members: Vec<(Member, String)>,
        lines: &mut Vec<Line>,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Refused(error.to_string()))?;
        let books = open(config)?;
        let app = serve::assemble(books.clone(), config.clone())?;
        let outcome: Result<(), String> = runtime.block_on(async {
            let listening = Listening::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
            let address = listening.address()?;
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let server = tokio::spawn(listening.serve(router(&app)?, async {
                let _stop_asked = stopped.await;
            }));
            let members = Arc::new(members);
            for (what, kind) in
                [("transfer", Kind::Transfer), ("wallet", Kind::Wallet), ("history, first page of 50", Kind::History)]
            {
                lines.push(self.drive(address, what, kind, &members, bar).await?);
            }
            let _server_gone = stop.send(());
            server.await.map_err(|error| error.to_string())
        });
        drop(app);
        drop(runtime);
        books.close();
        outcome.map_err(Failure::Refused)
    }

    async fn drive(
        &self,
        address: SocketAddr,
        what: &str,
        kind: Kind,
        members: &Arc<Vec<(Member, String)>>,
        bar: &ProgressBar,
    ) -> Result<Line, String> {
        let clients = usize::from(self.clients);
        let each = usize::try_from(self.requests).unwrap_or(usize::MAX) / clients;
        let began = Instant::now();
        let mut tasks = Vec::with_capacity(clients);
        for client in 0..clients {
            let (members, bar) = (Arc::clone(members), bar.clone());
            tasks.push(tokio::spawn(
                async move { client_loop(address, kind, client, each.max(1), &members, &bar).await },
            ));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.map_err(|error| error.to_string())??);
        }
        Ok(Line::new(format!("{what}, {clients} clients"), times, began.elapsed()))
    }
}

/// Members with tokens to spend; the distributions that give them some are measured.
fn prepare(config: &Config, lines: &mut Vec<Line>, bar: &ProgressBar) -> Result<Vec<(Member, String)>, Failure> {
    let books = open(config)?;
    init::found(&books, Operator::new("bench")?)?;
    let developer = DeveloperIdentity::new(init::instance_key(config)?);
    let mut members = Vec::with_capacity(MEMBERS);
    for number in 0..MEMBERS {
        let subject = format!("member-{number}");
        let register =
            Register { issuer: DEVELOPER_ISSUER.into(), subject: subject.clone(), name: Some(subject.clone()) };
        let member = books.execute_blocking(register)?;
        members.push((member, developer.issue(&subject, &subject, Duration::from_hours(24))));
    }
    let (mut times, began) = (Vec::new(), Instant::now());
    for _ in 0..REPEATS {
        let recipients = members
            .iter()
            .map(|(member, _)| {
                Ok(Recipient {
                    wallet_id: member.wallet_id,
                    amount: Amount::new(1_000_000)?,
                    place: member.username.clone(),
                })
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        let authority =
            Authority { operator: Operator::new("bench")?, reason: Reason::new("Measuring")?, request_id: None };
        let start = Instant::now();
        books.execute_blocking(Distribute {
            recipients,
            recipients_max: MEMBERS,
            note: None,
            system_account: None,
            authority,
        })?;
        times.push(start.elapsed());
        bar.inc(1);
    }
    lines.push(Line::new("distribution to 100 members", times, began.elapsed()));
    books.close();
    Ok(members)
}

/// What a client asks for.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Transfer,
    Wallet,
    History,
}

/// One connection that sends a request, reads the answer, and sends the next.
async fn client_loop(
    address: SocketAddr,
    kind: Kind,
    client: usize,
    count: usize,
    members: &[(Member, String)],
    bar: &ProgressBar,
) -> Result<Vec<Duration>, String> {
    let failed = |error: std::io::Error| format!("A client lost its connection ({error}).");
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    let _without_delay = stream.set_nodelay(true);
    let (_, token) = &members[client % members.len()];
    let mut times = Vec::with_capacity(count);
    let mut buffer = vec![0; 128 * 1024];
    for turn in 0..count {
        let head = |method: &str, path: &str| {
            format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n")
        };
        let request = match kind {
            Kind::Wallet => head("GET", "/v1/wallet") + "\r\n",
            Kind::History => head("GET", "/v1/transactions") + "\r\n",
            Kind::Transfer => {
                let to = members[(client + 1 + turn % (members.len() - 1)) % members.len()].0.wallet_id;
                let body = format!("{{\"to_wallet_id\":\"{to}\",\"amount\":1}}");
                let key = Uuid::now_v7();
                let head = head("POST", "/v1/transfers");
                format!(
                    "{head}Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
        };
        let start = Instant::now();
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let status = read_answer(&mut stream, &mut buffer).await?;
        times.push(start.elapsed());
        if !(200..300).contains(&status) {
            return Err(format!("A client was answered {status} where it expected success."));
        }
        bar.inc(1);
    }
    Ok(times)
}

/// Reads one answer to its end; gives its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16, String> {
    let (mut filled, mut whole, mut status) = (0, None, 0);
    loop {
        let read = stream.read(&mut buffer[filled..]).await.map_err(|error| error.to_string())?;
        if read == 0 {
            return Err("The server closed a connection in mid-answer, or an answer was too long.".into());
        }
        filled += read;
        if whole.is_none()
            && let Some(end) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
            whole = Some(end + 4 + length.ok_or("An answer came without its length.")?);
            status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or("An answer had no status.")?;
        }
        if whole.is_some_and(|whole| filled >= whole) {
            return Ok(status);
        }
    }
}

/// From opening the books to the first answer, on the database that is there by now.
fn starts(config: &Config, bar: &ProgressBar) -> Result<Line, Failure> {
    let (mut times, began) = (Vec::new(), Instant::now());
    for _ in 0..REPEATS {
        let start = Instant::now();
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Refused(error.to_string()))?;
        let books = open(config)?;
        serve::prove(&books)?;
        let app = serve::assemble(books.clone(), config.clone())?;
        let elapsed = runtime.block_on(async {
            let listening = Listening::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
            let address = listening.address()?;
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let server = tokio::spawn(listening.serve(router(&app)?, async {
                let _stop_asked = stopped.await;
            }));
            let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
            let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
            let status = read_answer(&mut stream, &mut vec![0; 64 * 1024]).await?;
            let elapsed = start.elapsed();
            let _server_gone = stop.send(());
            drop(stream);
            server.await.map_err(|error| error.to_string())?;
            if status == 200 { Ok(elapsed) } else { Err(format!("The program answered {status} about its health.")) }
        });
        drop(app);
        drop(runtime);
        books.close();
        times.push(elapsed.map_err(Failure::Refused)?);
        bar.inc(1);
    }
    Ok(Line::new("start to first answer", times, began.elapsed()))
}
