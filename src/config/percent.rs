//! Shares in hundredths: of a payment, of a balance.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A share in hundredths, to four digits after the point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Percent(u32);

impl Percent {
    /// The whole, in the parts that are counted.
    pub const WHOLE: u64 = 1_000_000;

    /// Parts of the whole.
    pub const fn parts(self) -> u64 {
        self.0 as u64
    }

    /// Of a number of hundredths.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it lies between nothing and the whole"
    )]
    fn of(hundredths: f64) -> Option<Self> {
        (0.0..=100.0).contains(&hundredths).then(|| Self((hundredths * 10_000.0).round() as u32))
    }

    /// A number of hundredths.
    pub fn hundredths(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

const NO_PERCENT: &str = "must be a number from 0 to 100";

impl FromStr for Percent {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_suffix('%').unwrap_or(text).trim();
        text.parse().ok().and_then(Self::of).ok_or(NO_PERCENT)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.hundredths())
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(f64::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom(NO_PERCENT))
    }
}
