//! A community whose clock the test turns, with schedules.

use communitytoken::identity::Overseers;
use communitytoken::ledger::{Page, PageRequest};
use communitytoken::schedules::{self, Bounds, CreateSchedule, HowMuch, Outcome, Run, Schedule, Terms, Whom};

use super::kernel::{Community, amount, authority};

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

pub fn bounds() -> Bounds {
    Bounds {
        recipients_max: 100,
        alone_max: None,
        operators: Vec::new(),
        auditors: Vec::new(),
        overseers: Overseers::default(),
    }
}

/// Every day at ten by UTC, which is an hour after the community's morning.
pub fn daily(name: &str, recipients: Whom, amount: HowMuch) -> Terms {
    Terms {
        name: name.to_owned(),
        cron: "0 10 * * *".to_owned(),
        time_zone: "UTC".to_owned(),
        recipients,
        amount,
        system_account: None,
        note: None,
        issued_max: i64::MAX,
    }
}

pub fn fixed(tokens: i64) -> HowMuch {
    HowMuch::Fixed { tokens: amount(tokens) }
}

pub fn make(community: &Community, terms: Terms) -> Schedule {
    let now = community.books().now();
    community.run(CreateSchedule { terms, now, authority: authority("Agreed") }).unwrap()
}

/// Lets everything run that is due, as the program does; all still adds up.
pub fn run_within(community: &Community, bounds: &Bounds) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(schedules::run_due(community.books(), bounds, |_| {})).unwrap();
    community.assert_sound();
}

pub fn run(community: &Community) {
    run_within(community, &bounds());
}

/// What came of a schedule, the newest first.
pub fn runs(community: &Community, schedule: &Schedule) -> Vec<Run> {
    let page = PageRequest::new(Some(200), None).unwrap();
    let found: Page<Run> = community.books().read_blocking(|conn| schedules::runs(conn, schedule, &page)).unwrap();
    found.items
}

/// The same in short: what came of it, to how many, how much in all.
pub fn came(community: &Community, schedule: &Schedule) -> Vec<(Outcome, i64, i64)> {
    runs(community, schedule).iter().map(|run| (run.outcome, run.recipients, run.distributed)).collect()
}

pub fn balances(community: &Community) -> Vec<i64> {
    (0..community.members.len()).map(|member| community.balance(community.wallet(member))).collect()
}
