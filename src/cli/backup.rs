//! `backup`: a copy of the whole ledger, made while the server runs, and proven before it gets its name.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::trace::{Given, Trace};
use super::{Common, Failure, migrate, output, verify};
use crate::backups::{self, NotTaken, Taken};
use crate::config::Config;
use crate::ledger::AuditAction;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where the copy goes
    file: PathBuf,
    /// Replace an earlier backup of the same name
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    trace: Trace,
}

impl Backup {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        let Taken { file: made, report } = take(&config, common, &self.file, self.overwrite, self.trace)?;
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
fn take(config: &Config, common: &Common, file: &Path, over: bool, trace: Trace) -> Result<Taken, Failure> {
    let path = &config.database.path;
    migrate::insist_on_database(config)?;
    refuse_itself(path, file)?;
    if file.exists() && !over {
        return Err(Failure::Refused(format!(
            "{} exists already; name another file, or say --overwrite.",
            file.display()
        )));
    }
    // Written first, so that the backup itself says who took it.
    trace.leave(
        config,
        common,
        Given {
            action: AuditAction::BackupTake,
            target: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            details: json!({ "file": file.display().to_string() }),
            reason: "Backed up at the command line",
        },
    );
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
