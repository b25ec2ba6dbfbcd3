//! `doctor`: looks at what a community stands on, and says what to do. Changes nothing, and works whether
//! the program serves or not.

mod files;
mod https;
mod ledger;
mod mail;
mod people;

use clap::Args;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::healthcheck::Serving;
use super::{Common, Failure, output};
use crate::config::Config;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    at: Serving,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// It works, and should be seen to.
    Warn,
    /// It does not work, or will not for long.
    Bad,
}

/// What was looked at, how it is, and what to do about it.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    said: String,
}

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, state: State, said: impl Into<String>) {
        self.0.push(Finding { check, state, said: said.into() });
    }

    fn ok(&mut self, check: &'static str, said: impl Into<String>) {
        self.add(check, State::Ok, said);
    }

    fn warn(&mut self, check: &'static str, said: impl Into<String>) {
        self.add(check, State::Warn, said);
    }

    fn bad(&mut self, check: &'static str, said: impl Into<String>) {
        self.add(check, State::Bad, said);
    }
}

impl Doctor {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let mut findings = Findings::default();
        // Without settings there is nothing to look at; what is wrong with them is all there is to say.
        match common.settings_with(self.at.flags()) {
            Err(Failure::Refused(problem)) => findings.bad("settings", problem),
            Err(other) => return Err(other),
            Ok(config) => look(&config, &mut findings)?,
        }
        let Findings(findings) = findings;
        output::print(common.json, &findings, || {
            let lines = findings.iter().map(|finding| {
                let state = match finding.state {
                    State::Ok => "ok  ",
                    State::Warn => "warn",
                    State::Bad => "BAD ",
                };
                format!("{state}  {:<11}  {}", finding.check, finding.said.replace('\n', "\n                   "))
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        let is_well = findings.iter().all(|finding| finding.state != State::Bad);
        if is_well { Ok(()) } else { Err(Failure::Wanting) }
    }
}

fn look(config: &Config, findings: &mut Findings) -> Result<(), Failure> {
    match config.check_serving() {
        Ok(()) => findings.ok("settings", "They can be served."),
        Err(problem) => findings.bad("settings", problem.to_string()),
    }
    let database = &config.database.path;
    files::disk(database, findings);
    files::permissions(config, findings);
    files::log(config, findings);
    let last = ledger::look(database, findings);
    ledger::fees(config, findings);
    ledger::server(config, findings);
    https::certificate(config, findings);
    files::backups(&config.backup, findings);
    people::ways_in(config, findings);
    let runtime = runtime()?;
    let elsewhere = people::providers(config, &runtime, findings);
    ledger::clock(last, elsewhere, findings);
    mail::server(config, &runtime, findings);
    Ok(())
}

/// For what is asked over the network.
fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Refused(format!("The program cannot start its threads ({error}).")))
}
