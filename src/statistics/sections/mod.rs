//! What the page of the statistics shows: each figure as a sentence, a chart, and the tables behind it.
//! The numbers are those of the API.

mod accounts;
mod members;
mod tokens;

use axum::response::Response;

use super::calendar::{Bucket, Calendar};
use super::table::{Table, briefly, named};
use crate::error::{Code, Error, Result};
use crate::language::{Argument, Language};
use crate::web::chart::Chart;
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

/// Two sentences after each other: not every language puts a space between them.
pub(super) fn sentences(shell: &Shell, first: impl Argument, second: impl Argument) -> String {
    shell.say("statistics-sentences").with("first", first).with("second", second).into()
}

/// What something is when it is pointed at: when it was, and how much.
pub(crate) fn says(shell: &Shell, when: &str, what: &str) -> String {
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

    /// How many there were at a time, and of how much.
    fn count_says(&self, when: &str, count: i64, volume: i128) -> String {
        self.shell
            .say("statistics-count-says")
            .with("when", when)
            .with("count", count)
            .with("volume", self.tokens(volume))
            .into()
    }
}
