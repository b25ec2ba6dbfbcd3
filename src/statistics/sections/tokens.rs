//! How much there is, what members paid each other, and everything that moved.

use super::{KINDS, PAYMENTS, SUPPLY, Section, TRANSACTIONS, Words, says, sentences};
use crate::statistics::SupplyOverTime;
use crate::statistics::supply::SupplyPoint;
use crate::statistics::table::{Cell, Table};
use crate::statistics::transactions::{Amounts, Transactions, TransactionsPoint};
use crate::statistics::velocity::{Velocity, VelocityPoint};
use crate::web::chart::{self, Point, drawn};

impl Words<'_> {
    pub(in crate::statistics) fn supply(&self, supply: &SupplyOverTime) -> Section {
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
        let row = |point: &SupplyPoint| {
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

    pub(in crate::statistics) fn payments(&self, velocity: &Velocity) -> Section {
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
        let row = |point: &VelocityPoint| {
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

    pub(in crate::statistics) fn transactions(&self, moved: &Transactions) -> Section {
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
        let row = |point: &TransactionsPoint| {
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
}
