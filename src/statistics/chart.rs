//! Charts, drawn here and shown without a script: columns, layers, a curve of shares, a week of hours.
//!
//! Ours because the libraries there are write colours into the drawing or a style sheet beside it, which
//! these pages' policy forbids and which know nothing of light and dark. Here a shape has the name of what
//! it is, and the stylesheet of all pages says how that looks. All lengths are hundredths of the drawing,
//! so that it fits every screen while its words keep their size.

use std::fmt::{self, Write};

use askama::filters::HtmlSafe;

use super::real;
use crate::language::Language;

/// The drawing's left edge: beside it stand the numbers.
const LEFT: f64 = 12.0;
const WIDTH: f64 = 100.0 - LEFT;
/// Its upper edge, and its height. Below stand the times.
const TOP: f64 = 7.0;
const HEIGHT: f64 = 81.0;
/// Words below the drawing at most.
const WORDS: usize = 4;
/// Columns closer together than this many have no room between them.
const SPACED: usize = 90;
/// How strong a colour can be in the week of hours.
const STRENGTHS: f64 = 5.0;

/// A drawing.
#[derive(Debug)]
pub(super) struct Chart {
    /// What it looks like as a whole: `wide`, `square` or `week`.
    pub(super) form: &'static str,
    /// What it shows, for whoever cannot see it.
    pub(super) description: String,
    /// Lines across, with their numbers.
    pub(super) lines: Vec<Word>,
    /// Words below.
    pub(super) words: Vec<Word>,
    /// What fills, and what runs through the drawing; in thousandths of it.
    pub(super) paths: Vec<Path>,
    /// Rectangles that say what they are when they are pointed at.
    pub(super) marks: Vec<Mark>,
}

/// A length, written to the hundredth. A page has thousands of them, and whole numbers are written several
/// times faster than broken ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(pub(super) f64);

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
pub(super) struct Word {
    pub(super) at: Length,
    pub(super) text: String,
    /// `start`, `middle` or `end`: which end of the words is there.
    pub(super) anchor: &'static str,
}

#[derive(Debug)]
pub(super) struct Path {
    pub(super) class: &'static str,
    pub(super) line: String,
}

#[derive(Debug)]
pub(super) struct Mark {
    pub(super) x: Length,
    pub(super) y: Length,
    pub(super) width: Length,
    pub(super) height: Length,
    pub(super) class: String,
    pub(super) says: String,
}

/// A number, and what it is when pointed at.
pub(super) struct Point {
    pub(super) value: f64,
    pub(super) says: String,
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

/// A column for each value. None where all are nought. `whole`: they count something.
pub(super) fn columns(
    language: Language,
    description: String,
    points: Vec<Point>,
    below: &[String],
    whole: bool,
) -> Option<Chart> {
    let most = points.iter().map(|point| point.value).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, whole);
    let room = WIDTH / real(points.len());
    let gap = if points.len() > SPACED { 0.0 } else { room / 10.0 };
    let marks = points.into_iter().enumerate().map(|(place, point)| {
        let y = scale.down(point.value);
        Mark {
            x: Length(LEFT + real(place) * room + gap),
            y: Length(y),
            width: Length(room - 2.0 * gap),
            height: Length(TOP + HEIGHT - y),
            class: "column".to_owned(),
            says: point.says,
        }
    });
    Some(Chart {
        form: "wide",
        description,
        lines: scale.lines(language),
        words: words(below),
        paths: Vec::new(),
        marks: marks.collect(),
    })
}

