//! A provider's keys, kept in a file beside the database, so that a restart while the provider is
//! down signs nobody out. What is kept are public keys; but whoever can write the file decides who
//! comes in, as with the database it lies beside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fetch;
use super::jwk::{self, Key};
use crate::ledger::hex;
use crate::store::{Draft, StoreFailure};

/// Keys that nobody has confirmed for this long are no longer taken from the file: one of them may
/// have been withdrawn while nobody looked.
const LAST: Duration = Duration::from_hours(7 * 24);

/// The file of one provider.
#[derive(Debug)]
pub(super) struct KeptKeys {
    path: PathBuf,
    /// Where the keys come from: those of another address are not these.
    source: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    source: String,
    /// When the provider last gave them, in Unix seconds.
    fetched_at: u64,
    keys: Vec<Value>,
}

impl KeptKeys {
    /// The file for keys of this source, beside the database.
    pub(super) fn beside(database: &Path, source: String) -> Self {
        let mut name = database.file_name().unwrap_or_default().to_owned();
        name.push(format!("-keys-{}", hex(&digest(&SHA256, source.as_bytes()).as_ref()[..8])));
        Self { path: database.with_file_name(name), source }
    }

    /// The keys that were kept, if they are young enough. A file that cannot be read says nothing.
    pub(super) fn read(&self) -> Option<Vec<Key>> {
        if fs::metadata(&self.path).ok()?.len() > 2 * fetch::MAX_BODY as u64 {
            return None;
        }
        let content: Content = serde_json::from_slice(&fs::read(&self.path).ok()?).ok()?;
        let age = Duration::from_secs(now().abs_diff(content.fetched_at));
        if content.source != self.source || age > LAST {
            return None;
        }
        let keys = jwk::parse_set(json!({ "keys": content.keys }).to_string().as_bytes()).ok()?;
        tracing::info!(
            source = %self.source,
            keys = keys.len(),
            hours = age.as_secs() / 3600,
            "the provider's keys are those kept from before, until it is asked again"
        );
        Some(keys)
    }

    /// Keeps these keys, whole or not at all. To fail at it is no reason to turn anyone away.
    pub(super) fn write(&self, keys: &[Key]) {
        let keys = keys.iter().map(|key| key.published().clone()).collect();
        let content = Content { source: self.source.clone(), fetched_at: now(), keys };
        if let Err(StoreFailure(why)) = self.place(&content) {
            tracing::warn!(why, "the provider's keys could not be kept beside the database");
        }
    }

    fn place(&self, content: &Content) -> Result<(), StoreFailure> {
        let draft = Draft::of(&self.path)?;
        serde_json::to_vec_pretty(content)
            .map_err(io::Error::from)
            .and_then(|text| fs::write(draft.path(), text))
            .map_err(|error| StoreFailure(format!("{} cannot be written ({error}).", self.path.display())))?;
        draft.belong_as_before()?;
        draft.place(true)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
