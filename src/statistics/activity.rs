//! When members pay: by weekday and hour on the community's clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Calendar, Period, TIME_MAX};
use super::{Settled, counted};
use crate::error::{Error, Result};
use crate::ledger::{DAY_MS, Flow, Folded, Moved, SLOT_MS};

/// Days that are looked at when nothing is said, and at most.
const DAYS_USUAL: i64 = 90;
const DAYS_MAX: usize = 366;
/// Days that are over of which the quarter hours are remembered at most; three kilobytes each.
const KEPT_MAX: usize = 2 * DAYS_MAX;
/// Quarter hours of a day.
const SLOTS: usize = 96;

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

/// What members paid in each quarter hour of UTC days that are over: nothing comes to them any more, and a
/// quarter of a year is read once.
#[derive(Debug, Default)]
pub(super) struct PaidDays(Mutex<BTreeMap<i64, Arc<[Moved]>>>);

impl PaidDays {
    /// What members paid in each quarter hour of UTC days, from one up to another.
    fn read(&self, folded: &Folded<'_>, first: i64, after: i64) -> Result<Vec<Arc<[Moved]>>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut days: Vec<_> = {
            let known = known();
            (first..after).map_while(|day| known.get(&day).cloned()).collect()
        };
        let first = first + counted(days.len());
        let mut rest = vec![Moved::default(); (first..after).count() * SLOTS];
        for line in folded.lines().iter().filter(|line| matches!(line.flow, Flow::Traded | Flow::Returned)) {
            folded.for_each_slot(*line, first * DAY_MS, after * DAY_MS, &mut |slot, moved| {
                let place = usize::try_from(slot - first * DAY_MS / SLOT_MS).ok();
                if let Some(slot) = place.and_then(|place| rest.get_mut(place)) {
                    *slot += moved;
                }
            })?;
        }
        let today = folded.newest_at()?.unwrap_or(0).div_euclid(DAY_MS);
        let mut known = known();
        if known.len() > KEPT_MAX {
            known.clear();
        }
        for (day, slots) in (first..).zip(rest.chunks(SLOTS)) {
            let slots: Arc<[Moved]> = slots.into();
            if day < today {
                known.insert(day, Arc::clone(&slots));
            }
            days.push(slots);
        }
        Ok(days)
    }
}

/// When members paid in a period of whole days.
pub fn activity(
    folded: &Folded<'_>,
    calendar: &Calendar,
    settled: &Settled,
    period: &Period,
    now: i64,
) -> Result<Activity> {
    let mut cells = vec![Moved::default(); 7 * 24];
    let (first, after) = (period.from().div_euclid(DAY_MS), (period.until() - 1).div_euclid(DAY_MS) + 1);
    let days = settled.paid.read(folded, first, after)?;
    let begin = usize::try_from((period.from() - first * DAY_MS) / SLOT_MS).unwrap_or(0);
    let paid = days.iter().flat_map(|day| day.iter()).skip(begin);
    for (place, moved) in places(calendar, period).into_iter().zip(paid) {
        cells[place] += *moved;
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
