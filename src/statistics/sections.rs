//! What the page of the statistics shows: each figure as a sentence, a chart, and the tables behind it.
//! The numbers are those of the API.

use axum::response::Response;

use super::activity::{self, Activity};
use super::calendar::{Bucket, Calendar};
use super::chart::{self, Chart, Point};
use super::concentration::Concentration;
use super::table::{Cell, Table, briefly, named};
use super::transactions::{Amounts, Transactions, ratio};
use super::users::Users;
use super::velocity::Velocity;
use super::{Accounts, SupplyOverTime};
use crate::error::{Code, Error, Result};
use crate::language::{Argument, Language};
use crate::web::{Shell, whole};

/// The tables, as files.
pub(super) const FILES: [&str; 11] =
    [SUPPLY, PAYMENTS, TRANSACTIONS, KINDS, USERS, COHORTS, DISTRIBUTION, HOLDERS, ACTIVITY, ACCOUNTS, MOVEMENTS];
pub(super) const SUPPLY: &str = "/statistics/supply.csv";
pub(super) const PAYMENTS: &str = "/statistics/payments.csv";
pub(super) const TRANSACTIONS: &str = "/statistics/transactions.csv";
pub(super) const KINDS: &str = "/statistics/kinds.csv";
pub(super) const USERS: &str = "/statistics/members.csv";
pub(super) const COHORTS: &str = "/statistics/cohorts.csv";
pub(super) const DISTRIBUTION: &str = "/statistics/tenths.csv";
pub(super) const HOLDERS: &str = "/statistics/holders.csv";
pub(super) const ACTIVITY: &str = "/statistics/hours.csv";
const ACCOUNTS: &str = "/statistics/accounts.csv";
const MOVEMENTS: &str = "/statistics/movements.csv";

/// So much of an account's name stands below its columns.
const NAME_CHARS: usize = 14;

/// One figure on the page.
#[derive(Debug)]
pub(super) struct Section {
    /// Its place in the address.
    pub(super) id: &'static str,
    pub(super) heading: String,
    /// What there is to see, in words.
    pub(super) lead: String,
    /// What the colours of the chart mean: names in the stylesheet, and words.
    pub(super) keys: Vec<(&'static str, String)>,
    /// None where there is nothing to draw.
    pub(super) chart: Option<Chart>,
    /// What is said then; empty where no chart belongs here.
    pub(super) empty: String,
    /// What the figures mean.
    pub(super) note: String,
    pub(super) tables: Vec<Table>,
}

/// The table at this address, as a file with its name.
pub(super) fn file(sections: Vec<Section>, path: &str, calendar: &Calendar) -> Result<(&'static str, Vec<u8>)> {
    let mut tables = sections.into_iter().flat_map(|section| section.tables);
    let table = tables.find(|table| table.path == path);
    let table = table.ok_or_else(|| Error::new(Code::NotFound, "There is no such table."))?;
    Ok((table.file(), table.csv(calendar)?))
}

/// That file, for whoever asked for it.
pub(super) fn downloaded((name, content): (&'static str, Vec<u8>)) -> Response {
    whole(name, "text/csv; charset=utf-8", content)
}

/// How the community speaks of tokens and times.
pub(super) struct Words<'a> {
    pub(super) shell: &'a Shell,
    pub(super) calendar: &'a Calendar,
}

/// For drawing, where a pixel is coarser than what is lost.
fn drawn(number: impl Into<i128>) -> f64 {
    ratio(number.into(), 1)
}

/// Two sentences after each other: not every language puts a space between them.
pub(super) fn sentences(shell: &Shell, first: impl Argument, second: impl Argument) -> String {
    shell.say("statistics-sentences").with("first", first).with("second", second).into()
}

/// What something is when it is pointed at: when it was, and how much.
pub(super) fn says(shell: &Shell, when: &str, what: &str) -> String {
    shell.say("statistics-says").with("when", when).with("what", what).into()
}

impl Words<'_> {
    fn tokens(&self, tokens: impl Into<i128>) -> String {
        self.shell.sum(tokens)
    }

    fn say(&self, key: &str) -> String {
        self.shell.say(key).into()
    }

    fn language(&self) -> Language {
        self.shell.language
    }

