//! `distribute`: UC-2 and UC-7 on the command line, from a CSV file, from flags, or to everyone.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Act, Common, Failure, output};
use crate::error::{Code, Error, Result};
use crate::identity::{Member, member, user_by_name, wallet_of};
use crate::ledger::{Amount, Note, Seen, WalletId};
use crate::schedules::{LeftOut, Why, able_to_receive};
use crate::treasury::{self, LIST_BYTES_MAX, Recipient, read_list};

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["file", "to", "everyone"])))]
pub(crate) struct Distribute {
    /// A CSV file that says who gets what
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// One recipient: a wallet id, a user id or a username, and the amount; may be repeated
    #[arg(long, value_name = "WALLET=AMOUNT")]
    to: Vec<String>,
    /// The same amount to every member whose wallet is not frozen
    #[arg(long, value_name = "AMOUNT")]
    everyone: Option<Amount>,
    /// What the members read beside it (up to 280 characters)
    #[arg(long, value_name = "TEXT")]
    note: Option<Note>,
    /// From which system account [default: the community's own]
    #[arg(long, value_name = "NAME")]
    system_account: Option<String>,
    /// Show what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    act: Act,
}

impl Distribute {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, config) = common.books()?;
        let (recipients, left_out) = books.read_blocking(|conn| self.recipients(conn))?;
        let everyone = self.everyone.is_some();
        let told = |mut answer: Value| {
            if everyone {
                answer["left_out"] = json!(left_out);
            }
            answer
        };
        let count = i64::try_from(recipients.len()).map_err(Error::internal)?;
        let command = treasury::Distribute {
            recipients,
            recipients_max: config.limits.recipients_per_distribution,
            note: self.note,
            system_account: self.system_account,
            issued_max: None,
            authority: self.act.authority()?,
            seen: Seen::default(),
        };
        if self.dry_run {
            let (issued, distributed) = books.read_blocking(|conn| command.preview(conn))?;
            let answer = json!({ "dry_run": true, "recipients": count, "issued": issued, "distributed": distributed });
            output::print(common.json, &told(answer), || {
                format!(
                    "{} would receive {}; {issued} would be issued for it. Nothing was changed.{}",
                    output::counted(count, "member"),
                    output::counted(distributed, "token"),
                    in_words(&left_out),
                )
            });
        } else {
            let made = books.execute_blocking(command)?;
            let answer = told(serde_json::to_value(&made).map_err(Error::internal)?);
            output::print(common.json, &answer, || {
                format!(
                    "{} received {}; {} issued for it.{}\n  distribution {}",
                    output::counted(count, "member"),
                    output::counted(made.distributed, "token"),
                    made.issued,
                    in_words(&left_out),
                    made.distribution_id
                )
            });
        }
        books.close();
        Ok(())
    }

    /// Who gets what; and of everyone, who is left out. Whoever a list names is not: the list is refused.
    fn recipients(&self, conn: &Connection) -> Result<(Vec<Recipient>, Vec<LeftOut>)> {
        if let Some(path) = &self.file {
            return Ok((read_file(conn, path)?, Vec::new()));
        }
        if let Some(amount) = self.everyone {
            let (fit, left_out) = able_to_receive(conn, member::list(conn, false)?)?;
            let share = |member: Member| Recipient { wallet_id: member.wallet_id, amount, place: member.username };
            return Ok((fit.into_iter().map(share).collect(), left_out));
        }
        let named: Result<_> = self.to.iter().map(|text| read_flag(conn, text)).collect();
        Ok((named?, Vec::new()))
    }
}

/// Who was left out and why, as a line of its own; nothing where nobody was.
fn in_words(left_out: &[LeftOut]) -> String {
    let line = |(why, because): (Why, &str)| {
        let names: Vec<&str> =
            left_out.iter().filter(|left| left.why == why).map(|left| left.username.as_str()).collect();
        let count = i64::try_from(names.len()).unwrap_or(i64::MAX);
        let (who, verb) = (output::counted(count, "member"), if count == 1 { "was" } else { "were" });
        (count > 0).then(|| format!("\n{who} {verb} left out, {because}: {}", names.join(", ")))
    };
    [(Why::Frozen, "with a frozen wallet"), (Why::Left, "who left the community")]
        .into_iter()
        .filter_map(line)
        .collect()
}

fn read_flag(conn: &Connection, text: &str) -> Result<Recipient> {
    let (name, amount) = text
        .rsplit_once('=')
        .ok_or_else(|| Error::field("--to", format!("{text} must be written as WALLET=AMOUNT")))?;
    let place = format!("--to {text}");
    let amount = amount.parse::<Amount>().map_err(|error| error.about(&place))?;
    let wallet_id = find(conn, name).map_err(|error| error.about(&place))?;
    Ok(Recipient { wallet_id, amount, place })
}

/// The wallet that an id of a wallet or of a user, or a name, means.
fn find(conn: &Connection, name: &str) -> Result<WalletId> {
    let Ok(id) = name.parse::<WalletId>() else {
        return wallet_of(conn, user_by_name(conn, name)?);
    };
    match wallet_of(conn, crate::ledger::UserId(id.0)) {
        Err(error) if error.code == Code::UserNotFound => Ok(id),
        other => other,
    }
}

/// Reads the file; the first line that cannot be read is named by its number.
fn read_file(conn: &Connection, path: &Path) -> Result<Vec<Recipient>> {
    let broken = |detail: String| Error::new(Code::InvalidRequest, detail);
    let shown = path.display();
    let size = fs::metadata(path).map_err(|error| broken(format!("{shown} cannot be read ({error}).")))?.len();
    if size > LIST_BYTES_MAX as u64 {
        return Err(broken(format!("{shown} is larger than 16 MiB.")));
    }
    let bytes = fs::read(path).map_err(|error| broken(format!("{shown} cannot be read ({error}).")))?;
    let lines = read_list(conn, &bytes).map_err(|error| error.about(&shown.to_string()))?;
    lines.into_iter().map(|line| line.recipient).collect()
}
