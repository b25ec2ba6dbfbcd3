//! When a schedule is due: a cron expression on the clock of a place.
//!
//! The expression is asked as if clocks never changed, and what it says is then put on the place's clock. So
//! each time that it names happens once: one in an hour that the clock leaves out happens an hour later, and
//! one in an hour that the clock shows twice at the first.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{self, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use crate::error::{Error, Result};

/// Characters of an expression at most.
pub(super) const CRON_CHARS_MAX: usize = 100;
/// Characters of the name of a zone at most.
const ZONE_CHARS_MAX: usize = 64;
/// Of what was missed, no more is counted.
const COUNTED_MAX: i64 = 1_000;
/// So many times that are due next are told.
const SHOWN: usize = 3;
/// Where it is looked whether an expression ever comes true: an hour like all others.
const SOMEWHEN: DateTime = civil::date(2001, 1, 1).at(0, 0, 0, 0);

/// A cron expression and a place's clock.
#[derive(Debug, Clone)]
pub struct When {
    cron: Cron,
    zone: TimeZone,
}

impl When {
    /// Reads both.
    ///
    /// Refused: `invalid_request` for what is no expression of five fields, for one that never comes true or
    /// comes true more often than every hour, and for a zone that nobody knows.
    pub fn read(cron: &str, zone: &str) -> Result<Self> {
        let refused = |message: &str| Error::field("cron", message);
        let five = "must be five fields, minute, hour, day of the month, month and day of the week; 0 9 * * 1 is \
                    Mondays at nine";
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let Some(Ok(cron)) = (cron.len() <= CRON_CHARS_MAX).then(|| parser.parse(cron)) else {
            return Err(refused(five));
        };
        let zone = Some(zone)
            .filter(|name| (1..=ZONE_CHARS_MAX).contains(&name.len()))
            .and_then(|name| TimeZone::get(name).ok())
            .ok_or_else(|| Error::field("time_zone", "names no time zone; one is Europe/Berlin"))?;
        let when = Self { cron, zone };
        let Some(first) = when.shown_next(SOMEWHEN, true) else {
            return Err(refused("never comes true").in_words("schedules-cron-never"));
        };
        // The minutes of one hour are those of each: the two first times are as close as any two.
        let second = when.shown_next(first, false);
        if second.is_some_and(|second| second.duration_since(first) < SignedDuration::from_hours(1)) {
            return Err(refused("comes true more often than every hour").in_words("schedules-cron-often"));
        }
        Ok(when)
    }

    /// The next time that the expression names after another one, as a clock that never changes shows it.
    fn shown_next(&self, after: DateTime, inclusive: bool) -> Option<DateTime> {
        let after = after.to_zoned(TimeZone::UTC).ok()?;
        self.cron.find_next_occurrence::<Zoned>(&after, inclusive).ok().map(|next| next.datetime())
    }

    /// The first time due after this one, both in Unix milliseconds.
    pub fn next(&self, after: i64) -> Option<i64> {
        let shown = Timestamp::from_millisecond(after).ok()?.to_zoned(self.zone.clone()).datetime();
        // No clock was ever set further than by a day.
        let mut shown = shown.checked_sub(25.hours()).ok()?;
        loop {
            shown = self.shown_next(shown, false)?;
            let at = self.zone.to_ambiguous_zoned(shown).compatible().ok()?.timestamp().as_millisecond();
            if at > after {
                return Some(at);
            }
        }
    }

    /// How many times were due after one and up to another.
    pub(super) fn count(&self, after: i64, up_to: i64) -> i64 {
        let (mut count, mut at) = (0, after);
        while let Some(next) = self.next(at).filter(|next| *next <= up_to && count < COUNTED_MAX) {
            (count, at) = (count + 1, next);
        }
        count
    }

    /// Some times that are due, from the first one on.
    pub(super) fn following(&self, first: Option<i64>) -> Vec<i64> {
        std::iter::successors(first, |at| self.next(*at)).take(SHOWN).collect()
    }
}
