//! What a community keeps of its ledger: backups and restoring them, migrations, exports, replicas.
//! The real binary, real files, and the real programs that read what we write (hledger, bean-check,
//! Litestream), which `tests/run` installs.
//!
//! Each test is short here. `COMMUNITYTOKEN_ROUNDS=1000` makes those with rounds long, and
//! `COMMUNITYTOKEN_SEED=...` repeats one: every test with dice prints its seed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod backup;
mod export;
mod killed;
mod litestream;
mod load;
mod migrate;
mod operations;
mod restore;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many rounds: as the environment says, or this many.
fn rounds(usually: usize) -> usize {
    std::env::var("COMMUNITYTOKEN_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}

/// Numbers that look like chance, and are the same again for the same seed.
struct Dice(u64);

impl Dice {
    /// From the seed in the environment, or a new one; printed, so that a failing run can be repeated.
    fn new() -> Self {
        let seed = std::env::var("COMMUNITYTOKEN_SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        println!("COMMUNITYTOKEN_SEED={seed}");
        Self(seed)
    }

    /// A number from 0 up to, not including, `bound`.
    fn roll(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Where a program is: among those that `tests/run` has installed, or anywhere on this machine.
fn tool(name: &str) -> PathBuf {
    let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/bin")).join(name);
    if own.exists() { own } else { PathBuf::from(name) }
}

/// Every file of a folder, byte for byte.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}