/// Columns of parts, the lowest first, each by its name in the stylesheet. None where there is nothing in any.
pub(super) fn stacks(
    language: Language,
    description: String,
    columns: Vec<Vec<(&'static str, Point)>>,
    below: &[String],
) -> Option<Chart> {
    let sum = |parts: &Vec<(&'static str, Point)>| parts.iter().map(|(_, part)| part.value).sum();
    let most = columns.iter().map(sum).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, true);
    let room = WIDTH / real(columns.len());
    // Few columns are no wider than many, so that they are not walls.
    let width = (room * 0.8).min(12.0);
    let mut marks = Vec::new();
    for (place, parts) in columns.into_iter().enumerate() {
        let mut floor = 0.0;
        for (class, part) in parts.into_iter().filter(|(_, part)| part.value > 0.0) {
            let top = floor + part.value;
            marks.push(Mark {
                x: Length(LEFT + (real(place) + 0.5) * room - width / 2.0),
                y: Length(scale.down(top)),
                width: Length(width),
                height: Length(scale.down(floor) - scale.down(top)),
                class: format!("part {class}"),
                says: part.says,
            });
            floor = top;
        }
    }
    Some(Chart {
        form: "wide",
        description,
        lines: scale.lines(language),
        words: words(below),
        paths: Vec::new(),
        marks,
    })
}

/// Layers one upon the other, the lowest first, each by its name in the stylesheet. None where there is
/// nothing in any. `says`: what each place is when pointed at.
pub(super) fn layers(
    language: Language,
    description: String,
    layers: &[(&'static str, Vec<f64>)],
    says: Vec<String>,
    below: &[String],
) -> Option<Chart> {
    let mut floor = vec![0.0; says.len()];
    let mut tops = Vec::new();
    for (class, values) in layers {
        let top: Vec<f64> = floor.iter().zip(values).map(|(floor, value)| floor + value).collect();
        tops.push((*class, std::mem::replace(&mut floor, top.clone()), top));
    }
    let most = floor.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, true);
    let paths = tops.into_iter().map(|(class, floor, top)| Path { class, line: band(&floor, &top, scale.top) });
    let paths = paths.collect();
    Some(Chart {
        form: "wide",
        description,
        lines: scale.lines(language),
        words: words(below),
        marks: pointed(says),
        paths,
    })
}

/// Places beside each other over the whole height, each telling what it is when pointed at.
fn pointed(says: Vec<String>) -> Vec<Mark> {
    let room = WIDTH / real(says.len());
    let mark = |(place, says)| Mark {
        x: Length(LEFT + real(place) * room),
        y: Length(TOP),
        width: Length(room),
        height: Length(HEIGHT),
        class: "pointed".to_owned(),
        says,
    };
    says.into_iter().enumerate().map(mark).collect()
}

/// The outline of what lies between two rows of values, level at both edges.
fn band(floor: &[f64], top: &[f64], highest: f64) -> String {
    let count = real(top.len());
    let row = |values: &[f64]| -> Vec<(f64, f64)> {
        let down = |value: f64| 1000.0 * (1.0 - value / highest);
        let mut row: Vec<(f64, f64)> =
            (0..).zip(values).map(|(place, value)| ((real(place) + 0.5) / count * 1000.0, down(*value))).collect();
        if let (Some(first), Some(last)) = (values.first(), values.last()) {
            row.insert(0, (0.0, down(*first)));
            row.push((1000.0, down(*last)));
        }
        row
    };
    let mut outline = row(top);
    outline.extend(row(floor).into_iter().rev());
    format!("M{}Z", joined(&outline))
}

fn joined(points: &[(f64, f64)]) -> String {
    let mut line = String::with_capacity(16 * points.len());
    for (place, (x, y)) in points.iter().enumerate() {
        let between = if place == 0 { "" } else { "L" };
        // Writing into a text cannot fail.
        let _written = write!(line, "{between}{} {}", Length(*x), Length(*y));
    }
    line
}

/// What was, and after it what may be: least, likely, most. None where neither is anything.
pub(super) fn ahead(
    language: Language,
    description: String,
    was: Vec<Point>,
    may_be: Vec<([f64; 3], String)>,
    below: &[String],
) -> Option<Chart> {
    let likely = may_be.iter().map(|([_, likely, most], _)| likely.max(*most));
    let most = was.iter().map(|point| point.value).chain(likely).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, true);
    let (past, count) = (was.len(), was.len() + may_be.len());
    let at =
        |place: usize, value: f64| ((real(place) + 0.5) / real(count) * 1000.0, 1000.0 * (1.0 - value / scale.top));
    let row = |which: usize| -> Vec<(f64, f64)> {
        // What may be grows out of what was last.
        let last = was.last().map(|point| at(past - 1, point.value));
        last.into_iter()
            .chain(may_be.iter().enumerate().map(|(place, (value, _))| at(past + place, value[which])))
            .collect()
    };
    let mut around = row(0);
    around.extend(row(2).into_iter().rev());
    let line: Vec<(f64, f64)> = was.iter().enumerate().map(|(place, point)| at(place, point.value)).collect();
    let paths = vec![
        Path { class: "gap", line: format!("M{}Z", joined(&around)) },
        Path { class: "curve", line: format!("M{}", joined(&line)) },
        Path { class: "told", line: format!("M{}", joined(&row(1))) },
    ];
    let says = was.into_iter().map(|point| point.says).chain(may_be.into_iter().map(|(_, says)| says));
    let marks = pointed(says.collect());
    Some(Chart { form: "wide", description, lines: scale.lines(language), words: words(below), marks, paths })
}

/// What may be, in bands: the most of the outcomes, half of them within, and the middle. None where all are
/// nought. Each point: the lowest, two between, the middle one of the five, and the highest.
pub(super) fn fan(
    language: Language,
    description: String,
    points: Vec<([f64; 5], String)>,
    below: &[String],
    whole: bool,
) -> Option<Chart> {
    let most = points.iter().map(|(values, _)| values[4]).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, whole);
    let row = |which: usize| points.iter().map(|(values, _)| values[which]).collect::<Vec<_>>();
    let count = real(points.len());
    let at = |(place, value): (usize, f64)| ((real(place) + 0.5) / count * 1000.0, 1000.0 * (1.0 - value / scale.top));
    let middle: Vec<(f64, f64)> = row(2).into_iter().enumerate().map(at).collect();
    let around = |low: usize, high: usize| {
        let mut outline: Vec<(f64, f64)> = row(high).into_iter().enumerate().map(at).collect();
        outline.extend(row(low).into_iter().enumerate().map(at).rev());
        format!("M{}Z", joined(&outline))
    };
    let paths = vec![
        Path { class: "gap", line: around(0, 4) },
        Path { class: "inner", line: around(1, 3) },
        Path { class: "curve", line: format!("M{}", joined(&middle)) },
    ];
    let marks = pointed(points.into_iter().map(|(_, says)| says).collect());
    Some(Chart { form: "wide", description, lines: scale.lines(language), words: words(below), marks, paths })
}

