//! The community that is measured: a database of its own in a temporary folder, members with
//! tokens to spend, and as much history as is asked for, spread over the year that is past.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use indicatif::ProgressBar;
use tempfile::TempDir;

use super::issuer::{Issuer, NAME};
use super::table::{Line, Timing};
use super::{ledger, operators};
use crate::cli::{Failure, init};
use crate::config::{self, Config, Overrides};
use crate::identity::session::{Method, OpenSession};
use crate::identity::{Member, Register, Secret};
use crate::ledger::{Amount, Authority, Books, DAY_MS, Operator, Options, Reason, Seen, system_clock};
use crate::store::Batches;
use crate::treasury::{Distribute, Recipient};
use crate::web::SESSION;

/// Members who pay each other.
const MEMBERS: usize = 100;
/// Distributions measured.
const DISTRIBUTIONS: usize = 20;
/// What each member is given by each distribution: enough for every payment of a run.
const GIVEN: i64 = 1_000_000_000;
/// How fast history is made, roughly; only the progress bar goes by it.
pub(super) const TRANSACTIONS_A_SECOND: u64 = 40_000;

/// The community, and the folder that goes away with it.
pub(super) struct Community {
    pub(super) config: Config,
    /// The file that says the same to a server of its own process.
    pub(super) config_file: PathBuf,
    /// Who signs its members in.
    pub(super) issuer: Issuer,
    pub(super) members: Vec<Member>,
    /// One bearer token for each member.
    pub(super) tokens: Vec<String>,
    /// One session's cookie for each member.
    pub(super) cookies: Vec<String>,
    /// Transactions there when measuring began.
    pub(super) transactions: u64,
    /// When its history begins, Unix milliseconds.
    pub(super) begins_at: i64,
    /// Goes away with everything in it.
    _folder: TempDir,
}

impl Community {
    /// Founds it with so many transactions, up to this moment; the distributions that give the
    /// members their tokens are measured.
    pub(super) fn found(transactions: u64, bar: &ProgressBar) -> Result<(Arc<Self>, Line), Failure> {
        // A short name: what a socket's may have at most is a hundred bytes.
        let folder = tempfile::Builder::new().prefix("communitytoken-bench-").tempdir();
        let folder = folder.map_err(|error| Failure::Refused(error.to_string()))?;
        let of_it = |name: &str| folder.path().join(name);
        let config_file = of_it("config.toml");
        let (issuer, keys) = (Issuer::new()?, of_it("keys.json"));
        let settings = format!(
            "[server]\nbind = \"127.0.0.1:0\"\nsocket = \"{}\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n\
             recipients_per_distribution = {}\n[identity]\noperators = [\"{NAME}|member-0\"]\n{}",
            of_it("http.sock").display(),
            operators::MEMBERS,
            Issuer::settings(&keys)
        );
        std::fs::write(&config_file, settings)
            .and_then(|()| std::fs::write(&keys, issuer.keys().to_string()))
            .map_err(|error| Failure::Refused(error.to_string()))?;
        let overrides =
            Overrides { config: Some(config_file.clone()), database: Some(of_it("bench.db")), ..Overrides::default() };
        let config = config::load(&overrides).map_err(|error| Failure::Refused(error.to_string()))?;
        let begins_at = system_clock()() - 365 * DAY_MS;
        let mut community = Self {
            config,
            config_file,
            issuer,
            members: Vec::new(),
            tokens: Vec::new(),
            cookies: Vec::new(),
            transactions,
            begins_at,
            _folder: folder,
        };
        let clock = Arc::new(AtomicI64::new(begins_at));
        let books = community.books_at(&clock)?;
        init::found(&books, Operator::new("bench")?)?;
        for number in 0..MEMBERS {
            let subject = format!("member-{number}");
            let register = Register { issuer: NAME.into(), subject: subject.clone(), name: Some(subject.clone()) };
            let member = books.execute_blocking(register)?;
            community.cookies.push(community.sign_in(&books, &member, &subject)?);
            community.members.push(member);
            community.tokens.push(community.issuer.token(&subject)?);
        }
        let line = community.distribute(&books)?;
        community.make_history(&books, &clock, bar)?;
        books.close();
        Ok((Arc::new(community), line))
    }

