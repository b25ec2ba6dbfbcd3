//! `backup`: a copy of the whole ledger, made while the server runs, and proven before it gets its name.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Common, Failure, migrate, output, verify};
use crate::config::Config;
use crate::ledger::verify::Report;
use crate::schema;
use crate::store::{self, Draft, FileState, Finished};

/// Copy the whole ledger into one file while the server runs, and prove that the copy is sound.
///
/// It holds everything that was acknowledged before it began. FILE.sha256 beside it tells later
/// whether it is still what it was. The instance's key is a secret and is not in it: keep a copy of
/// instance.key somewhere safe, once.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where the copy goes
    file: PathBuf,
    /// Replace an earlier backup of the same name
    #[arg(long)]
    overwrite: bool,
}

impl Backup {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings(None)?;
        let (made, report) = take(&config, common, &self.file, self.overwrite)?;
        let answer = json!({
            "backup": self.file,
            "bytes": made.bytes,
            "sha256": made.sha256,
            "transactions": report.transactions,
            "audit_lines": report.audit_lines,
            "head": report.head,
        });
        output::print(common.json, &answer, || {
            format!(
                "The backup {} is sound: {} transactions, {} audit lines, {} bytes.\n  head {}\n  The instance's key is not in it.",
                self.file.display(),
                report.transactions,
                report.audit_lines,
                made.bytes,
                report.head
            )
        });
        Ok(())
    }
}

/// Takes a backup: copied, looked at page by page, verified, and only then named.
pub(super) fn take(config: &Config, common: &Common, file: &Path, over: bool) -> Result<(Finished, Report), Failure> {
    let path = &config.database.path;
    if store::inspect_reading(path, schema::APPLICATION_ID, schema::NEWEST)? == FileState::Missing {
        return Err(Failure::Refused(format!("There is no database at {}.", path.display())));
    }
    migrate::insist_on_newest(config)?;
    refuse_itself(path, file)?;
    if file.exists() && !over {
        return Err(Failure::Refused(format!(
            "{} exists already; name another file, or say --overwrite.",
            file.display()
        )));
    }
    let draft = Draft::of(file)?;
    let bar = output::progress("Copying", common.json);
    let source = store::open_beside(path, config.database.checkpoints)?;
    store::copy(&source, &draft, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let report = {
        let copy = store::open_beside(draft.path(), store::Checkpoints::Own)?;
        store::check_pages(&copy)?;
        verify::prove(&copy, common)?
    };
    verify::insist(
        &report,
        common,
        "The ledger is not sound, so no backup was made. Look at `communitytoken verify`.",
    )?;
    Ok((store::finish(draft, file, over)?, report))
}

/// Refuses a backup file that is the database: it would be read and written at once.
pub(super) fn refuse_itself(database: &Path, file: &Path) -> Result<(), Failure> {
    match (database.canonicalize(), file.canonicalize()) {
        (Ok(database), Ok(own)) if database == own => {
            Err(Failure::Refused(format!("{} is the database itself; name another file.", file.display())))
        }
        _ => Ok(()),
    }
}
