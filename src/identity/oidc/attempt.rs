//! Sign-ins that have begun and not come back yet.
//!
//! What must be known when a browser comes back from the provider is sealed into a cookie of that
//! browser: no other browser can finish the sign-in, nobody can read or alter it, and strangers who
//! begin sign-ins by the thousand fill no table of ours and push nobody's out. The key is made anew
//! with each start of the program: whoever is just signing in then begins again. What a cookie cannot
//! know is that it was used; that is remembered here for as long as it would hold.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// For how long a sign-in may take, in milliseconds: ten minutes.
pub(super) const TIME_MAX: i64 = 10 * 60_000;
/// Finished sign-ins remembered at most. Only whoever has an account with a provider finishes one.
const FINISHED_MAX: usize = 10_000;

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// With which provider, by its issuer.
    pub issuer: String,
    /// What the provider sends back: random, so that its answer belongs to this attempt.
    pub state: String,
    /// What the ID token must say, so that it was made for this attempt.
    pub(super) nonce: String,
    /// What the code is exchanged with (PKCE), so that nobody else can use it.
    pub(super) verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// When it is too late, in Unix milliseconds.
    pub(super) until: i64,
}

/// Seals attempts, and opens each once.
pub(super) struct Attempts {
    key: RandomizedNonceKey,
    finished: Mutex<HashMap<String, i64>>,
}

impl Attempts {
    pub(super) fn new() -> Result<Self> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| Error::internal("no key of 32 bytes"))?;
        Ok(Self { key, finished: Mutex::default() })
    }

    /// The attempt as a cookie holds it.
    pub(super) fn seal(&self, attempt: &Attempt) -> Result<String> {
        let mut sealed = serde_json::to_vec(attempt).map_err(Error::internal)?;
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::empty(), &mut sealed)
            .map_err(|_| Error::internal("an attempt could not be sealed"))?;
        sealed.extend_from_slice(nonce.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The attempt that a cookie holds and an answer belongs to: sealed by us, not too old, and not
    /// finished before. It is finished with this.
    pub(super) fn finish(&self, sealed: &str, state: &str, now: i64) -> Option<Attempt> {
        let attempt = self.open(sealed)?;
        verify_slices_are_equal(attempt.state.as_bytes(), state.as_bytes()).ok()?;
        if attempt.until <= now {
            return None;
        }
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if finished.len() >= FINISHED_MAX {
            finished.retain(|_, until| now < *until);
        }
        if finished.len() >= FINISHED_MAX || finished.contains_key(&attempt.state) {
            return None;
        }
        finished.insert(attempt.state.clone(), attempt.until);
        Some(attempt)
    }

    fn open(&self, sealed: &str) -> Option<Attempt> {
        let mut sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let nonce = sealed.split_off(sealed.len().checked_sub(NONCE_LEN)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let opened = self.key.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        let text = |text: &str| text.to_owned();
        Attempt {
            issuer: text("https://id.example.org"),
            state: text("state"),
            nonce: text("nonce"),
            verifier: text("verifier"),
            next: text("/send"),
            until: 1_000,
        }
    }

    /// An attempt comes back as it was, to whoever has the cookie and the state, once, in time.
    #[test]
    fn an_attempt_is_finished_once() {
        let attempts = Attempts::new().unwrap();
        let sealed = attempts.seal(&attempt()).unwrap();
        assert_ne!(sealed, attempts.seal(&attempt()).unwrap(), "never the same text twice");
        assert_eq!(attempts.finish(&sealed, "another", 999), None, "of another answer");
        assert_eq!(attempts.finish(&sealed, "state", 1_000), None, "too late");
        assert_eq!(attempts.finish(&sealed, "state", 999), Some(attempt()));
        assert_eq!(attempts.finish(&sealed, "state", 999), None, "again");
    }

    /// Nothing but what this very program sealed is opened: not a changed letter, not another's seal.
    #[test]
    fn nothing_else_is_opened() {
        let attempts = Attempts::new().unwrap();
        let sealed = attempts.seal(&attempt()).unwrap();
        for place in 0..sealed.len() {
            let other = if sealed.as_bytes()[place] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &sealed[..place], &sealed[place + 1..]);
            assert_eq!(attempts.finish(&changed, "state", 0), None, "{place}");
            assert_eq!(attempts.finish(&sealed[..place], "state", 0), None, "{place}");
        }
        assert_eq!(Attempts::new().unwrap().finish(&sealed, "state", 0), None);
        assert_eq!(attempts.finish(&sealed, "state", 0), Some(attempt()));
    }
}
