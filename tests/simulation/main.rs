//! The whole kernel, simulated: random commands, repetitions, crashes, restarts, wrong clocks, operators
//! at work on the database itself and other programs on the same file, beside a small model of what
//! must come of it. The kernel is the real one, with its writer, its triggers and SQLite; the model is
//! plain Rust. After each step the outcome and its code, the balances it touched and the supply are
//! compared, after each round every wallet, and at the end of an episode every row and the proof.
//!
//! Forty seconds in the suite, with a fresh seed each time. At will:
//! `COMMUNITYTOKEN_SECONDS=3600 cargo test --release --test simulation whatever -- --nocapture`.
//! A failure prints the seed of its episode and the step, and `COMMUNITYTOKEN_SEED=...` begins with that
//! episode: the same seed always gives the same story, which is tested too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod by_hand;
mod commands;
mod dice;
mod evidence;
mod faults;
mod found;
mod gate;
mod model;
mod play;
mod queue;
#[path = "../support/setting.rs"]
mod setting;
#[allow(dead_code, reason = "the kernel's suite uses the rest")]
#[path = "../kernel/support.rs"]
mod support;
mod world;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use self::faults::Fault;
use self::play::{FAST, Pace, THOROUGH, Trace, play};

const SECONDS: u64 = 40;

#[test]
fn whatever_happens_kernel_and_model_agree() {
    let length = Duration::from_secs(setting::number("COMMUNITYTOKEN_SECONDS").unwrap_or(SECONDS));
    let (began, next, over) = (Instant::now(), AtomicU64::new(setting::seed()), AtomicBool::new(false));
    let (mut traces, mut failure) = (Vec::new(), None);
    std::thread::scope(|scope| {
        let players: Vec<_> = (0..std::thread::available_parallelism().map_or(1, usize::from))
            .map(|_| {
                scope.spawn(|| {
                    let mut traces: Vec<Trace> = Vec::new();
                    while began.elapsed() < length && !over.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        match play(seed, FAST, None) {
                            Ok(trace) => traces.push(trace),
                            Err(divergence) => {
                                over.store(true, Ordering::Relaxed);
                                return (traces, Some((seed, divergence)));
                            }
                        }
                    }
                    (traces, None)
                })
            })
            .collect();
        for player in players {
            let (played, failed) = player.join().unwrap();
            traces.extend(played);
            failure = failure.take().or(failed);
        }
    });
    let steps: usize = traces.iter().map(|trace| trace.steps).sum();
    let transactions: usize = traces.iter().map(|trace| trace.transactions).sum();
    let a_minute = steps as u128 * 60_000 / began.elapsed().as_millis();
    println!("{steps} steps, {transactions} transactions, {} episodes, {a_minute} steps a minute", traces.len());
    if let Some((seed, divergence)) = failure {
        panic!("COMMUNITYTOKEN_SEED={seed}, step {}: {}", divergence.step, divergence.told);
    }
}

/// The same a step at a time, with the proof after each: every history, every row, and no row changed
/// where nothing should. `COMMUNITYTOKEN_ROUNDS` says how many episodes.
#[test]
fn after_each_step_all_is_proved() {
    let first = setting::seed();
    for seed in first..first + setting::number("COMMUNITYTOKEN_ROUNDS").unwrap_or(20) {
        if let Err(divergence) = play(seed, THOROUGH, None) {
            panic!("COMMUNITYTOKEN_SEED={seed}, step {}: {}", divergence.step, divergence.told);
        }
    }
}

/// Without this, no failure could be looked at twice.
#[test]
fn a_seed_always_gives_the_same_story() {
    const SHORT: Pace = Pace { steps: 10_000, ..FAST };
    let seed = setting::seed();
    let once = play(seed, SHORT, None).unwrap();
    assert_eq!(play(seed, SHORT, None).unwrap(), once);
    assert_ne!(play(seed + 1, SHORT, None).unwrap().hash, once.hash);
}

/// A simulation that finds nothing where something is wrong would prove nothing.
#[test]
fn planted_defects_are_found() {
    for fault in Fault::ALL {
        let (seed, found) = (1..6)
            .find_map(|seed| play(seed, FAST, Some(fault)).err().map(|found| (seed, found)))
            .unwrap_or_else(|| panic!("{fault:?} was not found"));
        println!("{fault:?}: seed {seed}, step {}", found.step);
        let again = play(seed, FAST, Some(fault)).unwrap_err();
        assert_eq!(again.step, found.step, "{fault:?} is found at the same step again");
    }
}
