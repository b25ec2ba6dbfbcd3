//! Signing, as Standard Webhooks has it: an HMAC over id, time and body.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};

/// What every secret begins with, so that it is known for what it is.
const PREFIX: &str = "whsec_";

/// What the program and the receiver share. The program needs the secret itself to sign, so it is kept as it
/// is, and shown once.
#[derive(Clone)]
pub struct SigningSecret(pub(super) [u8; 32]);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl SigningSecret {
    /// A new one.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
        Ok(Self(bytes))
    }

    /// The text to hand out, once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// The signature of a message sent at this time, in Unix seconds.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}
