//! What tokens cost: checking one that is new, knowing one again, and how transfers fare while a
//! thousand members a second come with new ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::community::Community;
use super::issuer::{Issuer, NAME};
use super::ledger::per_second;
use super::load::{self, Ask, Visits};
use super::process::{self, Server};
use super::table::Line;
use crate::cli::Failure;
use crate::identity::{KeySet, Provider, Register, Source, Verifier};
use crate::ledger::{Books, Options};

/// Tokens checked anew.
const NEW: usize = 4_000;
/// How often known ones are known again.
const AGAIN: u64 = 400_000;
/// Members who come with tokens, and how many tokens come in a second.
pub(super) const VISITORS: usize = 1_000;
/// Connections that pay meanwhile.
const PAYERS: usize = 100;

/// What checking costs by itself.
pub(super) fn check(community: &Community) -> Result<Vec<Line>, Failure> {
    let issuer = &community.issuer;
    let keys = KeySet::new(Source::Fixed(issuer.keys()))?;
    let verifier = Verifier::new(vec![Provider::new(Issuer::provider(), keys)]);
    let tokens = (0..NEW).map(|number| issuer.token(&subject(number))).collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| Failure::Refused(error.to_string()))?;
    let timed = |what: &str, count: u64, tokens: &mut dyn Iterator<Item = &String>| {
        let (worked, began) = (process::processor_time("self"), Instant::now());
        for token in tokens {
            runtime.block_on(verifier.verify(token))?;
        }
        Ok::<_, Failure>(Line {
            count: Some(count),
            per_second: Some(per_second(count, began.elapsed())),
            cpu_us_each: process::microseconds_each(worked, process::processor_time("self"), count),
            ..Line::new("tokens", what)
        })
    };
    let new = timed("a new RS256 token", NEW as u64, &mut tokens.iter())?;
    let known = &tokens[NEW - VISITORS..];
    let turns = usize::try_from(AGAIN).unwrap_or(usize::MAX);
    let again = timed("a known token", AGAIN, &mut known.iter().cycle().take(turns))?;
    Ok(vec![new, again])
}

/// Transfers with nothing beside, with requests of members who are known, and with as many requests that
/// each bring a new token. What the tokens cost is the difference of the last two.
pub(super) fn beside(community: &Arc<Community>, length: Duration) -> Result<Vec<Line>, Failure> {
    join(community)?;
    let server = Server::start(community)?;
    let issuer = &community.issuer;
    let a_second = (0..VISITORS).map(|number| issuer.token(&subject(number))).collect::<Result<Vec<_>, _>>()?;
    let seconds = usize::try_from(length.as_secs()).unwrap_or(1);
    let new = (0..seconds * VISITORS)
        .map(|number| issuer.token(&subject(number % VISITORS)))
        .collect::<Result<Vec<_>, _>>()?;
    let again = a_second.iter().cycle().take(seconds * VISITORS).cloned().collect();
    // Once before, so that they are known.
    load::visit(server.address, Visits::each_second(a_second, VISITORS))?;
    let mut lines = Vec::new();
    for (what, visits) in [
        ("transfers, nothing beside", Vec::new()),
        ("transfers, 1000 known tokens a second beside", again),
        ("transfers, 1000 new tokens a second beside", new),
    ] {
        let visits = Visits::each_second(visits, VISITORS);
        let line = load::drive_beside(community, &server, &Ask::Transfer, PAYERS, length, visits)?;
        lines.push(Line { what: what.into(), group: "tokens", ..line });
    }
    Ok(lines)
}

/// A visitor, as the provider names them.
fn subject(number: usize) -> String {
    format!("visitor-{number}")
}

/// The visitors become members, so that measuring does not measure that.
fn join(community: &Community) -> Result<(), Failure> {
    let books = Books::open(&community.config.database.path, &Options::default())?;
    for number in 0..VISITORS {
        let name = Some(subject(number));
        books.execute_blocking(Register { issuer: NAME.into(), subject: subject(number), name })?;
    }
    books.close();
    Ok(())
}
