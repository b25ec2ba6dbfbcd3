//! The instance's own key: an Ed25519 key in a file beside the database, outside of it, so that
//! whoever can change the database still cannot sign for it.

use std::fs;
use std::io::Write;
use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::Jwk;
use serde_json::json;

/// The key. Never printed.
pub struct InstanceKey {
    pair: Ed25519KeyPair,
    pkcs8: Vec<u8>,
}

impl InstanceKey {
    /// Reads the key, or makes it where there is none; only its owner may read the file.
    pub fn open_or_create(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        match fs::read_to_string(path) {
            Ok(text) => {
                warn_when_open(path);
                let damaged = || format!("{shown} does not hold an instance key; restore it from a backup.");
                let pkcs8 = STANDARD.decode(text.trim()).map_err(|_| damaged())?;
                let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| damaged())?;
                Ok(Self { pair, pkcs8 })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(format!("{shown} cannot be read ({error}).")),
        }
    }

    fn create(path: &Path) -> Result<Self, String> {
        let pair = Ed25519KeyPair::generate().map_err(|_| "the system gave no random bytes.".to_owned())?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| "the new key could not be written.".to_owned())?.as_ref().to_vec();
        // Whole or not at all: written beside, synced, and then given its name if nobody was faster.
        let draft = path.with_extension(format!("key.{}", std::process::id()));
        let written = (|| {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&draft)?;
            file.write_all(STANDARD.encode(&pkcs8).as_bytes())?;
            file.sync_all()?;
            fs::hard_link(&draft, path)
        })();
        let _draft_gone = fs::remove_file(&draft);
        match written {
            Ok(()) => Ok(Self { pair, pkcs8 }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::open_or_create(path),
            Err(error) => Err(format!("{} cannot be written ({error}).", path.display())),
        }
    }

    /// The public half, as 32 bytes.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The name of the key: the first bytes of its public half.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public()[..9])
    }

    /// The public half as providers publish theirs.
    pub fn jwk(&self) -> Result<Jwk, String> {
        serde_json::from_value(json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.id(), "x": URL_SAFE_NO_PAD.encode(self.public()),
        }))
        .map_err(|error| error.to_string())
    }

    /// The private half, for signing tokens.
    pub(super) fn encoding_key(&self) -> EncodingKey {
        EncodingKey::from_ed_der(&self.pkcs8)
    }
}

#[cfg(unix)]
fn warn_when_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(path = %path.display(), "others on this machine can read the instance key; run chmod 600 on it");
    }
}

#[cfg(not(unix))]
fn warn_when_open(_: &Path) {}
