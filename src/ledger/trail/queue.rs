//! A member's wallet as a queue of tokens, the first to come in the first to go out.

//!
//! A payment splits one lot at most, so there are never more lots than transactions, at 16 bytes each; where
//! tokens go round there are far fewer.

use std::collections::VecDeque;

/// Tokens that lie next to each other and came the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lot {
    /// Which distribution they are of: its place in the trail plus one. 0: none that is known.
    pub(super) origin: u32,
    pub(super) hands: Hands,
    pub(super) amount: i64,
}

/// Through whose hands tokens went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hands {
    /// They lie where they were given to, and none that came with them was spent.
    Untouched,
    /// They lie where they were given to, and some that came with them were spent.
    First,
    /// Someone passed them on.
    Passed,
}

/// What a wallet holds, the oldest first.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Queue {
    lots: VecDeque<Lot>,
}

impl Queue {
    pub(super) fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter()
    }

    /// What came in last.
    pub(super) fn push(&mut self, lot: Lot) {
        match self.lots.back_mut() {
            Some(last) if last.joins(&lot) => last.amount += lot.amount,
            _ => self.lots.push_back(lot),
        }
    }

    /// What goes back to where it came from was there first.
    pub(super) fn put_back(&mut self, lot: Lot) {
        match self.lots.front_mut() {
            Some(first) if first.joins(&lot) => first.amount += lot.amount,
            _ => self.lots.push_front(lot),
        }
    }

    /// Takes so many tokens that came in first.
    pub(super) fn take_oldest(&mut self, mut amount: i64, parts: &mut Vec<Lot>) {
        while amount > 0 {
            let Some(lot) = self.lots.front_mut() else { return };
            let part = lot.part(amount);
            amount -= part.amount;
            parts.push(part);
            if lot.amount == 0 {
                self.lots.pop_front();
            } else if lot.hands == Hands::Untouched {
                lot.hands = Hands::First;
            }
        }
    }

    /// Takes so many tokens that came in last; the oldest of them stand first in `parts`.
    pub(super) fn take_newest(&mut self, mut amount: i64, parts: &mut Vec<Lot>) {
        let before = parts.len();
        while amount > 0 {
            let Some(lot) = self.lots.back_mut() else { break };
            let part = lot.part(amount);
            amount -= part.amount;
            parts.push(part);
            if lot.amount == 0 {
                self.lots.pop_back();
            }
        }
        parts[before..].reverse();
    }

    /// Takes up to so many tokens that a distribution gave to this wallet and that lie here still; gives
    /// how many it could not.
    pub(super) fn take_given(&mut self, origin: u32, mut amount: i64, parts: &mut Vec<Lot>) -> i64 {
        self.lots.retain_mut(|lot| {
            if amount > 0 && lot.origin == origin && lot.hands != Hands::Passed {
                let part = lot.part(amount);
                amount -= part.amount;
                parts.push(part);
            }
            lot.amount > 0
        });
        amount
    }
}

impl Lot {
    fn joins(&self, other: &Self) -> bool {
        self.origin == other.origin && self.hands == Hands::Passed && other.hands == Hands::Passed
    }

    /// Parts with up to so many of its tokens.
    fn part(&mut self, most: i64) -> Self {
        let part = Self { amount: self.amount.min(most), ..*self };
        self.amount -= part.amount;
        part
    }
}
