//! What operators wait for in a community of ten thousand: their lists, and a distribution to everybody; and how
//! long members who pay meanwhile wait for it.

use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::json;

use super::community::Community;
use super::issuer::NAME;
use super::load::{self, Ask};
use super::process::Server;
use super::table::Line;
use crate::cli::Failure;
use crate::identity::Register;
use crate::ledger::{Books, Options};

/// Members of the community, all of whom a distribution is for.
pub(super) const MEMBERS: usize = 10_000;
/// How many register in one commit.
const AT_ONCE: usize = 500;
/// Members who pay all the while.
const PAYERS: usize = 4;
/// How long each of them waits between two payments.
const PAUSE: Duration = Duration::from_millis(5);
/// How long it is quiet between two distributions.
const REST: Duration = Duration::from_millis(500);
/// What operators open most, by the API.
const LISTS: [&str; 6] = [
    "/v1/admin/users",
    "/v1/admin/users?q=member-77",
    "/v1/admin/transactions",
    "/v1/admin/transactions?q=lunch&min_amount=1&limit=200",
    "/v1/admin/audit-log",
    "/v1/admin/system-accounts",
];
/// And on pages.
const PAGES: [&str; 5] = ["/admin", "/admin/members", "/admin/transactions", "/admin/audit", "/admin/distribute"];

/// How many things are measured.
pub(super) const COUNT: usize = LISTS.len() + PAGES.len() + 1;

/// Everything, with so many transactions there.
pub(super) fn measure(community: &Arc<Community>, length: Duration, bar: &ProgressBar) -> Result<Vec<Line>, Failure> {
    bar.set_message(format!("{MEMBERS} members come"));
    let wallets = join(community)?;
    let server = Server::start(community)?;
    let mut lines = Vec::with_capacity(COUNT + 1);
    let asked = LISTS
        .map(|path| (path, Ask::Get(path.to_owned())))
        .into_iter()
        .chain(PAGES.map(|path| (path, Ask::Page(path))));
    let there = Some(community.transactions);
    let named = |what: String, line: Line| Line { what, group: "operators", transactions: there, ..line };
    for (path, ask) in asked {
        bar.set_message(format!("An operator looks at {path}"));
        let line = load::drive(community, &server, &server.port, &ask, 1, length)?;
        lines.push(named(path.to_owned(), line));
        bar.inc(length.as_secs());
    }
    bar.set_message(format!("Distributions to {}", wallets.len()));
    let recipients: Vec<_> = wallets.iter().map(|wallet| json!({ "wallet_id": wallet, "amount": 5 })).collect();
    let body = json!({ "recipients": recipients, "reason": "Measuring" }).to_string();
    let [distributions, payments] = load::distribute_beside(community, &server, &body, PAYERS, [PAUSE, REST, length])?;
    lines.push(named(format!("a distribution to {}", wallets.len()), distributions));
    lines.push(named("payments that met one".into(), payments));
    bar.inc(length.as_secs());
    Ok(lines)
}

/// Everybody who is not there yet registers; gives all their wallets.
fn join(community: &Community) -> Result<Vec<String>, Failure> {
    let books = Books::open(&community.config.database.path, &Options::default())?;
    let mut wallets: Vec<_> = community.members.iter().map(|member| member.wallet_id.to_string()).collect();
    let missing: Vec<usize> = (wallets.len()..MEMBERS).collect();
    for numbers in missing.chunks(AT_ONCE) {
        let subjects = numbers.iter().map(|number| format!("member-{number}"));
        let under_way = subjects
            .map(|subject| {
                books.submit(Register { issuer: NAME.into(), subject: subject.clone(), name: Some(subject) })
            })
            .collect::<Result<Vec<_>, _>>()?;
        for waiting in under_way {
            wallets.push(waiting.wait_blocking()?.wallet_id.to_string());
        }
    }
    books.close();
    Ok(wallets)
}
