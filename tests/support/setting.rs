//! What steers the long tests from outside: seeds and lengths.

/// A number from the environment.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// The seed to begin with, by `COMMUNITYTOKEN_SEED`, or else a fresh one; printed, so that it can be had again.
pub fn seed() -> u64 {
    let seed = number("COMMUNITYTOKEN_SEED").unwrap_or_else(|| fastrand::u64(1..1_000_000_000));
    println!("COMMUNITYTOKEN_SEED={seed}");
    seed
}
