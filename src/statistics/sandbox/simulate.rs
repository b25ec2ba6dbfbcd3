//! All futures, shared out among threads. Each has dice of its own, so that it does not matter which
//! thread lives it, nor when.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::course::Course;
use super::dice::Dice;
use super::model::Model;
use super::plan::Plan;
use super::question::Question;
use crate::error::{Error, Result};

/// How things stand in one future at the end of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Every token there is.
    pub issued: i64,
    /// What members hold.
    pub circulating: i64,
    /// What the community holds.
    pub pool: i64,
    /// What members paid each other in the month.
    pub volume: i128,
    /// How unevenly they hold it; not a number where they hold nothing.
    pub gini: f64,
    /// How often a token changed hands in the month; not a number where there was none.
    pub velocity: f64,
}

/// What came of all futures.
#[derive(Debug, Clone, PartialEq)]
pub struct Lived {
    /// One future after the other: its beginning, and the end of each month. In what order the futures
    /// stand depends on the threads.
    pub standings: Vec<Standing>,
    /// Payments made in all futures.
    pub made: u64,
    /// Payments for which the tokens were missing.
    pub missed: u64,
}

/// How the work is done.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Threads that work on it.
    pub threads: NonZeroUsize,
    /// Whether everything else on the machine goes first.
    pub gently: bool,
    /// Told how many futures are over since: one after each, none at the end of each month within it. May
    /// break off.
    pub watch: &'a (dyn Fn(u64) -> ControlFlow<()> + Sync),
}

/// A priority that gives way to everything else, and does not starve where there is much of that.
const BEHIND: i32 = 10;

/// Lives all futures that are asked for. `months`: how many days each month has.
pub fn simulate(model: &Model, question: &Question, months: &[i64], manner: Manner<'_>) -> Result<Lived> {
    let plan = Plan::new(model, question, months)?;
    live(&plan, manner)
}

pub(super) fn live(plan: &Plan, manner: Manner<'_>) -> Result<Lived> {
    let runs = u64::try_from(plan.question.runs).unwrap_or(0);
    let seed = u64::try_from(plan.question.seed).unwrap_or(0);
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || -> Result<Lived> {
        if manner.gently {
            // Only politeness: where the system does not allow it, the work is done all the same.
            let _may_not = rustix::process::setpriority_process(None, BEHIND);
        }
        let mut course = Course::new(plan);
        let mut standings = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs {
                return Ok(Lived { standings, made: course.made, missed: course.missed });
            }
            let goes_on = || (manner.watch)(0).is_continue();
            let outcome = course.run(Dice::of(seed, run), &mut standings, goes_on);
            if outcome.is_err() || (manner.watch)(1).is_break() {
                is_over.store(true, Ordering::Relaxed);
            }
            outcome?;
        }
        Err(Error::internal("a simulation was broken off"))
    };
    let threads = manner.threads.get().min(usize::try_from(runs).unwrap_or(1)).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Lived { standings: Vec::new(), made: 0, missed: 0 };
        for worker in workers {
            let lived = worker.join().map_err(|_| Error::internal("a simulation broke"))??;
            all.standings.extend(lived.standings);
            all.made += lived.made;
            all.missed += lived.missed;
        }
        Ok(all)
    })
}
