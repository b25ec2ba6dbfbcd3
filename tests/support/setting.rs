//! What steers the long tests from outside: seeds and lengths.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

/// A number from the environment.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// How many rounds to make: by `COMMUNITYTOKEN_ROUNDS`, or what the suite has time for.
pub fn rounds(usual: usize) -> usize {
    number("COMMUNITYTOKEN_ROUNDS").map_or(usual, |rounds| usize::try_from(rounds).unwrap())
}

/// The seed to begin with, by `COMMUNITYTOKEN_SEED`, or else a fresh one; printed, so that it can be had again.
pub fn seed() -> u64 {
    let seed = number("COMMUNITYTOKEN_SEED").unwrap_or_else(|| fastrand::u64(1..1_000_000_000));
    println!("COMMUNITYTOKEN_SEED={seed}");
    seed
}

/// Dice with that seed.
pub fn dice() -> fastrand::Rng {
    fastrand::Rng::with_seed(seed())
}
