//! The instance's own key: what proves that a receipt, a checkpoint or a developer's token comes
//! from this community's program.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::ledger::hex;
use crate::ledger::proof::Signer;
use crate::store::{folder, place_first};

/// The Ed25519 key of this instance. It lies in a file of its own beside the database, readable
/// by its owner alone, so that a copy of the database is no licence to sign. It is never shown.
///
/// The one key signs several kinds of things. Whoever signs something new begins it with a line
/// that names the kind, so that a signature over one can never be passed off as one over another.
#[derive(Clone)]
pub struct InstanceKey {
    pair: Arc<Ed25519KeyPair>,
    key_id: String,
}

impl fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl InstanceKey {
    /// Where the key of a database lies: beside it.
    pub fn beside(database: &Path) -> PathBuf {
        database.with_file_name("instance.key")
    }

    /// Reads the key, if there is one.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => Self::read(path, &text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refuse(path, &error)),
        }
    }

    /// Reads the key, or makes it when there is none. Two programs doing so at the same moment end
    /// up with the same key, and a crash leaves a whole key or none.
    pub fn open_or_create(path: &Path) -> Result<Self> {
        if let Some(key) = Self::open(path)? {
            warn_if_open(path);
            return Ok(key);
        }
        create(path, generate(path)?.as_bytes()).map_err(|error| refuse(path, &error))?;
        // Read back: another program may have been first, and then its key is the key.
        let text = fs::read_to_string(path).map_err(|error| refuse(path, &error))?;
        Self::read(path, &text)
    }

    /// Makes a key that is to follow the one at this path, in a file of its own beside it. It takes
    /// the place by [`Self::settle`], once the ledger has recorded it.
    pub fn prepare_next(path: &Path) -> Result<Self> {
        let text = generate(path)?;
        let key = Self::read(path, &text)?;
        let next = next_path(path, &key.public_key());
        create(&next, text.as_bytes()).map_err(|error| refuse(&next, &error))?;
        Ok(key)
    }

    /// Gives up a key that was prepared and not recorded.
    pub fn discard_next(self, path: &Path) {
        // What stays behind is a key nobody trusts.
        let _left = fs::remove_file(next_path(path, &self.public_key()));
    }

    /// Puts the key that the ledger names in its place, if it was prepared here: at the end of a
    /// rotation, or after one that broke off between the ledger's commit and this. One step, so that
    /// there is always a whole key.
    pub fn settle(path: &Path, public_key: &[u8; 32]) -> Result<()> {
        let next = next_path(path, public_key);
        if !next.exists() {
            return Ok(());
        }
        let placed = fs::rename(&next, path).and_then(|()| File::open(folder(&next))?.sync_all());
        placed.map_err(|error| refuse(path, &error))
    }

    fn read(path: &Path, text: &str) -> Result<Self> {
        // The errors of the parts are left out: they could quote the key.
        let pair = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|document| Ed25519KeyPair::from_pkcs8(&document).ok())
            .ok_or_else(|| {
                Error::internal(format!("the instance key {} is damaged; put it back from a backup", path.display()))
            })?;
        let thumbprint =
            format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()));
        let digest = digest::digest(&digest::SHA256, thumbprint.as_bytes());
        Ok(Self { pair: Arc::new(pair), key_id: URL_SAFE_NO_PAD.encode(digest.as_ref()) })
    }

    /// The key's name: its thumbprint as in RFC 7638, so that it follows from the key itself.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public half, as a JSON Web Key for whoever wants to check a signature.
    pub fn public_jwk(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref()),
            "kid": self.key_id,
            "use": "sig",
            "alg": "EdDSA",
        })
    }

    /// The signature over a message, 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl Signer for InstanceKey {
    fn public_key(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        bytes
    }

    fn sign_message(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        signature
    }
}

fn refuse(path: &Path, why: &dyn fmt::Display) -> Error {
    Error::internal(format!("the instance key {}: {why}", path.display()))
}

/// The text of a new key.
fn generate(path: &Path) -> Result<String> {
    let document =
        Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| refuse(path, &"no randomness for it"))?;
    Ok(format!("{}\n", STANDARD.encode(document.as_ref())))
}

/// Named after the key itself, so that two that are prepared at once do not meet.
fn next_path(path: &Path, public_key: &[u8; 32]) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".next-{}", hex(&public_key[..8])));
    path.with_file_name(name)
}

/// Writes the file whole, or not at all, and never over one that is there.
fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = folder(path);
    fs::create_dir_all(directory)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    let temporary = directory.join(name);
    let written = write_new(&temporary, content).and_then(|()| place_first(&temporary, path));
    // Gone already where it was renamed; a leftover would be a second copy of the key.
    let _ = fs::remove_file(&temporary);
    written?;
    File::open(directory)?.sync_all()
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Ok(metadata) = fs::metadata(path)
        && metadata.permissions().mode() & 0o077 != 0
    {
        tracing::warn!(
            path = %path.display(),
            "others on this machine can read the instance key; run: chmod 600 {}",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    #[test]
    fn the_key_is_made_once_and_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data/instance.key");
        let first = InstanceKey::open_or_create(&path).unwrap();
        let second = InstanceKey::open_or_create(&path).unwrap();
        assert_eq!(first.public_jwk(), second.public_jwk());
        assert_eq!(first.key_id(), second.key_id());
        let public = first.pair.public_key().as_ref().to_vec();
        UnparsedPublicKey::new(&ED25519, public).verify(b"leaf", &second.sign(b"leaf")).unwrap();
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays: {left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        InstanceKey::open_or_create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn two_at_the_same_moment_get_the_same_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        let ids: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| InstanceKey::open_or_create(&path).unwrap().key_id)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        fs::write(&path, "c2VjcmV0").unwrap();
        let error = InstanceKey::open_or_create(&path).unwrap_err();
        let cause = error.cause().unwrap();
        assert!(cause.contains("damaged"), "{cause}");
        assert!(!cause.contains("c2VjcmV0"), "{cause}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "c2VjcmV0");
    }

    #[test]
    fn printing_it_shows_no_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        let key = InstanceKey::open_or_create(&path).unwrap();
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("InstanceKey {{ key_id: {:?}, .. }}", key.key_id()));
    }
}
