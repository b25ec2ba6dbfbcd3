//! What the page of the statistics shows: each figure as a sentence, a chart, and the tables behind it.
//! The numbers are those of the API.

use super::activity::{self, Activity};
use super::calendar::{Bucket, Calendar};
use super::chart::{self, Chart, Point};
use super::concentration::Concentration;
use super::table::{Cell, Table, briefly, named, percent};
use super::transactions::{Amounts, Transactions, ratio};
use super::users::Users;
use super::velocity::Velocity;
use super::{Accounts, SupplyOverTime};
use crate::error::{Code, Error, Result};
use crate::web::{Shell, grouped};

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

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// One figure on the page.
#[derive(Debug)]
pub(super) struct Section {
    /// Its place in the address.
    pub(super) id: &'static str,
    pub(super) heading: &'static str,
    /// What there is to see, in words.
    pub(super) lead: String,
    /// What the colours of the chart mean: names in the stylesheet, and words.
    pub(super) keys: Vec<(&'static str, &'static str)>,
    /// None where there is nothing to draw.
    pub(super) chart: Option<Chart>,
    /// What is said then; empty where no chart belongs here.
    pub(super) empty: String,
    /// What the figures mean.
    pub(super) note: &'static str,
    pub(super) tables: Vec<Table>,
}

