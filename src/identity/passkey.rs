//! Passkeys (`WebAuthn`): asking a browser to make one or to show one, and checking what it answers.
//!
//! The checking is the library's. Here is what the library leaves to its user: challenges are kept by
//! the program, for one use, for five minutes, for the one browser that holds the [`Secret`] of its
//! cookie, and for the one purpose they were made for; a bound on how many; and a passkey is always
//! one that the device finds by itself, so that nobody types a name to sign in, and no answer tells
//! which names there are.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};

use super::Secret;
use crate::error::{Code, Error, Result};
use crate::ledger::UserKey;

/// How long a browser may take to answer.
const CHALLENGE_LIFETIME: Duration = Duration::from_mins(5);
/// Challenges that are waited for at most. Past it, the oldest is given up.
const CHALLENGES_MAX: usize = 10_000;

/// For whom a passkey is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// For a member who is signed in.
    Member(UserKey),
    /// For someone who comes in by the link with this hash, under this name.
    Newcomer([u8; 32], String),
}

/// What a browser was asked.
enum Question {
    SignIn(DiscoverableAuthentication),
    Registration(Box<PasskeyRegistration>, Purpose, Uuid),
}

/// Asks, and checks the answers.
pub struct Passkeys {
    webauthn: Webauthn,
    origin: Url,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    questions: HashMap<[u8; 32], (Instant, Question)>,
    /// In the order in which they were asked.
    order: VecDeque<([u8; 32], Instant)>,
}

impl Passkeys {
    /// Passkeys of the community at this address.
    pub fn at(address: &str, community: &str) -> Result<Self> {
        let origin = Url::parse(address).map_err(Error::internal)?;
        let name = origin.domain().unwrap_or_default().to_owned();
        // Passkeys of localhost belong to the whole machine anyway, and its port is a matter of the
        // moment, so there any port will do.
        let webauthn = WebauthnBuilder::new(&name, &origin)
            .and_then(|builder| {
                builder.rp_name(community).timeout(CHALLENGE_LIFETIME).allow_any_port(name == "localhost").build()
            })
            .map_err(Error::internal)?;
        Ok(Self { webauthn, origin, pending: Mutex::default() })
    }

    /// The address to which the passkeys belong, with this port where it is this machine's own name.
    pub fn address(&self, host_header: &str) -> String {
        let mut address = self.origin.clone();
        if address.domain() == Some("localhost")
            && let Some(port) = host_header.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
        {
            // Only an address without a host could refuse a port.
            let _refused = address.set_port(Some(port));
        }
        address.origin().ascii_serialization()
    }

    /// Whether a page opened under this `Host` can use them.
    pub fn belong_to(&self, host_header: &str) -> bool {
        let name = host_header.rsplit_once(':').map_or(host_header, |(name, _)| name);
        self.origin.domain().is_some_and(|domain| domain.eq_ignore_ascii_case(name))
    }

    /// Asks for a new passkey: what goes to the browser's script, and the secret for its cookie.
    /// Devices that have one of `existing` already decline.
    pub fn ask_for_new(
        &self,
        purpose: Purpose,
        handle: Uuid,
        username: &str,
        existing: Vec<CredentialID>,
    ) -> Result<(Secret, Value)> {
        let (options, state) = self
            .webauthn
            .start_passkey_registration(handle, username, username, Some(existing))
            .map_err(Error::internal)?;
        let mut options = serde_json::to_value(options).map_err(Error::internal)?;
        let wanted = &mut options["publicKey"]["authenticatorSelection"];
        wanted["residentKey"] = "required".into();
        wanted["requireResidentKey"] = true.into();
        Ok((self.keep(Question::Registration(Box::new(state), purpose, handle))?, options))
    }

    /// Checks the new passkey that a browser made for this purpose; gives it with the user handle it
    /// was made for.
    pub fn check_new(&self, cookie: &Secret, answer: &str, purpose: impl Fn(&Purpose) -> bool) -> Result<New> {
        let Some(Question::Registration(state, asked_for, handle)) = self.take(cookie) else {
            return Err(too_late());
        };
        if !purpose(&asked_for) {
            return Err(refused("the challenge was made for someone else"));
        }
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let passkey = self.webauthn.finish_passkey_registration(&answer, &state).map_err(refused)?;
        Ok(New { passkey, handle, purpose: asked_for })
    }

    /// Asks for any passkey of ours: whose it is, the answer tells.
    pub fn ask_for_any(&self) -> Result<(Secret, Value)> {
        let (mut options, state) = self.webauthn.start_discoverable_authentication().map_err(Error::internal)?;
        // A button was pressed; nothing is to be filled in by the way.
        options.mediation = None;
        let options = serde_json::to_value(options).map_err(Error::internal)?;
        Ok((self.keep(Question::SignIn(state))?, options))
    }

