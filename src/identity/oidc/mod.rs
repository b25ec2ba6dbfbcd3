//! Signing in at a provider, with OpenID Connect: the authorization code flow with PKCE, state and
//! nonce.
//!
//! [`Client::begin`] says where to send the browser, [`Clients::finish`] knows the answer's attempt,
//! and [`Client::identity`] exchanges the answer's code for an ID token, which passes through the same
//! [`Verifier`](super::Verifier) as everybody's bearer tokens.

mod attempt;
mod client;
mod metadata;

pub use attempt::Attempt;
pub use client::{Answer, Begun, Client};

use self::attempt::Attempts;
use crate::config;
use crate::error::{Code, Error, Result};

/// This community as its providers know it, once for each at which members can sign in.
pub struct Clients {
    clients: Vec<Client>,
    attempts: Attempts,
}

impl Clients {
    /// Those of the configuration that have a client id; `home` is the address members know us by.
    pub fn from_config(identity: &config::Identity, home: &str) -> Result<Self> {
        let clients = identity.providers.iter().filter_map(|provider| Client::new(provider, home)).collect();
        Ok(Self { clients: Result::from_iter::<Vec<Result<Client>>>(clients)?, attempts: Attempts::new()? })
    }

    /// All of them, in the order of the configuration.
    pub fn all(&self) -> &[Client] {
        &self.clients
    }

    /// The one at this issuer.
    pub fn of(&self, issuer: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.issuer() == issuer)
    }

    /// The attempt as the browser keeps it.
    pub fn seal(&self, attempt: &Attempt) -> Result<String> {
        self.attempts.seal(attempt)
    }

    /// The attempt that an answer with this state finishes, out of what the browser kept.
    pub fn finish(&self, sealed: Option<&str>, state: &str, now: i64) -> Result<Attempt> {
        sealed.and_then(|sealed| self.attempts.finish(sealed, state, now)).ok_or_else(|| {
            Error::new(
                Code::InvalidRequest,
                "This sign-in was not begun in this browser, was finished before, or took longer than ten minutes. Begin again.",
            )
            .in_words("refusal-sign-in-late")
        })
    }
}
