//! Figures as tables: what stands behind each chart on the page, and the same as a file.

use super::calendar::{Bucket, Calendar};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::web::Shell;
use crate::web::spreadsheet::{harmless, row};

/// One figure in a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// When a bucket begins.
    Start(i64, Bucket),
    /// Tokens.
    Tokens(i128),
    /// How many.
    Count(i64),
    /// Tokens to be expected.
    EstimatedTokens(f64),
    /// How many are to be expected.
    Estimated(f64),
    /// A quotient; nothing where there is none.
    Ratio(Option<f64>),
    /// A share of the whole; nothing where there is no whole.
    Share(Option<f64>),
    /// Whether it is so.
    Yes(bool),
    /// A day of the week, Monday being 1.
    Weekday(i8),
    /// A text of ours.
    Word(&'static str),
    /// A text that people chose.
    Text(String),
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The address of the same as a file.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) caption: String,
    /// For people, and for programs.
    pub(super) headings: Vec<(String, &'static str)>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// For people.
    pub(super) fn shown(&self, shell: &Shell, calendar: &Calendar) -> String {
        match self {
            Self::Start(at, bucket) => named(shell, calendar, *bucket, *at),
            Self::Tokens(tokens) => shell.sum(*tokens),
            Self::Count(count) => shell.grouped(*count),
            Self::EstimatedTokens(tokens) => format!("{}\u{a0}{}", about(shell.language, *tokens), shell.symbol),
            Self::Estimated(count) => about(shell.language, *count),
            Self::Ratio(ratio) => ratio.map_or_else(|| "–".to_owned(), |ratio| shell.language.decimal(ratio, 2)),
            Self::Share(share) => share.map_or_else(|| "–".to_owned(), |share| shell.language.percent(share, 1)),
            Self::Yes(yes) => if *yes { "✓" } else { "✗" }.to_owned(),
            Self::Weekday(number) => shell.language.weekday(*number),
            Self::Word(key) => shell.say(key).into(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whether it is read from the right.
    pub(super) const fn is_number(&self) -> bool {
        !matches!(self, Self::Start(..) | Self::Yes(_) | Self::Weekday(_) | Self::Word(_) | Self::Text(_))
    }

    /// For programs: to the last digit, and in English.
    fn written(&self, calendar: &Calendar) -> String {
        match self {
            Self::Start(at, _) => calendar.at(*at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Self::Tokens(tokens) => tokens.to_string(),
            Self::Count(count) => count.to_string(),
            Self::EstimatedTokens(number) | Self::Estimated(number) => number.to_string(),
            Self::Ratio(number) | Self::Share(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Yes(yes) => yes.to_string(),
            Self::Weekday(number) => Language::English.weekday(*number),
            Self::Word(key) => Language::English.say(key).into(),
            Self::Text(text) => harmless(text),
        }
    }
}

impl Table {
    /// The file's own name.
    pub(super) fn file(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// Whether a column is read from the right.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    pub(super) fn is_number(&self, column: &usize) -> bool {
        self.rows.first().and_then(|row| row.get(*column)).is_some_and(Cell::is_number)
    }

    /// As a file.
    pub(super) fn csv(&self, calendar: &Calendar) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        row(&mut file, self.headings.iter().map(|(_, name)| name)).map_err(Error::internal)?;
        for cells in &self.rows {
            row(&mut file, cells.iter().map(|cell| cell.written(calendar))).map_err(Error::internal)?;
        }
        Ok(file)
    }
}

/// An estimate as people read it: no more digits than it is worth. Below ten it has one after the point.
#[expect(clippy::cast_possible_truncation, reason = "what is larger is shown as the largest")]
fn about(language: Language, number: f64) -> String {
    if number < 10.0 { language.decimal(number, 1) } else { language.grouped(number.round() as i128) }
}

/// What a bucket is called.
pub(crate) fn named(shell: &Shell, calendar: &Calendar, bucket: Bucket, start: i64) -> String {
    let key = match bucket {
        Bucket::Hour => "date-bucket-hour",
        Bucket::Day => "date-bucket-day",
        Bucket::Week => "date-bucket-week",
        Bucket::Month => "date-bucket-month",
    };
    shell.language.stretch(key, &calendar.at(start))
}

/// The same in few letters.
pub(crate) fn briefly(shell: &Shell, calendar: &Calendar, bucket: Bucket, start: i64) -> String {
    let (language, at) = (shell.language, calendar.at(start));
    match bucket {
        Bucket::Hour => language.clock(&at),
        Bucket::Day | Bucket::Week => language.stretch("date-short-day", &at),
        Bucket::Month => language.stretch("date-short-month", &at),
    }
}
