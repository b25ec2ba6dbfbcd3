//! Velocity: how often a token changes hands between members.

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Calendar, Period};
use super::supply::circulation;
use super::transactions::ratio;
use crate::error::Result;
use crate::ledger::{Flow, Folded, first_made_at};

/// Milliseconds of the year that figures are brought to: 365 days.
const YEAR_MS: i64 = 365 * 86_400_000;

/// The volume of payments between members over the average circulation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Velocity {
    /// Over the whole period.
    #[serde(flatten)]
    pub whole: Turnover,
    /// The first millisecond of the period.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// How long each of its buckets is.
    pub bucket: Bucket,
    /// Bucket by bucket.
    pub series: Vec<VelocityPoint>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// How often tokens changed hands in a time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Turnover {
    /// Times a token changed hands, on average; null where none was in circulation.
    pub velocity: Option<f64>,
    /// The same, brought to a year of 365 days; null in a bucket of which less than half was measured: half
    /// an hour after midnight says nothing of a year.
    pub annualised: Option<f64>,
    /// Tokens that members paid each other.
    #[schema(value_type = i64)]
    pub volume: i128,
    /// The mean of what was in circulation at the end of each day; in buckets of an hour, at its end. Of the day
    /// that is not over, now. Days to come, and those before the first transaction, do not count.
    pub average_circulation: Option<f64>,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VelocityPoint {
    /// When it begins.
    pub start_at: i64,
    /// Its figures.
    #[serde(flatten)]
    pub turnover: Turnover,
}

impl Turnover {
    /// Of a volume, circulations added up, how many there were, and the time that has passed.
    #[expect(clippy::cast_precision_loss, reason = "lengths of time are far below what a floating-point number holds")]
    fn of(volume: i128, circulation: i128, samples: i128, passed: i64) -> Self {
        let velocity = (circulation > 0).then(|| ratio(volume * samples, circulation));
        Self {
            velocity,
            annualised: velocity.filter(|_| passed > 0).map(|velocity| velocity * (YEAR_MS as f64 / passed as f64)),
            volume,
            average_circulation: (samples > 0).then(|| ratio(circulation, samples)),
        }
    }

    /// The same, with nothing said of a year where less than half of its time has passed.
    fn of_most(self, passed: i64, length: i64) -> Self {
        Self { annualised: self.annualised.filter(|_| passed >= length / 2), ..self }
    }
}

/// Velocity over a period.
pub fn velocity(folded: &Folded<'_>, calendar: &Calendar, period: &Period, now: i64) -> Result<Velocity> {
    let mut volumes = vec![0_i128; period.bounds.len() - 1];
    for line in folded.lines().iter().filter(|line| line.flow == Flow::Traded) {
        for (sum, pair) in volumes.iter_mut().zip(folded.totals(*line, &period.bounds)?.windows(2)) {
            *sum += (pair[1] - pair[0]).volume;
        }
    }
    // Where circulation is looked at: the ends of the days, with the bucket each belongs to.
    let step = if period.bucket == Bucket::Hour { Bucket::Hour } else { Bucket::Day };
    // A young community is not measured by the time before it was one.
    let first = first_made_at(folded.conn())?.map_or(i64::MAX, |first| calendar.start(step, first));
    let (mut places, mut times) = (Vec::new(), Vec::new());
    for (place, (start, end)) in period.buckets().enumerate() {
        let mut begin = start.max(first);
        while begin < end && begin <= now {
            begin = calendar.next(step, begin);
            places.push(place);
            times.push(begin);
        }
    }
    let mut sums = vec![(0_i128, 0_i128); volumes.len()];
    for (place, tokens) in places.into_iter().zip(circulation(folded, &times)?) {
        sums[place].0 += tokens;
        sums[place].1 += 1;
    }
    let passed = |start: i64, end: i64| end.min(now).saturating_sub(start.max(first));
    let whole = Turnover::of(
        volumes.iter().sum(),
        sums.iter().map(|(tokens, _)| tokens).sum(),
        sums.iter().map(|(_, samples)| samples).sum(),
        passed(period.from(), period.until()),
    );
    let series = period
        .buckets()
        .zip(volumes.into_iter().zip(sums))
        .map(|((start_at, end), (volume, (tokens, samples)))| VelocityPoint {
            start_at,
            turnover: Turnover::of(volume, tokens, samples, passed(start_at, end))
                .of_most(passed(start_at, end), end - start_at),
        })
        .collect();
    Ok(Velocity {
        whole,
        from_time: period.from(),
        to_time: period.until() - 1,
        bucket: period.bucket,
        series,
        calculated_at: now,
    })
}
