//! `verify`: the proof, on demand. Reads only.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use rusqlite::Connection;
use serde_json::json;

use super::{Common, Failure, migrate, output};
use crate::config::Config;
use crate::ledger::proof::{KeyChain, NotProved, Receipt, SignedCheckpoint, Trust};
use crate::ledger::verify::{Report, verify};
use crate::proofs;
use crate::store;

/// Larger files are no receipts, checkpoints or keys.
const FILE_MAX: u64 = 1024 * 1024;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Check this receipt
    #[arg(long, value_name = "FILE", conflicts_with = "checkpoint")]
    receipt: Option<PathBuf>,
    /// Check this checkpoint, and that the ledger still begins as it says
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The key file you trust [default: the keys that the database names]
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

impl From<NotProved> for Failure {
    fn from(why: NotProved) -> Self {
        Self::Refused(why.0)
    }
}

impl Verify {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        let trust = self.public_key.as_deref().map(|path| Ok::<_, Failure>(Trust::parse(&text(path)?)?)).transpose()?;
        let asked = self.receipt.is_some() || self.checkpoint.is_some();
        let conn = open(&config, asked && trust.is_some() && common.database.is_none())?;
        if let Some(path) = &self.receipt {
            return receipt(common, &text(path)?, trust.as_ref(), conn.as_ref());
        }
        let signed = self.checkpoint.as_deref().map(|path| Ok::<_, Failure>(SignedCheckpoint::parse(&text(path)?)?));
        let signed = signed.transpose()?;
        if let Some(signed) = &signed {
            signed.check(&trusted(trust.as_ref(), conn.as_ref())?)?;
        }
        if let Some(conn) = &conn {
            return ledger(common, &config, conn, trust, signed.as_ref());
        }
        if let Some(SignedCheckpoint { checkpoint, .. }) = &signed {
            let answer = json!({ "is_sound": true, "origin": checkpoint.origin, "sequence": checkpoint.sequence, "created_at": checkpoint.created_at });
            output::print(common.json, &answer, || {
                format!("Good: a checkpoint of {} up to transaction {}.", checkpoint.origin, checkpoint.sequence)
            });
        }
        Ok(())
    }
}

/// A small file of text.
fn text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(FILE_MAX).read_to_string(&mut text));
    read.map_err(|error| Failure::Refused(format!("{} cannot be read ({error}).", path.display())))?;
    Ok(text)
}

/// The database, if there is one; it may be missing only where it is not needed.
fn open(config: &Config, may_be_missing: bool) -> Result<Option<Connection>, Failure> {
    let path = &config.database.path;
    if !may_be_missing {
        migrate::insist_on_database(config)?;
    } else if !migrate::insist_on_newest(config)? {
        return Ok(None);
    }
    Ok(Some(store::open_beside(path, config.database.checkpoints)?))
}

/// The keys that count: those of the file, followed along the ledger's handovers; else those that the
/// database names.
fn trusted(trust: Option<&Trust>, conn: Option<&Connection>) -> Result<Trust, Failure> {
    let chain = conn.map(KeyChain::read).transpose()?.unwrap_or_default();
    Ok(match trust {
        Some(trust) => trust.clone().following(&chain.handovers()),
        None => chain.trust().clone(),
    })
}

fn receipt(common: &Common, file: &str, trust: Option<&Trust>, conn: Option<&Connection>) -> Result<(), Failure> {
    let receipt = Receipt::parse(file)?;
    let trust = trusted(trust, conn)?;
    let proved = receipt.check(&trust)?;
    if let Some(conn) = conn
        && !receipt.is_in(conn)?
    {
        return Err(Failure::Refused(
            "The receipt is good, and the ledger here does not hold this transaction as it says: the ledger was altered, or it is another one."
                .into(),
        ));
    }
    let said = &proved.statement;
    let answer = json!({
        "is_proved": true,
        "status": if proved.checkpoint.is_some() { "covered" } else { "pending" },
        "origin": said.origin,
        "transaction_id": said.id,
        "sequence": said.sequence,
        "kind": said.kind,
        "from_wallet_id": said.from,
        "to_wallet_id": said.to,
        "amount": said.amount,
        "note": proved.note,
        "created_at": said.created_at,
        "checkpoint_sequence": proved.checkpoint.map(|checkpoint| checkpoint.sequence),
        "checkpoint_at": proved.checkpoint.map(|checkpoint| checkpoint.created_at),
        "public_key": proved.key.to_string(),
        "is_in_ledger": conn.map(|_| true),
    });
    output::print(common.json, &answer, || {
        let standing = match proved.checkpoint {
            Some(checkpoint) => format!("proved by the checkpoint at transaction {}", checkpoint.sequence),
            None => "promised by the instance; no checkpoint covers it yet".to_owned(),
        };
        format!(
            "Good: transaction {} ({}) of {} tokens, {standing}.\n  from   {}\n  to     {}\n  id     {}\n  ledger {}",
            said.sequence,
            said.kind.as_str(),
            said.amount,
            said.from,
            said.to,
            said.id,
            said.origin
        )
    });
    Ok(())
}

fn ledger(
    common: &Common,
    config: &Config,
    conn: &Connection,
    trust: Option<Trust>,
    signed: Option<&SignedCheckpoint>,
) -> Result<(), Failure> {
    let against_kept = signed.is_some();
    let bar = output::progress("Verifying", common.json);
    let checkpoint = signed.map(|signed| signed.checkpoint.clone());
    let report = proofs::prove(conn, &config.database.path, checkpoint, trust, show(&bar))?;
    bar.finish_and_clear();
    output::print(common.json, &report, || words(&report, against_kept));
    if report.is_sound { Ok(()) } else { Err(Failure::Wanting) }
}

/// Verifies a copy by itself, with a bar to look at.
pub(super) fn prove(conn: &Connection, common: &Common) -> Result<Report, Failure> {
    let bar = output::progress("Verifying", common.json);
    let report = verify(conn, show(&bar))?;
    bar.finish_and_clear();
    Ok(report)
}

fn show(bar: &ProgressBar) -> impl FnMut(u64, u64) {
    |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    }
}

/// Refuses a database in which something was found: each finding is told, and then the sentence.
pub(super) fn insist(report: &Report, common: &Common, refusal: &str) -> Result<(), Failure> {
    if report.is_sound { Ok(()) } else { Err(unsound(report, common, refusal)) }
}

/// Tells each finding; and the refusal.
pub(super) fn unsound(report: &Report, common: &Common, refusal: &str) -> Failure {
    output::print(common.json, report, || words(report, false));
    Failure::Refused(refusal.to_owned())
}

fn words(report: &Report, kept: bool) -> String {
    let mut text = if report.is_sound {
        format!(
            "Sound: {}, {}, {} and {} agree; {} tokens were issued, and every one is accounted for.\n  head {}",
            output::counted(report.transactions, "transaction"),
            output::counted(report.wallets, "wallet"),
            output::counted(report.audit_lines, "audit line"),
            output::counted(report.checkpoints, "checkpoint"),
            report.total_issuance,
            report.head
        )
    } else {
        let findings: Vec<String> = report
            .findings
            .iter()
            .map(|finding| format!("  {} ({}): {}", finding.place, finding.what, finding.message))
            .collect();
        format!("{} findings:\n{}", report.findings.len(), findings.join("\n"))
    };
    if report.is_sound && kept {
        text.push_str("\n  it still begins as the checkpoint says");
    }
    if report.unsealed > 0 {
        let _infallible = write!(
            text,
            "\n  {} rows inserted by hand wait to be chained at the program's next write",
            report.unsealed
        );
    }
    text
}
