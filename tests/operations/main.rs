//! What those who run a community have: figures, logs, the unit, the package, the doctor, backups that are taken
//! by themselves, and the lines of the audit log. The real binary, and the real programs that read what
//! it says (promtool, systemd-analyze, cargo-deb, debootstrap), which `tests/run` installs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod audit;
mod backups;
mod doctor;
mod logs;
mod manager;
mod metrics;
mod package;
#[path = "../support/raw.rs"]
mod raw;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

/// Where a program is: among those that `tests/run` has installed, or anywhere on this machine.
fn tool(name: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools");
    let own = ["bin", "usr/bin", "cargo/bin"].map(|folder| tools.join(folder).join(name));
    own.into_iter().find(|path| path.exists()).unwrap_or_else(|| PathBuf::from(name))
}

/// A file of the repository.
fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}
