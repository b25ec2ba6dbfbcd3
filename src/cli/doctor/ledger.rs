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

/// The system lays this file down when it has set its clock over the network since it started (systemd-timesyncd).
const SET_OVER_NETWORK: &str = "/run/systemd/timesync/synchronized";

/// Somebody else's clock.
pub(super) struct Elsewhere {
    /// Whose.
    pub(super) whose: String,
    /// By how many seconds this machine's is ahead of it.
    pub(super) ahead: i64,
}

/// What a start would look at, too. Gives the time of the last entry, where there is a ledger.
pub(super) fn look(database: &Path, findings: &mut Findings) -> Option<i64> {
    match examine(database) {
        Ok(Examined::Nothing) => {
            let said = format!(
                "There is none at {}. Found it with `communitytoken init`, or name another with --database.",
                database.display()
            );
            findings.bad("ledger", said);
            return None;
        }
        Ok(_) => findings.ok("ledger", format!("{} can be served.", database.display())),
        Err(failure) => {
            findings.bad("ledger", failure.to_string());
            return None;
        }
    }
    match read(database) {
        Ok((version, last)) => {
            let newest = schema::NEWEST;
            if version == newest {
                findings.ok("schema", format!("It has version {version}, which this program works with."));
            } else {
                findings.warn("schema", format!("It has version {version}, and this program works with {newest}: run `communitytoken migrate`, or start the server, which does the same and keeps what was there."));
            }
            Some(last)
        }
        Err(failure) => {
            findings.bad("schema", failure.to_string());
            None
        }
    }
}

fn read(database: &Path) -> Result<(u32, i64), store::StoreFailure> {
    let conn = store::open_untouched(database)?;
    Ok((schema::version(&conn)?, last_entry_at(&conn)?))
}

/// Whether the machine's clock can be right: it is not before what has happened, and goes with somebody else's,
/// where one was at hand. One that is ahead is found by that alone.
pub(super) fn clock(last: Option<i64>, elsewhere: Option<Elsewhere>, findings: &mut Findings) {
    let now = system_clock()();
    let behind = Duration::from_millis(last.map_or(0, |last| u64::try_from(last - now).unwrap_or(0)));
    let differs = |elsewhere: &Elsewhere| elsewhere.ahead.unsigned_abs() > CLOCK_MAY_DIFFER.as_secs();
    if now < CLOCK_AT_LEAST {
        findings.bad(
            "clock",
            "It stands years back: nobody can sign in. Set it, best over the network (timedatectl set-ntp true).",
        );
    } else if behind > CLOCK_MAY_DIFFER {
        findings.warn("clock", format!("It stands {} minutes behind the last entry of the ledger: set it, best over the network (timedatectl set-ntp true).", behind.as_secs() / 60));
    } else if let Some(Elsewhere { whose, ahead }) = elsewhere.as_ref().filter(|elsewhere| differs(elsewhere)) {
        let way = if *ahead > 0 { "ahead of" } else { "behind" };
        findings.warn("clock", format!("It stands {} minutes {way} that of {whose}: one of the two is wrong. Set it, best over the network (timedatectl set-ntp true); what is written meanwhile keeps its time.", ahead.unsigned_abs() / 60));
    } else if let Some(Elsewhere { whose, .. }) = elsewhere {
        findings.ok("clock", format!("It goes with that of {whose}."));
    } else if Path::new(SET_OVER_NETWORK).exists() {
        findings.ok("clock", "The system sets it over the network.");
    } else {
        findings.ok("clock", "It is not behind the ledger's last entry. Whether it is ahead could not be looked at: there is nobody else's to compare it with. See that it is set over the network (timedatectl).");
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
