//! Sending to addresses that people have put in: of webhooks, and of members' browsers.
//!
//! Whoever may name an address could have this program knock at doors of its own network that they cannot
//! reach themselves. So the address is looked at when it is put in, and once more where it counts, at each
//! connection, after its name was looked up: what a name leads to can change in between. Nothing is followed
//! to another place, nothing is waited for longer than [`PATIENCE`], and of an answer little is read.

mod address;
pub mod push;

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::header::HeaderMap;
use reqwest::{Client, redirect};
use url::Url;

pub use address::check;
use address::{Judge, judge_literal};

/// The longest an attempt may take.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// The longest it may take to be connected.
const CONNECT: Duration = Duration::from_secs(5);
/// So much of an answer is read, so that the connection can carry the next message. Of what says more, the
/// connection is closed.
const ANSWER_MAX: usize = 16 * 1024;

/// Why nobody answered.
pub type Unreached = String;

/// Sends.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// To every address that is public or allowed.
    encrypted: Client,
    /// To those alone that are allowed.
    open: Client,
    allowed: Arc<[IpNet]>,
}

impl Outgoing {
    /// `allowed`: the networks that may be reached although they are not public.
    pub fn new(allowed: &[IpNet]) -> Result<Self, String> {
        let allowed: Arc<[IpNet]> = allowed.into();
        let client = |is_encrypted| {
            Client::builder()
                .timeout(PATIENCE)
                .connect_timeout(CONNECT)
                // A redirect leads to where nobody has looked.
                .redirect(redirect::Policy::none())
                // A proxy of the environment would look up names for itself.
                .no_proxy()
                .dns_resolver(Arc::new(Judge { allowed: allowed.clone(), is_encrypted }))
                .user_agent(concat!("communitytoken/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| format!("no client for HTTP: {}", chain(&error)))
        };
        Ok(Self { encrypted: client(true)?, open: client(false)?, allowed })
    }

    /// Posts; gives the status of the answer.
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Vec<u8>) -> Result<u16, Unreached> {
        let is_encrypted = url.scheme() == "https";
        // Of an address in numbers no name is looked up.
        judge_literal(url, &self.allowed, is_encrypted)?;
        let client = if is_encrypted { &self.encrypted } else { &self.open };
        let sent = client.post(url.clone()).headers(headers).body(body).send().await;
        let mut answer = sent.map_err(|error| chain(&error.without_url()))?;
        let mut read = 0;
        while let Ok(Some(piece)) = answer.chunk().await {
            read += piece.len();
            if read > ANSWER_MAX {
                break;
            }
        }
        Ok(answer.status().as_u16())
    }
}

/// The wait after so many failed attempts: after each it is twice as long, up to the longest.
pub fn doubled(first: i64, attempts: i64, longest: i64) -> i64 {
    first.saturating_mul(1 << attempts.clamp(0, 20)).min(longest)
}

/// Waits before something is tried again that is kept nowhere but in memory; not at all after no attempt.
pub async fn rest(attempts: i64) {
    let wait = if attempts > 0 { doubled(2_000, attempts - 1, 10 * 60_000) } else { 0 };
    tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
}

/// An error with what caused it.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
