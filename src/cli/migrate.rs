//! `migrate`: another version of the schema, forward after an update of the program, or back before
//! a return to an older one.

use std::collections::BTreeMap;

use clap::Args;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Common, Failure, login_name, no_database, output, verify};
use crate::config::Config;
use crate::ledger::{AuditAction, Authority, Operator, Reason, audit_alone, system_clock};
use crate::schema;
use crate::store::{self, Draft, FileState, StoreFailure};

/// Tables that are made again out of the others, and what programs that follow the ledger keep of their place.
const DERIVED: [&str; 8] = [
    "daily_totals",
    "wallet_days",
    "slot_totals",
    "account_slots",
    "amount_counts",
    "tree_nodes",
    "followers",
    "notice_marks",
];

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// The version to go to [default: the newest this program knows]
    #[arg(long, value_name = "VERSION")]
    to: Option<u32>,
    /// Give up what the version has no place for; without it that is refused, and named
    #[arg(long)]
    discard: bool,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT", default_value = "Another release of the program")]
    reason: Reason,
    /// Who does it, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<Operator>,
}

impl Migrate {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        let path = &config.database.path;
        let to = self.to.unwrap_or(schema::NEWEST);
        schema::check_version(to)?;
        if store::inspect(path, schema::APPLICATION_ID, schema::NEWEST)? == FileState::Missing {
            return Err(no_database(path));
        }
        let operator = self.operator.map_or_else(login_name, Ok)?;
        let authority = Authority::at_the_machine(operator, self.reason);
        let answer = migrate(&config, common, to, self.discard, &authority)?;
        output::print(common.json, &answer, || match answer["kept"].as_str() {
            Some(kept) => format!(
                "{} has gone from schema version {} to {to}.\n  What was there before is kept as {kept}.",
                path.display(),
                answer["from"]
            ),
            None => format!("{} has schema version {to} already; nothing was changed.", path.display()),
        });
        Ok(())
    }
}

/// What `serve` does with a database of an older release.
pub(super) fn forward(config: &Config, common: &Common) -> Result<(), Failure> {
    let from = version(config)?;
    let Some(from) = from.filter(|from| *from != schema::NEWEST) else { return Ok(()) };
    let reason = Reason::new("A newer release of the program was started")?;
    tracing::info!(from, to = schema::NEWEST, "the schema is brought up to date, in a copy that is verified first");
    let made = migrate(config, common, schema::NEWEST, false, &Authority::at_the_machine(login_name()?, reason))?;
    tracing::info!(from = %made["from"], to = schema::NEWEST, kept = %made["kept"], "the schema was brought up to date");
    Ok(())
}

/// What a verb needs that works with a community's database: there is one, and it has today's schema.
pub(super) fn insist_on_database(config: &Config) -> Result<(), Failure> {
    if insist_on_newest(config)? { Ok(()) } else { Err(no_database(&config.database.path)) }
}

/// Refuses a database of an older release. Gives whether there is any.
pub(super) fn insist_on_newest(config: &Config) -> Result<bool, Failure> {
    match version(config)? {
        Some(version) if version != schema::NEWEST => Err(Failure::Refused(format!(
            "{} has schema version {version}, and this program works with {}. Run `communitytoken migrate`, or start the server, which does the same.",
            config.database.path.display(),
            schema::NEWEST
        ))),
        version => Ok(version.is_some()),
    }
}

/// The schema's version, where there is a database.
fn version(config: &Config) -> Result<Option<u32>, Failure> {
    let path = &config.database.path;
    if store::inspect_reading(path, schema::APPLICATION_ID, schema::NEWEST)? == FileState::Missing {
        return Ok(None);
    }
    let version = schema::version(&store::open_untouched(path)?)?;
    // 0: founded at this very moment by another process.
    Ok((version > 0).then_some(version))
}

fn migrate(config: &Config, common: &Common, to: u32, discard: bool, authority: &Authority) -> Result<Value, Failure> {
    let path = &config.database.path;
    let held = store::open_alone(path).map_err(StoreFailure::from)?;
    let from = schema::version(&held)?;
    if from == to {
        return Ok(json!({ "from": from, "to": to, "kept": null }));
    }
    let draft = Draft::of(path)?;
    let bar = output::progress("Copying", common.json);
    store::copy(&held, &draft, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let mut copy = store::open_alone(draft.path()).map_err(StoreFailure::from)?;
    let details = json!({ "from": from, "to": to });
    let line = authority.line(AuditAction::DatabaseMigrate, "ledger", details);
    let days = i64::from(config.limits.idempotency_days);
    // Written while the schema is the newer of the two: that is the one this program knows best.
    if to > from {
        schema::migrate(&mut copy, to)?;
        audit_alone(&copy, system_clock(), days, &line)?;
    } else {
        audit_alone(&copy, system_clock(), days, &line)?;
        let before = rows(&copy)?;
        schema::migrate(&mut copy, to)?;
        let lost = lost(before, &rows(&copy)?);
        if !lost.is_empty() && !discard {
            return Err(Failure::Refused(format!(
                "Version {to} has no place for {}. Nothing was changed. To give that up, say --discard: the ledger as it is now is kept beside the other.",
                lost.join(", ")
            )));
        }
    }
    store::check_pages(&copy)?;
    if to == schema::NEWEST {
        let report = verify::prove(&copy, common)?;
        verify::insist(&report, common, "The migrated ledger is not sound. Nothing was changed.")?;
    }
    store::without_log(&copy)?;
    drop(copy);
    draft.belong_as_before()?;
    let kept = store::replace(path, Some(&held), draft, &format!("schema-{from}"))?;
    Ok(json!({ "from": from, "to": to, "kept": kept }))
}

/// How many rows each table holds that is not made out of others.
fn rows(conn: &Connection) -> Result<BTreeMap<String, i64>, Failure> {
    let tables = schema::objects(conn)?
        .into_iter()
        .filter(|(kind, name, _)| kind == "table" && !DERIVED.contains(&name.as_str()));
    let count = |(_, table, _): (String, String, String)| {
        let rows = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok((table, rows))
    };
    tables.map(count).collect()
}

/// What holds fewer rows than before, and how many fewer.
fn lost(before: BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<String> {
    let fewer = |(table, rows): (String, i64)| {
        let missing = rows - after.get(&table).copied().unwrap_or(0);
        (missing > 0).then(|| format!("{} ({missing})", table.replace('_', " ")))
    };
    before.into_iter().filter_map(fewer).collect()
}
