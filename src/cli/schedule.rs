//! `schedule`: distributions that happen by themselves.

use std::fs;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Act, Common, Failure, output};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::{Amount, Authority, Books, Note, PageRequest};
use crate::schedules::{
    self, Bounds, ChangeSchedule, CreateSchedule, HowMuch, Outcome, PauseSchedule, Plan, RemoveSchedule,
    ResumeSchedule, Terms, Whom, named, runs,
};

/// A schedule is named by its id.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Schedule {
    /// Make a schedule; the server that runs distributes by it
    Create(Says),
    /// Change all that a schedule says
    Change(Changed),
    /// List the schedules, when each is due and what came of it last
    List,
    /// Show a schedule, what it would do now, and what came of it
    Show(Show),
    /// Let a schedule rest; nothing is made up for later
    Pause(Change),
    /// Let a schedule go on, from the next time that comes
    Resume(Change),
    /// Remove a schedule; what it distributed stays
    Remove(Change),
}

// What a schedule says. Not `///`: clap would print it in place of what the verb says of itself.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["everyone", "active", "role", "list"])))]
#[command(group(ArgGroup::new("how").required(true).args(["each", "per_payment", "shared"])))]
pub(crate) struct Says {
    /// What it is called
    #[arg(long)]
    name: String,
    /// When: minute, hour, day of the month, month, day of the week; "0 9 * * 1" is Mondays at nine
    #[arg(long, value_name = "EXPRESSION")]
    cron: String,
    /// On the clock of which zone, as in Europe/Berlin [default: the community's]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// To every member
    #[arg(long)]
    everyone: bool,
    /// To those who paid or were paid within so many days
    #[arg(long, value_name = "DAYS")]
    active: Option<i64>,
    /// To those with this role: operator or auditor
    #[arg(long)]
    role: Option<Role>,
    /// To those whom a file names, one user id or username on a line
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// So many tokens to each
    #[arg(long, value_name = "TOKENS")]
    each: Option<Amount>,
    /// So many tokens for each payment that somebody made within --days, up to --most
    #[arg(long, value_name = "TOKENS", requires_all = ["days", "most"])]
    per_payment: Option<Amount>,
    /// So many tokens in all, shared in proportion to the payments made within --days
    #[arg(long, value_name = "TOKENS", requires = "days")]
    shared: Option<Amount>,
    /// Payments of how many days count
    #[arg(long)]
    days: Option<i64>,
    /// To each at most
    #[arg(long, value_name = "TOKENS")]
    most: Option<Amount>,
    /// What one run may issue at most; a run for which more would be issued fails
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    issue_at_most: i64,
    /// What the members read beside it (up to 280 characters)
    #[arg(long, value_name = "TEXT")]
    note: Option<Note>,
    /// From which system account [default: the community's own]
    #[arg(long, value_name = "NAME")]
    system_account: Option<String>,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Changed {
    /// Its id
    id: Uuid,
    #[command(flatten)]
    says: Says,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id
    id: Uuid,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Its id
    id: Uuid,
    #[command(flatten)]
    act: Act,
}

impl Schedule {
    pub(super) fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        match self {
            Self::Create(says) => says.run(common, |books, terms, authority| {
                books.execute_blocking(CreateSchedule { terms, now: books.now(), authority })
            }),
            Self::Change(Changed { id, says }) => says.run(common, |books, terms, authority| {
                books.execute_blocking(ChangeSchedule { id, terms, now: books.now(), authority })
            }),
            Self::List => list(common),
            Self::Show(show) => show.run(common),
            Self::Pause(change) => change.run(common, |books, id, authority| {
                let schedule = books.execute_blocking(PauseSchedule { id, authority })?;
                Ok((json!(schedule), "The schedule rests.".to_owned()))
            }),
            Self::Resume(change) => change.run(common, |books, id, authority| {
                let schedule = books.execute_blocking(ResumeSchedule { id, now: books.now(), authority })?;
                Ok((json!(schedule), format!("The schedule goes on. {}", next(&schedule))))
            }),
            Self::Remove(change) => change.run(common, |books, id, authority| {
                books.execute_blocking(RemoveSchedule { id, authority })?;
                Ok((json!({ "id": id }), "The schedule is gone.".to_owned()))
            }),
        }
    }
}

/// What is printed: for programs, and for people.
type Said = (serde_json::Value, String);

fn next(schedule: &schedules::Schedule) -> String {
    due(schedule).map_or_else(|| "It rests.".to_owned(), |at| format!("Due next at {at}."))
}

fn due(schedule: &schedules::Schedule) -> Option<jiff::Timestamp> {
    schedule.next_at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok())
}

