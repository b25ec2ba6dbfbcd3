//! The other way of counting: every transaction from the first on, each asked for its own day.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use rusqlite::Connection;

pub struct Row {
    pub at: i64,
    pub kind: i64,
    pub transaction_type: i64,
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

pub struct Person {
    pub wallet: i64,
    pub joined: i64,
    pub left: bool,
    pub balance: i64,
    pub name: String,
}

/// Everything, as it stands in the rows.
pub struct Raw {
    pub rows: Vec<Row>,
    pub people: Vec<Person>,
    pub accounts: BTreeMap<i64, String>,
    pub moves: Vec<(i64, bool)>,
    pub zone: TimeZone,
    pub week: Weekday,
}

impl Raw {
    pub fn read(conn: &Connection, zone: TimeZone, week: Weekday) -> Self {
        let all = |sql: &str| {
            let mut found = Vec::new();
            let mut statement = conn.prepare(sql).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                found
                    .push((0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at).unwrap()).collect::<Vec<_>>());
            }
            found
        };
        let number = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Integer(number) => *number,
            other => panic!("{other:?} is no number"),
        };
        let text = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Text(text) => text.clone(),
            other => panic!("{other:?} is no text"),
        };
        Self {
            rows: all("SELECT created_at, kind, transaction_type, from_wallet, to_wallet, amount FROM transactions")
                .iter()
                .map(|row| Row {
                    at: number(&row[0]),
                    kind: number(&row[1]),
                    transaction_type: number(&row[2]),
                    from: number(&row[3]),
                    to: number(&row[4]),
                    amount: number(&row[5]),
                })
                .collect(),
            people: all("SELECT u.wallet, u.created_at, u.deleted_at IS NOT NULL, w.balance, u.username
                           FROM users u, wallets w WHERE w.key = u.wallet ORDER BY u.key")
            .iter()
            .map(|row| Person {
                wallet: number(&row[0]),
                joined: number(&row[1]),
                left: number(&row[2]) == 1,
                balance: number(&row[3]),
                name: text(&row[4]),
            })
            .collect(),
            accounts: all("SELECT wallet, name FROM system_accounts")
                .iter()
                .map(|row| (number(&row[0]), text(&row[1])))
                .collect(),
            moves: all("SELECT created_at, action FROM audit_log WHERE action LIKE 'user.%'")
                .iter()
                .map(|row| (number(&row[0]), text(&row[1]) == "user.delete"))
                .collect(),
            zone,
            week,
        }
    }

    pub fn date(&self, time: i64) -> Date {
        Timestamp::from_millisecond(time).unwrap().to_zoned(self.zone.clone()).date()
    }

    /// The first day of the bucket in which a time lies.
    pub fn label(&self, bucket: &str, time: i64) -> Date {
        let mut date = self.date(time);
        match bucket {
            "day" => date,
            "week" => {
                while date.weekday() != self.week {
                    date = date.yesterday().unwrap();
                }
                date
            }
            "month" => Date::new(date.year(), date.month(), 1).unwrap(),
            _ => panic!("no {bucket}"),
        }
    }

    pub fn within(&self, from: i64, to: i64) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| from <= row.at && row.at <= to)
    }

    /// Every wallet's balance after everything up to a time.
    pub fn balances(&self, to: i64) -> HashMap<i64, i64> {
        let mut balances = HashMap::new();
        for row in self.within(i64::MIN, to) {
            if row.kind != 1 {
                *balances.entry(row.from).or_default() -= row.amount;
            }
            *balances.entry(row.to).or_default() += row.amount;
        }
        balances
    }

    /// What members hold, and what the accounts hold.
    pub fn held(&self, to: i64) -> (i64, i64) {
        let balances = self.balances(to);
        let pool: i64 = self.accounts.keys().filter_map(|account| balances.get(account)).sum();
        (balances.values().sum::<i64>() - pool, pool)
    }

    pub fn issued(&self, to: i64) -> i64 {
        self.within(i64::MIN, to).filter(|row| row.kind == 1).map(|row| row.amount).sum()
    }

    /// Members who traded in a time.
    pub fn traders(&self, from: i64, to: i64) -> HashSet<i64> {
        let mut traders = HashSet::new();
        for row in self.within(from, to) {
            if row.kind >= 3 {
                traders.insert(row.from);
            }
            if row.kind == 3 {
                traders.insert(row.to);
            }
        }
        traders.retain(|wallet| !self.accounts.contains_key(wallet));
        traders
    }

    /// Groups of members that payments join, each with its payments and their volume, the largest first.
    pub fn clusters(&self, from: i64, to: i64) -> Vec<(i64, i64, i128)> {
        let mut neighbours: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let trades: Vec<&Row> = self.within(from, to).filter(|row| row.kind == 3).collect();
        for row in &trades {
            neighbours.entry(row.from).or_default().insert(row.to);
            neighbours.entry(row.to).or_default().insert(row.from);
        }
        let mut clusters = Vec::new();
        while let Some((start, _)) = neighbours.first_key_value() {
            let (mut reached, mut open) = (BTreeSet::from([*start]), vec![*start]);
            while let Some(member) = open.pop() {
                open.extend(neighbours[&member].iter().filter(|next| reached.insert(**next)));
            }
            let inside: Vec<&&Row> = trades.iter().filter(|row| reached.contains(&row.from)).collect();
            let volume = inside.iter().map(|row| i128::from(row.amount)).sum();
            clusters.push((reached.len() as i64, inside.len() as i64, volume));
            neighbours.retain(|member, _| !reached.contains(member));
        }
        clusters.sort_unstable_by_key(|(members, count, volume)| std::cmp::Reverse((*members, *volume, *count)));
        clusters
    }
}
