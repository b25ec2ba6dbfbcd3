//! Clients: each holds one connection, sends a request, reads the answer, and sends the next. They
//! share one thread, so that most of the machine is left to the server.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::{JoinSet, LocalSet};
use uuid::Uuid;

use super::community::Community;
use super::process::{self, Server};
use super::table::Line;
use crate::cli::Failure;
use crate::ledger::DAY_MS;
use crate::server::{Address, Socket};

/// The longest answer that is read: the description of the API is the longest there is.
const ANSWER_MAX: usize = 1024 * 1024;

/// Fields in the head of an answer at most.
const FIELDS_MAX: usize = 64;

/// The name by which the server is called.
const HOST: &str = "127.0.0.1";

/// The longest answer to a distribution.
const LIST_MAX: usize = 32 * 1024 * 1024;

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
    /// A distribution with this body, each with its own idempotency key.
    Distribution(String),
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
    async fn send(self, address: Address) -> Result<(), String> {
        let (mut tasks, began) = (JoinSet::new(), Instant::now());
        let shares = Rc::new(self.tokens);
        for number in 0..VISITING.min(shares.len()) {
            let (shares, address, between) = (
                Rc::clone(&shares),
                address.clone(),
                Duration::from_secs(1) / u32::try_from(self.a_second).unwrap_or(1),
            );
            tasks.spawn_local(async move {
                let mut connection = Connection::open(&address, ANSWER_MAX).await?;
                for (turn, token) in shares.iter().enumerate().skip(number).step_by(VISITING) {
                    tokio::time::sleep_until((began + between * u32::try_from(turn).unwrap_or(0)).into()).await;
                    let request =
                        format!("GET /v1/me HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n");
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
pub(super) fn visit(address: &Address, visits: Visits) -> Result<(), Failure> {
    run(visits.send(address.clone()))
}

/// Runs so many clients for a time; every answer must be a success.
pub(super) fn drive(
    community: &Arc<Community>,
    server: &Server,
    address: &Address,
    ask: &Ask,
    clients: usize,
    length: Duration,
) -> Result<Line, Failure> {
    drive_beside(community, server, address, ask, clients, length, Visits::each_second(Vec::new(), 1))
}

/// The same with visits beside, whose answers are no part of what is measured.
pub(super) fn drive_beside(
    community: &Arc<Community>,
    server: &Server,
    address: &Address,
    ask: &Ask,
    clients: usize,
    length: Duration,
    visits: Visits,
) -> Result<Line, Failure> {
    let worked = server.processor_time();
    let times = Rc::new(RefCell::new(Vec::with_capacity(1 << 16)));
    let clock = Instant::now();
    let took = run(async {
        let mut tasks = JoinSet::new();
        let mut beside = JoinSet::new();
        beside.spawn_local(visits.send(address.clone()));
        for number in 0..clients {
            let client = Client::connect(community, address, ask.clone(), number, ANSWER_MAX).await?;
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

/// Distributes over and over for a time, while some pay all along with a pause between two payments: how long each
/// distribution took, and how long each payment that was under way at the same time.
pub(super) fn distribute_beside(
    community: &Arc<Community>,
    server: &Server,
    body: &str,
    payers: usize,
    [pause, rest, length]: [Duration; 3],
) -> Result<[Line; 2], Failure> {
    let address = &server.port;
    let until = Instant::now() + length;
    let (payments, distributions) = run(async {
        let mut tasks = JoinSet::new();
        for number in 0..payers {
            let mut client = Client::connect(community, address, Ask::Transfer, number + 1, ANSWER_MAX).await?;
            tasks.spawn_local(async move {
                let mut spans: Vec<Span> = Vec::new();
                while Instant::now() < until {
                    spans.push(client.once().await?);
                    tokio::time::sleep(pause).await;
                }
                Ok::<_, String>(spans)
            });
        }
        let ask = Ask::Distribution(body.to_owned());
        let mut operator = Client::connect(community, address, ask, 0, LIST_MAX).await?;
        let mut distributions = Vec::new();
        while Instant::now() < until {
            distributions.push(operator.once().await?);
            tokio::time::sleep(rest).await;
        }
        let mut payments = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            payments.extend(ended.map_err(|error| error.to_string())??);
        }
        Ok((payments, distributions))
    })?;
    let waited = met(&payments, &distributions);
    let took: Vec<_> = distributions.iter().map(|(began, ended)| *ended - *began).collect();
    Ok([Line::default().of(took, length), Line { clients: Some(payers), ..Line::default().of(waited, length) }])
}

/// When a request was under way.
type Span = (Instant, Instant);

/// How long those took that were under way together with one of the others.
fn met(some: &[Span], others: &[Span]) -> Vec<Duration> {
    let met = |(began, ended): &&Span| others.iter().any(|(from, to)| began < to && from < ended);
    some.iter().filter(met).map(|(began, ended)| *ended - *began).collect()
}

/// One request on a connection of its own; gives the body of the answer.
pub(super) fn once(address: &Address, path: &str) -> Result<String, Failure> {
    run(async {
        let mut connection = Connection::open(address, ANSWER_MAX).await?;
        let body = connection.ask(&format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n")).await?;
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
    async fn connect(
        community: &Arc<Community>,
        address: &Address,
        ask: Ask,
        number: usize,
        answer_max: usize,
    ) -> Result<Self, String> {
        let connection = Connection::open(address, answer_max).await?;
        Ok(Self { community: Arc::clone(community), ask, number, turn: 0, request: String::new(), connection })
    }

    /// One request, and when it was under way.
    async fn once(&mut self) -> Result<Span, String> {
        self.write_request().map_err(|error| error.to_string())?;
        let began = Instant::now();
        self.connection.ask(&self.request).await?;
        self.turn += 1;
        Ok((began, Instant::now()))
    }

    async fn repeat(mut self, until: Instant, times: Rc<RefCell<Vec<Duration>>>) -> Result<(), String> {
        let looks = matches!(self.ask, Ask::Page(_));
        if looks {
            // They did not all sit down at the same moment.
            tokio::time::sleep(LOOK / 100 * u32::try_from(self.number % 100).unwrap_or(0)).await;
        }
        let mut now = Instant::now();
        while now < until {
            let (began, ended) = self.once().await?;
            now = ended;
            times.borrow_mut().push(ended - began);
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
            Ask::Distribution(_) => ("POST", "/v1/admin/distributions"),
            Ask::Page(path) => ("GET", *path),
            Ask::Get(path) => ("GET", path.as_str()),
            Ask::DeepHistory => {
                // Some moment of the year; the stride makes it another one each time.
                let moment = (self.turn * 7_919 + self.number as u64 * 104_729) % (360 * DAY_MS.unsigned_abs());
                deep = format!("/v1/transactions?to_time={}", community.begins_at + moment.cast_signed() + DAY_MS);
                ("GET", deep.as_str())
            }
        };
        write!(text, "{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n")?;
        match &self.ask {
            Ask::Page(_) => write!(text, "Accept: text/html\r\nCookie: {}\r\n", community.cookies[member])?,
            _ => write!(text, "Authorization: Bearer {}\r\n", community.tokens[member])?,
        }
        let payment;
        let body = match &self.ask {
            Ask::Transfer => {
                let (_, to) = community.pair_of(member, self.turn);
                payment = format!("{{\"to_wallet_id\":\"{}\",\"amount\":1}}", to.wallet_id);
                Some(payment.as_str())
            }
            Ask::Distribution(body) => Some(body.as_str()),
            _ => None,
        };
        if let Some(body) = body {
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
    socket: Socket,
    buffer: Vec<u8>,
}

impl Connection {
    /// A connection whose answers are so long at most.
    async fn open(address: &Address, answer_max: usize) -> Result<Self, String> {
        let socket = Socket::connect(address).await.map_err(|error| lost(&error))?;
        Ok(Self { socket, buffer: vec![0; answer_max] })
    }

    /// Sends a request and reads the answer to its end; anything but success ends the measurement.
    async fn ask(&mut self, request: &str) -> Result<&[u8], String> {
        self.socket.write_all(request.as_bytes()).await.map_err(|error| lost(&error))?;
        let (mut filled, mut expected) = (0, None);
        loop {
            let read = self.socket.read(&mut self.buffer[filled..]).await.map_err(|error| lost(&error))?;
            if read == 0 {
                return Err("The server closed a connection in mid-answer, or an answer was too long.".into());
            }
            filled += read;
            if expected.is_none()
                && let Some((body, length)) = head(&self.buffer[..filled])?
            {
                expected = match length {
                    Some(length) => Some((body, body + length)),
                    // What is made while it is sent, as papers are, comes in pieces; the last of them is empty.
                    None => self.buffer[..filled].ends_with(b"\r\n0\r\n\r\n").then_some((body, filled)),
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

/// Where the body of an answer begins and, unless it comes in pieces, how long it is; nothing before its head is
/// whole.
fn head(text: &[u8]) -> Result<Option<(usize, Option<usize>)>, String> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut answer = httparse::Response::new(&mut fields);
    let parsed = answer.parse(text).map_err(|error| format!("An answer could not be read ({error})."))?;
    let httparse::Status::Complete(body) = parsed else { return Ok(None) };
    let field = |name| {
        let field = answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        field.and_then(|field| std::str::from_utf8(field.value).ok())
    };
    match field("content-length").map(str::parse) {
        Some(Ok(length)) => Ok(Some((body, Some(length)))),
        None if field("transfer-encoding") == Some("chunked") => Ok(Some((body, None))),
        _ => Err("An answer came without its length.".into()),
    }
}
