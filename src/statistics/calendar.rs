//! Time as the community's clocks and calendars show it: hours, days, weeks and months of its zone.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::counted;
use crate::config::Community;
use crate::error::{Error, Result};
use crate::ledger::SLOT_MS;

/// Buckets of one answer at most: a month of hours, two years of days.
const BUCKETS_MAX: i64 = 750;
/// The end of the year 9998, in Unix milliseconds: the calendar can still say what comes after.
pub(super) const TIME_MAX: i64 = 253_370_764_799_999;
const HOUR_MS: i64 = 3_600_000;

/// How long a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// An hour on the clock. One that the clock shows twice is two, one that it cuts short is shorter.
    Hour,
    /// From midnight to midnight: 23 or 25 hours when clocks change.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
}

impl Bucket {
    /// As it is asked for.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// How many are shown when nothing is said.
    const fn usual(self) -> i64 {
        match self {
            Self::Hour => 24,
            Self::Day => 30,
            Self::Week => 26,
            Self::Month => 12,
        }
    }

    /// About how long one is; never longer than it is.
    const fn at_least(self) -> i64 {
        match self {
            Self::Hour => HOUR_MS / 2,
            Self::Day => 23 * HOUR_MS,
            Self::Week => 167 * HOUR_MS,
            Self::Month => (28 * 24 - 1) * HOUR_MS,
        }
    }
}

/// A time cut into buckets: each begins where the one before ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// How long each is.
    pub bucket: Bucket,
    /// Where they begin, and where the last one ends.
    pub bounds: Vec<i64>,
}

impl Period {
    /// Its first millisecond.
    pub fn from(&self) -> i64 {
        self.bounds.first().copied().unwrap_or_default()
    }

    /// The millisecond after its last.
    pub fn until(&self) -> i64 {
        self.bounds.last().copied().unwrap_or_default()
    }

    /// Beginning and end of each bucket.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.bounds.windows(2).map(|pair| (pair[0], pair[1]))
    }
}

/// The community's zone and week.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    week_starts: Weekday,
}

impl From<&Community> for Calendar {
    fn from(community: &Community) -> Self {
        Self::new(community.time_zone.clone(), community.week_starts)
    }
}

impl Calendar {
    /// A zone, and the day with which its weeks begin.
    pub const fn new(zone: TimeZone, week_starts: Weekday) -> Self {
        Self { zone, week_starts }
    }

