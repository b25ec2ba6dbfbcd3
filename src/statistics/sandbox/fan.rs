//! What came of many futures, as a fan: from the lowest outcomes to the highest, month by month.

use serde::Serialize;
use utoipa::ToSchema;

/// The outcomes at one time. Five hundredths of them were `p5` or lower, half `p50` or lower, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct FanPoint<T> {
    /// When, Unix milliseconds.
    pub at: i64,
    /// On average.
    pub mean: f64,
    /// The lowest twentieth ends here.
    pub p5: T,
    /// The lowest quarter.
    pub p25: T,
    /// The lower half.
    pub p50: T,
    /// The highest quarter begins after it.
    pub p75: T,
    /// The highest twentieth.
    pub p95: T,
}

/// Of the outcomes at a time, in any order; none where there is none. Each is one that came.
pub(super) fn point<T: Copy>(
    at: i64,
    mut outcomes: Vec<T>,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
    mean: impl Fn(&[T]) -> f64,
) -> Option<FanPoint<T>> {
    outcomes.sort_unstable_by(order);
    // The least outcome that so many hundredths are no higher than.
    let outcome = |hundredths: usize| outcomes.get((outcomes.len() * hundredths).div_ceil(100).max(1) - 1).copied();
    Some(FanPoint {
        at,
        // In order, so that it is the same however they came.
        mean: mean(&outcomes),
        p5: outcome(5)?,
        p25: outcome(25)?,
        p50: outcome(50)?,
        p75: outcome(75)?,
        p95: outcome(95)?,
    })
}
