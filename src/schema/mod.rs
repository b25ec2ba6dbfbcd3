//! The schema's history: the numbered steps that build what `schema.sql` shows, forward and back.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::store::StoreFailure;

/// The whole schema as it is today, written to be read.
pub const SCHEMA: &str = include_str!("../../schema.sql");
/// Marks a file as ours: "CTKN".
pub const APPLICATION_ID: i32 = 0x4354_4b4e;
/// The version of a database that has seen every step.
#[expect(clippy::cast_possible_truncation, reason = "there are some dozens of steps")]
pub const NEWEST: u32 = STEPS.len() as u32;
/// The first step makes the tables that hold the community's history: it is never taken back.
pub const OLDEST: u32 = 1;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("0001_kernel.up.sql")),
    M::up(include_str!("0002_rollups.up.sql")).down(include_str!("0002_rollups.down.sql")),
    M::up(include_str!("0003_views.up.sql")).down(include_str!("0003_views.down.sql")),
    M::up(include_str!("0004_checkpoints.up.sql")).down(include_str!("0004_checkpoints.down.sql")),
    M::up(include_str!("0005_sessions.up.sql")).down(include_str!("0005_sessions.down.sql")),
    M::up(include_str!("0006_ways_in.up.sql")).down(include_str!("0006_ways_in.down.sql")),
    M::up(include_str!("0007_access.up.sql")).down(include_str!("0007_access.down.sql")),
    M::up(include_str!("0008_counted_calls.up.sql")).down(include_str!("0008_counted_calls.down.sql")),
    M::up(include_str!("0009_statistics.up.sql")).down(include_str!("0009_statistics.down.sql")),
    M::up(include_str!("0010_requests.up.sql")).down(include_str!("0010_requests.down.sql")),
    M::up(include_str!("0011_notices.up.sql")).down(include_str!("0011_notices.down.sql")),
    M::up(include_str!("0012_language.up.sql")).down(include_str!("0012_language.down.sql")),
    M::up(include_str!("0013_categories.up.sql")).down(include_str!("0013_categories.down.sql")),
    M::up(include_str!("0014_enclosures.up.sql")).down(include_str!("0014_enclosures.down.sql")),
    M::up(include_str!("0015_webhooks.up.sql")).down(include_str!("0015_webhooks.down.sql")),
    M::up(include_str!("0016_push.up.sql")).down(include_str!("0016_push.down.sql")),
    M::up(include_str!("0017_consents.up.sql")).down(include_str!("0017_consents.down.sql")),
    M::up(include_str!("0018_schedules.up.sql")).down(include_str!("0018_schedules.down.sql")),
    M::up(include_str!("0019_fees.up.sql")).down(include_str!("0019_fees.down.sql")),
    M::up(include_str!("0020_alerts.up.sql")).down(include_str!("0020_alerts.down.sql")),
    M::up(include_str!("0021_rolled_up_at_once.up.sql")).down(include_str!("0021_rolled_up_at_once.down.sql")),
    M::up(include_str!("0022_folded_by_the_program.up.sql")).down(include_str!("0022_folded_by_the_program.down.sql")),
    M::up(include_str!("0023_guarded_at_a_glance.up.sql")).down(include_str!("0023_guarded_at_a_glance.down.sql")),
    M::up(include_str!("0024_accounted_for.up.sql")).down(include_str!("0024_accounted_for.down.sql")),
];

/// Brings a database to a version, forward or back. Each step happens whole or not at all.
pub fn migrate(conn: &mut Connection, version: u32) -> Result<(), StoreFailure> {
    check_version(version)?;
    Migrations::from_slice(STEPS)
        .to_version(conn, version as usize)
        .map_err(|error| StoreFailure(format!("the database cannot be brought to schema version {version} ({error}).")))
}

/// Refuses a version that there is no way to.
pub fn check_version(version: u32) -> Result<(), StoreFailure> {
    if !(OLDEST..=NEWEST).contains(&version) {
        return Err(StoreFailure(format!(
            "there is no schema version {version}; choose one from {OLDEST} to {NEWEST}."
        )));
    }
    Ok(())
}

/// The version a database is at.
pub fn version(conn: &Connection) -> Result<u32, rusqlite::Error> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Every object of the schema, as (kind, name, SQL), in a fixed order.
pub fn objects(conn: &Connection) -> Result<Vec<(String, String, String)>, rusqlite::Error> {
    conn.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
    )?
    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
    .collect()
}
