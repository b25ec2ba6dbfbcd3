//! Income and expense of each system account.

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Period};
use crate::error::Result;
use crate::ledger::{Flow, Folded};

/// What each system account took in and gave out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Accounts {
    /// The first millisecond of the period.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// How long each of its buckets is.
    pub bucket: Bucket,
    /// The accounts, by name.
    pub accounts: Vec<Account>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// One system account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What it held when the period began.
    pub opening_balance: i64,
    /// What it held when the period ended, or holds now.
    pub closing_balance: i64,
    /// Over the whole period.
    #[schema(inline)]
    pub total: Movement,
    /// Bucket by bucket.
    pub series: Vec<AccountPoint>,
}

/// What an account took in and gave out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Movement {
    /// Income: new tokens.
    #[schema(value_type = i64)]
    pub issued: i128,
    /// Income: paid to it by members.
    #[schema(value_type = i64)]
    pub received_from_members: i128,
    /// Income: paid to it by other system accounts.
    #[schema(value_type = i64)]
    pub received_from_accounts: i128,
    /// Expense: distributed to members.
    #[schema(value_type = i64)]
    pub distributed: i128,
    /// Expense: paid to other system accounts.
    #[schema(value_type = i64)]
    pub paid_to_accounts: i128,
}

impl Movement {
    fn add(&mut self, flow: Flow, tokens: i128) {
        match flow {
            Flow::Issued => self.issued += tokens,
            Flow::Returned => self.received_from_members += tokens,
            Flow::MovedIn => self.received_from_accounts += tokens,
            Flow::Distributed => self.distributed += tokens,
            Flow::MovedOut => self.paid_to_accounts += tokens,
            // No account takes part.
            Flow::Traded => {}
        }
    }
}

/// An account in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountPoint {
    /// When the bucket begins.
    pub start_at: i64,
    /// What moved in it.
    #[serde(flatten)]
    pub movement: Movement,
    /// What the account held at its end.
    pub balance: i64,
}

/// The accounts over a period.
pub fn accounts(folded: &Folded<'_>, period: &Period, now: i64) -> Result<Accounts> {
    let mut accounts = Vec::new();
    for (key, name) in folded.accounts() {
        let balances = folded.balances(*key, &period.bounds)?;
        let mut total = Movement::default();
        let mut series: Vec<AccountPoint> = period
            .buckets()
            .zip(&balances[1..])
            .map(|((start_at, _), balance)| AccountPoint { start_at, movement: Movement::default(), balance: *balance })
            .collect();
        for line in folded.lines().iter().filter(|line| line.account == *key) {
            let totals = folded.totals(*line, &period.bounds)?;
            for (point, pair) in series.iter_mut().zip(totals.windows(2)) {
                let moved = pair[1] - pair[0];
                point.movement.add(line.flow, moved.volume);
                total.add(line.flow, moved.volume);
            }
        }
        accounts.push(Account {
            name: name.clone(),
            opening_balance: balances[0],
            closing_balance: balances[balances.len() - 1],
            total,
            series,
        });
    }
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Accounts {
        from_time: period.from(),
        to_time: period.until() - 1,
        bucket: period.bucket,
        accounts,
        calculated_at: now,
    })
}
