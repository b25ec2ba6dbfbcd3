//! Secrets that the program gives out and knows again when they come back.
//!
//! What is kept is the SHA-256: enough to know the secret, useless to whoever reads the file. A secret
//! of 256 random bits cannot be guessed, so a plain hash does; and looking it up by the hash tells
//! nobody anything by its timing.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// A secret of 256 random bits that is shown to its owner alone, once. Two of them cannot be compared:
/// that would tell by its timing how much of one was right.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new one.
    pub fn random() -> Result<Self> {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text to hand out, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        hash
    }
}

impl FromStr for Secret {
    type Err = ();

    /// A secret that came back: 43 characters, or none of ours.
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(()),
        }
    }
}
