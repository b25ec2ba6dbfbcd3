//! The whole proof of a database that stands where it serves: its rows, the key beside it, and the
//! head that was kept of it.

use std::path::Path;

use rusqlite::Connection;

use crate::error::Result;
use crate::identity::InstanceKey;
use crate::ledger::KeptHead;
use crate::ledger::proof::{Checkpoint, Signer, Trust};
use crate::ledger::verify::{Finding, Kept, Report, verify_against};

/// Proves the ledger in the database file at `path`, which `conn` has open; against a checkpoint and
/// the keys that are trusted, where they are given.
pub fn prove(
    conn: &Connection,
    path: &Path,
    checkpoint: Option<Checkpoint>,
    trust: Option<Trust>,
    progress: impl FnMut(u64, u64),
) -> Result<Report> {
    // A copy elsewhere has no key beside it.
    let instance_key = InstanceKey::open(&InstanceKey::beside(path)).ok().flatten();
    let kept = Kept { checkpoint, trust, instance_key: instance_key.map(|key| key.public_key()) };
    let mut report = verify_against(conn, &kept, progress)?;
    if let Some(Err(lost)) = KeptHead::beside(path).map(|head| head.check(path, conn)) {
        report.is_sound = false;
        report.findings.push(Finding { what: "kept_head", place: "database file".into(), message: lost.0 });
    }
    Ok(report)
}
