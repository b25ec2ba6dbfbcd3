//! `verify`: the proof, on demand. Reads only.

use std::fmt::Write;

use rusqlite::{Connection, OpenFlags};

use super::{Common, Failure, output};
use crate::ledger::KeptHead;
use crate::ledger::verify::{Finding, verify};
use crate::schema;
use crate::store::{self, FileState};

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.settings(None)?;
    let path = &config.database.path;
    let state = store::inspect_reading(path, schema::APPLICATION_ID, schema::NEWEST)?;
    if state == FileState::Missing {
        return Err(Failure::Refused(format!("There is no database at {}.", path.display())));
    }
    let mut conn =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    store::open_reading(&mut conn)?;
    let bar = output::progress("Verifying", common.json);
    let mut report = verify(&conn, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    if let Some(Err(lost)) = KeptHead::beside(path).map(|head| head.check(path, &conn)) {
        report.is_sound = false;
        report.findings.push(Finding { what: "kept_head", place: "database file".into(), message: lost.0 });
    }
    output::print(common.json, &report, || {
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
    });
    if report.is_sound { Ok(()) } else { Err(Failure::Wanting) }
}
