//! Columns, and a week of hours: what is shown by rectangles.

use super::{Chart, HEIGHT, LEFT, Length, Mark, Point, Scale, TOP, WIDTH, Word, middle, real, words};
use crate::language::Language;

/// Columns closer together than this many have no room between them.
const SPACED: usize = 90;
/// How strong a colour can be in the week of hours.
const STRENGTHS: f64 = 5.0;

/// A column for each value. None where all are nought. `whole`: they count something.
pub(crate) fn columns(
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
pub(crate) fn stacks(
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

/// How strong a share of the most is drawn: by its root, so that one hour above all does not make the others
/// alike. What is nought has none.
fn strength(share: f64) -> f64 {
    (share.sqrt() * STRENGTHS).ceil()
}

/// A week of hours, each the stronger the more there is. None where there is nothing.
pub(crate) fn week(description: String, days: &[(String, Vec<Point>)]) -> Option<Chart> {
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
                class: format!("hour strength-{}", strength(hour.value / most)),
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
    use super::{Point, TOP, columns, stacks};
    use crate::language::Language::English;

    #[test]
    fn nothing_is_no_chart_and_the_least_is_a_column() {
        let points = |values: &[f64]| values.iter().map(|value| Point { value: *value, says: String::new() }).collect();
        assert!(columns(English, String::new(), points(&[0.0, 0.0]), &[], true).is_none());
        let chart = columns(English, String::new(), points(&[0.0, 5.0, 10.0]), &[], true).unwrap();
        let heights: Vec<f64> = chart.marks.iter().map(|mark| mark.height.0).collect();
        assert!(heights[0].abs() < 1e-9 && (heights[2] - 2.0 * heights[1]).abs() < 1e-9, "{heights:?}");
        assert!((chart.marks[2].y.0 - TOP).abs() < 1e-9, "the largest reaches the top of a round scale");
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
}
