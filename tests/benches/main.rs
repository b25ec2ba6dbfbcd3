//! The comparison in `benches/`: the contenders are fair (they keep the rules that cost time), and what is
//! reported is what was measured. Needs PostgreSQL, which `benches/postgres/install` installs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where it fails"
)]

mod compare;
mod plain;
mod postgres;

use std::path::PathBuf;

/// A file in `benches/`.
fn benches(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches").join(name)
}

/// A temporary folder that PostgreSQL, which does not run as root, may enter.
fn open_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}
