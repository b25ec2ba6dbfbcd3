//! Settings that changed between two starts: the audit log says which, who started the program with them,
//! and where they come from. Of the values only digests are kept, beside the ledger; of secrets, only
//! whether they are set.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::{Failure, login_name};
use crate::config::{Config, Origin};
use crate::error::Result;
use crate::ledger::{Authority, Books, Command, Ledger, Reason, hex};
use crate::store::{Draft, beside};

/// By its key, the digest of each setting.
type Digests = BTreeMap<String, String>;

struct SettingsChanged {
    authority: Authority,
    changed: Value,
}

impl Command for SettingsChanged {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let details = json!({ "changed": self.changed });
        ledger.audit(&self.authority.line("settings.change", "settings", details))?;
        Ok(())
    }
}

/// Compares the settings in force with those of the last start, and notes what differs. A ledger that
/// cannot be written at this moment is no reason not to serve: the next start notes it then.
pub(super) fn note_changes(books: &Books, config: &Config) -> std::result::Result<(), Failure> {
    let file = beside(books.path(), "-settings");
    let now = digests(config);
    let before = match read(&file) {
        Ok(Some(before)) if before == now => return Ok(()),
        Ok(before) => before,
        Err(error) => {
            tracing::warn!(%error, "the settings of the last start cannot be read from {}", file.display());
            None
        }
    };
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

fn digests(config: &Config) -> Digests {
    let one = |key: &str, value: &str| {
        let whole = digest(&SHA256, format!("{key}={value}").as_bytes());
        hex(&whole.as_ref()[..8])
    };
    config.report().iter().map(|setting| (setting.key.clone(), one(&setting.key, &setting.value))).collect()
}

/// The keys that differ, each with where its value comes from now; `gone` where it is no more. One that a
/// new release has brought and nobody has set is no change.
fn changed(before: &Digests, now: &Digests, config: &Config) -> Map<String, Value> {
    let origins = config.report().iter().filter_map(|setting| {
        let is_new = !before.contains_key(&setting.key);
        let differs = before.get(&setting.key) != now.get(&setting.key);
        let origin = setting.origin.to_string();
        (differs && !(is_new && setting.origin == Origin::Default)).then(|| (setting.key.clone(), origin.into()))
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
