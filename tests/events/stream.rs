//! A stream of events, as a client of the API reads it.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::support::{Member, Server};

/// Longer than anything that happens takes to be heard, on a machine with other things to do.
pub const SOON: Duration = Duration::from_secs(10);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub id: i64,
    pub data: Value,
}

pub struct Stream {
    response: Response,
    /// What has arrived and is no whole event yet.
    arrived: Vec<u8>,
    pub retry: Option<String>,
}

impl Stream {
    pub async fn open(member: &Member) -> Self {
        Self::resume(member, None).await
    }

    pub async fn resume(member: &Member, last: Option<&str>) -> Self {
        Self::of(Self::ask(member, last).await)
    }

    /// The stream that an answer is.
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        Self { response, arrived: Vec::new(), retry: None }
    }

    /// What answers the request for a stream, be it one or not.
    pub async fn ask(member: &Member, last: Option<&str>) -> Response {
        let mut request = member.client.get(format!("{}/v1/events", member.base)).bearer_auth(&member.token);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.header("accept-encoding", "gzip").send().await.unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The next event; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        timeout(SOON * 3, self.event()).await.expect("an event or the end")
    }

    /// The next event of this name, which must be the next of all.
    pub async fn hears(&mut self, name: &str) -> Event {
        let event = timeout(SOON, self.event()).await.unwrap_or_else(|_| panic!("{name} is not heard"));
        let event = event.unwrap_or_else(|| panic!("the stream ended before {name}"));
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Nothing is said for so long; silence may be broken by words that mean nothing.
    pub async fn hears_nothing(&mut self, time: Duration) {
        if let Ok(heard) = timeout(time, self.event()).await {
            panic!("{heard:?}");
        }
    }

    async fn event(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.arrived.windows(2).position(|two| two == b"\n\n") {
                let block = self.arrived.drain(..end + 2).collect();
                if let Some(event) = self.read(&String::from_utf8(block).unwrap()) {
                    return Some(event);
                }
            }
            self.arrived.extend(self.response.chunk().await.ok()??);
        }
    }

    fn read(&mut self, block: &str) -> Option<Event> {
        let field =
            |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        if let Some(retry) = field("retry") {
            self.retry = Some(retry.to_owned());
        }
        let data = field("data")?;
        Some(Event {
            name: field("event").unwrap().to_owned(),
            id: field("id").unwrap().parse().unwrap(),
            data: serde_json::from_str(data).unwrap(),
        })
    }
}

/// The sequence of the latest transaction.
pub fn latest(server: &Server) -> i64 {
    server.sql("SELECT coalesce(max(sequence), 0) AS latest FROM transactions")[0]["latest"].as_i64().unwrap()
}
