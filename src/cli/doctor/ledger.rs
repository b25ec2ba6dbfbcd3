//! The ledger itself: can it be served, does its time go with the clock's, and does somebody serve it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::Findings;
use crate::cli::healthcheck::{self, ELSEWHERE};
use crate::cli::last_entry_at;
use crate::config::Config;
use crate::ledger::{Examined, examine, system_clock};
use crate::schema;
use crate::store;

/// Clocks that are set over the network differ by less.
const CLOCK_MAY_DIFFER: Duration = Duration::from_mins(1);
/// This release was made later: a clock before it is wrong.
const CLOCK_AT_LEAST: i64 = 1_767_225_600_000;

/// What a start would look at, too.
pub(super) fn look(database: &Path, findings: &mut Findings) {
    match examine(database) {
        Ok(Examined::Nothing) => {
            let said = format!(
                "There is none at {}. Found it with `communitytoken init`, or name another with --database.",
                database.display()
            );
            return findings.bad("ledger", said);
        }
        Ok(_) => findings.ok("ledger", format!("{} can be served.", database.display())),
        Err(failure) => return findings.bad("ledger", failure.to_string()),
    }
    match read(database) {
        Ok((version, last)) => {
            let newest = schema::NEWEST;
            if version == newest {
                findings.ok("schema", format!("It has version {version}, which this program works with."));
            } else {
                findings.warn("schema", format!("It has version {version}, and this program works with {newest}: run `communitytoken migrate`, or start the server, which does the same and keeps what was there."));
            }
            clock(last, findings);
        }
        Err(failure) => findings.bad("schema", failure.to_string()),
    }
}

fn read(database: &Path) -> Result<(u32, i64), store::StoreFailure> {
    let conn = store::open_untouched(database)?;
    Ok((schema::version(&conn)?, last_entry_at(&conn)?))
}

/// Whether the machine's clock can be right.
fn clock(last: i64, findings: &mut Findings) {
    let now = system_clock()();
    let behind = Duration::from_millis(u64::try_from(last - now).unwrap_or(0));
    if now < CLOCK_AT_LEAST {
        findings.bad(
            "clock",
            "It stands years back: nobody can sign in. Set it, best over the network (timedatectl set-ntp true).",
        );
    } else if behind > CLOCK_MAY_DIFFER {
        findings.warn("clock", format!("It stands {} minutes behind the last entry of the ledger: set it, best over the network (timedatectl set-ntp true).", behind.as_secs() / 60));
    } else {
        findings.ok("clock", "It goes with the ledger's last entry.");
    }
}

/// Whether the fees that the settings tell of can be taken; nothing where there are none, or no ledger yet.
pub(super) fn fees(config: &Config, findings: &mut Findings) {
    let Some(fees) = &config.fees else { return };
    let Ok(conn) = store::open_untouched(&config.database.path) else { return };
    match fees.check(&conn) {
        Ok(()) => findings.ok("fees", format!("They go to {}.", fees.account())),
        Err(error) => findings.bad("fees", format!("{error}.")),
    }
}

/// Whether somebody serves it, and how that one is.
pub(super) fn server(config: &Config, findings: &mut Findings) {
    let address = healthcheck::here(config);
    let process = store::other_server(&config.database.path);
    match (process, healthcheck::ask(config)) {
        (_, Ok(health)) if health["status"] == "ok" => {
            let warnings: Vec<&str> =
                health["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if warnings.is_empty() {
                findings.ok("server", format!("It answers at {address} and is well."));
            } else {
                findings.warn("server", warnings.join("\n"));
            }
        }
        (_, Ok(health)) => {
            let failures: Vec<&str> =
                health["failures"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            findings.bad("server", format!("It answers at {address} and is not well: {}", failures.join(" ")));
        }
        (Some(process), Err(error)) => {
            findings.warn("server", format!("Process {process} serves this ledger, but not at {address} ({error}). Are these its settings? {ELSEWHERE}"));
        }
        (None, Err(_)) => findings.warn(
            "server",
            format!(
                "Nobody serves at {address}. Start it, if it should run (systemctl start communitytoken). {ELSEWHERE}"
            ),
        ),
    }
}
