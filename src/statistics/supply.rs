//! Supply over time: issuance, circulation and pool at the end of each bucket, proved at each.

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Period};
use crate::error::Result;
use crate::ledger::{self, Flow, Folded, Supply};

/// Where all tokens are now, and where they were.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SupplyOverTime {
    /// Now.
    #[serde(flatten)]
    pub supply: Supply,
    /// The first millisecond of the series.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// How long each of its buckets is.
    pub bucket: Bucket,
    /// At the end of each bucket; of the last one, now.
    pub series: Vec<SupplyPoint>,
}

/// Where all tokens were at the end of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SupplyPoint {
    /// When the bucket begins.
    pub start_at: i64,
    /// Every token issued until then.
    pub total_issuance: i64,
    /// Tokens in members' wallets, counted by what went to them and what came back.
    pub circulating_supply: i64,
    /// Tokens in system wallets, by what these held.
    pub system_pool: i64,
    /// Whether the three agree.
    pub is_consistent: bool,
}

/// Members' tokens at some times: what was distributed to them less what they gave back.
pub(super) fn circulation(folded: &Folded<'_>, times: &[i64]) -> Result<Vec<i128>> {
    let mut circulation = vec![0; times.len()];
    for line in folded.lines() {
        let sign = match line.flow {
            Flow::Distributed => 1,
            Flow::Returned => -1,
            _ => continue,
        };
        for (sum, total) in circulation.iter_mut().zip(folded.totals(*line, times)?) {
            *sum += sign * total.volume;
        }
    }
    Ok(circulation)
}

/// The supply now and at the end of each bucket.
pub fn supply_over_time(folded: &Folded<'_>, period: &Period, now: i64) -> Result<SupplyOverTime> {
    let ends = &period.bounds[1..];
    let mut issued = vec![0_i128; ends.len()];
    for line in folded.lines().iter().filter(|line| line.flow == Flow::Issued) {
        for (sum, total) in issued.iter_mut().zip(folded.totals(*line, ends)?) {
            *sum += total.volume;
        }
    }
    let mut pool = vec![0_i128; ends.len()];
    for account in folded.accounts().keys() {
        for (sum, balance) in pool.iter_mut().zip(folded.balances(*account, ends)?) {
            *sum += i128::from(balance);
        }
    }
    // All of it is within what was ever issued, which fits; a damaged ledger shows as inconsistent.
    let shown = |tokens: i128| i64::try_from(tokens).unwrap_or(i64::MAX);
    let series = period.buckets().zip(issued).zip(circulation(folded, ends)?.into_iter().zip(pool));
    let series = series
        .map(|(((start_at, _), issued), (circulating, pool))| SupplyPoint {
            start_at,
            total_issuance: shown(issued),
            circulating_supply: shown(circulating),
            system_pool: shown(pool),
            is_consistent: circulating + pool == issued,
        })
        .collect();
    Ok(SupplyOverTime {
        supply: ledger::supply(folded.conn(), now)?,
        from_time: period.from(),
        to_time: period.until() - 1,
        bucket: period.bucket,
        series,
    })
}