fn came(run: &schedules::Run) -> String {
    match run.outcome {
        Outcome::Distributed => format!("{} to {}, {} issued", run.distributed, run.recipients, run.issued),
        Outcome::Nobody => "nobody to get anything".to_owned(),
        Outcome::Failed => format!("failed: {}", run.sentence.as_deref().unwrap_or_default()),
    }
}

impl Says {
    fn run(
        self,
        common: &Common,
        act: impl FnOnce(&Books, Terms, Authority) -> Result<schedules::Schedule>,
    ) -> std::result::Result<(), Failure> {
        let authority = self.act.clone().authority()?;
        let (books, config) = common.books()?;
        let terms = self.terms(&books, &config)?;
        let schedule = act(&books, terms, authority)?;
        books.close();
        output::print(common.json, &schedule, || {
            format!("{}: {}\n  schedule {}", schedule.terms.name, next(&schedule), schedule.id)
        });
        Ok(())
    }

    fn terms(self, books: &Books, config: &Config) -> Result<Terms> {
        let recipients = match (self.active, self.role, self.list) {
            (Some(days), ..) => Whom::Active { days },
            (_, Some(role), _) => Whom::Role { role },
            (.., Some(path)) => {
                let text = fs::read_to_string(&path)
                    .map_err(|error| Error::field("--list", format!("{} cannot be read ({error})", path.display())))?;
                Whom::List { user_ids: books.read_blocking(|conn| named(conn, &text))? }
            }
            _ => Whom::Everyone {},
        };
        // What goes together the command line has made sure of.
        let days = self.days.unwrap_or_default();
        let amount = match (self.each, self.per_payment, self.shared, self.most) {
            (Some(tokens), ..) => HowMuch::Fixed { tokens },
            (_, Some(tokens), _, Some(most)) => HowMuch::PerPayment { tokens, days, most },
            (_, _, Some(tokens), _) => HowMuch::Shared { tokens, days },
            _ => return Err(Error::field("--each", "must say how much")),
        };
        Ok(Terms {
            name: self.name,
            cron: self.cron,
            time_zone: self.time_zone.unwrap_or_else(|| config.community.time_zone_name.clone()),
            recipients,
            amount,
            system_account: self.system_account,
            note: self.note,
            issued_max: self.issue_at_most,
        })
    }
}

fn list(common: &Common) -> std::result::Result<(), Failure> {
    let (books, _) = common.books()?;
    let schedules = books.read_blocking(schedules::list)?;
    books.close();
    output::print(common.json, &schedules, || {
        let row = |schedule: &schedules::Schedule| {
            let last = schedule.last_run.as_ref().map(came).unwrap_or_default();
            let due = due(schedule).map_or_else(|| "rests".to_owned(), |at| at.to_string());
            vec![schedule.terms.name.clone(), schedule.id.to_string(), due, last]
        };
        output::table(&["NAME", "ID", "DUE", "LAST"], &schedules.iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

impl Show {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        let (books, config) = common.books()?;
        let (bounds, now) = (Bounds::from(&config), books.now());
        let (schedule, plan, runs) = books.read_blocking(|conn| {
            let schedule = schedules::by_id(conn, self.id)?;
            let plan = Plan::make(conn, &schedule.terms, &bounds, now)?;
            let runs = runs(conn, &schedule, &PageRequest::new(Some(200), None)?)?.items;
            Ok((schedule, plan, runs))
        })?;
        books.close();
        let refusal = plan.refusal.as_ref().map(|refusal| refusal.detail.clone());
        let answer = json!({ "schedule": schedule, "preview": plan, "would_fail": refusal, "runs": runs });
        output::print(common.json, &answer, || {
            let would = match &refusal {
                Some(refusal) => format!("Now it would fail: {refusal}"),
                None => format!(
                    "Now {} members would receive {} tokens; {} would be issued for it.",
                    plan.recipients.len(),
                    plan.distributed,
                    plan.issued
                ),
            };
            let row = |run: &schedules::Run| {
                let due = jiff::Timestamp::from_millisecond(run.due_at).map(|at| at.to_string()).unwrap_or_default();
                vec![due, came(run)]
            };
            let table = output::table(&["DUE", "WHAT CAME OF IT"], &runs.iter().map(row).collect::<Vec<_>>());
            let Terms { name, cron, time_zone, .. } = &schedule.terms;
            format!("{name}: {cron} {time_zone}\n{}\n{would}\n{table}", next(&schedule))
        });
        Ok(())
    }
}

impl Change {
    fn run(
        self,
        common: &Common,
        act: impl FnOnce(&Books, Uuid, Authority) -> Result<Said>,
    ) -> std::result::Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let (answer, words) = act(&books, self.id, authority)?;
        books.close();
        output::print(common.json, &answer, || words);
        Ok(())
    }
}
