//! How many transactions, and how much they moved: by kind, by type, over time, against the time before.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Calendar, Period};
use crate::error::Result;
use crate::ledger::{Folded, Kind, Moved};

/// Transactions in a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Transactions {
    /// How many.
    pub count: i64,
    /// Tokens they moved.
    #[schema(value_type = i64)]
    pub volume: i128,
    /// Tokens by the transaction; null where there was none.
    pub average: Option<f64>,
    /// The middle amount, of two middle ones the mean; null where there was none.
    pub median: Option<f64>,
    /// The same by what they meant; all kinds are there.
    pub by_kind: BTreeMap<&'static str, Amounts>,
    /// The same by which program made them.
    #[schema(value_type = BTreeMap<String, Amounts>)]
    pub by_type: BTreeMap<i64, Amounts>,
    /// The same for as many buckets before.
    pub previous: Previous,
    /// The first millisecond of the period.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// How long each of its buckets is.
    pub bucket: Bucket,
    /// Bucket by bucket, the empty ones too.
    pub series: Vec<TransactionsPoint>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// Some transactions together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Amounts {
    /// How many.
    pub count: i64,
    /// Tokens they moved.
    #[schema(value_type = i64)]
    pub volume: i128,
    /// Tokens by the transaction.
    pub average: Option<f64>,
    /// The middle amount.
    pub median: Option<f64>,
}

/// The time before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Previous {
    /// Its first millisecond.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// What moved in it.
    #[serde(flatten)]
    pub amounts: Amounts,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransactionsPoint {
    /// When it begins.
    pub start_at: i64,
    /// How many transactions.
    pub count: i64,
    /// Tokens they moved.
    #[schema(value_type = i64)]
    pub volume: i128,
}

/// How often each amount occurred.
type Counts = BTreeMap<i64, i64>;

impl Amounts {
    fn of(counts: &Counts) -> Self {
        let count: i64 = counts.values().sum();
        let volume: i128 = counts.iter().map(|(amount, count)| i128::from(*amount) * i128::from(*count)).sum();
        Self { count, volume, average: (count > 0).then(|| ratio(volume, count.into())), median: median(counts, count) }
    }
}

/// A quotient of whole numbers, rounded once.
#[expect(clippy::cast_precision_loss, reason = "figures are exact as long as they fit a floating-point number")]
pub(super) fn ratio(part: i128, of: i128) -> f64 {
    part as f64 / of as f64
}

fn median(counts: &Counts, count: i64) -> Option<f64> {
    let place = |wanted: i64| {
        let mut before = 0;
        counts.iter().find_map(|(amount, count)| {
            before += count;
            (before > wanted).then_some(i128::from(*amount))
        })
    };
    Some(ratio(place((count - 1) / 2)? + place(count / 2)?, 2))
}

fn merge<'a>(all: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut merged = Counts::new();
    for counts in all {
        for (amount, count) in counts {
            *merged.entry(*amount).or_default() += count;
        }
    }
    merged
}

/// The transactions of a period.
pub fn transactions(folded: &Folded<'_>, calendar: &Calendar, period: &Period, now: i64) -> Result<Transactions> {
    let counts = folded.amounts(period.from(), period.until())?;
    let all = Amounts::of(&merge(counts.values()));
    let of_kind = |kind: Kind| {
        let of_it = counts.iter().filter(|((code, _), _)| *code == kind.code());
        (kind.as_str(), Amounts::of(&merge(of_it.map(|(_, counts)| counts))))
    };
    let mut types: Vec<i64> = counts.keys().map(|(_, transaction_type)| *transaction_type).collect();
    types.sort_unstable();
    types.dedup();
    let of_type = |wanted: i64| {
        let of_it = counts.iter().filter(|((_, transaction_type), _)| *transaction_type == wanted);
        (wanted, Amounts::of(&merge(of_it.map(|(_, counts)| counts))))
    };
    let (before, until) = calendar.before(period);
    let previous = merge(folded.amounts(before, until)?.values());
    let mut moved = vec![Moved::default(); period.bounds.len() - 1];
    for line in folded.lines().iter().filter(|line| line.flow.kind().is_some()) {
        for (sum, pair) in moved.iter_mut().zip(folded.totals(*line, &period.bounds)?.windows(2)) {
            *sum += pair[1] - pair[0];
        }
    }
    Ok(Transactions {
        count: all.count,
        volume: all.volume,
        average: all.average,
        median: all.median,
        by_kind: Kind::ALL.into_iter().map(of_kind).collect(),
        by_type: types.into_iter().map(of_type).collect(),
        previous: Previous { from_time: before, to_time: until - 1, amounts: Amounts::of(&previous) },
        from_time: period.from(),
        to_time: period.until() - 1,
        bucket: period.bucket,
        series: period
            .buckets()
            .zip(moved)
            .map(|((start_at, _), moved)| TransactionsPoint { start_at, count: moved.count, volume: moved.volume })
            .collect(),
        calculated_at: now,
    })
}
