//! `export`: the ledger in a form that other programs read.

mod accounts;
mod beancount;
mod csv;
mod hledger;
mod json;

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::trace::{Given, Trace};
use super::{Common, Failure, migrate};
use crate::config::{Community, Config};
use crate::error::Error;
use crate::ledger::{AuditAction, Entry, Party, Range, WalletId, balances, for_each_entry};
use crate::store::{self, Draft};

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// For spreadsheets, for programs, or for plain text accounting
    #[arg(long, value_enum)]
    format: Format,
    /// Only what went in or out of this wallet
    #[arg(long, value_name = "ID")]
    wallet: Option<WalletId>,
    /// Only from this day on (2026-11-01, in the community's time zone), or from this Unix millisecond
    #[arg(long, value_name = "DAY")]
    from: Option<Moment>,
    /// Only up to the end of this day, or up to and including this Unix millisecond
    #[arg(long, value_name = "DAY")]
    to: Option<Moment>,
    /// Write into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace that file if it is there
    #[arg(long, requires = "output")]
    overwrite: bool,
    #[command(flatten)]
    trace: Trace,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Json,
    Hledger,
    Beancount,
}

/// A day, or a millisecond.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Day(Date),
    Time(i64),
}

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self::Time)
            .or_else(|_| text.parse().map(Self::Day))
            .map_err(|_| "write a day as in 2026-11-01, or Unix milliseconds".to_owned())
    }
}

impl Moment {
    fn start(self, zone: &TimeZone) -> Result<i64, Failure> {
        match self {
            Self::Day(day) => Ok(midnight(day.to_zoned(zone.clone()))?),
            Self::Time(time) => Ok(time),
        }
    }

    fn end(self, zone: &TimeZone) -> Result<i64, Failure> {
        match self {
            Self::Day(day) => Ok(midnight(day.tomorrow().and_then(|day| day.to_zoned(zone.clone())))? - 1),
            Self::Time(time) => Ok(time),
        }
    }
}

fn midnight(day: Result<Zoned, jiff::Error>) -> Result<i64, Failure> {
    let day = day.map_err(|error| Failure::Usage(format!("There is no such day ({error}).")))?;
    Ok(day.timestamp().as_millisecond())
}

/// One form of the ledger, written entry by entry.
trait Book {
    /// What stands before the first entry.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;
    /// One entry.
    fn entry(&mut self, out: &mut dyn Write, entry: &Entry) -> io::Result<()>;
    /// What stands after the last one. The balances come with a whole ledger only.
    fn end(&mut self, out: &mut dyn Write, balances: Option<&[(Party, i64)]>) -> io::Result<()>;
}

/// Why an export ended early.
enum Broken {
    Ledger(Error),
    Output(io::Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Export {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        let path = &config.database.path;
        migrate::insist_on_database(&config)?;
        let zone = &config.community.time_zone;
        let range = Range {
            wallet: self.wallet,
            from_time: self.from.map(|from| from.start(zone)).transpose()?,
            to_time: self.to.map(|to| to.end(zone)).transpose()?,
        };
        self.leave_line(&config, common, &range);
        let conn = store::open_beside(path, config.database.checkpoints)?;
        // All of it is of one moment, though others go on writing.
        conn.execute_batch("BEGIN")?;
        let mut book = self.book(&config.community, &range);
        let Some(target) = &self.output else {
            return match write(&conn, book.as_mut(), &range, &mut io::stdout().lock()) {
                // A reader that has seen enough is no failure.
                Err(Broken::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(refusal),
            };
        };
        let draft = Draft::of(target)?;
        let file = File::create(draft.path()).map_err(|error| refusal(error.into()))?;
        write(&conn, book.as_mut(), &range, &mut &file).map_err(refusal)?;
        Ok(draft.place(self.overwrite)?)
    }

    /// Who exports what, as downloads on the pages leave it.
    fn leave_line(&self, config: &Config, common: &Common, range: &Range) {
        let format = self.format.to_possible_value();
        let format = format.as_ref().map_or("", PossibleValue::get_name);
        let filter = [
            ("wallet", range.wallet.map(|id| id.to_string().into())),
            ("from_time", range.from_time.map(Value::from)),
            ("to_time", range.to_time.map(Value::from)),
        ];
        let filter: Map<_, _> =
            filter.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let mut details = json!({ "filter": filter });
        if let Some(output) = &self.output {
            details["file"] = output.display().to_string().into();
        }
        self.trace.clone().leave(
            config,
            common,
            Given {
                action: AuditAction::ExportTransactions,
                target: format!("transactions.{format}"),
                details,
                reason: "Exported at the command line",
            },
        );
    }

    fn book(&self, community: &Community, range: &Range) -> Box<dyn Book> {
        // Only from the first transaction on, and of all wallets, do the balances add up.
        let whole = range.wallet.is_none() && range.from_time.is_none();
        match self.format {
            Format::Csv => Box::new(csv::Csv),
            Format::Json => Box::new(json::Json::default()),
            Format::Hledger => Box::new(hledger::Hledger::new(community, whole)),
            Format::Beancount => Box::new(beancount::Beancount::new(community)),
        }
    }
}

fn write(conn: &rusqlite::Connection, book: &mut dyn Book, range: &Range, out: &mut dyn Write) -> Result<(), Broken> {
    let mut out = BufWriter::new(out);
    book.begin(&mut out)?;
    let mut broken = None;
    let walked = for_each_entry(conn, range, |entry| {
        book.entry(&mut out, entry).map_err(|error| {
            broken = Some(error);
            Error::internal("the export could not be written")
        })
    });
    if let Some(error) = broken {
        return Err(error.into());
    }
    walked?;
    let whole = range.wallet.is_none() && range.from_time.is_none() && range.to_time.is_none();
    let balances = if whole { Some(balances(conn)?) } else { None };
    book.end(&mut out, balances.as_deref())?;
    Ok(out.flush()?)
}

fn refusal(broken: Broken) -> Failure {
    match broken {
        Broken::Ledger(error) => error.into(),
        Broken::Output(error) => Failure::Refused(format!("The export cannot be written ({error}).")),
    }
}
