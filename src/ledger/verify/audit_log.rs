//! The audit log's own chain.

use rusqlite::Connection;

use super::{Findings, Ledger, Walk};
use crate::error::Result;
use crate::ledger::audit;
use crate::ledger::chain::{self, Link};

/// The audit log: unbroken, chained, and accounting for exactly the transactions that name it. Gives
/// how many lines there are, and how many of them wait to be chained.
pub(super) fn check_audit(
    conn: &Connection,
    ledger: &Ledger,
    walk: &Walk,
    findings: &mut Findings,
) -> Result<(i64, i64)> {
    let mut previous = chain::genesis(ledger.id, chain::AUDIT);
    let (mut sequence, mut created_at, mut unsealed) = (0, 0, 0);
    let mut sealed_fits = ledger.audit_sealed.0 == 0;
    audit::for_each_after(conn, 0, &mut |line, stored| {
        let place = format!("audit line {}", line.sequence);
        if line.sequence != sequence + 1 {
            findings.add("audit", &place, format!("the lines between {sequence} and {} are missing", line.sequence));
        }
        if line.created_at < created_at {
            findings.add("time", &place, "is older than the one before it");
        }
        let hash = line.hash(&previous);
        if stored.is_some_and(|found| found != hash) {
            findings.add("audit", &place, "its hash does not fit its content and the hash before it");
        } else if stored.is_none() && line.sequence <= ledger.audit_sealed.0 {
            findings.add("audit", &place, "its hash is missing though the log was sealed beyond it");
        }
        unsealed += i64::from(stored.is_none());
        previous = stored.unwrap_or(hash);
        sealed_fits |= line.sequence == ledger.audit_sealed.0 && stored == Some(ledger.audit_sealed.1);
        let named = walk.audited.get(&line.sequence).map_or(&[][..], Vec::as_slice);
        let expected = if line.first_sequence == 0 { 0 } else { line.last_sequence - line.first_sequence + 1 };
        let fits = named.len() == usize::try_from(expected).unwrap_or(0)
            && named.iter().all(|number| (line.first_sequence..=line.last_sequence).contains(number));
        if !fits {
            findings.add("audit", &place, "does not account for exactly the transactions that name it");
        }
        (sequence, created_at) = (line.sequence, line.created_at);
        Ok(())
    })?;
    if !sealed_fits {
        findings.add(
            "audit",
            "audit_log",
            format!("line {} is not the one that was sealed, or its end is missing", ledger.audit_sealed.0),
        );
    }
    if let Some(line) = walk.audited.keys().find(|line| !(1..=sequence).contains(*line)) {
        findings.add("audit", format!("audit line {line}"), "is named by transactions and missing");
    }
    Ok((sequence, unsealed))
}
