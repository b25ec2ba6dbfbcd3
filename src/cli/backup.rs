//! `backup`: a copy of the whole ledger, made while the server runs, and proven before it gets its name.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::{Common, Failure, migrate, output, verify};
use crate::backups::{self, NotTaken, Taken};
use crate::config::Config;
use crate::schema;
use crate::store::{self, FileState};

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
        let config = common.settings()?;
        let Taken { file: made, report } = take(&config, common, &self.file, self.overwrite)?;
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

/// Takes a backup, with bars to look at.
fn take(config: &Config, common: &Common, file: &Path, over: bool) -> Result<Taken, Failure> {
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
    let bars = [output::progress("Copying", common.json), output::progress("Verifying", common.json)];
    let taken = backups::take(path, config.database.checkpoints, file, over, |stage, done, total| {
        let bar = &bars[stage as usize];
        bar.set_length(total);
        bar.set_position(done);
    });
    bars.iter().for_each(ProgressBar::finish_and_clear);
    taken.map_err(|why| match why {
        NotTaken::Failed(failure) => failure.into(),
        NotTaken::Unsound(report) => verify::unsound(
            &report,
            common,
            "The ledger is not sound, so no backup was made. Look at `communitytoken verify`.",
        ),
    })
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
