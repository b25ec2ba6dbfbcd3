//! Layers, bands and curves: what is shown by outlines.

use std::fmt::Write;

use super::{Chart, HEIGHT, LEFT, Length, Mark, Path, Point, Scale, TOP, WIDTH, Word, real, words};
use crate::language::Language;

/// Layers one upon the other, the lowest first, each by its name in the stylesheet. None where there is
/// nothing in any. `says`: what each place is when pointed at.
pub(crate) fn layers(
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

/// One value over time: a line, and what lies under it filled softly. None where it is nought throughout.
pub(crate) fn curve(language: Language, description: String, points: Vec<Point>, below: &[String]) -> Option<Chart> {
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let most = values.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = Scale::up_to(most, true);
    let area = band(&vec![0.0; values.len()], &values, scale.top);
    let paths = vec![
        Path { class: "gap", line: area },
        Path { class: "curve", line: format!("M{}", joined(&row(&values, scale.top))) },
    ];
    Some(Chart {
        form: "wide",
        description,
        lines: scale.lines(language),
        words: words(below),
        marks: pointed(points.into_iter().map(|point| point.says).collect()),
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

/// The outline of what lies between two rows of values.
fn band(floor: &[f64], top: &[f64], highest: f64) -> String {
    let mut outline = row(top, highest);
    outline.extend(row(floor, highest).into_iter().rev());
    format!("M{}Z", joined(&outline))
}

/// The middle of each place at the height of its value, level at both edges.
fn row(values: &[f64], highest: f64) -> Vec<(f64, f64)> {
    let (count, down) = (real(values.len()), |value: f64| 1000.0 * (1.0 - value / highest));
    let middles = values.iter().enumerate();
    let mut row: Vec<_> = middles.map(|(place, value)| ((real(place) + 0.5) / count * 1000.0, down(*value))).collect();
    if let (Some(first), Some(last)) = (values.first(), values.last()) {
        row.insert(0, (0.0, down(*first)));
        row.push((1000.0, down(*last)));
    }
    row
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
pub(crate) fn ahead(
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
pub(crate) fn fan(
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
pub(crate) fn lorenz(language: Language, description: String, curve: &[f64]) -> Option<Chart> {
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

#[cfg(test)]
mod tests {
    use super::band;

    #[test]
    fn a_band_lies_between_its_rows() {
        assert_eq!(
            band(&[0.0, 0.0], &[1.0, 2.0], 2.0),
            "M0 500L250 500L750 0L1000 0L1000 1000L750 1000L250 1000L0 1000Z"
        );
    }
}
