//! Raw sockets, and what the system says of the server.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::fs;
use std::io;
use std::time::Duration;

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::support::{Member, Server, key};

pub const MB: u64 = 1024 * 1024;
/// Nothing in these tests may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with these lines under `[limits]`.
pub async fn server(limits: &str) -> Server {
    let mut server = prepared(limits);
    server.serve(&[]).await;
    server
}

pub fn prepared(limits: &str) -> Server {
    Server::prepare(&Server::settings("").replace("[limits]\n", &format!("[limits]\n{limits}\n")))
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Asserts a refusal in the form the contract asks for.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert!(body["request_id"].is_string() && body["detail"].is_string(), "{body}");
        if status == 503 {
            assert!(self.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
        }
    }
}

/// A connection on which we say what we like.
pub struct Raw {
    pub stream: TcpStream,
    heard: Vec<u8>,
}

impl Raw {
    pub async fn open(server: &Server) -> Self {
        let address = server.base.strip_prefix("http://").unwrap();
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await.unwrap().unwrap();
        Self::over(stream)
    }

    pub fn over(stream: TcpStream) -> Self {
        Self { stream, heard: Vec::new() }
    }

    /// One that says this and waits.
    pub async fn saying(server: &Server, text: impl AsRef<[u8]>) -> Self {
        let mut raw = Self::open(server).await;
        raw.say(text).await.unwrap();
        raw
    }

    pub async fn say(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(text.as_ref()).await
    }

    /// The next answer; `None` if the server closes without one.
    pub async fn hear(&mut self) -> Option<Heard> {
        timeout(PATIENCE, self.whole()).await.expect("an answer or the end")
    }

    async fn whole(&mut self) -> Option<Heard> {
        loop {
            if let Some(end) = self.heard.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8(self.heard[..end].to_vec()).unwrap().to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                let whole = end + 4 + length.unwrap_or(0);
                if self.heard.len() >= whole {
                    let body = String::from_utf8(self.heard[end + 4..whole].to_vec()).unwrap();
                    self.heard.drain(..whole);
                    return Some(Heard { status: head[9..12].parse().unwrap(), head, body });
                }
            }
            if self.more().await == 0 {
                return None;
            }
        }
    }

    async fn more(&mut self) -> usize {
        self.heard.reserve(16 * 1024);
        self.stream.read_buf(&mut self.heard).await.unwrap_or(0)
    }

    /// Waits until the server closes, and gives what it said before.
    pub async fn end(&mut self, within: Duration) -> String {
        let closing = async { while self.more().await > 0 {} };
        timeout(within, closing).await.expect("the server closes");
        String::from_utf8_lossy(&self.heard).into_owned()
    }
}

/// A whole request. The body follows its length.
pub fn request(method: &str, path: &str, member: &Member, headers: &str, body: &str) -> String {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{}{headers}{length}\r\n{body}", head(method, path, member))
}

/// Its beginning: more fields may follow.
pub fn head(method: &str, path: &str, member: &Member) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n", member.token)
}

/// The fields of a transfer, with a key.
pub fn keyed(key: &str) -> String {
    format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n")
}

/// A whole transfer of one token.
pub fn transfer(from: &Member, to: &Member, key: &str) -> String {
    let body = format!("{{\"to_wallet_id\":\"{}\",\"amount\":1}}", to.wallet_id);
    request("POST", "/v1/transfers", from, &keyed(key), &body)
}

/// A transfer of which the body's beginning is there and the rest is still to come.
pub fn unfinished_transfer(from: &Member) -> String {
    format!("{}{}Content-Length: 90\r\n\r\n{{", head("POST", "/v1/transfers", from), keyed(&key()))
}

/// Bytes of memory the server has now, and has had at most.
pub fn memory(server: &Server) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let figure = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    };
    (figure("VmRSS"), figure("VmHWM"))
}

/// Asserts that it never grew by more than this since it had `before`.
#[track_caller]
pub fn assert_grew_less(server: &Server, before: (u64, u64), bytes: u64) {
    let grew = memory(server).1.saturating_sub(before.0);
    println!("memory grew by {} MB at most", grew / MB);
    assert!(grew < bytes, "{} MB", grew / MB);
}

/// How many files the server has open.
pub fn open_files(server: &Server) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count()
}

/// Processor time the server has used.
pub fn processor_time(server: &Server) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    let ticks: u64 =
        stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum();
    // Linux tells it in hundredths of a second, on every machine.
    Duration::from_millis(ticks * 10)
}

/// Lets the running server have so many open files at most.
pub fn allow_open_files(server: &Server, most: u64) {
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    let limit = Rlimit { current: Some(most), maximum: getrlimit(Resource::Nofile).maximum };
    rustix::process::prlimit(pid, Resource::Nofile, limit).unwrap();
}

/// As many of the connections wished for as this process may have; one test at a time may have many.
pub async fn affordable(connections: usize) -> (usize, MutexGuard<'static, ()>) {
    static MANY: Mutex<()> = Mutex::const_new(());
    let turn = MANY.lock().await;
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let most = maximum.map_or(usize::MAX, |most| usize::try_from(most).unwrap());
    (connections.min(most.saturating_sub(1_000)), turn)
}

/// Keeps everyone else from writing, as another program at work on the database does.
pub fn hold_the_pen(server: &Server) -> Connection {
    let other = Connection::open(server.database()).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}
