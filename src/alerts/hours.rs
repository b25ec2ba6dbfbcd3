//! How often something happened, by the hour.

use std::collections::VecDeque;

use super::usual::{MEMORY, quantile};
use crate::ledger::DAY_MS;

/// Counted by quarters of an hour, so that a rush is one wherever in an hour it begins.
const QUARTER: i64 = DAY_MS / 96;
const HOUR: i64 = 4;
const DAY: i64 = 96;
/// Quarters in which something happened; more are not remembered.
const REMEMBERED: usize = 400;

/// How often, by the quarter of an hour, oldest first.
#[derive(Debug, Default)]
pub(super) struct Hours(VecDeque<(i64, i64)>);

/// An hour that is unlike those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rush {
    pub(super) count: i64,
    pub(super) usual: i64,
    pub(super) most: i64,
}

impl Hours {
    /// Counts what happened now. Gives something as soon as there is so much within an hour, and so many times the
    /// most of an hour before. The last day is none of before: a rush must not be its own measure.
    pub(super) fn count(&mut self, at: i64, more: i64, least: i64, times: i64) -> Option<Rush> {
        let now = at / QUARTER;
        match self.0.back_mut() {
            Some((newest, count)) if *newest == now => *count = count.saturating_add(more),
            _ => {
                if self.0.len() == REMEMBERED {
                    self.0.pop_front();
                }
                self.0.push_back((now, more));
            }
        }
        let within = |from: i64| -> i64 {
            let hour = self.0.iter().rev().skip_while(|(then, _)| *then >= from + HOUR);
            hour.take_while(|(then, _)| *then >= from).map(|(_, count)| *count).fold(0, i64::saturating_add)
        };
        let count = within(now - HOUR + 1);
        if count < least {
            return None;
        }
        let known = self.0.iter().map(|(then, _)| *then);
        let known = known.filter(|then| now - then >= DAY && (now - then) * QUARTER < MEMORY);
        let mut known: Vec<i64> = known.map(within).collect();
        let most = known.iter().copied().max().unwrap_or(0);
        let bound = least.max(most.saturating_mul(times));
        (count - more < bound && count >= bound).then(|| Rush { count, usual: quantile(&mut known, 50), most })
    }

    /// Whether the last time is too long ago to count.
    pub(super) fn is_forgotten(&self, at: i64) -> bool {
        self.0.back().is_none_or(|(then, _)| at - then * QUARTER >= MEMORY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once, when the bound is reached, by the most before, and across the full hour.
    #[test]
    fn a_rush_is_told_once() {
        let mut hours = Hours::default();
        for day in 0..10 {
            for _ in 0..10 {
                assert_eq!(hours.count(day * DAY_MS, 1, 20, 3), None);
            }
        }
        let rushes: Vec<Rush> =
            (0..60).filter_map(|minute| hours.count(10 * DAY_MS + (minute + 30) * 60_000, 1, 20, 3)).collect();
        assert_eq!(rushes, [Rush { count: 30, usual: 10, most: 10 }]);
        // What goes on is its own measure a day later.
        assert_eq!(hours.count(12 * DAY_MS, 100, 20, 3), None);
        assert!(hours.is_forgotten(12 * DAY_MS + MEMORY));
    }
}