    fn books_at(&self, clock: &Arc<AtomicI64>) -> Result<Books, Failure> {
        let clock = Arc::clone(clock);
        let options = Options { clock: Arc::new(move || clock.load(Ordering::Relaxed)), ..Options::default() };
        Ok(Books::open(&self.config.database.path, &options)?)
    }

    /// Signs a member in on a browser; gives the cookie.
    fn sign_in(&self, books: &Books, member: &Member, subject: &str) -> Result<String, Failure> {
        let secret = Secret::random()?;
        let cookie = format!("{SESSION}={}", secret.reveal());
        books.execute_blocking(OpenSession {
            user: member.key,
            identity: (NAME.into(), subject.into()),
            roles: Vec::new(),
            method: Method::Provider,
            vouched: None,
            device: "bench".into(),
            request_id: None,
            replaces: None,
            secret,
            now: system_clock()(),
            limits: self.config.sessions,
        })?;
        Ok(cookie)
    }

    fn distribute(&self, books: &Books) -> Result<Line, Failure> {
        let timing = Timing::of(DISTRIBUTIONS, || {
            let recipients = self.members.iter().map(|member| {
                let (wallet_id, place) = (member.wallet_id, member.username.clone());
                Ok(Recipient { wallet_id, amount: Amount::new(GIVEN)?, place })
            });
            let command = Distribute {
                recipients: recipients.collect::<Result<_, Failure>>()?,
                recipients_max: MEMBERS,
                note: None,
                system_account: None,
                issued_max: None,
                authority: Authority {
                    operator: Operator::new("bench")?,
                    reason: Reason::new("Measuring")?,
                    request_id: None,
                    acting: None,
                    consent: None,
                },
                seen: Seen::default(),
            };
            let began = Instant::now();
            books.execute_blocking(command)?;
            Ok::<_, Failure>(began.elapsed())
        })?;
        let count = Some(DISTRIBUTIONS as u64);
        Ok(Line { timing: Some(timing), count, ..Line::new("distribution", format!("to {MEMBERS} members")) })
    }

    /// Payments, evenly over the year, until there are enough transactions.
    fn make_history(&self, books: &Books, clock: &AtomicI64, bar: &ProgressBar) -> Result<(), Failure> {
        let there: i64 = books.read_blocking(|conn| {
            Ok(conn.query_row("SELECT coalesce(max(sequence), 0) FROM transactions", [], |row| row.get(0))?)
        })?;
        let missing = self.transactions.saturating_sub(there.unsigned_abs());
        let year = u64::try_from(365 * DAY_MS).unwrap_or(u64::MAX);
        ledger::pay(self, books, Batches::default().most * 3, &mut |done| {
            let passed = i64::try_from(u128::from(done) * u128::from(year) / u128::from(missing.max(1))).unwrap_or(0);
            clock.store(self.begins_at + passed, Ordering::Relaxed);
            if done % TRANSACTIONS_A_SECOND == 0 {
                bar.inc(1);
            }
            done < missing
        })?;
        Ok(())
    }

    /// Who pays whom at a turn: everyone pays everyone in time.
    pub(super) fn pair(&self, turn: u64) -> (&Member, &Member) {
        // A stride that shares no factor with the count spreads the payers over the wallets.
        let from = usize::try_from(turn % 1_000_000_007).unwrap_or(0) * 37 % self.members.len();
        self.pair_of(from, turn)
    }

    /// A member, and whom they pay at a turn.
    pub(super) fn pair_of(&self, from: usize, turn: u64) -> (&Member, &Member) {
        let count = self.members.len();
        let turn = usize::try_from(turn % 1_000_000_007).unwrap_or(0);
        let to = (from + 1 + turn * 11 % (count - 1)) % count;
        (&self.members[from], &self.members[to])
    }
}
