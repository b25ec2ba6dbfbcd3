//! Clients: each holds one connection, sends a request, reads the answer, and sends the next. They
//! share one thread, so that most of the machine is left to the server.

use std::cell::RefCell;
use std::fmt::Write;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};
use uuid::Uuid;

use super::community::Community;
use super::process::{self, Server};
use super::table::Line;
use crate::cli::Failure;
use crate::ledger::DAY_MS;

/// The longest answer that is read: the description of the API is the longest there is.
const ANSWER_MAX: usize = 1024 * 1024;

/// Connections that visits come by.
const VISITING: usize = 50;

/// What a client asks for.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// A payment, each with its own idempotency key.
    Transfer,
    /// This path of the API.
    Get(String),
    /// This page, which is then looked at for a while.
    Page(&'static str),
    /// A page of history up to a moment somewhere in the year.
    DeepHistory,
}

/// How long a page is looked at before the next is opened.
const LOOK: Duration = Duration::from_secs(1);

/// Requests with a token each that come at a steady pace, whatever else goes on.
pub(super) struct Visits {
    tokens: Vec<String>,
    a_second: usize,
}

impl Visits {
    /// One visit with each token, so many in each second.
    pub(super) fn each_second(tokens: Vec<String>, a_second: usize) -> Self {
        Self { tokens, a_second }
    }

    /// Sends them on some connections of their own, each visit at its time.
    async fn send(self, address: SocketAddr) -> Result<(), String> {
        let (mut tasks, began) = (JoinSet::new(), Instant::now());
        let shares = Rc::new(self.tokens);
        for number in 0..VISITING.min(shares.len()) {
            let (shares, between) =
                (Rc::clone(&shares), Duration::from_secs(1) / u32::try_from(self.a_second).unwrap_or(1));
            tasks.spawn_local(async move {
                let stream = TcpStream::connect(address).await.map_err(|error| lost(&error))?;
                let _without_delay = stream.set_nodelay(true);
                let mut connection = Connection { stream, buffer: vec![0; ANSWER_MAX] };
                for (turn, token) in shares.iter().enumerate().skip(number).step_by(VISITING) {
                    tokio::time::sleep_until((began + between * u32::try_from(turn).unwrap_or(0)).into()).await;
                    let request =
                        format!("GET /v1/me HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
                    connection.ask(&request).await?;
                }
                Ok::<_, String>(())
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|error| error.to_string())??;
        }
        Ok(())
    }
}

/// Sends these visits and nothing else.
pub(super) fn visit(address: SocketAddr, visits: Visits) -> Result<(), Failure> {
    run(visits.send(address))
}

/// Runs so many clients for a time; every answer must be a success.
pub(super) fn drive(
    community: &Arc<Community>,
    server: &Server,
    ask: &Ask,
    clients: usize,
    length: Duration,
) -> Result<Line, Failure> {
    drive_beside(community, server, ask, clients, length, Visits::each_second(Vec::new(), 1))
}

/// The same with visits beside, whose answers are no part of what is measured.
pub(super) fn drive_beside(
    community: &Arc<Community>,
    server: &Server,
    ask: &Ask,
    clients: usize,
    length: Duration,
    visits: Visits,
) -> Result<Line, Failure> {
    let (address, worked) = (server.address, server.processor_time());
    let times = Rc::new(RefCell::new(Vec::with_capacity(1 << 16)));
    let clock = Instant::now();
    let took = run(async {
        let mut tasks = JoinSet::new();
        let mut beside = JoinSet::new();
        beside.spawn_local(visits.send(address));
        for number in 0..clients {
            let stream = TcpStream::connect(address).await.map_err(|error| lost(&error))?;
            let _without_delay = stream.set_nodelay(true);
            let client = Client {
                community: Arc::clone(community),
                ask: ask.clone(),
                number,
                turn: 0,
                request: String::new(),
                connection: Connection { stream, buffer: vec![0; ANSWER_MAX] },
            };
            tasks.spawn_local(client.repeat(clock + length, Rc::clone(&times)));
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|error| error.to_string())??;
        }
        let took = clock.elapsed();
        while let Some(ended) = beside.join_next().await {
            ended.map_err(|error| error.to_string())??;
        }
        Ok(took)
    })?;
    let times = times.take();
    let cpu_us_each = process::microseconds_each(worked, server.processor_time(), times.len() as u64);
    Ok(Line { clients: Some(clients), cpu_us_each, ..Line::default() }.of(times, took))
}

/// One request on a connection of its own; gives the body of the answer.
pub(super) fn once(address: SocketAddr, path: &str) -> Result<String, Failure> {
    run(async {
        let stream = TcpStream::connect(address).await.map_err(|error| lost(&error))?;
        let mut connection = Connection { stream, buffer: vec![0; ANSWER_MAX] };
        let body = connection.ask(&format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")).await?;
        Ok(String::from_utf8_lossy(body).into_owned())
    })
}

fn run<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Refused(error.to_string()))?;
    LocalSet::new().block_on(&runtime, work).map_err(Failure::Refused)
}

