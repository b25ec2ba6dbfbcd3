//! The sandbox: how many futures it lives in a second.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ledger::per_second;
use super::process;
use super::table::Line;
use crate::statistics::sandbox::{Dice, Manner, Model, Party, Payment, Question, RUNS_MAX, simulate};

const MEMBERS: usize = 200;
/// Two years.
const MONTHS: [i64; 24] =
    [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Payments that are known, made in so many days: two in a week by each.
const PAYMENTS: usize = 20_800;
const DAYS: f64 = 364.0;

/// Futures of two hundred members, who get fifty a week and pay a fee, over two years.
pub(super) fn measure(length: Duration) -> Line {
    let mut dice = Dice::of(1, 1);
    let payments = (0..PAYMENTS).map(|_| {
        // Some pay far more than others.
        let from = dice.below(MEMBERS).min(dice.below(MEMBERS));
        let to = (from + 1 + dice.below(MEMBERS - 1)) % MEMBERS;
        let amount = 1 + i64::try_from(dice.below(30)).unwrap_or(0);
        Payment { from: Party::Member(from), to: Party::Member(to), amount }
    });
    let model = Model { payments: payments.collect(), days: DAYS, balances: vec![500; MEMBERS], ..Model::default() };
    let fee_percent = "2".parse().unwrap_or_default();
    let question = Question { runs: RUNS_MAX, distribute: Some(50), fee_percent, ..Question::default() };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let (worked, began) = (process::processor_time("self"), Instant::now());
    let done = AtomicU64::new(0);
    let watch = |over: u64| {
        done.fetch_add(over, Ordering::Relaxed);
        if began.elapsed() < length { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    // What came of them does not matter here, and being broken off is how it ends.
    let _outcome = simulate(&model, &question, &MONTHS, Manner { threads, gently: false, watch: &watch });
    let done = done.into_inner();
    Line {
        count: Some(done),
        per_second: Some(per_second(done, began.elapsed())),
        cpu_us_each: process::microseconds_each(worked, process::processor_time("self"), done),
        ..Line::new("sandbox", "futures of 200 members, 24 months")
    }
}