/// The table at this address, as a file with its name.
pub(super) fn file(sections: Vec<Section>, path: &str, calendar: &Calendar) -> Result<(&'static str, Vec<u8>)> {
    let mut tables = sections.into_iter().flat_map(|section| section.tables);
    let table = tables.find(|table| table.path == path);
    let table = table.ok_or_else(|| Error::new(Code::NotFound, "There is no such table."))?;
    Ok((table.file(), table.csv(calendar)?))
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

impl Words<'_> {
    fn tokens(&self, tokens: impl Into<i128>) -> String {
        format!("{}\u{a0}{}", grouped(tokens), self.shell.symbol)
    }

    /// Names of buckets: for pointing at, and for the words below.
    fn buckets(&self, bucket: Bucket, starts: impl Iterator<Item = i64>) -> (Vec<String>, Vec<String>) {
        starts.map(|start| (named(self.calendar, bucket, start), briefly(self.calendar, bucket, start))).collect()
    }

    pub(super) fn supply(&self, supply: &SupplyOverTime) -> Section {
        let (names, below) = self.buckets(supply.bucket, supply.series.iter().map(|point| point.start_at));
        let says = names.iter().zip(&supply.series).map(|(name, point)| {
            let (held, pool) = (self.tokens(point.circulating_supply), self.tokens(point.system_pool));
            format!("{name}: {held} with members, {pool} in the pool")
        });
        let issued = supply.series.last().map_or(0, |point| point.total_issuance);
        let lead = format!("Issued in all by the end of this time: {}.", self.tokens(issued));
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
            heading: "How much there is",
            keys: vec![("members", "With members"), ("pool", "In the pool")],
            chart: chart::layers(lead.clone(), &[("members", held), ("pool", pool)], says.collect(), &below),
            lead,
            empty: "Nothing had been issued by then.".to_owned(),
            note: "Counted at the end of each part of the time; of the last one, now. Each time, what members hold and what is in the pool are added up and compared with what was issued.",
            tables: vec![Table {
                path: SUPPLY,
                caption: "Tokens at the end of each part of the time",
                headings: vec![
                    ("From", "start_at"),
                    ("Issued in all", "total_issuance"),
                    ("With members", "circulating_supply"),
                    ("In the pool", "system_pool"),
                    ("Adds up", "is_consistent"),
                ],
                rows: supply.series.iter().map(row).collect(),
            }],
        }
    }

    pub(super) fn payments(&self, velocity: &Velocity) -> Section {
        let (names, below) = self.buckets(velocity.bucket, velocity.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&velocity.series).map(|(name, point)| Point {
            value: drawn(point.turnover.volume),
            says: format!("{name}: {}", self.tokens(point.turnover.volume)),
        });
        let paid = self.tokens(velocity.whole.volume);
        let lead = match velocity.whole.annualised {
            Some(times) => {
                format!("Members paid each other {paid}. At this pace a token changes hands {times:.1} times a year.")
            }
            None => format!("Members paid each other {paid}."),
        };
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
            heading: "Payments between members",
            keys: Vec::new(),
            chart: chart::columns(lead.clone(), points.collect(), &below, true),
            lead,
            empty: "Nobody paid anybody in this time.".to_owned(),
            note: "How often a token changes hands is what members paid each other over what they held on average.",
            tables: vec![Table {
                path: PAYMENTS,
                caption: "What members paid each other",
                headings: vec![
                    ("From", "start_at"),
                    ("Paid", "volume"),
                    ("Held on average", "average_circulation"),
                    ("Times changed hands", "velocity"),
                    ("The same by the year", "annualised"),
                ],
                rows: velocity.series.iter().map(row).collect(),
            }],
        }
    }

    pub(super) fn transactions(&self, moved: &Transactions) -> Section {
        let (names, below) = self.buckets(moved.bucket, moved.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&moved.series).map(|(name, point)| Point {
            value: drawn(point.count),
            says: format!("{name}: {} for {}", grouped(point.count), self.tokens(point.volume)),
        });
        let before = &moved.previous.amounts;
        let lead = format!(
            "{} transactions moved {}. In as much time before it were {}, which moved {}.",
            grouped(moved.count),
            self.tokens(moved.volume),
            grouped(before.count),
            self.tokens(before.volume),
        );
        let kind = |(kind, amounts): (&&'static str, &Amounts)| {
            let meaning = match *kind {
                "issuance" => "Issued",
                "distribution" => "Distributed to members",
                "transfer" => "Paid between members",
                _ => "Paid to the pool",
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
            heading: "Transactions of every kind",
            keys: Vec::new(),
            chart: chart::columns(lead.clone(), points.collect(), &below, true),
            lead,
            empty: "There were none in this time.".to_owned(),
            note: "",
            tables: vec![
                Table {
                    path: TRANSACTIONS,
                    caption: "Transactions over time",
                    headings: vec![("From", "start_at"), ("How many", "count"), ("Moved", "volume")],
                    rows: moved.series.iter().map(row).collect(),
                },
                Table {
                    path: KINDS,
                    caption: "Transactions by what they meant",
                    headings: vec![
                        ("What", "kind"),
                        ("How many", "count"),
                        ("Moved", "volume"),
                        ("On average", "average"),
                        ("In the middle", "median"),
                    ],
                    rows: moved.by_kind.iter().map(kind).collect(),
                },
            ],
        }
    }

    pub(super) fn members(&self, members: &Users) -> Section {
        let (names, below) = self.buckets(members.bucket, members.series.iter().map(|point| point.start_at));
        let points = names.iter().zip(&members.series).map(|(name, point)| Point {
            value: drawn(point.active),
            says: format!("{name}: {} of {}", grouped(point.active), grouped(point.total)),
        });
        let lead = format!(
            "Of {} members {} traded in the last 7 days, {} in 30 days, {} in 90 days.",
            grouped(members.total),
            grouped(members.active_7d),
            grouped(members.active_30d),
            grouped(members.active_90d),
        );
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
            heading: "Members who take part",
            keys: Vec::new(),
            chart: chart::columns(lead.clone(), points.collect(), &below, true),
            lead,
            empty: "Nobody traded in this time.".to_owned(),
            note: "To trade is to pay someone, or to be paid by a member. What is distributed does not count.",
            tables: vec![
                Table {
                    path: USERS,
                    caption: "Members who traded, came and left",
                    headings: vec![
                        ("From", "start_at"),
                        ("Traded", "active"),
                        ("Joined", "joined"),
                        ("Left", "left"),
                        ("Came back", "returned"),
                        ("Members", "total"),
                    ],
                    rows: members.series.iter().map(row).collect(),
                },
                Table {
                    path: COHORTS,
                    caption: "Of those who joined in a month, how many traded later",
                    headings: vec![
                        ("Joined in", "start_at"),
                        ("How many", "joined"),
                        ("That month", "active_month_0"),
                        ("The next", "active_month_1"),
                        ("After 2", "active_month_2"),
                        ("After 3", "active_month_3"),
                        ("After 6", "active_month_6"),
                    ],
                    rows: members.cohorts.iter().map(cohort).collect(),
                },
            ],
        }
    }

    pub(super) fn concentration(&self, spread: &Concentration) -> Section {
        let lead = match (spread.gini, spread.top_10_percent_share, spread.median_balance) {
            (Some(gini), Some(top), Some(median)) => format!(
                "The tenth of the members who have most hold {} of all tokens; a member in the middle has {median}\u{a0}{}. Gini coefficient: {gini:.2}.",
                percent(top),
                self.shell.symbol,
            ),
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
        let mut headings = vec![("Place", "rank"), ("Holds", "balance"), ("Share", "share")];
        if named {
            headings.insert(1, ("Who", "username"));
        }
        Section {
            id: "concentration",
            heading: "How evenly it is spread",
            keys: Vec::new(),
            chart: chart::lorenz(lead.clone(), &spread.lorenz),
            lead,
            empty: "No member holds anything yet.".to_owned(),
            note: "The curve says what share the poorest members hold together; were it the straight line, all would hold the same. Empty wallets count. Of this moment, whatever time is looked at.",
            tables: vec![
                Table {
                    path: DISTRIBUTION,
                    caption: "What each tenth of the members holds, the poorest first",
                    headings: vec![("Tenth", "tenth"), ("Holds", "share"), ("With those before", "cumulative_share")],
                    rows: (1..).zip(spread.lorenz.windows(2)).map(tenth).collect(),
                },
                Table {
                    path: HOLDERS,
                    caption: "The largest holdings",
                    headings,
                    rows: spread.top.iter().map(holder).collect(),
                },
            ],
        }
    }

    pub(super) fn activity(&self, activity: &Activity) -> Section {
        let weekday = |cell: &activity::Cell| {
            usize::try_from(cell.weekday - 1).ok().and_then(|day| WEEKDAYS.get(day)).copied().unwrap_or_default()
        };
        let days: Vec<(String, Vec<Point>)> = activity
            .cells
            .chunks(24)
            .map(|hours| {
                let name = weekday(&hours[0]);
                let hours = hours.iter().map(|cell| Point {
                    value: drawn(cell.count),
                    says: format!("{name}, {}:00: {} for {}", cell.hour, grouped(cell.count), self.tokens(cell.volume)),
                });
                (name[..3].to_owned(), hours.collect())
            })
            .collect();
        let busiest = activity.cells.iter().rev().max_by_key(|cell| cell.count).filter(|cell| cell.count > 0);
        let lead = busiest.map_or_else(String::new, |cell| {
            format!(
                "Members paid most often on {} after {}:00: {} times in the 90 days up to {}.",
                weekday(cell),
                cell.hour,
                grouped(cell.count),
                named(self.calendar, Bucket::Day, activity.to_time),
            )
        });
        let row = |cell: &activity::Cell| {
            vec![
                Cell::Word(weekday(cell)),
                Cell::Count(cell.hour.into()),
                Cell::Count(cell.count),
                Cell::Tokens(cell.volume),
            ]
        };
        Section {
            id: "activity",
            heading: "When members pay",
            keys: Vec::new(),
            chart: chart::week(lead.clone(), &days),
            lead,
            empty: "Nobody paid anything in these 90 days.".to_owned(),
            note: "By the hours of the community's clock, over 90 days: the stronger the colour, the more payments.",
            tables: vec![Table {
                path: ACTIVITY,
                caption: "Payments by weekday and hour",
                headings: vec![("Day", "weekday"), ("Hour", "hour"), ("How many", "count"), ("Moved", "volume")],
                rows: activity.cells.iter().map(row).collect(),
            }],
        }
    }
}

