//! Settings that changed between two starts: the audit log says which, who started the program with them,
//! and where they come from. Of the values only digests are kept, beside the ledger. Those of secrets are salted
//! and slow to compute, so that whoever finds them cannot try out what the secrets are.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use aws_lc_rs::rand;
use serde_json::{Map, Value, json};

use super::{Failure, login_name};
use crate::config::{Config, Origin, Secret};
use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Books, Command, Ledger, Reason, hex};
use crate::store::{Draft, beside};

/// By its key, the digest of each setting.
type Digests = BTreeMap<String, String>;

/// Some hundredths of a second for a secret, at each start and for each that is tried out.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);

struct SettingsChanged {
    authority: Authority,
    changed: Value,
}

impl Command for SettingsChanged {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let details = json!({ "changed": self.changed });
        ledger.audit(&self.authority.line(AuditAction::SettingsChange, "settings", details))?;
        Ok(())
    }
}

/// Compares the settings in force with those of the last start, and notes what differs. A ledger that
/// cannot be written at this moment is no reason not to serve: the next start notes it then.
pub(super) fn note_changes(books: &Books, config: &Config) -> std::result::Result<(), Failure> {
    let file = beside(books.path(), "-settings");
    let before = read(&file).unwrap_or_else(|error| {
        tracing::warn!(%error, "the settings of the last start cannot be read from {}", file.display());
        None
    });
    let now = digests(config, before.as_ref())?;
    if before.as_ref() == Some(&now) {
        return Ok(());
    }
    let changed = before.map(|before| changed(&before, &now, config)).filter(|changed| !changed.is_empty());
    if let Some(changed) = changed.map(Value::from) {
        tracing::info!(%changed, "started with other settings than last time");
        let authority = Authority::at_the_machine(login_name()?, Reason::new("Started with other settings")?);
        if let Err(error) = books.execute_blocking(SettingsChanged { authority, changed }) {
            tracing::warn!(%error, "the audit log could not be told that settings have changed");
            return Ok(());
        }
    }
    if let Err(error) = keep(&file, &now) {
        tracing::warn!(%error, "the settings could not be noted in {}", file.display());
    }
    Ok(())
}

fn digests(config: &Config, before: Option<&Digests>) -> std::result::Result<Digests, Failure> {
    let settings = config.report().iter();
    let mut digests: Digests =
        settings.map(|setting| (setting.key.clone(), of_value(&setting.key, &setting.value))).collect();
    for (key, secret) in config.secrets() {
        let kept = before.and_then(|before| before.get(key)).filter(|kept| is_of(secret, kept));
        let digest = match kept {
            Some(kept) => kept.clone(),
            None => of_secret(secret, &salt()?),
        };
        digests.insert(key.clone(), digest);
    }
    Ok(digests)
}

fn of_value(key: &str, value: &str) -> String {
    let whole = digest(&SHA256, format!("{key}={value}").as_bytes());
    hex(&whole.as_ref()[..8])
}

/// The salt and what comes of the secret with it.
fn of_secret(secret: &Secret, salt: &str) -> String {
    let mut derived = [0; 16];
    derive(PBKDF2_HMAC_SHA256, ROUNDS, salt.as_bytes(), secret.reveal().as_bytes(), &mut derived);
    format!("{salt}.{}", hex(&derived))
}

fn is_of(secret: &Secret, kept: &str) -> bool {
    kept.split_once('.').is_some_and(|(salt, _)| of_secret(secret, salt) == kept)
}

fn salt() -> std::result::Result<String, Failure> {
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(|_| Failure::Refused("The system gave no random bytes.".into()))?;
    Ok(hex(&salt))
}

/// The keys that differ, each with where its value comes from now; `gone` where it is no more. One that a
/// new release has brought and nobody has set is no change.
fn changed(before: &Digests, now: &Digests, config: &Config) -> Map<String, Value> {
    let origins = config.report().iter().filter_map(|setting| {
        let (key, kept) = (&setting.key, before.get(&setting.key));
        let is_new = kept.is_none() && setting.origin == Origin::Default;
        let is_secret = config.secrets().iter().any(|(secret, _)| secret == key);
        // Earlier releases kept of a secret only whether it is set.
        let is_unknown = is_secret && kept == Some(&of_value(key, &setting.value));
        let origin = if is_secret && setting.value.is_empty() {
            format!("file named by {key}_file")
        } else {
            setting.origin.to_string()
        };
        (kept != now.get(key) && !is_new && !is_unknown).then(|| (key.clone(), origin.into()))
    });
    let gone = before.keys().filter(|key| !now.contains_key(*key)).map(|key| (key.clone(), "gone".into()));
    origins.chain(gone).collect()
}

fn read(file: &Path) -> io::Result<Option<Digests>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whole or not at all, for the program's user alone.
fn keep(file: &Path, digests: &Digests) -> std::result::Result<(), String> {
    let draft = Draft::of(file).map_err(|failure| failure.0)?;
    let text = serde_json::to_vec_pretty(digests).map_err(|error| error.to_string())?;
    fs::write(draft.path(), text).map_err(|error| error.to_string())?;
    draft.place(true).map_err(|failure| failure.0)
}