    /// Checks the passkey that a browser shows. `find` gives the passkey with this id that belongs to
    /// this user handle.
    pub async fn check_shown<T>(
        &self,
        cookie: &Secret,
        answer: &str,
        find: impl AsyncFnOnce(Uuid, Vec<u8>) -> Result<Option<(Passkey, T)>>,
    ) -> Result<(AuthenticationResult, Passkey, T)> {
        let Some(Question::SignIn(state)) = self.take(cookie) else {
            return Err(too_late());
        };
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let (handle, id) = self.webauthn.identify_discoverable_authentication(&answer).map_err(refused)?;
        let found = find(handle, id.to_vec()).await?;
        let (mut passkey, whose) = found.ok_or_else(|| refused("there is no such passkey"))?;
        let result = self.webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey).map_err(refused)?;
        let _changed = passkey.update_credential(&result);
        Ok((result, passkey, whose))
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, question: Question) -> Result<Secret> {
        let secret = Secret::random()?;
        self.pending().keep(secret.hash(), question, Instant::now());
        Ok(secret)
    }

    fn take(&self, cookie: &Secret) -> Option<Question> {
        self.pending().take(&cookie.hash(), Instant::now())
    }
}

/// A passkey that was made now.
pub struct New {
    /// Its public half.
    pub passkey: Passkey,
    /// The user handle it keeps.
    pub handle: Uuid,
    /// For whom it was made.
    pub purpose: Purpose,
}

impl Pending {
    fn keep(&mut self, key: [u8; 32], question: Question, now: Instant) {
        while let Some((oldest, asked)) = self.order.front()
            && (self.order.len() >= CHALLENGES_MAX || now.duration_since(*asked) >= CHALLENGE_LIFETIME)
        {
            self.questions.remove(oldest);
            self.order.pop_front();
        }
        self.order.push_back((key, now));
        self.questions.insert(key, (now, question));
    }

    /// Each is there once, however the answer turns out.
    fn take(&mut self, key: &[u8; 32], now: Instant) -> Option<Question> {
        let (asked, question) = self.questions.remove(key)?;
        (now.duration_since(asked) < CHALLENGE_LIFETIME).then_some(question)
    }
}

fn too_late() -> Error {
    Error::new(
        Code::PasskeyRefused,
        "That took longer than five minutes, or was sent before. Nothing was changed; try again.",
    )
    .in_words("refusal-passkey-late")
}

fn refused(cause: impl std::fmt::Display) -> Error {
    Error::new(
        Code::PasskeyRefused,
        "This passkey was not accepted. Try again, use another one, or come in with a recovery code.",
    )
    .because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A challenge is there once, for five minutes, and the oldest gives way when there are too many.
    #[test]
    fn challenges_are_few_and_short_lived() {
        let passkeys = Passkeys::at("https://tokens.example.org", "Test").unwrap();
        let ask = || {
            let (_, state) = passkeys.webauthn.start_discoverable_authentication().unwrap();
            Question::SignIn(state)
        };
        let key = |number: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_be_bytes());
            key
        };
        let began = Instant::now();
        let mut pending = Pending::default();
        pending.keep(key(0), ask(), began);
        assert!(pending.take(&key(0), began).is_some());
        assert!(pending.take(&key(0), began).is_none(), "taken twice");
        pending.keep(key(0), ask(), began);
        assert!(pending.take(&key(0), began + CHALLENGE_LIFETIME).is_none(), "taken too late");
        for number in 0..=CHALLENGES_MAX {
            pending.keep(key(number), ask(), began);
        }
        assert!(pending.questions.len() <= CHALLENGES_MAX && pending.order.len() <= CHALLENGES_MAX);
        assert!(pending.take(&key(0), began).is_none(), "the oldest stayed");
        assert!(pending.take(&key(CHALLENGES_MAX), began).is_some(), "the newest went");
        pending.keep(key(0), ask(), began + CHALLENGE_LIFETIME);
        assert_eq!((pending.questions.len(), pending.order.len()), (1, 1), "what is over is forgotten");
    }

    /// Pages opened under another name are told where to go.
    #[test]
    fn hosts_are_compared_by_name() {
        let passkeys = Passkeys::at("http://localhost:8080", "Test").unwrap();
        for (host, expected) in [
            ("localhost", true),
            ("localhost:1", true),
            ("LocalHost:8080", true),
            ("127.0.0.1:8080", false),
            ("", false),
        ] {
            assert_eq!(passkeys.belong_to(host), expected, "{host}");
        }
    }
}