/// The Lorenz curve, under the line on which all would hold the same.
pub(super) fn lorenz(language: Language, description: String, curve: &[f64]) -> Option<Chart> {
    let last = curve.len().checked_sub(1).filter(|last| *last > 0)?;
    let points: Vec<(f64, f64)> = curve
        .iter()
        .enumerate()
        .map(|(place, share)| (real(place) / real(last) * 1000.0, 1000.0 * (1.0 - share)))
        .collect();
    let line = joined(&points);
    let scale = Scale { top: 1.0, step: 0.5 };
    let lines = [0.0, 0.5, 1.0].map(|value| (value, language.percent(value, 0)));
    let words = [(LEFT, "statistics-poorest", "start"), (100.0, "statistics-richest", "end")];
    Some(Chart {
        form: "square",
        description,
        lines: lines.map(|(value, text)| Word { at: Length(scale.down(value)), text, anchor: "end" }).into(),
        words: words.map(|(at, text, anchor)| Word { at: Length(at), text: language.say(text).into(), anchor }).into(),
        paths: vec![
            Path { class: "gap", line: format!("M{line}Z") },
            Path { class: "even", line: "M0 1000L1000 0".to_owned() },
            Path { class: "curve", line: format!("M{line}") },
        ],
        marks: Vec::new(),
    })
}

/// A week of hours, each the stronger the more there is. None where there is nothing.
pub(super) fn week(description: String, days: &[(String, Vec<Point>)]) -> Option<Chart> {
    let most = days.iter().flat_map(|(_, hours)| hours).map(|point| point.value).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let height = HEIGHT / real(days.len());
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for (row, (name, hours)) in days.iter().enumerate() {
        let y = TOP + real(row) * height;
        lines.push(Word { at: Length(y + height / 2.0), text: name.clone(), anchor: "end" });
        let width = WIDTH / real(hours.len());
        for (place, hour) in hours.iter().enumerate() {
            marks.push(Mark {
                x: Length(LEFT + real(place) * width),
                y: Length(y),
                width: Length(width * 0.9),
                height: Length(height * 0.9),
                class: format!("hour strength-{}", (hour.value / most * STRENGTHS).ceil()),
                says: hour.says.clone(),
            });
        }
    }
    let words =
        [0, 6, 12, 18].map(|hour| Word { at: Length(middle(hour, 24)), text: format!("{hour}:00"), anchor: "middle" });
    Some(Chart { form: "week", description, lines, words: words.into(), paths: Vec::new(), marks })
}

#[cfg(test)]
mod tests {
    use super::{Length, Point, Scale, band, columns, stacks, words};
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
    fn nothing_is_no_chart_and_the_least_is_a_column() {
        let points = |values: &[f64]| values.iter().map(|value| Point { value: *value, says: String::new() }).collect();
        assert!(columns(English, String::new(), points(&[0.0, 0.0]), &[], true).is_none());
        let chart = columns(English, String::new(), points(&[0.0, 5.0, 10.0]), &[], true).unwrap();
        let heights: Vec<f64> = chart.marks.iter().map(|mark| mark.height.0).collect();
        assert!(heights[0].abs() < 1e-9 && (heights[2] - 2.0 * heights[1]).abs() < 1e-9, "{heights:?}");
        assert!((chart.marks[2].y.0 - super::TOP).abs() < 1e-9, "the largest reaches the top of a round scale");
    }

    #[test]
    fn parts_of_a_column_stand_upon_each_other() {
        let part = |value| Point { value, says: String::new() };
        let chart = stacks(
            English,
            String::new(),
            vec![vec![("low", part(3.0)), ("none", part(0.0)), ("high", part(1.0))]],
            &[],
        );
        let marks = chart.unwrap().marks;
        assert_eq!(marks.iter().map(|mark| mark.class.as_str()).collect::<Vec<_>>(), ["part low", "part high"]);
        assert!((marks[0].height.0 - 3.0 * marks[1].height.0).abs() < 1e-9, "{marks:?}");
        assert!((marks[1].y.0 + marks[1].height.0 - marks[0].y.0).abs() < 1e-9, "{marks:?}");
        assert!(stacks(English, String::new(), vec![vec![("low", part(0.0))]], &[]).is_none());
    }

    #[test]
    fn words_never_crowd() {
        for count in 1..800 {
            let all: Vec<String> = (0..count).map(|place| place.to_string()).collect();
            let chosen = words(&all);
            assert!((1..=4).contains(&chosen.len()), "{count}: {chosen:?}");
        }
    }

    #[test]
    fn a_band_lies_between_its_rows() {
        assert_eq!(
            band(&[0.0, 0.0], &[1.0, 2.0], 2.0),
            "M0 500L250 500L750 0L1000 0L1000 1000L750 1000L250 1000L0 1000Z"
        );
    }
}
