//! When members pay: by weekday and hour on the community's clock.

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Calendar, Period, TIME_MAX};
use crate::error::{Error, Result};
use crate::ledger::{DAY_MS, Flow, Folded, Moved, SLOT_MS};

/// Days that are looked at when nothing is said, and at most.
const DAYS_USUAL: i64 = 90;
const DAYS_MAX: usize = 366;

/// When members pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Activity {
    /// The first millisecond of the period.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// All 168 hours of a week, from its first day on.
    pub cells: Vec<Cell>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// One hour of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cell {
    /// 1 Monday to 7 Sunday.
    pub weekday: i8,
    /// 0 to 23, by the community's clock.
    pub hour: i8,
    /// Payments that members made to members and to system accounts.
    pub count: i64,
    /// Tokens they moved.
    #[schema(value_type = i64)]
    pub volume: i128,
}

/// The days to look at: a quarter of a year when nothing is said, a year at most.
pub(super) fn days(calendar: &Calendar, from: Option<i64>, to: Option<i64>, now: i64) -> Result<Period> {
    // A time that there is not is refused below, by its own name.
    let end = to.unwrap_or(now).clamp(0, TIME_MAX);
    let from = from.or_else(|| Some((end - (DAYS_USUAL - 1) * DAY_MS).max(0)));
    let period = calendar.period(Bucket::Day, from, to, now);
    match period {
        Ok(period) if period.bounds.len() <= DAYS_MAX + 1 => Ok(period),
        // Too many days by either measure: here it is not the bucket that is to blame.
        Err(error) if error.errors.iter().all(|wrong| wrong.field != "bucket") => Err(error),
        _ => Err(Error::field("from_time", format!("must not lie more than {DAYS_MAX} days before to_time"))),
    }
}

/// When members paid in a period of whole days.
pub fn activity(folded: &Folded<'_>, calendar: &Calendar, period: &Period, now: i64) -> Result<Activity> {
    let mut cells = vec![Moved::default(); 7 * 24];
    let (first, shown) = (period.from() / SLOT_MS, places(calendar, period));
    for line in folded.lines().iter().filter(|line| matches!(line.flow, Flow::Traded | Flow::Returned)) {
        folded.for_each_slot(*line, period.from(), period.until(), &mut |slot, moved| {
            if let Some(place) = usize::try_from(slot - first).ok().and_then(|place| shown.get(place)) {
                cells[*place] += moved;
            }
        })?;
    }
    let mut weekday = calendar.week_starts();
    let mut week = Vec::with_capacity(cells.len());
    for day in cells.chunks(24) {
        let hours = (0..24).zip(day).map(|(hour, moved)| Cell {
            weekday: weekday.to_monday_one_offset(),
            hour,
            count: moved.count,
            volume: moved.volume,
        });
        week.extend(hours);
        weekday = weekday.next();
    }
    Ok(Activity { from_time: period.from(), to_time: period.until() - 1, cells: week, calculated_at: now })
}

/// Which hour of the week each quarter hour of these days lies in. The clock is asked once a day, and again and
/// again only on a day on which it is set.
fn places(calendar: &Calendar, period: &Period) -> Vec<usize> {
    let hour = |at: i64| {
        let clock = calendar.at(at);
        let day = clock.weekday().since(calendar.week_starts());
        usize::try_from(i16::from(day) * 24 + i16::from(clock.hour())).unwrap_or(0)
    };
    let mut places = Vec::new();
    for (start, end) in period.buckets() {
        let midnight = hour(start);
        if end - start == DAY_MS && start % SLOT_MS == 0 && midnight % 24 == 0 {
            places.extend((0..24).flat_map(|after| [midnight + after; 4]));
        } else {
            places.extend((start / SLOT_MS..end / SLOT_MS).map(|slot| hour(slot * SLOT_MS)));
        }
    }
    places
}
