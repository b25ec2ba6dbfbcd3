//! The command line: one file per verb. Every verb runs the same use cases as the API and the
//! pages, works while the server runs, and ends with 0 (done), 1 (refused or found wanting) or 2
//! (wrong use).

mod account;
mod alerts;
mod backup;
mod bench;
mod checkpoint;
mod client;
mod config;
mod distribute;
mod doctor;
mod export;
mod freeze;
mod healthcheck;
mod init;
mod issue;
mod key;
mod link;
mod mail;
mod member;
mod migrate;
mod output;
mod restore;
mod schedule;
mod serve;
mod simulate;
mod sql;
mod token;
mod trace;
mod verify;
mod webhook;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use rusqlite::Connection;

pub use output::Failure;

use crate::config::{Config, Overrides};
use crate::ledger::{Authority, Books, Operator, Options, Reason};

/// A community's own currency in one program: ledger, API and wallet pages on one SQLite file.
///
/// With no verb it serves: open the address it prints in a browser.
#[derive(Debug, Parser)]
#[command(
    name = "communitytoken",
    version,
    about,
    after_help = "Every verb has its own --help. Exit codes: 0 done, 1 refused or found wanting, 2 wrong use."
)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    serve: serve::Serve,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The configuration file [default: config.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database file [default: data/communitytoken.db]
    #[arg(long, global = true, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

// Who does it and why; for verbs that change tokens, wallets or roles. Not `///`: clap would print it in place of
// what the verb says of itself.
#[derive(Debug, Clone, Args)]
pub(crate) struct Act {
    /// Why, for the audit log (1 to 500 characters)
    #[arg(long, value_name = "TEXT")]
    reason: Reason,
    /// Who does it, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<Operator>,
}

impl Act {
    fn authority(self) -> Result<Authority, Failure> {
        let operator = self.operator.map_or_else(login_name, Ok)?;
        Ok(Authority::at_the_machine(operator, self.reason))
    }
}

/// Who is logged in: by the environment, or by the system's own list where a service or a container
/// has no such environment; at least the number of the user.
fn login_name() -> Result<Operator, Failure> {
    let named = ["USER", "LOGNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|name| Operator::new(&name).ok());
    if let Some(name) = named {
        return Ok(name);
    }
    let user = std::fs::metadata("/proc/self").map(|own| own.uid()).ok();
    let listed = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = user.map(|user| {
        let mut entries = listed.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let entry = entries.find(|entry| entry.get(2).is_some_and(|number| *number == user.to_string()));
        entry.map_or_else(|| format!("user {user}"), |entry| entry[0].to_owned())
    });
    name.and_then(|name| Operator::new(&name).ok()).ok_or_else(|| {
        Failure::Usage("Your login name is not known here; say who does it with --operator NAME.".into())
    })
}

// What a verb takes is described when somebody gives it: a server that only starts has no use for that. What it is
// for stands here, and nowhere else.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Verb {
    /// Serve the API and the pages (the default)
    ///
    /// The first start creates the database, the system account and the instance's key. With
    /// neither an identity provider nor passkeys the developer identity is offered, on this machine only.
    Serve(serve::Serve),
    /// Create database, system account and instance key; safe to repeat
    ///
    /// What is there already stays as it is.
    Init(init::Init),
    /// Distribute tokens to many members at once, all or nothing
    ///
    /// What the pool lacks is issued first, exactly. A CSV file has a heading line with `amount` and one of `wallet_id`,
    /// `user_id` or `username`.
    Distribute(distribute::Distribute),
    /// Issue tokens into the pool
    ///
    /// Distributions issue what they need by themselves; this is for keeping a stock in a system account's pool.
    Issue(issue::Issue),
    /// List and make system accounts, and move tokens between them
    #[command(subcommand)]
    Account(account::Account),
    /// Freeze a wallet: nothing goes in or out
    ///
    /// It holds at once, and the member sees that and why.
    Freeze(freeze::Freeze),
    /// Unfreeze a wallet
    Unfreeze(freeze::Freeze),
    /// List, show, invite, delete and restore members; grant and revoke roles
    #[command(subcommand)]
    Member(member::Member),
    /// Make, list, renew and revoke service clients, programs that act for members
    #[command(subcommand)]
    Client(client::Client),
    /// Make, list, test, stop, renew and remove webhooks, programs that are told what happens
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Make, list, show, change, pause and remove schedules, distributions that happen by themselves
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// List, acknowledge and mute alerts, what is unusual; run their rules over the whole history
    #[command(subcommand)]
    Alerts(alerts::Alerts),
    /// Recompute every invariant, hash, balance and rollup; name what is wrong and where
    ///
    /// With --receipt or --checkpoint that file is checked; with --public-key anywhere, without a database. Where there is
    /// one, it is compared with it too.
    Verify(verify::Verify),
    /// Sign the ledger as it is now and print the checkpoint, to be kept elsewhere
    ///
    /// Where nothing has happened since the last one, that one is printed. `communitytoken verify
    /// --checkpoint FILE` tells later whether the ledger still begins as it does today.
    Checkpoint,
    /// Print the public key; rotate or replace the instance's key
    ///
    /// The file names the present key and how it followed the ones before it. Anyone can check receipts
    /// and checkpoints with it: give it to your members, and keep a copy elsewhere.
    Key(key::Key),
    /// Copy the whole ledger into one file while the server runs, and prove the copy
    ///
    /// It holds everything that was acknowledged before it began. FILE.sha256 beside it tells later
    /// whether it is still what it was. The instance's key is a secret and is not in it: keep a copy of
    /// instance.key somewhere safe, once.
    Backup(backup::Backup),
    /// Put a backup, once it is proven, in the place of the ledger
    ///
    /// The backup is proven first, on a copy; until then nothing is touched. The server must be stopped.
    /// A ledger that is replaced is kept beside the new one. The audit log of the restored ledger says
    /// who restored it and why.
    Restore(restore::Restore),
    /// Bring the database to another version of its schema, forward or back
    ///
    /// The steps are made on a copy, which takes the database's place when it is whole and proven; what
    /// was there before is kept beside it. The server must be stopped. `serve` itself goes forward.
    Migrate(migrate::Migrate),
    /// Write the ledger for spreadsheets, programs and plain text accounting
    ///
    /// Text that members typed is made harmless: a cell of a spreadsheet never becomes a formula, and a
    /// note never becomes a command of an accounting program.
    Export(export::Export),
    /// Try out what would become of the community under other rules; changes nothing
    ///
    /// What is not said stays as it was. The same seed and question on the same day give the same answer,
    /// while nothing moves. Members who overspend do not pay; what the pool lacks is issued.
    Simulate(simulate::Simulate),
    /// Try out the mail server
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Print a token of the developer identity, for trying the API
    ///
    /// A name nobody has yet joins with the token's first use.
    Token(token::Token),
    /// Show the settings in force and where each came from
    Config,
    /// Look at disk, clock, permissions, settings, backups, provider; say what to do
    Doctor(doctor::Doctor),
    /// Ask the program that serves how it is; for containers and units
    Healthcheck(healthcheck::Healthcheck),
    /// Run SQL on the database with the program's own SQLite
    ///
    /// For operators who work on the database itself: statements from the arguments, or from standard input. Views take
    /// administrative acts (they are in schema.sql, with examples); the database refuses whatever breaks a rule.
    Sql(sql::Sql),
    /// Measure this machine, in databases of its own
    ///
    /// Figures depend on the machine and on what else it does; compare those of one run. The databases
    /// lie where the system keeps temporary files (TMPDIR); with 10 million transactions one takes some
    /// 3 GB and some minutes to make.
    Bench(bench::Bench),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let common = arguments.common.clone();
    let outcome = match arguments.verb {
        None => arguments.serve.run(&common),
        Some(Verb::Serve(verb)) => verb.run(&common),
        Some(Verb::Init(verb)) => verb.run(&common),
        Some(Verb::Distribute(verb)) => verb.run(&common),
        Some(Verb::Issue(verb)) => verb.run(&common),
        Some(Verb::Account(verb)) => verb.run(&common),
        Some(Verb::Freeze(verb)) => verb.run(&common, true),
        Some(Verb::Unfreeze(verb)) => verb.run(&common, false),
        Some(Verb::Member(verb)) => verb.run(&common),
        Some(Verb::Client(verb)) => verb.run(&common),
        Some(Verb::Webhook(verb)) => verb.run(&common),
        Some(Verb::Schedule(verb)) => verb.run(&common),
        Some(Verb::Alerts(verb)) => verb.run(&common),
        Some(Verb::Verify(verb)) => verb.run(&common),
        Some(Verb::Checkpoint) => checkpoint::run(&common),
        Some(Verb::Key(verb)) => verb.run(&common),
        Some(Verb::Backup(verb)) => verb.run(&common),
        Some(Verb::Restore(verb)) => verb.run(&common),
        Some(Verb::Migrate(verb)) => verb.run(&common),
        Some(Verb::Export(verb)) => verb.run(&common),
        Some(Verb::Simulate(verb)) => verb.run(&common),
        Some(Verb::Mail(verb)) => verb.run(&common),
        Some(Verb::Token(verb)) => verb.run(&common),
        Some(Verb::Config) => config::run(&common),
        Some(Verb::Doctor(verb)) => verb.run(&common),
        Some(Verb::Healthcheck(verb)) => verb.run(&common),
        Some(Verb::Sql(verb)) => verb.run(&common),
        Some(Verb::Bench(verb)) => verb.run(&common),
    };
    output::exit(common.json, outcome)
}

impl Common {
    /// The settings in force.
    fn settings(&self) -> Result<Config, Failure> {
        self.settings_with(Overrides::default())
    }

    /// The same, with what a verb sets by flags of its own.
    fn settings_with(&self, flags: Overrides) -> Result<Config, Failure> {
        let overrides = Overrides { config: self.config.clone(), database: self.database.clone(), ..flags };
        crate::config::load(&overrides).map_err(|error| Failure::Refused(error.to_string()))
    }

    /// The books of a community that exists already.
    fn books(&self) -> Result<(Books, Config), Failure> {
        let config = self.settings()?;
        migrate::insist_on_database(&config)?;
        let books = open(&config)?;
        Ok((books, config))
    }
}

/// The refusal where there is no database yet, or where it is looked for in the wrong place.
fn no_database(path: &Path) -> Failure {
    Failure::Refused(format!(
        "There is no database at {}. Run this in the folder where the server runs, name another file with --database, or found a community with `communitytoken init`.",
        path.display()
    ))
}

/// Opens the books as the configuration says.
fn open(config: &Config) -> Result<Books, Failure> {
    let options = Options {
        idempotency_days: i64::from(config.limits.idempotency_days),
        checkpoints: config.database.checkpoints,
        ..Options::default()
    };
    Ok(Books::open(&config.database.path, &options)?)
}

/// The time of the newest entry of the ledger, Unix milliseconds.
fn last_entry_at(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row(
        "SELECT max(coalesce((SELECT created_at FROM transactions ORDER BY sequence DESC LIMIT 1), 0),
                    coalesce((SELECT created_at FROM audit_log ORDER BY sequence DESC LIMIT 1), 0))",
        [],
        |row| row.get(0),
    )
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::*;

    /// Each verb with its own, by the words that a list has for it and by those that its help begins with.
    fn verbs(command: &Command, path: &str, found: &mut Vec<(String, String, String)>) {
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let name = format!("{path} {}", verb.get_name());
            let words = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
            let mut built = verb.clone();
            built.build();
            found.push((name.clone(), words(verb), words(&built)));
            verbs(&built, &name, found);
        }
    }

    /// What a verb takes is described later than the verb, and must not change what the verb is for.
    #[test]
    fn every_verb_says_what_it_is_for() {
        let mut found = Vec::new();
        verbs(&Arguments::command(), "communitytoken", &mut found);
        assert!(found.len() > 60, "{}", found.len());
        for (name, listed, begins) in found {
            assert!(!listed.is_empty() && listed == begins, "{name}: {listed:?}, {begins:?}");
        }
    }
}