    /// The headings of a table: texts of ours, each with its name for programs.
    fn headings<const N: usize>(&self, headings: [(&str, &'static str); N]) -> Vec<(String, &'static str)> {
        headings.map(|(key, name)| (self.say(key), name)).into()
    }

    /// Names of buckets: for pointing at, and for the words below.
    fn buckets(&self, bucket: Bucket, starts: impl Iterator<Item = i64>) -> (Vec<String>, Vec<String>) {
        let (shell, calendar) = (self.shell, self.calendar);
        starts.map(|start| (named(shell, calendar, bucket, start), briefly(shell, calendar, bucket, start))).collect()
    }

    pub(super) fn supply(&self, supply: &SupplyOverTime) -> Section {
        let (names, below) = self.buckets(supply.bucket, supply.series.iter().map(|point| point.start_at));
        let says = names.iter().zip(&supply.series).map(|(name, point)| {
            let (held, pool) = (self.tokens(point.circulating_supply), self.tokens(point.system_pool));
            let says = self.shell.say("statistics-supply-says");
            says.with("when", name).with("members", &held).with("pool", &pool).into()
        });
        let issued = supply.series.last().map_or(0, |point| point.total_issuance);
        let lead: String = self.shell.say("statistics-supply-lead").with("issued", self.tokens(issued)).into();
        let held = supply.series.iter().map(|point| drawn(point.circulating_supply)).collect();
        let pool = supply.series.iter().map(|point| drawn(point.system_pool)).collect();
        let row = |point: &super::supply::SupplyPoint| {
            vec![
                Cell::Start(point.start_at, supply.bucket),
                Cell::Tokens(point.total_issuance.into()),
                Cell::Tokens(point.circulating_supply.into()),
                Cell::Tokens(point.system_pool.into()),
                Cell::Yes(point.is_consistent),
            ]
        };
        Section {
            id: "supply-over-time",
            heading: self.say("statistics-supply"),
            keys: vec![("members", self.say("statistics-with-members")), ("pool", self.say("statistics-in-pool"))],
            chart: chart::layers(
                self.language(),
                lead.clone(),
                &[("members", held), ("pool", pool)],
                says.collect(),
                &below,
            ),
            lead,
            empty: self.say("statistics-supply-empty"),
            note: self.say("statistics-supply-note"),
            tables: vec![Table {
                path: SUPPLY,
                caption: self.say("statistics-supply-table"),
                headings: self.headings([
                    ("statistics-from", "start_at"),
                    ("statistics-issued", "total_issuance"),
                    ("statistics-with-members", "circulating_supply"),
                    ("statistics-in-pool", "system_pool"),
                    ("statistics-sums-up", "is_consistent"),
                ]),
                rows: supply.series.iter().map(row).collect(),
            }],
        }
    }

    pub(super) fn payments(&self, velocity: &Velocity) -> Section {
        let (names, below) = self.buckets(velocity.bucket, velocity.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&velocity.series).map(|(name, point)| Point {
            value: drawn(point.turnover.volume),
            says: says(self.shell, name, &self.tokens(point.turnover.volume)),
        });
        let paid = self.tokens(velocity.whole.volume);
        let mut lead: String = self.shell.say("statistics-payments-lead").with("paid", &paid).into();
        if let Some(times) = velocity.whole.annualised {
            let pace = self.shell.say("statistics-payments-pace");
            lead = sentences(self.shell, lead, pace.with("times", self.language().decimal(times, 1)));
        }
        let row = |point: &super::velocity::VelocityPoint| {
            vec![
                Cell::Start(point.start_at, velocity.bucket),
                Cell::Tokens(point.turnover.volume),
                Cell::Ratio(point.turnover.average_circulation),
                Cell::Ratio(point.turnover.velocity),
                Cell::Ratio(point.turnover.annualised),
            ]
        };
        Section {
            id: "payments",
            heading: self.say("statistics-payments"),
            keys: Vec::new(),
            chart: chart::columns(self.language(), lead.clone(), points.collect(), &below, true),
            lead,
            empty: self.say("statistics-payments-empty"),
            note: self.say("statistics-payments-note"),
            tables: vec![Table {
                path: PAYMENTS,
                caption: self.say("statistics-payments-table"),
                headings: self.headings([
                    ("statistics-from", "start_at"),
                    ("statistics-paid", "volume"),
                    ("statistics-held-on-average", "average_circulation"),
                    ("statistics-changed-hands", "velocity"),
                    ("statistics-changed-hands-yearly", "annualised"),
                ]),
                rows: velocity.series.iter().map(row).collect(),
            }],
        }
    }

    pub(super) fn transactions(&self, moved: &Transactions) -> Section {
        let (names, below) = self.buckets(moved.bucket, moved.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&moved.series).map(|(name, point)| Point {
            value: drawn(point.count),
            says: self.count_says(name, point.count, point.volume),
        });
        let before = &moved.previous.amounts;
        let lead = sentences(
            self.shell,
            self.shell
                .say("statistics-transactions-lead")
                .with("count", moved.count)
                .with("volume", self.tokens(moved.volume)),
            self.shell
                .say("statistics-transactions-before")
                .with("count", before.count)
                .with("volume", self.tokens(before.volume)),
        );
        let kind = |(kind, amounts): (&&'static str, &Amounts)| {
            let meaning = match *kind {
                "issuance" => "statistics-kind-issuance",
                "distribution" => "statistics-kind-distribution",
                "transfer" => "statistics-kind-transfer",
                _ => "statistics-kind-pool",
            };
            vec![
                Cell::Word(meaning),
                Cell::Count(amounts.count),
                Cell::Tokens(amounts.volume),
                Cell::Ratio(amounts.average),
                Cell::Ratio(amounts.median),
            ]
        };
        let row = |point: &super::transactions::TransactionsPoint| {
            vec![Cell::Start(point.start_at, moved.bucket), Cell::Count(point.count), Cell::Tokens(point.volume)]
        };
        Section {
            id: "transactions",
            heading: self.say("statistics-transactions"),
            keys: Vec::new(),
            chart: chart::columns(self.language(), lead.clone(), points.collect(), &below, true),
            lead,
            empty: self.say("statistics-transactions-empty"),
            note: String::new(),
            tables: vec![
                Table {
                    path: TRANSACTIONS,
                    caption: self.say("statistics-transactions-table"),
                    headings: self.headings([
                        ("statistics-from", "start_at"),
                        ("statistics-how-many", "count"),
                        ("statistics-moved", "volume"),
                    ]),
                    rows: moved.series.iter().map(row).collect(),
                },
                Table {
                    path: KINDS,
                    caption: self.say("statistics-kinds-table"),
                    headings: self.headings([
                        ("statistics-kind", "kind"),
                        ("statistics-how-many", "count"),
                        ("statistics-moved", "volume"),
                        ("statistics-average", "average"),
                        ("statistics-median", "median"),
                    ]),
                    rows: moved.by_kind.iter().map(kind).collect(),
                },
            ],
        }
    }

    pub(super) fn members(&self, members: &Users) -> Section {
        let (names, below) = self.buckets(members.bucket, members.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&members.series).map(|(name, point)| Point {
            value: drawn(point.active),
            says: self
                .shell
                .say("statistics-active-says")
                .with("when", name)
                .with("active", point.active)
                .with("total", point.total)
                .into(),
        });
        let lead: String = self
            .shell
            .say("statistics-active-lead")
            .with("total", members.total)
            .with("week", members.active_7d)
            .with("month", members.active_30d)
            .with("quarter", members.active_90d)
            .into();
        let row = |point: &super::users::UsersPoint| {
            vec![
                Cell::Start(point.start_at, members.bucket),
                Cell::Count(point.active),
                Cell::Count(point.joined),
                Cell::Count(point.left),
                Cell::Count(point.returned),
                Cell::Count(point.total),
            ]
        };
        let cohort = |cohort: &super::users::Cohort| {
            let later = |months: usize| {
                Cell::Share(
                    cohort
                        .active
                        .get(months)
                        .filter(|_| cohort.joined > 0)
                        .map(|active| ratio((*active).into(), cohort.joined.into())),
                )
            };
            vec![
                Cell::Start(cohort.start_at, Bucket::Month),
                Cell::Count(cohort.joined),
                later(0),
                later(1),
                later(2),
                later(3),
                later(6),
            ]
        };
        Section {
            id: "active-members",
            heading: self.say("statistics-active"),
            keys: Vec::new(),
            chart: chart::columns(self.language(), lead.clone(), points.collect(), &below, true),
            lead,
            empty: self.say("statistics-active-empty"),
            note: self.say("statistics-active-note"),
            tables: vec![
                Table {
                    path: USERS,
                    caption: self.say("statistics-active-table"),
                    headings: self.headings([
                        ("statistics-from", "start_at"),
                        ("statistics-traded", "active"),
                        ("statistics-joined", "joined"),
                        ("statistics-left", "left"),
                        ("statistics-returned", "returned"),
                        ("statistics-members", "total"),
                    ]),
                    rows: members.series.iter().map(row).collect(),
                },
                Table {
                    path: COHORTS,
                    caption: self.say("statistics-cohorts-table"),
                    headings: self.headings([
                        ("statistics-joined-in", "start_at"),
                        ("statistics-how-many", "joined"),
                        ("statistics-that-month", "active_month_0"),
                        ("statistics-next-month", "active_month_1"),
                        ("statistics-after-2", "active_month_2"),
                        ("statistics-after-3", "active_month_3"),
                        ("statistics-after-6", "active_month_6"),
                    ]),
                    rows: members.cohorts.iter().map(cohort).collect(),
                },
            ],
        }
    }

    pub(super) fn concentration(&self, spread: &Concentration) -> Section {
        let lead = match (spread.gini, spread.top_10_percent_share, spread.median_balance) {
            (Some(gini), Some(top), Some(median)) => self
                .shell
                .say("statistics-spread-lead")
                .with("share", self.language().percent(top, 1))
                .with("median", self.median(median))
                .with("gini", self.language().decimal(gini, 2))
                .into(),
            _ => String::new(),
        };
        let tenth = |(place, pair): (i64, &[f64])| {
            vec![Cell::Count(place), Cell::Share(Some(pair[1] - pair[0])), Cell::Share(Some(pair[1]))]
        };
        let named = spread.top.iter().any(|holder| holder.username.is_some());
        let holder = |holder: &super::concentration::Holder| {
            let name = holder.username.clone().filter(|_| named).map(Cell::Text);
            let rank = Cell::Count(super::counted(holder.rank));
            [Some(rank), name, Some(Cell::Tokens(holder.balance.into())), Some(Cell::Share(holder.share))]
                .into_iter()
                .flatten()
                .collect()
        };
        let mut headings = self.headings([
            ("statistics-place", "rank"),
            ("statistics-holds", "balance"),
            ("statistics-share", "share"),
        ]);
        if named {
            headings.insert(1, (self.say("statistics-who"), "username"));
        }
        Section {
            id: "concentration",
            heading: self.say("statistics-spread"),
            keys: Vec::new(),
            chart: chart::lorenz(self.language(), lead.clone(), &spread.lorenz),
            lead,
            empty: self.say("statistics-spread-empty"),
            note: self.say("statistics-spread-note"),
            tables: vec![
                Table {
                    path: DISTRIBUTION,
                    caption: self.say("statistics-tenths-table"),
                    headings: self.headings([
                        ("statistics-tenth", "tenth"),
                        ("statistics-holds", "share"),
                        ("statistics-with-those-before", "cumulative_share"),
                    ]),
                    rows: (1..).zip(spread.lorenz.windows(2)).map(tenth).collect(),
                },
                Table {
                    path: HOLDERS,
                    caption: self.say("statistics-holders-table"),
                    headings,
                    rows: spread.top.iter().map(holder).collect(),
                },
            ],
        }
    }

    pub(super) fn activity(&self, activity: &Activity) -> Section {
        let weekday = |cell: &activity::Cell| cell.weekday;
        let days: Vec<(String, Vec<Point>)> = activity
            .cells
            .chunks(24)
            .map(|hours| {
                let day = weekday(&hours[0]);
                let hours = hours.iter().map(|cell| Point {
                    value: drawn(cell.count),
                    says: self.count_says(&self.language().hour_of_week(day, cell.hour), cell.count, cell.volume),
                });
                (self.language().short_weekday(day), hours.collect())
            })
            .collect();
        let busiest = activity.cells.iter().rev().max_by_key(|cell| cell.count).filter(|cell| cell.count > 0);
        let lead = busiest.map_or_else(String::new, |cell| {
            self.shell
                .say("statistics-hours-lead")
                .with("weekday", weekday(cell))
                .with("time", format!("{}:00", cell.hour))
                .with("count", cell.count)
                .with("day", named(self.shell, self.calendar, Bucket::Day, activity.to_time))
                .into()
        });
        let row = |cell: &activity::Cell| {
            vec![
                Cell::Weekday(weekday(cell)),
                Cell::Count(cell.hour.into()),
                Cell::Count(cell.count),
                Cell::Tokens(cell.volume),
            ]
        };
        Section {
            id: "activity",
            heading: self.say("statistics-hours"),
            keys: Vec::new(),
            chart: chart::week(lead.clone(), &days),
            lead,
            empty: self.say("statistics-hours-empty"),
            note: self.say("statistics-hours-note"),
            tables: vec![Table {
                path: ACTIVITY,
                caption: self.say("statistics-hours-table"),
                headings: self.headings([
                    ("statistics-day", "weekday"),
                    ("statistics-hour", "hour"),
                    ("statistics-how-many", "count"),
                    ("statistics-moved", "volume"),
                ]),
                rows: activity.cells.iter().map(row).collect(),
            }],
        }
    }

    /// How many there were at a time, and of how much.
    fn count_says(&self, when: &str, count: i64, volume: i128) -> String {
        self.shell
            .say("statistics-count-says")
            .with("when", when)
            .with("count", count)
            .with("volume", self.tokens(volume))
            .into()
    }

    /// What a member in the middle has: half a token, where two stand there.
    fn median(&self, median: f64) -> String {
        let number = self.language().decimal(median, 1);
        let whole = self.language().decimal(median, 0);
        let number = if median.fract() == 0.0 { whole } else { number };
        format!("{number}\u{a0}{}", self.shell.symbol)
    }

    /// What an account took in and gave out: two columns side by side.
    fn income_and_expense(&self, lead: String, accounts: &Accounts) -> Option<Chart> {
        let (mut columns, mut below) = (Vec::new(), Vec::new());
        for account in &accounts.accounts {
            let name = account.name.trim_start_matches("system_account_");
            let part = |class: &'static str, key: &str, tokens: i128| {
                let what = self.say(key);
                let says = self
                    .shell
                    .say("statistics-effect-says")
                    .with("when", name)
                    .with("what", &what)
                    .with("amount", self.tokens(tokens));
                (class, Point { value: drawn(tokens), says: says.into() })
            };
            let moved = &account.total;
            columns.push(vec![
                part("strength-5", "statistics-account-from-members", moved.received_from_members),
                part("strength-3", "statistics-account-issued", moved.issued),
                part("strength-1", "statistics-account-from-accounts", moved.received_from_accounts),
            ]);
            columns.push(vec![
                part("pool", "statistics-account-distributed", moved.distributed),
                part("back", "statistics-account-to-accounts", moved.paid_to_accounts),
            ]);
            below.extend([name.chars().take(NAME_CHARS).collect(), String::new()]);
        }
        chart::stacks(self.language(), lead, columns, &below)
    }

    pub(super) fn own_accounts(&self, accounts: &Accounts) -> Section {
        let account = |account: &super::accounts::Account| {
            vec![
                Cell::Text(account.name.clone()),
                Cell::Tokens(account.opening_balance.into()),
                Cell::Tokens(account.total.issued),
                Cell::Tokens(account.total.received_from_members),
                Cell::Tokens(account.total.received_from_accounts),
                Cell::Tokens(account.total.distributed),
                Cell::Tokens(account.total.paid_to_accounts),
                Cell::Tokens(account.closing_balance.into()),
            ]
        };
        let rows = accounts.accounts.iter().flat_map(|account| {
            account.series.iter().map(|point| {
                vec![
                    Cell::Start(point.start_at, accounts.bucket),
                    Cell::Text(account.name.clone()),
                    Cell::Tokens(point.movement.issued),
                    Cell::Tokens(point.movement.received_from_members),
                    Cell::Tokens(point.movement.received_from_accounts),
                    Cell::Tokens(point.movement.distributed),
                    Cell::Tokens(point.movement.paid_to_accounts),
                    Cell::Tokens(point.balance.into()),
                ]
            })
        });
        let headings = |[first, second]: [(&str, &'static str); 2], last| {
            self.headings([
                first,
                second,
                ("statistics-account-issued", "issued"),
                ("statistics-account-from-members", "received_from_members"),
                ("statistics-account-from-accounts", "received_from_accounts"),
                ("statistics-account-distributed", "distributed"),
                ("statistics-account-to-accounts", "paid_to_accounts"),
                last,
            ])
        };
        let lead = self.say("statistics-accounts-lead");
        Section {
            id: "accounts",
            heading: self.say("statistics-accounts"),
            keys: vec![
                ("strength-5", self.say("statistics-account-from-members")),
                ("strength-3", self.say("statistics-account-issued")),
                ("strength-1", self.say("statistics-account-from-accounts")),
                ("pool", self.say("statistics-account-distributed")),
                ("back", self.say("statistics-account-to-accounts")),
            ],
            chart: self.income_and_expense(lead.clone(), accounts),
            lead,
            empty: self.say("statistics-accounts-empty"),
            note: self.say("statistics-accounts-note"),
            tables: vec![
                Table {
                    path: ACCOUNTS,
                    caption: self.say("statistics-accounts-table"),
                    headings: headings(
                        [("statistics-account", "account"), ("statistics-account-before", "opening_balance")],
                        ("statistics-account-after", "closing_balance"),
                    ),
                    rows: accounts.accounts.iter().map(account).collect(),
                },
                Table {
                    path: MOVEMENTS,
                    caption: self.say("statistics-movements-table"),
                    headings: headings(
                        [("statistics-from", "start_at"), ("statistics-account", "account")],
                        ("statistics-account-at-end", "balance"),
                    ),
                    rows: rows.collect(),
                },
            ],
        }
    }
}
