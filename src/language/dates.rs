//! Days and times as each language writes them. The order and the names are texts like all others; here
//! is only what the clock shows.

use jiff::Zoned;

use super::{Language, Phrase};

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

    /// A time of day: `14:05`.
    pub fn clock(self, at: &Zoned) -> String {
        at.strftime("%H:%M").to_string()
    }

    /// A weekday by its number, Monday being 1.
    pub fn weekday(self, number: i8) -> String {
        self.say("date-weekday").with("weekday", number).into()
    }

    /// The same in few letters.
    pub fn short_weekday(self, number: i8) -> String {
        self.say("date-weekday-short").with("weekday", number).into()
    }
}
