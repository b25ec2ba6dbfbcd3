//! Who takes part, who holds how much, and when members pay.

use super::{ACTIVITY, COHORTS, DISTRIBUTION, HOLDERS, Section, USERS, Words};
use crate::statistics::activity::{self, Activity};
use crate::statistics::calendar::Bucket;
use crate::statistics::concentration::{Concentration, Holder};
use crate::statistics::table::{Cell, Table, named};
use crate::statistics::transactions::ratio;
use crate::statistics::users::{Cohort, Users, UsersPoint};
use crate::web::chart::{self, Point, drawn};

impl Words<'_> {
    pub(in crate::statistics) fn members(&self, members: &Users) -> Section {
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
        let row = |point: &UsersPoint| {
            vec![
                Cell::Start(point.start_at, members.bucket),
                Cell::Count(point.active),
                Cell::Count(point.joined),
                Cell::Count(point.left),
                Cell::Count(point.returned),
                Cell::Count(point.total),
            ]
        };
        let cohort = |cohort: &Cohort| {
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

    pub(in crate::statistics) fn concentration(&self, spread: &Concentration) -> Section {
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
        let holder = |holder: &Holder| {
            let name = holder.username.clone().filter(|_| named).map(Cell::Text);
            let rank = Cell::Count(crate::statistics::counted(holder.rank));
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

    /// What a member in the middle has: half a token, where two stand there.
    fn median(&self, median: f64) -> String {
        let number = self.language().decimal(median, 1);
        let whole = self.language().decimal(median, 0);
        let number = if median.fract() == 0.0 { whole } else { number };
        format!("{number}\u{a0}{}", self.shell.symbol)
    }

    pub(in crate::statistics) fn activity(&self, activity: &Activity) -> Section {
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
}
