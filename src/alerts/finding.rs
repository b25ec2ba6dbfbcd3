//! What a rule finds: which rule, whom it concerns, and the numbers that say why.

use std::collections::HashMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::ledger::{DAY_MS, WalletKey};

/// After the last time, so long one and the same thing is not raised anew but counted on.
const COOL_DOWN: i64 = 7 * DAY_MS;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $word:tt,)*) => {
        /// A rule by which something is found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = AlertRule)]
        pub enum Rule { $($(#[$doc])* $variant,)* }

        impl Rule {
            /// Each, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

rules! {
    /// A payment far above what the member usually pays.
    Amount = "amount",
    /// Far more payments in an hour than the member usually makes.
    Frequency = "frequency",
    /// The same amount went round and came back within two days.
    Circle = "circle",
    /// Several new accounts passed most of what they had on to one wallet.
    NewAccounts = "new_accounts",
    /// Far more was issued in 30 days than in any such time before.
    Issuance = "issuance",
    /// Far more sign-ins in an hour than usual, of one member, or refused ones in all.
    SignIns = "sign_ins",
    /// The ledger does not add up.
    Invariant = "invariant",
}

impl FromStr for Rule {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let known = || Self::ALL.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(", ");
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.as_str() == word)
            .ok_or_else(|| Error::field("rule", format!("{word:?} is none; there are {}", known())))
    }
}

impl Rule {
    /// What it is called on the pages: a text of ours.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Amount => "alerts-rule-amount",
            Self::Frequency => "alerts-rule-frequency",
            Self::Circle => "alerts-rule-circle",
            Self::NewAccounts => "alerts-rule-new-accounts",
            Self::Issuance => "alerts-rule-issuance",
            Self::SignIns => "alerts-rule-sign-ins",
            Self::Invariant => "alerts-rule-invariant",
        }
    }
}

/// Whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The owner of a wallet.
    Wallet(WalletKey),
    /// The community as a whole.
    Community,
}

impl Subject {
    /// The wallet, where it concerns one.
    pub(super) const fn wallet(self) -> Option<WalletKey> {
        match self {
            Self::Wallet(wallet) => Some(wallet),
            Self::Community => None,
        }
    }
}

/// What a rule saw, and what is usual: the reason in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[schema(as = AlertNumbers)]
pub enum Numbers {
    /// Of a payment.
    Amount {
        /// What was paid.
        amount: i64,
        /// What is usual: the median of what the member paid before, or of what everybody paid.
        usual: i64,
        /// The most that was paid before; of everybody, all but the largest in a hundred.
        most: i64,
        /// How many payments that rests on.
        payments: i64,
        /// Whether it is compared with everybody, because the member has paid too seldom.
        of_everybody: bool,
        /// What the member has left.
        left: i64,
    },
    /// Of payments in an hour.
    Frequency {
        /// So many were made in this hour, as it was noticed.
        payments: i64,
        /// The median of the member's hours in which they paid before; 0: there are none.
        usual: i64,
        /// The most in an hour before.
        most: i64,
    },
    /// Of a circle.
    Circle {
        /// What came back at the end.
        amount: i64,
        /// Through so many wallets.
        wallets: i64,
        /// From the first payment to the last, in minutes.
        minutes: i64,
    },
    /// Of new accounts that paid one wallet.
    NewAccounts {
        /// So many accounts.
        accounts: i64,
        /// What they paid to it in all.
        amount: i64,
        /// What they had been given or paid in all.
        received: i64,
        /// None of them is older, in days.
        days: i64,
    },
    /// Of issuance.
    Issuance {
        /// Issued within 30 days, to the moment it was noticed.
        issued: i64,
        /// The most in 30 days before; where nothing was issued in half a year, what members paid in the last 30 days.
        usual: i64,
        /// Whether it is compared with what members paid.
        of_payments: bool,
    },
    /// Of sign-ins.
    SignIns {
        /// So many in an hour, as it was noticed.
        sign_ins: i64,
        /// The most in an hour before.
        most: i64,
        /// Whether they were refused.
        refused: bool,
    },
    /// Of the ledger.
    Invariant {
        /// Every token ever issued.
        issued: i64,
        /// What members and the pool hold together.
        held: i64,
    },
}

impl Numbers {
    /// Which rule says so.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Amount { .. } => Rule::Amount,
            Self::Frequency { .. } => Rule::Frequency,
            Self::Circle { .. } => Rule::Circle,
            Self::NewAccounts { .. } => Rule::NewAccounts,
            Self::Issuance { .. } => Rule::Issuance,
            Self::SignIns { .. } => Rule::SignIns,
            Self::Invariant { .. } => Rule::Invariant,
        }
    }
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whom it concerns.
    pub subject: Subject,
    /// When it was so, Unix milliseconds.
    pub at: i64,
    /// Why.
    pub numbers: Numbers,
    /// Further wallets that are in it.
    pub others: Vec<WalletKey>,
    /// The transactions it rests on.
    pub transactions: Vec<i64>,
}

/// What was found of one and the same thing before.
pub(super) const fn is_the_same_still(last_at: i64, at: i64) -> bool {
    at - last_at < COOL_DOWN
}

/// Tells what is new from what goes on, where nothing is kept.
#[derive(Debug, Default)]
pub struct Cooling(HashMap<(Rule, Subject), i64>);

impl Cooling {
    /// Whether this is new, as if whatever was raised before had been seen by somebody at once.
    pub fn is_new(&mut self, finding: &Finding) -> bool {
        let last = self.0.insert((finding.numbers.rule(), finding.subject), finding.at);
        last.is_none_or(|last| !is_the_same_still(last, finding.at))
    }
}
