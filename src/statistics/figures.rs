//! The figures of the statistics page, read at one moment: all of them for the page, and for a file only those
//! that its table holds.

use rusqlite::Connection;

use super::activity::{self, Activity, activity};
use super::calendar::{Bucket, Calendar, Period};
use super::concentration::{Concentration, concentration};
use super::sections::{
    ACTIVITY, COHORTS, DISTRIBUTION, HOLDERS, KINDS, PAYMENTS, SUPPLY, Section, TRANSACTIONS, USERS, Words,
};
use super::transactions::{Transactions, transactions};
use super::users::{Settled, Users, users};
use super::velocity::{Velocity, velocity};
use super::{Accounts, SupplyOverTime, accounts, supply_over_time};
use crate::error::Result;
use crate::ledger::{Folded, first_made_at};
use crate::web::Shell;

/// Who looks at what.
pub(super) struct Look<'a> {
    pub(super) conn: &'a Connection,
    pub(super) calendar: &'a Calendar,
    pub(super) settled: &'a Settled,
    pub(super) period: &'a Period,
    /// Whether the caller may see who the largest holders are.
    pub(super) named: bool,
    pub(super) now: i64,
}

impl Look<'_> {
    fn supply(&self, folded: &Folded<'_>) -> Result<SupplyOverTime> {
        supply_over_time(folded, self.period, self.now)
    }

    fn velocity(&self, folded: &Folded<'_>) -> Result<Velocity> {
        velocity(folded, self.calendar, self.period, self.now)
    }

    fn transactions(&self, folded: &Folded<'_>) -> Result<Transactions> {
        transactions(folded, self.calendar, self.period, self.now)
    }

    fn users(&self, folded: &Folded<'_>) -> Result<Users> {
        // Who took part is known by the day.
        let last = self.period.until() - 1;
        let days = match self.period.bucket {
            Bucket::Hour => &self.calendar.period(Bucket::Day, Some(self.period.from()), Some(last), self.now)?,
            _ => self.period,
        };
        users(folded, self.calendar, self.settled, days, self.now)
    }

    fn concentration(&self) -> Result<Concentration> {
        concentration(self.conn, self.named, self.now)
    }

    fn activity(&self, folded: &Folded<'_>) -> Result<Activity> {
        let last = self.period.until() - 1;
        let quarter = activity::days(self.calendar, None, Some(last.min(self.now)), self.now)?;
        activity(folded, self.calendar, self.settled, &quarter, self.now)
    }

    fn accounts(&self, folded: &Folded<'_>) -> Result<Accounts> {
        accounts(folded, self.period, self.now)
    }

    /// The part of the page that holds this table.
    pub(super) fn section(&self, path: &str, shell: &Shell) -> Result<Section> {
        let (folded, words) = (self.settled.recent.open(self.conn)?, Words { shell, calendar: self.calendar });
        Ok(match path {
            SUPPLY => words.supply(&self.supply(&folded)?),
            PAYMENTS => words.payments(&self.velocity(&folded)?),
            TRANSACTIONS | KINDS => words.transactions(&self.transactions(&folded)?),
            USERS | COHORTS => words.members(&self.users(&folded)?),
            DISTRIBUTION | HOLDERS => words.concentration(&self.concentration()?),
            ACTIVITY => words.activity(&self.activity(&folded)?),
            _ => words.own_accounts(&self.accounts(&folded)?),
        })
    }
}

/// Everything the page shows.
pub(super) struct Figures {
    pub(super) supply: SupplyOverTime,
    /// When the first transaction was made.
    pub(super) first: Option<i64>,
    transactions: Transactions,
    velocity: Velocity,
    users: Users,
    concentration: Concentration,
    activity: Activity,
    accounts: Accounts,
}

impl Figures {
    /// Reads them.
    pub(super) fn read(look: &Look<'_>) -> Result<Self> {
        let folded = look.settled.recent.open(look.conn)?;
        Ok(Self {
            supply: look.supply(&folded)?,
            first: first_made_at(look.conn)?,
            transactions: look.transactions(&folded)?,
            velocity: look.velocity(&folded)?,
            users: look.users(&folded)?,
            concentration: look.concentration()?,
            activity: look.activity(&folded)?,
            accounts: look.accounts(&folded)?,
        })
    }

    /// The page's parts, in their order.
    pub(super) fn sections(&self, shell: &Shell, calendar: &Calendar) -> Vec<Section> {
        let words = Words { shell, calendar };
        vec![
            words.supply(&self.supply),
            words.payments(&self.velocity),
            words.transactions(&self.transactions),
            words.members(&self.users),
            words.concentration(&self.concentration),
            words.activity(&self.activity),
            words.own_accounts(&self.accounts),
        ]
    }
}
