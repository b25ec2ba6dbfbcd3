//! `restore`: a backup takes the place of the ledger, once it is proven and everyone knows what
//! would be lost.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rusqlite::Connection;
use serde_json::json;

use super::{Act, Common, Failure, backup, output, verify};
use crate::identity::InstanceKey;
use crate::ledger::proof::{KeyChain, Signer};
use crate::ledger::verify::Report;
use crate::ledger::{AuditAction, KeptHead, audit_alone, lost_by, make_folder, system_clock};
use crate::schema;
use crate::store::{self, Draft, FileState, NotAlone, StoreFailure};

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup
    file: PathBuf,
    /// Replace the ledger that is there now; it is kept aside
    #[arg(long)]
    replace: bool,
    /// Give up what the present ledger has and the backup does not have
    #[arg(long, requires = "replace")]
    discard_newer: bool,
    #[command(flatten)]
    act: Act,
}

/// What stands where the backup is to go.
enum Present {
    Nothing,
    /// A ledger, held so that nobody else can open it.
    Held(Connection),
    /// Something that cannot be opened, and why.
    Damaged(String),
}

impl Restore {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        let path = &config.database.path;
        let authority = self.act.clone().authority()?;
        let state = store::inspect_reading(&self.file, schema::APPLICATION_ID, schema::NEWEST)?;
        if state == FileState::Missing {
            return Err(Failure::Refused(format!("There is no backup at {}.", self.file.display())));
        }
        backup::refuse_itself(path, &self.file)?;
        make_folder(path)?;
        let present = self.hold(path)?;
        let draft = Draft::of(path)?;
        let has_checksum = store::fetch(&self.file, &draft)?;
        let mut staged = store::open_alone(draft.path()).map_err(StoreFailure::from)?;
        let report = prove(&mut staged, common)?;
        let lost = present.lost_by(&staged);
        if !lost.is_empty() && !self.discard_newer {
            return Err(Failure::Refused(format!(
                "{} Nothing was changed; say --discard-newer to give that up.",
                lost.join(" ")
            )));
        }
        let key = KeyThere::of(path, &staged, present.held());
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let details = json!({ "backup": name, "transactions": report.transactions, "head": report.head, "lost": lost });
        let days = i64::from(config.limits.idempotency_days);
        audit_alone(&staged, system_clock(), days, &authority.line(AuditAction::DatabaseRestore, "ledger", details))?;
        store::without_log(&staged)?;
        drop(staged);
        draft.belong_as_before()?;
        // It tells of the ledger that goes. The server keeps a new one.
        KeptHead::forget(path)?;
        let kept = store::replace(path, present.held(), draft, "replaced")?;
        let has_instance_key = InstanceKey::beside(path).exists();
        let answer = json!({
            "database": path,
            "backup": self.file,
            "has_checksum": has_checksum,
            "transactions": report.transactions,
            "head": report.head,
            "replaced": kept,
            "lost": lost,
            "has_instance_key": has_instance_key,
            "warning": key.warning(),
        });
        output::print(common.json, &answer, || {
            let mut lines = vec![format!(
                "{} is restored and sound: {} transactions.\n  head {}",
                path.display(),
                report.transactions,
                report.head
            )];
            lines.extend(kept.iter().map(|kept| format!("  What was there before is kept as {}.", kept.display())));
            if !has_checksum {
                lines.push("  No .sha256 lay beside the backup: it was proven by what it says of itself.".into());
            }
            if !has_instance_key {
                lines.push("  No instance.key lies beside it: put yours there, or the server makes a new one.".into());
            }
            lines.extend(key.warning().map(|warning| format!("  {warning}")));
            lines.join("\n")
        });
        Ok(())
    }

    /// Looks at what is there now, and keeps everyone else out of it.
    fn hold(&self, path: &Path) -> Result<Present, Failure> {
        match store::inspect(path, schema::APPLICATION_ID, schema::NEWEST) {
            Ok(FileState::Missing) => return Ok(Present::Nothing),
            // Whoever protected a file, or made a folder of that name, meant it.
            Err(failure) if fs::metadata(path).map_or(true, |it| !it.is_file() || it.permissions().readonly()) => {
                return Err(failure.into());
            }
            _ => {}
        }
        if !self.replace {
            return Err(Failure::Refused(format!(
                "{} is there already. Say --replace to put the backup in its place; it is kept aside.",
                path.display()
            )));
        }
        match store::open_alone(path) {
            Ok(conn) => Ok(Present::Held(conn)),
            Err(NotAlone::InUse(failure)) => Err(failure.into()),
            Err(NotAlone::Unreadable(failure)) => Ok(Present::Damaged(failure.0)),
        }
    }
}

impl Present {
    fn held(&self) -> Option<&Connection> {
        match self {
            Self::Held(conn) => Some(conn),
            _ => None,
        }
    }

    /// What the community would lose.
    fn lost_by(&self, staged: &Connection) -> Vec<String> {
        let unknown =
            |why: &str| vec![format!("What is there now cannot be read ({why}), so what would be lost is not known.")];
        match self {
            Self::Nothing => Vec::new(),
            Self::Held(conn) => {
                lost_by(conn, staged).unwrap_or_else(|error| unknown(error.cause().unwrap_or(&error.detail)))
            }
            Self::Damaged(why) => unknown(why),
        }
    }
}

/// How the key that signs fits the ledger that was restored.
#[derive(Clone, Copy)]
enum KeyThere {
    /// As far as can be seen, it is the ledger's.
    Fits,
    /// The ledger knows another one.
    Another,
    /// It fits, and the ledger that goes had given it up for a later one.
    Retired,
}

impl KeyThere {
    fn of(database: &Path, staged: &Connection, gone: Option<&Connection>) -> Self {
        let current = |conn| KeyChain::read(conn).ok()?.current().cloned();
        // A key that cannot be read is told of when the server starts.
        let file = InstanceKey::open(&InstanceKey::beside(database)).ok().flatten();
        let Some(known) = current(staged) else { return Self::Fits };
        if file.is_some_and(|file| file.public_key() != known.bytes) {
            return Self::Another;
        }
        let changed = gone.and_then(current).is_some_and(|last| last.name == known.name && last != known);
        if changed { Self::Retired } else { Self::Fits }
    }

    /// What follows, and what to do; nothing where all is well.
    fn warning(self) -> Option<&'static str> {
        match self {
            Self::Fits => None,
            Self::Another => Some(
                "This ledger knows another key than the instance.key beside it: the key was changed after the backup was made, or this one is another ledger's. Until that is mended no checkpoint is taken and no receipt promised. Put the instance.key of then back from its copy and run `communitytoken key rotate`, or keep this one with `communitytoken key replace`; then give your members the new key file (docs/verification.md).",
            ),
            Self::Retired => Some(
                "The key was changed after the backup was made: receipts and checkpoints signed since are by a key that this ledger does not know, and whoever has the newer key file takes nothing new from this one. Run `communitytoken key rotate`, and give your members the new key file (docs/verification.md).",
            ),
        }
    }
}

/// Looks at every page, brings an older schema up to date, and verifies.
fn prove(staged: &mut Connection, common: &Common) -> Result<Report, Failure> {
    store::check_pages(staged)?;
    schema::migrate(staged, schema::NEWEST)?;
    let report = verify::prove(staged, common)?;
    verify::insist(&report, common, "The backup is not sound. Nothing was changed.")?;
    Ok(report)
}
