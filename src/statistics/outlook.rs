//! What may come, out of a row of figures: trend and season carried on, with how far off the same way of
//! looking ahead would have been before.
//!
//! The season is taken out and put back by MSTL, the trend carried on by the exponential smoothing that
//! fits best. How wide the interval is says the past, not the model, which knows only the trend's own
//! error and would promise too much: looking ahead from up to three earlier times, four fifths of what
//! then came lay within it.

use augurs::ets::AutoETS;
use augurs::mstl::MSTLModel;
use augurs::{Fit, Predict};
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::Bucket;
use super::{counted, real};

/// The share of what comes that the interval means to hold.
pub(super) const LEVEL: f64 = 0.8;
/// How often it is looked ahead from an earlier time, to see how far off that was.
const LOOKS_BACK: usize = 3;

/// What may come of one figure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outlook {
    /// How many whole buckets it was looked at.
    pub history: i64,
    /// How many more there must be before anything can be said honestly; 0 where there are enough.
    pub missing: i64,
    /// Bucket by bucket from the one that is not over; empty where there are too few.
    #[schema(inline)]
    pub series: Vec<OutlookPoint>,
    /// How good it would have been before; null where there are too few.
    pub backtest: Option<Backtest>,
    /// What it was lately, to be drawn before what may come.
    #[serde(skip)]
    pub(super) lately: Vec<(i64, f64)>,
}

/// One bucket to come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutlookPoint {
    /// When it begins.
    pub start_at: i64,
    /// What is to be expected.
    pub value: f64,
    /// Four times of five it should not be less,
    pub lower: f64,
    /// nor more.
    pub upper: f64,
}

/// How far off looking ahead from earlier times was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Backtest {
    /// How many buckets were foretold and compared with what came.
    pub compared: i64,
    /// How far off each was, on average.
    pub mean_absolute_error: f64,
    /// How far off it would have been to say that all stays as it was, or as it was a season before.
    pub mean_absolute_error_unchanged: f64,
}

/// How far it is looked ahead, and what of the past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) ahead: usize,
    /// The least to go by.
    least: usize,
    season: usize,
    /// What is looked at at most: older habits say little, and cost time.
    pub(super) most: usize,
}

impl Sight {
    /// None for hours, which nobody plans by.
    pub(super) const fn of(bucket: Bucket) -> Option<Self> {
        match bucket {
            Bucket::Hour => None,
            Bucket::Day => Some(Self { ahead: 14, least: 28, season: 7, most: 365 }),
            Bucket::Week => Some(Self { ahead: 8, least: 12, season: 52, most: 260 }),
            Bucket::Month => Some(Self { ahead: 6, least: 12, season: 12, most: 240 }),
        }
    }
}

/// A row carried on.
struct Carried {
    values: Vec<f64>,
    /// How far the model itself says it may be off, one by one.
    off: Vec<f64>,
}

/// A season is known by what has come back twice.
fn season(past: &[f64], sight: Sight) -> Option<usize> {
    (past.len() > 2 * sight.season).then_some(sight.season)
}

/// That all stays as it was, or as it was a season before.
fn unchanged(past: &[f64], sight: Sight) -> Vec<f64> {
    let last = &past[past.len().saturating_sub(season(past, sight).unwrap_or(1))..];
    last.iter().copied().cycle().take(sight.ahead).collect()
}

fn carry_on(past: &[f64], sight: Sight) -> Carried {
    let still = Carried { values: unchanged(past, sight), off: vec![0.0; sight.ahead] };
    if past.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits()) {
        return still;
    }
    let trend = AutoETS::non_seasonal();
    let forecast = match season(past, sight) {
        Some(season) => MSTLModel::new(vec![season], trend.into_trend_model())
            .fit(past)
            .ok()
            .and_then(|fitted| fitted.predict(sight.ahead, LEVEL).ok()),
        None => trend.fit(past).ok().and_then(|fitted| fitted.predict(sight.ahead, LEVEL).ok()),
    };
    // Rows that no model fits, such as one that was nought until yesterday.
    let Some(forecast) = forecast else { return still };
    let upper = forecast.intervals.map(|intervals| intervals.upper).unwrap_or_default();
    let off: Vec<f64> = forecast.point.iter().zip(upper).map(|(value, upper)| upper - value).collect();
    let is_whole = off.len() == sight.ahead && forecast.point.iter().chain(&off).all(|number| number.is_finite());
    if is_whole { Carried { values: forecast.point, off } } else { still }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / real(values.len().max(1))
}

