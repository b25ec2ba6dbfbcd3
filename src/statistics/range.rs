//! Which time a caller asks about, by API and on the page alike.

use serde::Deserialize;
use utoipa::IntoParams;

use super::activity;
use super::calendar::{Bucket, Calendar, Period, TIME_MAX};
use crate::error::{Error, Result};
use crate::ledger::PageRequest;

/// Which time to look at. It is made whole buckets of the community's time zone; the answer says from when
/// to when.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// From this time on, Unix milliseconds. When nothing is said: 24 hours, 30 days, 26 weeks or 12 months.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    from_time: Option<i64>,
    /// Up to and including this time; now when nothing is said.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    to_time: Option<i64>,
    /// How long each bucket is. At most 750 of them.
    #[param(inline)]
    bucket: Option<Bucket>,
}

impl Range {
    /// The buckets that are meant, of the usual length when nothing is said.
    pub(super) fn period(&self, calendar: &Calendar, usual: Bucket, now: i64) -> Result<Period> {
        calendar.period(self.bucket.unwrap_or(usual), self.from_time, self.to_time, now)
    }
}

/// Which days to look at, by the community's time zone.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// From the day of this time on, Unix milliseconds; the last 90 days when nothing is said. At most 366 days.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    from_time: Option<i64>,
    /// Up to and including the day of this time; today when nothing is said.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    to_time: Option<i64>,
}

impl Days {
    /// The days that are meant.
    pub(super) fn period(&self, calendar: &Calendar, now: i64) -> Result<Period> {
        activity::days(calendar, self.from_time, self.to_time, now)
    }
}

/// Which distributions to look at.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Made {
    /// Made from this time on, Unix milliseconds; from the first one on when nothing is said.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    from_time: Option<i64>,
    /// Made up to and including this time; up to now when nothing is said.
    #[param(minimum = 0, maximum = 253_370_764_799_999_i64)]
    to_time: Option<i64>,
    /// Distributions on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Made {
    /// The same again, as an address says it; without an end, up to now.
    pub(super) fn query(&self, now: i64) -> String {
        let mut query = format!("to_time={}", self.to_time.unwrap_or(now));
        for (name, number) in [("from_time", self.from_time), ("limit", self.limit)] {
            query.extend(number.map(|number| format!("&{name}={number}")));
        }
        query.extend(self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")));
        query
    }

    /// What comes behind a page.
    pub(super) fn behind(&self, cursor: String, now: i64) -> String {
        Self { cursor: Some(cursor), ..self.clone() }.query(now)
    }

    /// The time that is meant, and the page.
    pub(super) fn meant(&self, now: i64) -> Result<((i64, i64), PageRequest)> {
        for (field, time) in [("from_time", self.from_time), ("to_time", self.to_time)] {
            if time.is_some_and(|time| !(0..=TIME_MAX).contains(&time)) {
                return Err(Error::field(field, "must be a time from 1970 to 9998, in Unix milliseconds"));
            }
        }
        let (from, to) = (self.from_time.unwrap_or(0), self.to_time.unwrap_or(now));
        if self.from_time.is_some_and(|from| from > to) {
            return Err(Error::field("to_time", "must not be before from_time"));
        }
        Ok(((from, to), PageRequest::new(self.limit, self.cursor.clone())?))
    }
}

/// What to look ahead by.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Ahead {
    /// How long each bucket is: day when nothing is said, which looks 14 days ahead; week 8 weeks; month 6 months.
    #[param(inline)]
    bucket: Option<Bucket>,
}

impl Ahead {
    /// The bucket that is meant.
    pub(super) fn bucket(self) -> Bucket {
        self.bucket.unwrap_or(Bucket::Day)
    }
}
