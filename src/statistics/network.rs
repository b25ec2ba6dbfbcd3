//! The network of those who trade, drawn: members on a circle, those of a group side by side, and between them
//! what they paid, the broader the more. Nothing in it is left to chance: the same figures give the same drawing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::f64::consts::TAU;

use super::flow::Connected;
use super::real;
use super::transactions::ratio;

/// The drawing is a square of so many lengths, its middle in the middle.
pub(super) const SIZE: f64 = 1000.0;
/// How far from the middle members stand, and their numbers.
const CIRCLE: f64 = 400.0;
const NUMBERS: f64 = 455.0;
/// How much members are bent to the middle on their way: 0 is straight, 1 through the middle.
const BENT: f64 = 0.55;
/// The two directions between two members part by so much.
const APART: f64 = 28.0;
/// The broadest line, and the largest and smallest member.
const BROAD: f64 = 16.0;
const NARROW: f64 = 1.5;
const LARGE: f64 = 26.0;
const SMALL: f64 = 9.0;

/// The drawing.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) lines: Vec<Line>,
    pub(super) members: Vec<Dot>,
}

/// What a member paid another one.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) path: String,
    pub(super) width: f64,
    pub(super) says: String,
}

/// A member.
#[derive(Debug)]
pub(super) struct Dot {
    pub(super) number: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
    /// Where its number stands.
    pub(super) number_x: f64,
    pub(super) number_y: f64,
}

/// Draws the connections. None where there is none. `says`: what one is when it is pointed at.
pub(super) fn draw(connections: &[Connected], says: impl Fn(&Connected) -> String) -> Option<Drawing> {
    let most = connections.iter().map(|one| one.volume).max()?;
    let mut moved: BTreeMap<usize, i128> = BTreeMap::new();
    for one in connections {
        *moved.entry(one.from).or_default() += one.volume;
        *moved.entry(one.to).or_default() += one.volume;
    }
    let busiest = moved.values().copied().max()?;
    let order = order(connections);
    let places = order.iter().map(|group| group.len() + 1).sum::<usize>().max(4);
    let mut angles: BTreeMap<usize, f64> = BTreeMap::new();
    let mut place = 0;
    for group in &order {
        for member in group {
            angles.insert(*member, real(place) / real(places) * TAU);
            place += 1;
        }
        // Between groups stays one place free.
        place += 1;
    }
    let at = |angle: f64, far: f64| (SIZE / 2.0 + far * angle.sin(), SIZE / 2.0 - far * angle.cos());
    let members = angles.iter().map(|(number, angle)| {
        let ((x, y), (number_x, number_y)) = (at(*angle, CIRCLE), at(*angle, NUMBERS));
        // The area, not the width, grows with what is meant.
        let radius = SMALL + (LARGE - SMALL) * ratio(moved[number], busiest).sqrt();
        Dot { number: *number, x, y, radius, number_x, number_y }
    });
    let lines = connections.iter().filter_map(|one| {
        let (from, to) = (at(*angles.get(&one.from)?, CIRCLE), at(*angles.get(&one.to)?, CIRCLE));
        let width = NARROW + (BROAD - NARROW) * ratio(one.volume, most);
        Some(Line { path: bent(from, to), width, says: says(one) })
    });
    Some(Drawing { lines: lines.collect(), members: members.collect() })
}

/// A line bent to the middle; to the right of its way, so that the way back is another line.
fn bent(from: (f64, f64), to: (f64, f64)) -> String {
    let half = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    let (way_x, way_y) = (to.0 - from.0, to.1 - from.1);
    let long = way_x.hypot(way_y).max(1.0);
    let middle = SIZE / 2.0;
    let (x, y) = (
        half.0 + (middle - half.0) * BENT - way_y / long * APART,
        half.1 + (middle - half.1) * BENT + way_x / long * APART,
    );
    format!("M{:.1} {:.1}Q{x:.1} {y:.1} {:.1} {:.1}", from.0, from.1, to.0, to.1)
}

/// The groups that connections join, the largest first; in each, members next to those with whom they moved
/// most.
fn order(connections: &[Connected]) -> Vec<Vec<usize>> {
    let mut between: BTreeMap<usize, BTreeMap<usize, i128>> = BTreeMap::new();
    for one in connections {
        *between.entry(one.from).or_default().entry(one.to).or_default() += one.volume;
        *between.entry(one.to).or_default().entry(one.from).or_default() += one.volume;
    }
    let mut left: BTreeSet<usize> = between.keys().copied().collect();
    let mut groups = Vec::new();
    // Members are numbered from the strongest connection on: the first one left is the most important.
    while let Some(first) = left.pop_first() {
        let (mut row, mut ends) = (VecDeque::from([first]), [first, first]);
        let mut open: BTreeMap<usize, i128> = BTreeMap::new();
        loop {
            for member in [ends[0], ends[1]] {
                for (other, volume) in between[&member].iter().filter(|(other, _)| left.contains(other)) {
                    let sum = open.entry(*other).or_default();
                    *sum = (*sum).max(*volume);
                }
            }
            let next = open.iter().max_by_key(|(member, volume)| (**volume, std::cmp::Reverse(**member)));
            let Some((next, _)) = next.map(|(member, volume)| (*member, *volume)) else { break };
            open.remove(&next);
            left.remove(&next);
            // At whichever end of the row it has more to do with.
            let with = |end: usize| between[&next].get(&end).copied().unwrap_or(0);
            if with(ends[0]) > with(ends[1]) {
                row.push_front(next);
                ends[0] = next;
            } else {
                row.push_back(next);
                ends[1] = next;
            }
        }
        groups.push(Vec::from(row));
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

#[cfg(test)]
mod tests {
    use super::{Connected, SIZE, draw, order};

    fn paid(from: usize, to: usize, volume: i128) -> Connected {
        Connected { from, to, count: 1, volume, from_username: None, to_username: None }
    }

    #[test]
    fn groups_stand_together_and_friends_side_by_side() {
        let pair = [paid(1, 2, 9), paid(3, 4, 8), paid(4, 5, 7), paid(5, 6, 1), paid(3, 5, 2)];
        assert_eq!(order(&pair), [vec![3, 4, 5, 6], vec![1, 2]]);
    }

    #[test]
    fn everything_lies_in_the_drawing_and_twice_is_the_same() {
        assert!(draw(&[], |_| String::new()).is_none());
        let all: Vec<Connected> = (1..40)
            .map(|n| paid(n, 1 + n * 7 % 40, i128::try_from(n).unwrap() * 3))
            .filter(|one| one.from != one.to)
            .collect();
        let drawing = draw(&all, |one| format!("{} {}", one.from, one.to)).unwrap();
        assert_eq!(drawing.lines.len(), all.len());
        for dot in &drawing.members {
            for at in [dot.x - dot.radius, dot.x + dot.radius, dot.y, dot.number_x, dot.number_y] {
                assert!((0.0..=SIZE).contains(&at), "{dot:?}");
            }
        }
        let again = draw(&all, |one| format!("{} {}", one.from, one.to));
        assert_eq!(format!("{drawing:?}"), format!("{:?}", again.unwrap()));
        // There and back are two lines.
        let both = draw(&[paid(1, 2, 5), paid(2, 1, 5)], |_| String::new()).unwrap();
        assert_ne!(both.lines[0].path, both.lines[1].path);
    }
}
