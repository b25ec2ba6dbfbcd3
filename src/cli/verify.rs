//! `verify`: the proof, on demand. Reads only.

use std::fmt::Write;

use rusqlite::Connection;

use super::{Common, Failure, migrate, output};
use crate::ledger::verify::{Report, verify};
use crate::schema;
use crate::store::{self, FileState};

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.settings(None)?;
    let path = &config.database.path;
    let state = store::inspect_reading(path, schema::APPLICATION_ID, schema::NEWEST)?;
    if state == FileState::Missing {
        return Err(Failure::Refused(format!("There is no database at {}.", path.display())));
    }
    migrate::insist_on_newest(&config)?;
    let conn = store::open_beside(path, config.database.checkpoints)?;
    let report = prove(&conn, common)?;
    output::print(common.json, &report, || words(&report));
    if report.is_sound { Ok(()) } else { Err(Failure::Wanting) }
}

/// Verifies with a bar to look at.
pub(super) fn prove(conn: &Connection, common: &Common) -> Result<Report, Failure> {
    let bar = output::progress("Verifying", common.json);
    let report = verify(conn, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(report)
}

/// Refuses a database in which something was found: each finding is told, and then the sentence.
pub(super) fn insist(report: &Report, common: &Common, refusal: &str) -> Result<(), Failure> {
    if report.is_sound {
        return Ok(());
    }
    output::print(common.json, report, || words(report));
    Err(Failure::Refused(refusal.to_owned()))
}

fn words(report: &Report) -> String {
    let mut text = if report.is_sound {
        format!(
            "Sound: {} transactions, {} wallets and {} audit lines agree; {} tokens were issued, and every one is accounted for.\n  head {}",
            report.transactions, report.wallets, report.audit_lines, report.total_issuance, report.head
        )
    } else {
        let findings: Vec<String> = report
            .findings
            .iter()
            .map(|finding| format!("  {} ({}): {}", finding.place, finding.what, finding.message))
            .collect();
        format!("{} findings:\n{}", report.findings.len(), findings.join("\n"))
    };
    if report.unsealed > 0 {
        let _infallible = write!(
            text,
            "\n  {} rows inserted by hand wait to be chained at the program's next write",
            report.unsealed
        );
    }
    text
}
