//! What it costs members to pay each other.

use std::sync::Arc;

use super::Percent;
use super::reader::Reader;
use crate::ledger::WalletId;

/// The most digits after the point that a percentage is exact to.
const DIGITS_MAX: usize = 4;

/// A fee on payments between members: a part of what is paid, or so many tokens, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fees {
    /// What part of the payment.
    pub percent: Percent,
    /// How many tokens besides.
    pub fixed: i64,
    /// What a fee is at most; `None`: whatever it comes to.
    pub at_most: Option<i64>,
    /// The system account that takes it in; `None`: the community's own.
    pub to: Option<String>,
    /// Wallets whose payments are free: those they make, and those made to them.
    pub exempt: Vec<WalletId>,
}

impl Reader {
    /// None where nothing is taken: then a payment is what it was before there were fees.
    pub(super) fn fees(&mut self) -> Option<Arc<Fees>> {
        let fees = Fees {
            percent: self.percent("fees.percent"),
            fixed: self.tokens_if_set("fees.fixed").unwrap_or(0),
            at_most: self.tokens_if_set("fees.at_most"),
            to: self.text("fees.to"),
            exempt: self.exempt("fees.exempt"),
        };
        (fees.percent.parts() > 0 || fees.fixed > 0).then(|| Arc::new(fees))
    }

    /// A percentage in quotes. One that would have to be rounded is refused, and not rounded.
    fn percent(&mut self, key: &str) -> Percent {
        let Some(text) = self.text(key) else { return Percent::default() };
        let digits = text.trim_end_matches('%').trim_end().rsplit_once('.').map_or(0, |(_, digits)| digits.len());
        match text.parse() {
            Ok(percent) if digits <= DIGITS_MAX && !text.contains(['e', 'E']) => percent,
            Ok(_) => {
                self.wrong(key, "must have at most four digits after the point");
                Percent::default()
            }
            Err(why) => {
                self.wrong(key, format!("{why}, as in \"1.5\""));
                Percent::default()
            }
        }
    }

    /// Wallets by their addresses. Not members by their names: everybody may choose theirs anew.
    fn exempt(&mut self, key: &str) -> Vec<WalletId> {
        let mut wallets = Vec::new();
        for entry in self.list(key) {
            match entry.parse() {
                Ok(wallet) => wallets.push(wallet),
                Err(_) => self.wrong(key, format!("has {entry:?}; each entry is the address of a wallet")),
            }
        }
        wallets
    }
}
