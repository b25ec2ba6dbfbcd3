//! Days and times as each language writes them. The order and the names are texts like all others; here
//! is only what the clock shows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Zoned;
use jiff::civil::DateTime;

use super::{Language, Phrase};

/// What a name is of: its text, a weekday, a date and time as the clock shows it.
type Named = (Language, &'static str, i8, DateTime);

/// Names that were made already, by what they are of.
static NAMES: LazyLock<Mutex<HashMap<Named, Arc<str>>>> = LazyLock::new(Mutex::default);
/// So many are kept; then it is begun anew.
const NAMES_MAX: usize = 4_096;

/// A page of figures names the same hours, days and months many times over, and so does the next: each name is
/// put together once.
fn named(of: Named, make: impl FnOnce() -> Phrase) -> String {
    let names = || NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = names().get(&of) {
        return name.to_string();
    }
    let name = make().to_string();
    let mut names = names();
    if names.len() >= NAMES_MAX {
        names.clear();
    }
    names.insert(of, name.as_str().into());
    name
}

impl Language {
    /// A day: `Friday, 20 November 2026`.
    pub fn day(self, at: &Zoned) -> String {
        self.dated("date-day", at).into()
    }

    /// Day and time: `20 November 2026, 14:05`.
    pub fn moment(self, at: &Zoned) -> String {
        self.dated("date-moment", at).into()
    }

    /// A text about a day, with the names of its parts put in: weekday and month choose by number, day,
    /// year and time are written as they are.
    pub fn dated(self, key: &'static str, at: &Zoned) -> Phrase {
        self.say(key)
            .with("weekday", at.weekday().to_monday_one_offset())
            .with("month", at.month())
            .with("day", at.day().to_string())
            .with("year", at.year().to_string())
            .with("time", self.clock(at))
    }

    /// What a stretch of time is called by the text about its first day or hour.
    pub fn stretch(self, key: &'static str, start: &Zoned) -> String {
        named((self, key, 0, start.datetime()), || self.dated(key, start))
    }

    /// An hour of every week: `Monday, 16:00`.
    pub fn hour_of_week(self, weekday: i8, hour: i8) -> String {
        named((self, "statistics-hour-of-week", weekday, DateTime::constant(1, 1, 1, hour, 0, 0, 0)), || {
            self.say("statistics-hour-of-week").with("weekday", weekday).with("time", format!("{hour}:00"))
        })
    }

    /// A time of day: `14:05`.
    pub fn clock(self, at: &Zoned) -> String {
        at.strftime("%H:%M").to_string()
    }

    /// A weekday by its number, Monday being 1.
    pub fn weekday(self, number: i8) -> String {
        named((self, "date-weekday", number, DateTime::MIN), || self.say("date-weekday").with("weekday", number))
    }

    /// The same in few letters.
    pub fn short_weekday(self, number: i8) -> String {
        self.say("date-weekday-short").with("weekday", number).into()
    }
}
