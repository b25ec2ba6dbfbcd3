#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod commands;
mod dice;
mod faults;
mod model;
mod play;
#[allow(dead_code, reason = "the kernel's suite uses the rest")]
#[path = "../kernel/support.rs"]
mod support;
mod world;

#[test]
fn first() {
    for seed in 1..30 {
        let began = std::time::Instant::now();
        match play::play(seed, 20_000, None) {
            Ok(trace) => println!("{seed} {trace:?} {:?}", began.elapsed()),
            Err(d) => println!("{seed} step {}: {}", d.step, d.told),
        }
    }
}

#[test]
fn planted() {
    for fault in faults::Fault::ALL {
        match play::play(7, 20_000, Some(fault)) {
            Ok(trace) => println!("{fault:?} NOT FOUND {trace:?}"),
            Err(d) => println!("{fault:?} step {}: {}", d.step, d.told),
        }
    }
}
