//! What is usual: quantiles of small heaps of numbers, and what everybody paid lately.

use std::collections::VecDeque;

use super::happening::Movement;
use crate::ledger::DAY_MS;

/// What is older is forgotten, by every rule: half a year.
pub(super) const MEMORY: i64 = 182 * DAY_MS;
/// Of everybody's payments so many are remembered.
const REMEMBERED: usize = 1_000;
/// With fewer, nobody knows what is usual here, and no payment is judged.
const ENOUGH: usize = 200;

/// The smallest number below which such a share, in hundredths, of them lies; 0 of none.
pub(super) fn quantile(numbers: &mut [i64], hundredths: usize) -> i64 {
    if numbers.is_empty() {
        return 0;
    }
    let place = (numbers.len() - 1) * hundredths / 100;
    *numbers.select_nth_unstable(place).1
}

/// What everybody paid lately.
#[derive(Debug, Default)]
pub(super) struct Usual(VecDeque<(i64, i64)>);

impl Usual {
    pub(super) fn learn(&mut self, payment: &Movement) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((payment.at, payment.amount));
    }

    /// The amounts, where there are enough of them.
    pub(super) fn amounts(&self, at: i64) -> Option<Vec<i64>> {
        let lately: Vec<i64> =
            self.0.iter().filter(|(then, _)| at - then < MEMORY).map(|(_, amount)| *amount).collect();
        (lately.len() >= ENOUGH).then_some(lately)
    }
}
