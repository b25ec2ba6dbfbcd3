//! The proof: every invariant, hash, link, balance and rollup computed again from the rows. Reads
//! only, changes nothing, seals nothing, and names what is wrong and where.

mod audit_log;
mod folds;
mod proofs;
mod relations;
mod walk;

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use self::audit_log::check_audit;
pub use self::proofs::Kept;
use self::proofs::Proofs;
use self::relations::{check_notes, check_relations};
use self::walk::Walk;
use super::chain::{Hash, hex};
use super::transaction;
use crate::error::Result;
use crate::schema;

/// Findings listed at most; one more says that there are more.
const FINDINGS_MAX: usize = 1_000;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// A stable name for what is wrong: `balance`, `chain`, `missing_row`, ...
    pub what: &'static str,
    /// Where: a table and a row.
    pub place: String,
    /// A sentence.
    pub message: String,
}

/// What `verify` saw.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// Whether nothing was found.
    pub is_sound: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Transactions looked at.
    pub transactions: i64,
    /// Audit lines looked at.
    pub audit_lines: i64,
    /// Wallets looked at.
    pub wallets: i64,
    /// Signed checkpoints that fit what they cover.
    pub checkpoints: i64,
    /// Rows inserted by hand that wait to be chained at the program's next write. Not a finding.
    pub unsealed: i64,
    /// The last transaction's hash, in hexadecimal: the head to compare with one kept elsewhere.
    pub head: String,
    /// Every token ever issued.
    pub total_issuance: i64,
    /// The SQLite release that read the file.
    pub sqlite_version: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, what: &'static str, place: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < FINDINGS_MAX {
            self.0.push(Finding { what, place: place.into(), message: message.into() });
        } else if self.0.len() == FINDINGS_MAX {
            self.0.push(Finding {
                what: "more",
                place: "ledger".into(),
                message: "There are more findings than are listed.".into(),
            });
        }
    }
}

/// Looks at everything. `progress` hears how many transactions of how many are done.
pub fn verify(conn: &Connection, progress: impl FnMut(u64, u64)) -> Result<Report> {
    verify_against(conn, &Kept::default(), progress)
}

/// The same, and compares it with what was kept elsewhere: without that, nobody can tell a ledger
/// from one that was computed anew from its first row on.
pub fn verify_against(conn: &Connection, kept: &Kept, mut progress: impl FnMut(u64, u64)) -> Result<Report> {
    // One transaction, so that everything is of one moment though others write. A caller that has
    // one open already keeps it.
    let transaction = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let snapshot: &Connection = transaction.as_deref().unwrap_or(conn);
    let mut findings = Findings::default();
    let pages: String = snapshot.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if pages != "ok" {
        findings.add("file", "database file", format!("SQLite finds damage: {pages}"));
    }
    check_schema(snapshot, &mut findings)?;
    let Some(ledger) = Ledger::read(snapshot)? else {
        // The chain begins from the ledger's id: without it nothing else can be judged.
        findings.add("ledger", "ledger", "the ledger's own row is missing");
        return Ok(Report::of(findings, &Walk::default(), (0, 0), 0));
    };
    let mut walk = Walk::new(snapshot, &ledger)?;
    let mut proofs = Proofs::new(snapshot, &ledger, kept, &mut findings)?;
    let total: i64 = snapshot.query_row("SELECT count(*) FROM transactions", [], |row| row.get(0))?;
    let total = u64::try_from(total).unwrap_or(0);
    let mut done = 0;
    transaction::for_each_after(snapshot, 0, &mut |content, hash| {
        walk.transaction(snapshot, &content, hash, &mut findings)?;
        proofs.transaction(snapshot, &content, walk.hash, &mut findings)?;
        done += 1;
        if done % 4096 == 0 {
            progress(done, total);
        }
        Ok(())
    })?;
    progress(done, total);
    if done != total {
        findings.add(
            "missing_wallet",
            "transactions",
            format!("{} transactions name wallets that do not exist", total.abs_diff(done)),
        );
    }
    walk.end(snapshot, &ledger, &mut findings)?;
    let checkpoints = proofs.end(snapshot, &mut findings)?;
    let audit = check_audit(snapshot, &ledger, &walk, &mut findings)?;
    check_notes(snapshot, &mut findings)?;
    check_relations(snapshot, &mut findings)?;
    Ok(Report::of(findings, &walk, audit, checkpoints))
}

impl Report {
    /// `audit`: the lines of the log, and how many of them wait to be chained.
    fn of(findings: Findings, walk: &Walk, audit: (i64, i64), checkpoints: i64) -> Self {
        Self {
            is_sound: findings.0.is_empty(),
            transactions: walk.sequence,
            audit_lines: audit.0,
            wallets: i64::try_from(walk.accounts.len()).unwrap_or(i64::MAX),
            checkpoints,
            unsealed: walk.unsealed + audit.1,
            head: hex(&walk.hash),
            total_issuance: walk.issued,
            sqlite_version: rusqlite::version().to_owned(),
            findings: findings.0,
        }
    }
}

/// The ledger's own row.
struct Ledger {
    id: Uuid,
    tag: i64,
    total_issued: i64,
    issued_sequence: i64,
    sealed: (i64, Hash),
    audit_sealed: (i64, Hash),
}

impl Ledger {
    fn read(conn: &Connection) -> Result<Option<Self>> {
        Ok(conn.query_row(
            "SELECT id, total_issued, issued_sequence, sealed_sequence, sealed_hash, audit_sealed_sequence, audit_sealed_hash, tag FROM ledger",
            [],
            |row| {
                Ok(Self {
                    id: Uuid::try_parse(row.get_ref(0)?.as_str()?).unwrap_or_default(),
                    total_issued: row.get(1)?,
                    issued_sequence: row.get(2)?,
                    sealed: (row.get(3)?, row.get(4)?),
                    audit_sealed: (row.get(5)?, row.get(6)?),
                    tag: row.get(7)?,
                })
            },
        )
        .optional()?)
    }
}

/// Missing or altered tables, constraints and triggers: without them the database no longer guards itself.
fn check_schema(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let expected = Connection::open_in_memory()?;
    expected.execute_batch(schema::SCHEMA)?;
    let expected = schema::objects(&expected)?;
    let mut found: HashMap<(String, String), String> =
        schema::objects(conn)?.into_iter().map(|(kind, name, sql)| ((kind, name), sql)).collect();
    for (kind, name, sql) in expected {
        match found.remove(&(kind.clone(), name.clone())) {
            None => findings.add("schema", format!("{kind} {name}"), "is missing"),
            Some(other) if other != sql => {
                findings.add("schema", format!("{kind} {name}"), "is not as this program made it");
            }
            Some(_) => {}
        }
    }
    // Tables, views and indexes of others do no harm; a trigger acts whenever the ledger is written.
    for (kind, name) in found.into_keys().filter(|(kind, _)| kind == "trigger") {
        findings.add("schema", format!("{kind} {name}"), "is not of this program");
    }
    Ok(())
}
