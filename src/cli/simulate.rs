//! `simulate`: what would become of the community, if.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::thread;

use clap::Args;

use super::{Common, Failure, migrate, output};
use crate::config::Percent;
use crate::language::Language::English;
use crate::ledger::system_clock;
use crate::statistics::Calendar;
use crate::statistics::sandbox::{FanPoint, Outcomes, Question, Rhythm, Whom, prepare, word};
use crate::store;

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Give out so many tokens each time, in the place of all that was given out before; 0 for none
    #[arg(long, value_name = "TOKENS")]
    distribute: Option<i64>,
    /// Share them among all members, instead of so many to each
    #[arg(long, requires = "distribute")]
    together: bool,
    /// How often: `day`, `week`, `two_weeks`, `month` or `quarter`
    #[arg(long, value_name = "RHYTHM", default_value = "week", value_parser = word::<Rhythm>)]
    every: Rhythm,
    /// A fee on each payment between members, into the pool: a percentage as 2%, or a number of tokens
    #[arg(long, value_name = "FEE", default_value = "0")]
    fee: Fee,
    /// What part of each balance goes back to the pool every month, as 0.5%
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    demurrage: Percent,
    /// Issue so many tokens into the pool at the beginning
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    issue: i64,
    /// So many members join every month
    #[arg(long, value_name = "MEMBERS", default_value_t = 0)]
    joining: i64,
    /// So many members leave every month
    #[arg(long, value_name = "MEMBERS", default_value_t = 0)]
    leaving: i64,
    /// How many months to look ahead, up to 60
    #[arg(long, default_value_t = 24)]
    months: i64,
    /// How many futures to live, up to 10,000
    #[arg(long, default_value_t = 1000)]
    runs: i64,
    /// Where chance begins: another seed, other futures
    #[arg(long, default_value_t = 1)]
    seed: i64,
    /// Threads to work with [default: one for each processor]
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

/// A fee: `2%`, or `1` for a token.
#[derive(Debug, Clone, Copy)]
enum Fee {
    Percent(Percent),
    Tokens(i64),
}

impl FromStr for Fee {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('%') {
            Some(percent) => percent.parse().map(Self::Percent),
            None => text.parse().map(Self::Tokens).map_err(|_| "must be a percentage such as 2% or a number of tokens"),
        }
    }
}

impl Simulate {
    fn question(&self) -> Question {
        let usual = Question::default();
        let (fee_percent, fee_tokens) = match self.fee {
            Fee::Percent(percent) => (percent, usual.fee_tokens),
            Fee::Tokens(tokens) => (usual.fee_percent, tokens),
        };
        Question {
            months: self.months,
            runs: self.runs,
            seed: self.seed,
            distribute: self.distribute,
            distribute_to: if self.together { Whom::Together } else { Whom::Each },
            every: self.every,
            fee_percent,
            fee_tokens,
            demurrage_percent: self.demurrage,
            issue: self.issue,
            joining_per_month: self.joining,
            leaving_per_month: self.leaving,
        }
    }

    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let question = self.question();
        question.check()?;
        let config = common.settings()?;
        migrate::insist_on_database(&config)?;
        let (calendar, now) = (Calendar::from(&config.community), system_clock()());
        let conn = store::open_beside(&config.database.path, config.database.checkpoints)?;
        // One look at one moment, whatever the server writes meanwhile.
        conn.execute_batch("BEGIN")?;
        let simulation = prepare(&conn, &calendar, &question, now)?;
        drop(conn);
        let bar = output::progress("Living futures", common.json);
        bar.set_length(question.runs.unsigned_abs());
        let watch = |over: u64| {
            if over > 0 {
                bar.inc(over);
            }
            ControlFlow::Continue(())
        };
        let threads = self.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        let outcomes = simulation.run(threads, false, &watch, now)?;
        bar.finish_and_clear();
        output::print(common.json, &outcomes, || words(&outcomes, &calendar));
        Ok(())
    }
}

/// What came of it, for people.
fn words(outcomes: &Outcomes, calendar: &Calendar) -> String {
    let question = &outcomes.question;
    let mut parts = vec![format!(
        "{} futures of {} members over {} months, seed {}. Nothing was changed.",
        English.grouped(question.runs),
        English.grouped(outcomes.learnt.members),
        question.months,
        question.seed
    )];
    parts.extend(outcomes.assumptions.iter().map(|assumption| format!("* {assumption}")));
    let tokens = |tokens: i64| English.grouped(tokens);
    let ratio = |ratio: f64| format!("{ratio:.3}");
    parts.push(fan("Issued in all", &outcomes.total_issuance, calendar, tokens));
    parts.push(fan("With members", &outcomes.circulating_supply, calendar, tokens));
    parts.push(fan("In the pool", &outcomes.system_pool, calendar, tokens));
    parts.push(fan("Paid between members in the month", &outcomes.volume, calendar, tokens));
    parts.push(fan("How often a token changed hands in the month", &outcomes.velocity, calendar, ratio));
    parts.push(fan("Unevenness (Gini)", &outcomes.gini, calendar, ratio));
    if let Some(missed) = outcomes.missed_share {
        parts.push(format!("Of all payments, {:.1} % were not made for want of tokens.", missed * 100.0));
    }
    parts.join("\n")
}

/// The first point, the last, and a few between them.
fn fan<T: Copy>(name: &str, points: &[FanPoint<T>], calendar: &Calendar, shown: impl Fn(T) -> String) -> String {
    let head = ["", "5 %", "25 %", "50 %", "75 %", "95 %"];
    let step = points.len().div_ceil(6).max(1);
    let rows: Vec<Vec<String>> = points
        .iter()
        .rev()
        .step_by(step)
        .map(|point| {
            let day = calendar.at(point.at).strftime("%-d %b %Y").to_string();
            let values = [point.p5, point.p25, point.p50, point.p75, point.p95];
            std::iter::once(day).chain(values.into_iter().map(&shown)).collect()
        })
        .collect();
    let rows: Vec<Vec<String>> = rows.into_iter().rev().collect();
    format!("\n{name}\n{}", output::table(&head, &rows))
}
