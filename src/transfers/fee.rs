//! What it costs to pay: the fee on a payment between members, by the community's own rule.
//!
//! It is paid besides: whoever is paid gets the whole amount. It is a transaction of its own, written by the
//! same command right behind its payment, so that there is never one without the other, and each is found from
//! the other by its place alone.

use std::sync::Arc;

use rusqlite::Connection;

use crate::config::{Config, Fees, Percent};
use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, Fee, Kind, Ledger, Posting, SYSTEM_ACCOUNT, Transaction, Wallet, transaction_type, treasury,
};
use crate::web::Shell;

impl Fees {
    /// The fee on so much. Parts of a token are not taken, so nobody pays more than the rule says; where
    /// nothing is left, nothing is taken.
    pub fn on(&self, amount: Amount) -> Option<Amount> {
        let part = i128::from(amount.get()) * i128::from(self.percent.parts()) / i128::from(Percent::WHOLE);
        let fee = part + i128::from(self.fixed);
        let fee = self.at_most.map_or(fee, |most| fee.min(most.into()));
        // More than any wallet holds is as much too much.
        Amount::new(i64::try_from(fee).unwrap_or(i64::MAX)).ok()
    }

    /// Whether payments of this wallet are free, those it makes and those made to it.
    pub fn is_exempt(&self, wallet: &Wallet) -> bool {
        self.exempt.contains(&wallet.id)
    }

    /// The name of the system account that takes it in.
    pub fn account(&self) -> &str {
        self.to.as_deref().unwrap_or(SYSTEM_ACCOUNT)
    }

    /// Refuses what this ledger has not: an account to take fees in, a wallet whose payments are free.
    pub fn check(&self, conn: &Connection) -> Result<()> {
        treasury(conn, self.to.as_deref()).map_err(|error| match error.code {
            Code::SystemAccountNotFound => Error::field(
                "fees.to",
                format!(
                    "there is no system account {:?}; leave it empty for the community's own, or have an operator make the account first",
                    self.account()
                ),
            ),
            _ => error,
        })?;
        for wallet in &self.exempt {
            Wallet::by_id(conn, *wallet).map_err(|error| match error.code {
                Code::WalletNotFound => Error::field("fees.exempt", format!("nobody here has the wallet {wallet}")),
                _ => error,
            })?;
        }
        Ok(())
    }
}

/// The rule as a member reads it before they pay.
pub(super) struct FeeRule(Arc<Fees>);

impl FeeRule {
    /// For a member whose payments are not free.
    pub(super) fn for_payer(terms: &FeeTerms, payer: &Wallet) -> Option<Self> {
        terms.fees.clone().filter(|fees| !fees.is_exempt(payer)).map(Self)
    }

    /// In one sentence or two.
    pub(super) fn told(&self, shell: &Shell) -> String {
        let Fees { percent, fixed, at_most, .. } = &*self.0;
        let key = match (percent.parts() > 0, *fixed > 0) {
            (true, true) => "transfers-fee-rule-both",
            (true, false) => "transfers-fee-rule-percent",
            _ => "transfers-fee-rule-fixed",
        };
        let percent = shell.language.hundredths(percent.hundredths());
        let rule = shell.say(key).with("percent", percent).with("fixed", shell.tokens(fixed));
        let Some(most) = at_most else { return rule.into() };
        let most = shell.say("transfers-fee-rule-most").with("most", shell.tokens(most));
        shell.say("statistics-sentences").with("first", rule).with("second", most).into()
    }
}

/// What the community takes for a payment, and what whoever pays agrees to.
#[derive(Debug, Clone, Default)]
pub struct FeeTerms {
    /// The community's rule; `None`: nothing is taken.
    pub fees: Option<Arc<Fees>>,
    /// What they were shown, and agree to at most; `None`: whatever it is.
    pub at_most: Option<i64>,
}

impl FeeTerms {
    /// By the settings in force.
    pub fn of(config: &Config, at_most: Option<i64>) -> Self {
        Self { fees: config.fees.clone(), at_most }
    }

    /// The fee on a payment: of a member to a member, neither of them exempt.
    pub fn fee(&self, from: &Wallet, to: &Wallet, amount: Amount) -> Option<Amount> {
        let fees = self.fees.as_deref()?;
        let is_free = Kind::between(from.is_system, to.is_system, from.key == to.key) != Kind::Transfer
            || fees.is_exempt(from)
            || fees.is_exempt(to);
        if is_free { None } else { fees.on(amount) }
    }

    /// Refuses a fee that is more than they agreed to.
    pub(super) fn check(&self, fee: Amount) -> Result<()> {
        match self.at_most {
            Some(most) if fee.get() > most => Err(Error::new(
                Code::FeeChanged,
                format!("The fee is {fee} now, more than the {most} that were agreed to.", fee = fee.get()),
            )
            .with("fee", fee.get())
            .with("fee_max", most)),
            _ => Ok(()),
        }
    }

    /// Takes the fee of a payment that was made just now.
    pub(super) fn take(
        &self,
        ledger: &mut Ledger<'_>,
        from: &mut Wallet,
        fee: Amount,
        paid: &mut Transaction,
    ) -> Result<()> {
        let mut account = treasury(ledger.conn, self.fees.as_ref().and_then(|fees| fees.to.as_deref()))?;
        let posting = Posting { transaction_type: transaction_type::FEE, ..Posting::of(fee) };
        let taken = ledger.post(from, &mut account, &posting)?;
        paid.fee = Some(Fee { amount: taken.amount, transaction_id: taken.id });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of a token are not taken; a cap is one; and nothing wraps around.
    #[test]
    fn what_a_rule_comes_to() {
        const MOST: i64 = i64::MAX;
        for (percent, fixed, at_most, amount, fee) in [
            ("0", 0, None, 100, 0),
            ("0", 3, None, 1, 3),
            ("1", 0, None, 1, 0),
            ("1", 0, None, 99, 0),
            ("1", 0, None, 100, 1),
            ("1", 0, None, 199, 1),
            ("1", 2, None, 199, 3),
            ("0.0001", 0, None, 999_999, 0),
            ("0.0001", 0, None, 1_000_000, 1),
            ("33.3333", 0, None, 3, 0),
            ("33.3333", 0, None, 30, 9),
            ("100", 0, None, 1, 1),
            ("2", 1, Some(2), 49, 1),
            ("2", 1, Some(2), 50, 2),
            ("2", 1, Some(2), 5_000, 2),
            ("2", 1, Some(0), 5_000, 0),
            ("100", 0, None, MOST, MOST),
            ("50", 0, None, MOST, MOST / 2),
            ("100", MOST, None, MOST, MOST),
            ("100", MOST, Some(7), MOST, 7),
        ] {
            let fees = Fees { percent: percent.parse().unwrap(), fixed, at_most, ..Fees::default() };
            let came = fees.on(Amount::new(amount).unwrap()).map_or(0, Amount::get);
            assert_eq!(came, fee, "{percent}% and {fixed}, at most {at_most:?}, of {amount}");
        }
    }
}