    /// What the clock shows at a time.
    pub fn at(&self, time: i64) -> Zoned {
        // Times of the ledger lie between 1970 and 9999, which the calendar knows.
        Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    /// The month in which a moment lies, as an address says it: `2026-10`.
    pub fn month(&self, time: i64) -> String {
        self.at(time).strftime("%Y-%m").to_string()
    }

    /// The day with which weeks begin.
    pub const fn week_starts(&self) -> Weekday {
        self.week_starts
    }

    /// The buckets that the time from one moment up to and including another touches. Without an end: up to
    /// now. Without a beginning: a usual number of them.
    pub fn period(&self, bucket: Bucket, from: Option<i64>, to: Option<i64>, now: i64) -> Result<Period> {
        for (field, time) in [("from_time", from), ("to_time", to)] {
            if time.is_some_and(|time| !(0..=TIME_MAX).contains(&time)) {
                return Err(Error::field(field, "must be a time from 1970 to 9998, in Unix milliseconds"));
            }
        }
        let to = to.unwrap_or(now);
        let last = self.start(bucket, to);
        let from = match from {
            Some(from) if from > to => return Err(Error::field("to_time", "must not be before from_time")),
            Some(from) => from,
            None => self.back(bucket, last, bucket.usual() - 1),
        };
        let too_many = || {
            let message =
                format!("would give more than {BUCKETS_MAX} of them; ask for a shorter time or for longer ones");
            Error::field("bucket", message)
        };
        if (to - from) / (2 * bucket.at_least()) > BUCKETS_MAX {
            return Err(too_many());
        }
        let mut bounds = vec![self.start(bucket, from)];
        while bounds[bounds.len() - 1] <= to {
            bounds.push(self.next(bucket, bounds[bounds.len() - 1]));
            if counted(bounds.len()) > BUCKETS_MAX + 1 {
                return Err(too_many());
            }
        }
        Ok(Period { bucket, bounds })
    }

    /// As much time again, before a period.
    pub fn before(&self, period: &Period) -> (i64, i64) {
        let buckets = counted(period.bounds.len()) - 1;
        (self.back(period.bucket, period.from(), buckets), period.from())
    }

    /// Where the bucket of a time begins.
    pub fn start(&self, bucket: Bucket, time: i64) -> i64 {
        let date = self.at(time).date();
        match bucket {
            Bucket::Hour => self.hour_start(time),
            Bucket::Day => self.midnight(date),
            Bucket::Week => {
                let passed = date.weekday().since(self.week_starts);
                self.midnight(date.checked_sub(passed.days()).unwrap_or(date))
            }
            Bucket::Month => self.midnight(date.first_of_month()),
        }
    }

    /// Where the next bucket begins.
    pub fn next(&self, bucket: Bucket, start: i64) -> i64 {
        let date = self.at(start).date();
        let after = |span: jiff::Span| {
            let next = date.checked_add(span).map_or(start, |date| self.midnight(date));
            // A day that a zone has left out altogether is no bucket.
            if next > start { next } else { self.midnight(date.checked_add(2.days()).unwrap_or(date)) }
        };
        match bucket {
            Bucket::Hour => self.hour_end(start),
            Bucket::Day => after(1.days()),
            Bucket::Week => after(7.days()),
            Bucket::Month => after(1.months()),
        }
    }

    /// Where the bucket lies that is so many before the one that begins here.
    fn back(&self, bucket: Bucket, start: i64, buckets: i64) -> i64 {
        let date = self.at(start).date();
        let span = match bucket {
            Bucket::Hour => return self.hour_start((start - buckets * HOUR_MS).max(0)),
            Bucket::Day => buckets.days(),
            Bucket::Week => (buckets * 7).days(),
            Bucket::Month => buckets.months(),
        };
        date.checked_sub(span).map_or(0, |date| self.midnight(date))
    }

    /// The beginning of a day, and of the same day of each of so many months after; where a month is shorter,
    /// of its last.
    pub fn months_from(&self, start: i64, months: i64) -> Vec<i64> {
        let date = self.at(start).date();
        (0..=months).map(|month| date.checked_add(month.months()).map_or(start, |date| self.midnight(date))).collect()
    }

    /// How many days lie between the beginnings of two.
    pub fn days_between(&self, start: i64, end: i64) -> i64 {
        let (start, end) = (self.at(start).date(), self.at(end).date());
        (end - start).get_days().into()
    }

    /// When a day begins, on a quarter hour: all zones have kept to these since 1972.
    fn midnight(&self, date: Date) -> i64 {
        let start = date.to_zoned(self.zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond());
        start.div_euclid(SLOT_MS) * SLOT_MS
    }

    /// An hour begins where the clock shows a full one, or another one than a moment before.
    fn is_hour_start(&self, time: i64) -> bool {
        let shown = self.at(time);
        shown.minute() == 0 || shown.hour() != self.at(time - SLOT_MS).hour()
    }

    fn hour_start(&self, time: i64) -> i64 {
        let mut start = time.div_euclid(SLOT_MS) * SLOT_MS;
        while !self.is_hour_start(start) {
            start -= SLOT_MS;
        }
        start
    }

    fn hour_end(&self, start: i64) -> i64 {
        let mut end = start + SLOT_MS;
        while !self.is_hour_start(end) {
            end += SLOT_MS;
        }
        end
    }
}