/// What may come after the past. `starts`: when the buckets to come begin; `floor`: what it cannot fall below.
pub(super) fn outlook(past: &[f64], starts: &[i64], sight: Sight, floor: f64) -> Outlook {
    let needed = sight.least + sight.ahead;
    let history = counted(past.len());
    if past.len() < needed {
        return Outlook {
            history,
            missing: counted(needed) - history,
            series: Vec::new(),
            backtest: None,
            lately: Vec::new(),
        };
    }
    let (mut off, mut off_unchanged) = (Vec::new(), Vec::new());
    let earlier = (1..=LOOKS_BACK).map(|times| past.len().saturating_sub(times * sight.ahead));
    for now in earlier.filter(|now| *now >= sight.least) {
        let (known, came) = past.split_at(now);
        let compared =
            |told: Vec<f64>| -> Vec<f64> { told.iter().zip(came).map(|(told, came)| (told - came).abs()).collect() };
        off.extend(compared(carry_on(known, sight).values));
        off_unchanged.extend(compared(unchanged(known, sight)));
    }
    let backtest = Backtest {
        compared: counted(off.len()),
        mean_absolute_error: mean(&off),
        mean_absolute_error_unchanged: mean(&off_unchanged),
    };
    off.sort_by(f64::total_cmp);
    // The smallest width within which at least four fifths lay.
    let usual = off.get((off.len() * 4).div_ceil(5).saturating_sub(1)).copied().unwrap_or(0.0);
    let carried = carry_on(past, sight);
    let points = starts.iter().zip(carried.values.into_iter().zip(carried.off));
    let series = points.map(|(start_at, (value, own))| {
        let width = usual.max(own);
        let above = |value: f64| value.max(floor);
        OutlookPoint {
            start_at: *start_at,
            value: above(value),
            lower: above(value - width),
            upper: above(value + width),
        }
    });
    Outlook { history, missing: 0, series: series.collect(), backtest: Some(backtest), lately: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::{Outlook, Sight, mean, outlook, season};
    use crate::statistics::Bucket;

    const STARTS: [i64; 14] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

    fn days(past: &[f64]) -> Outlook {
        outlook(past, &STARTS, Sight::of(Bucket::Day).unwrap(), 0.0)
    }

    fn row(length: u32, value: impl Fn(u32) -> f64) -> Vec<f64> {
        (0..length).map(value).collect()
    }

    /// Nothing is foretold out of too little, and how much is missing is said.
    #[test]
    fn too_little_is_said_to_be_too_little() {
        for length in 0..42 {
            let outlook = days(&row(length, f64::from));
            assert_eq!((outlook.history, outlook.missing), (length.into(), i64::from(42 - length)));
            assert!(outlook.series.is_empty() && outlook.backtest.is_none());
        }
        assert_eq!(days(&row(42, f64::from)).series.len(), 14);
        assert!(Sight::of(Bucket::Hour).is_none());
    }

    /// Rows of which everybody knows how they go on.
    #[test]
    fn what_is_plain_is_foretold() {
        let still = days(&row(60, |_| 5.0));
        assert!(still.series.iter().all(|point| (point.value - 5.0).abs() < 1e-9 && point.upper - point.lower < 1e-9));
        let rising = days(&row(60, |day| 100.0 + 3.0 * f64::from(day)));
        for (day, point) in (60_u32..).zip(&rising.series) {
            assert!((point.value - 100.0 - 3.0 * f64::from(day)).abs() < 3.0, "{day}: {point:?}");
        }
        let market = |day: u32| if day % 7 == 5 { 300.0 } else { 100.0 };
        for (day, point) in (84_u32..).zip(&days(&row(84, market)).series) {
            assert!((point.value - market(day)).abs() < 15.0, "{day}: {point:?}");
        }
        assert!(
            days(&row(60, |day| if day < 59 { 0.0 } else { 100.0 })).series.iter().all(|point| point.value.is_finite())
        );
        let falling = days(&row(60, |day| f64::from(60 - day)));
        assert!(
            falling.series.iter().all(|point| point.lower >= 0.0 && point.value <= point.upper),
            "never below nought"
        );
    }

    /// The error that is shown is that of three looks ahead, each made of what was known then; and the
    /// interval holds four fifths of what came in rows with chance in them.
    #[test]
    fn the_error_is_what_it_was_and_the_interval_holds() {
        let sight = Sight::of(Bucket::Day).unwrap();
        let (mut within, mut all) = (0, 0);
        for seed in 0..20 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let chance: Vec<f64> = (0..134).map(|_| dice.f64() * 60.0).collect();
            let whole =
                row(134, |day| 200.0 + f64::from(day) + if day % 7 == 5 { 80.0 } else { 0.0 } + chance[day as usize]);
            let (past, came) = whole.split_at(120);
            let told = days(past);
            let mut off = Vec::new();
            for now in [106, 92, 78] {
                // The same by another way: as an outlook of its own.
                let then = days(&past[..now]);
                off.extend(then.series.iter().zip(&past[now..]).map(|(point, came)| (point.value - came).abs()));
            }
            let backtest = told.backtest.unwrap();
            assert_eq!(backtest.compared, 42);
            assert!((backtest.mean_absolute_error - mean(&off)).abs() < 1e-9);
            assert!(season(past, sight) == Some(7) && backtest.mean_absolute_error_unchanged > 0.0);
            all += 14;
            within +=
                told.series.iter().zip(came).filter(|(point, came)| (point.lower..=point.upper).contains(came)).count();
        }
        let share = f64::from(u32::try_from(within).unwrap()) / f64::from(all);
        assert!((0.7..=0.95).contains(&share), "{share} of what came lay within");
    }
}
