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
/// How often each is measured, in turns: what else the machine does meets all of them, and the median
/// stands for each.
pub(super) const ROUNDS: usize = 5;

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
/// each bring a new token, in turns. What the tokens cost is the difference of the last two.
pub(super) fn beside(community: &Arc<Community>, length: Duration) -> Result<Vec<Line>, Failure> {
    join(community)?;
    let server = Server::start(community)?;
    let issuer = &community.issuer;
    let a_second = (0..VISITORS).map(|number| issuer.token(&subject(number))).collect::<Result<Vec<_>, _>>()?;
    let visits = usize::try_from(length.as_secs()).unwrap_or(1) * VISITORS;
    let again: Vec<_> = a_second.iter().cycle().take(visits).cloned().collect();
    // Once before, so that they are known.
    load::visit(&server.port, Visits::each_second(a_second, VISITORS))?;
    let mut measured: [Vec<Line>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let new = (0..visits).map(|number| issuer.token(&subject(number % VISITORS))).collect::<Result<Vec<_>, _>>()?;
        for (lines, tokens) in measured.iter_mut().zip([Vec::new(), again.clone(), new]) {
            let visits = Visits::each_second(tokens, VISITORS);
            lines.push(load::drive_beside(community, &server, &server.port, &Ask::Transfer, PAYERS, length, visits)?);
        }
    }
    let names = ["nothing beside", "1000 known tokens a second beside", "1000 new tokens a second beside"];
    let median = |(what, mut lines): (&str, Vec<Line>)| {
        lines.sort_by(|one, other| one.per_second.unwrap_or(0.0).total_cmp(&other.per_second.unwrap_or(0.0)));
        let line = lines.swap_remove(lines.len() / 2);
        Line { what: format!("transfers, {what}"), group: "tokens", ..line }
    };
    Ok(names.into_iter().zip(measured).map(median).collect())
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
