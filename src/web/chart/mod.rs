//! Charts, drawn here and shown without a script: columns, layers, a curve of shares, a week of hours.
//!
//! Ours because the libraries there are write colours into the drawing or a style sheet beside it, which
//! these pages' policy forbids and which know nothing of light and dark. Here a shape has the name of what
//! it is, and the stylesheet of all pages says how that looks. All lengths are hundredths of the drawing,
//! so that it fits every screen while its words keep their size.

mod columns;
mod curves;

use std::fmt;

use askama::filters::HtmlSafe;

pub(crate) use self::columns::{columns, stacks, week};
pub(crate) use self::curves::{ahead, curve, fan, layers, lorenz};
use crate::language::Language;

/// The drawing's left edge: beside it stand the numbers.
const LEFT: f64 = 12.0;
const WIDTH: f64 = 100.0 - LEFT;
/// Its upper edge, and its height. Below stand the times.
const TOP: f64 = 7.0;
const HEIGHT: f64 = 81.0;
/// Words below the drawing at most.
const WORDS: usize = 4;

/// A drawing.
#[derive(Debug)]
pub(crate) struct Chart {
    /// What it looks like as a whole: `wide`, `square` or `week`.
    pub(crate) form: &'static str,
    /// What it shows, for whoever cannot see it.
    pub(crate) description: String,
    /// Lines across, with their numbers.
    pub(crate) lines: Vec<Word>,
    /// Words below.
    pub(crate) words: Vec<Word>,
    /// What fills, and what runs through the drawing; in thousandths of it.
    pub(crate) paths: Vec<Path>,
    /// Rectangles that say what they are when they are pointed at.
    pub(crate) marks: Vec<Mark>,
}

/// A length, written to the hundredth. A page has thousands of them, and whole numbers are written several
/// times faster than broken ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length(pub(crate) f64);

impl HtmlSafe for Length {}

impl fmt::Display for Length {
    #[expect(clippy::cast_possible_truncation, reason = "lengths are within the drawing")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        if rest == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{rest:02}") }
    }
}

/// Words beside or below the drawing.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) at: Length,
    pub(crate) text: String,
    /// `start`, `middle` or `end`: which end of the words is there.
    pub(crate) anchor: &'static str,
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) class: &'static str,
    pub(crate) line: String,
}

#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) x: Length,
    pub(crate) y: Length,
    pub(crate) width: Length,
    pub(crate) height: Length,
    pub(crate) class: String,
    pub(crate) says: String,
}

/// A number, and what it is when pointed at.
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) says: String,
}

/// Numbers from nought up to a round one.
struct Scale {
    top: f64,
    step: f64,
}

impl Scale {
    /// Up to four steps of 1, 2 or 5 in the decimal place that fits; `whole`: of things that are not parted.
    fn up_to(most: f64, whole: bool) -> Self {
        let place = 10_f64.powf((most / 4.0).log10().floor());
        let fits = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * place).find(|step| *step * 4.0 >= most);
        let step = fits.unwrap_or(most);
        let step = if whole { step.max(1.0) } else { step };
        Self { top: (most / step).ceil() * step, step }
    }

    /// How far down a value is drawn.
    fn down(&self, value: f64) -> f64 {
        TOP + HEIGHT * (1.0 - value / self.top)
    }

    fn lines(&self, language: Language) -> Vec<Word> {
        let steps = std::iter::successors(Some(0.0), |value| Some(value + self.step));
        steps
            .take_while(|value| *value < self.top + self.step / 2.0)
            .map(|value| Word { at: Length(self.down(value)), text: language.short(value), anchor: "end" })
            .collect()
    }
}

/// Where the middle of a column lies.
fn middle(place: usize, of: usize) -> f64 {
    LEFT + (real(place) + 0.5) / real(of) * WIDTH
}

/// Words for some of the columns, evenly.
fn words(all: &[String]) -> Vec<Word> {
    let step = all.len().div_ceil(WORDS).max(1);
    let first = (all.len().saturating_sub(1) % step) / 2;
    let chosen = all.iter().enumerate().skip(first).step_by(step);
    chosen
        .map(|(place, text)| {
            let at = middle(place, all.len());
            // At the edges they would be cut off.
            let (at, anchor) = if at > 93.0 { (100.0, "end") } else { (at, "middle") };
            Word { at: Length(at), text: text.clone(), anchor }
        })
        .collect()
}

/// A number of things, for drawing and for estimates.
pub(crate) fn real(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::MAX, f64::from)
}

/// Tokens, for drawing, where a pixel is coarser than what is lost.
#[expect(clippy::cast_precision_loss, reason = "a pixel is coarser")]
pub(crate) fn drawn(tokens: impl Into<i128>) -> f64 {
    tokens.into() as f64
}

#[cfg(test)]
mod tests {
    use super::{Length, Scale, words};
    use crate::language::Language::English;

    fn numbers(most: f64, whole: bool) -> Vec<String> {
        Scale::up_to(most, whole).lines(English).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn scales_are_round_and_hold_everything() {
        assert_eq!(numbers(1.0, true), ["0", "1"]);
        assert_eq!(numbers(4.0, true), ["0", "1", "2", "3", "4"]);
        assert_eq!(numbers(7.0, true), ["0", "2", "4", "6", "8"]);
        assert_eq!(numbers(950.0, true), ["0", "500", "1\u{202f}k"]);
        assert_eq!(numbers(0.3, false), ["0", "0.1", "0.2", "0.3"]);
        for most in 1_u32..2000 {
            let (most, scale) = (f64::from(most), Scale::up_to(most.into(), true));
            assert!(scale.top >= most && scale.top < most + scale.step && scale.lines(English).len() <= 5, "{most}");
        }
    }

    #[test]
    fn lengths_are_written_to_the_hundredth() {
        for (length, written) in
            [(0.0, "0"), (12.0, "12"), (3.456, "3.46"), (0.049, "0.05"), (-1.5, "-1.50"), (-0.001, "0")]
        {
            assert_eq!(Length(length).to_string(), written);
        }
    }

    #[test]
    fn words_never_crowd() {
        for count in 1..800 {
            let all: Vec<String> = (0..count).map(|place| place.to_string()).collect();
            let chosen = words(&all);
            assert!((1..=4).contains(&chosen.len()), "{count}: {chosen:?}");
        }
    }
}