fn lost(error: &std::io::Error) -> String {
    format!("A client lost its connection ({error}).")
}

/// A member's program with one connection.
struct Client {
    community: Arc<Community>,
    ask: Ask,
    number: usize,
    turn: u64,
    request: String,
    connection: Connection,
}

impl Client {
    async fn repeat(mut self, until: Instant, times: Rc<RefCell<Vec<Duration>>>) -> Result<(), String> {
        let looks = matches!(self.ask, Ask::Page(_));
        if looks {
            // They did not all sit down at the same moment.
            tokio::time::sleep(LOOK / 100 * u32::try_from(self.number % 100).unwrap_or(0)).await;
        }
        let mut now = Instant::now();
        while now < until {
            self.write_request().map_err(|error| error.to_string())?;
            let began = Instant::now();
            self.connection.ask(&self.request).await?;
            now = Instant::now();
            times.borrow_mut().push(now - began);
            self.turn += 1;
            if looks {
                tokio::time::sleep(LOOK).await;
                now = Instant::now();
            }
        }
        Ok(())
    }

    fn write_request(&mut self) -> Result<(), std::fmt::Error> {
        let community = &self.community;
        let member = self.number % community.members.len();
        let text = &mut self.request;
        text.clear();
        let deep;
        let (method, path) = match &self.ask {
            Ask::Transfer => ("POST", "/v1/transfers"),
            Ask::Page(path) => ("GET", *path),
            Ask::Get(path) => ("GET", path.as_str()),
            Ask::DeepHistory => {
                // Some moment of the year; the stride makes it another one each time.
                let moment = (self.turn * 7_919 + self.number as u64 * 104_729) % (360 * DAY_MS.unsigned_abs());
                deep = format!("/v1/transactions?to_time={}", community.begins_at + moment.cast_signed() + DAY_MS);
                ("GET", deep.as_str())
            }
        };
        write!(text, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n")?;
        match &self.ask {
            Ask::Page(_) => write!(text, "Accept: text/html\r\nCookie: {}\r\n", community.cookies[member])?,
            _ => write!(text, "Authorization: Bearer {}\r\n", community.tokens[member])?,
        }
        if matches!(self.ask, Ask::Transfer) {
            let (_, to) = community.pair_of(member, self.turn);
            let body = format!("{{\"to_wallet_id\":\"{}\",\"amount\":1}}", to.wallet_id);
            let (key, length) = (Uuid::now_v7(), body.len());
            write!(text, "Content-Type: application/json\r\nIdempotency-Key: {key}\r\n")?;
            write!(text, "Content-Length: {length}\r\n\r\n{body}")
        } else {
            text.write_str("\r\n")
        }
    }
}

/// A connection and what was read from it.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Sends a request and reads the answer to its end; anything but success ends the measurement.
    async fn ask(&mut self, request: &str) -> Result<&[u8], String> {
        self.stream.write_all(request.as_bytes()).await.map_err(|error| lost(&error))?;
        let (mut filled, mut expected) = (0, None);
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.map_err(|error| lost(&error))?;
            if read == 0 {
                return Err("The server closed a connection in mid-answer, or an answer was too long.".into());
            }
            filled += read;
            if expected.is_none()
                && let Some(end) = find(&self.buffer[..filled], b"\r\n\r\n")
            {
                let head = &self.buffer[..end];
                let length = find(head, b"content-length: ").and_then(|at| {
                    let text = head[at + 16..].split(|byte| *byte == b'\r').next()?;
                    std::str::from_utf8(text).ok()?.parse::<usize>().ok()
                });
                // What is made while it is sent, as papers are, comes in pieces; the last of them is empty.
                let in_pieces = find(head, b"transfer-encoding: chunked").is_some();
                expected = match length {
                    Some(length) => Some((end + 4, end + 4 + length)),
                    None if in_pieces && !self.buffer[..filled].ends_with(b"\r\n0\r\n\r\n") => None,
                    None if in_pieces => Some((end + 4, filled)),
                    None => return Err("An answer came without its length.".into()),
                };
            }
            if let Some((begin, end)) = expected
                && filled >= end
            {
                if self.buffer[9] != b'2' {
                    let text = String::from_utf8_lossy(&self.buffer[..end]);
                    return Err(format!("A client was answered where it expected success: {text}"));
                }
                return Ok(&self.buffer[begin..end]);
            }
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