/// What an account took in and gave out: two columns side by side.
fn income_and_expense(shell: &Shell, lead: &str, accounts: &Accounts) -> Option<Chart> {
    let (mut columns, mut below) = (Vec::new(), Vec::new());
    for account in &accounts.accounts {
        let name = account.name.trim_start_matches("system_account_");
        let part = |class: &'static str, what: &'static str, tokens: i128| {
            let says = format!("{name}, {what}: {}\u{a0}{}", grouped(tokens), shell.symbol);
            (class, Point { value: drawn(tokens), says })
        };
        let moved = &account.total;
        columns.push(vec![
            part("strength-5", "from members", moved.received_from_members),
            part("strength-3", "issued", moved.issued),
            part("strength-1", "from accounts", moved.received_from_accounts),
        ]);
        columns.push(vec![
            part("pool", "distributed", moved.distributed),
            part("back", "to accounts", moved.paid_to_accounts),
        ]);
        below.extend([name.chars().take(NAME_CHARS).collect(), String::new()]);
    }
    chart::stacks(lead.to_owned(), columns, &below)
}

pub(super) fn own_accounts(shell: &Shell, accounts: &Accounts) -> Section {
    let lead = "What came in, what was given out, and what is left.".to_owned();
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
    let moved = [
        ("Issued", "issued"),
        ("From members", "received_from_members"),
        ("From accounts", "received_from_accounts"),
        ("Distributed", "distributed"),
        ("To accounts", "paid_to_accounts"),
    ];
    let headings = |before: [(&'static str, &'static str); 2], after| [&before[..], &moved, &[after]].concat();
    Section {
        id: "accounts",
        heading: "The community's own accounts",
        keys: vec![
            ("strength-5", "From members"),
            ("strength-3", "Issued"),
            ("strength-1", "From accounts"),
            ("pool", "Distributed"),
            ("back", "To accounts"),
        ],
        chart: income_and_expense(shell, &lead, accounts),
        lead,
        empty: "Nothing came in or went out in this time.".to_owned(),
        note: "Of each account two columns: income, and beside it expense.",
        tables: vec![
            Table {
                path: ACCOUNTS,
                caption: "Each account over the whole time",
                headings: headings(
                    [("Account", "account"), ("Before", "opening_balance")],
                    ("After", "closing_balance"),
                ),
                rows: accounts.accounts.iter().map(account).collect(),
            },
            Table {
                path: MOVEMENTS,
                caption: "Each account, part by part of the time",
                headings: headings([("From", "start_at"), ("Account", "account")], ("At its end", "balance")),
                rows: rows.collect(),
            },
        ],
    }
}
