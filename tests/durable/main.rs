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
mod tasks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::setting::{dice, rounds};

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
