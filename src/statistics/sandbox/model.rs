//! What a community is to the simulation: what everyone holds, and the payments that were made.

/// Where tokens come from or go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A member, by their place among all.
    Member(usize),
    /// The community itself: all its system accounts together.
    Pool,
    /// Somebody who has left. Whoever is paid in their stead is left to chance.
    Gone,
}

/// A payment that was made, of which more like it are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// Who paid.
    pub from: Party,
    /// Who was paid.
    pub to: Party,
    /// Tokens.
    pub amount: i64,
}

/// A community.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// What each member holds.
    pub balances: Vec<i64>,
    /// What the community itself holds.
    pub pool: i64,
    /// What lies in the wallets of those who have left: nobody moves it.
    pub resting: i64,
    /// Payments between members, to the community and by it.
    pub payments: Vec<Payment>,
    /// In how many days these were made.
    pub days: f64,
}

impl Model {
    /// Every token there is.
    pub fn issued(&self) -> i128 {
        self.balances.iter().map(|balance| i128::from(*balance)).sum::<i128>()
            + i128::from(self.pool)
            + i128::from(self.resting)
    }
}
