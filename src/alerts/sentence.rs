//! An alert as a sentence with its numbers, for people.

use super::alert::{Alert, Involved};
use super::finding::Numbers;
use crate::language::Language;

/// Names in a row are no more than these.
const NAMES: usize = 12;

impl Alert {
    /// Why it was raised.
    pub fn sentence(&self, language: Language, symbol: &str) -> String {
        let tokens = |amount: i64| format!("{}\u{a0}{symbol}", language.grouped(amount));
        let name = self.wallet.as_ref().map_or("", |wallet| wallet.name.as_str());
        let other = self.others.first().map_or("", |wallet| wallet.name.as_str());
        let say = |key: &str| language.say(key);
        let words = match &self.numbers {
            Numbers::Amount { amount, usual, most, payments, of_everybody, left } => {
                let key = if *of_everybody { "alerts-says-amount-new" } else { "alerts-says-amount" };
                say(key)
                    .with("name", name)
                    .with("other", other)
                    .with("amount", tokens(*amount))
                    .with("times", amount / (*usual).max(1))
                    .with("usual", tokens(*usual))
                    .with("most", tokens(*most))
                    .with("payments", *payments)
                    .with("left", tokens(*left))
            }
            Numbers::Frequency { payments, usual, most } => say("alerts-says-frequency")
                .with("name", name)
                .with("payments", *payments)
                .with("usual", *usual)
                .with("most", *most),
            Numbers::Circle { amount, wallets, minutes } => {
                let round = self.wallet.iter().chain(&self.others).chain(&self.wallet).take(NAMES);
                let names: Vec<&str> = round.map(|wallet: &Involved| wallet.name.as_str()).collect();
                say("alerts-says-circle")
                    .with("amount", tokens(*amount))
                    .with("wallets", *wallets)
                    .with("hours", (minutes + 59) / 60)
                    .with("names", names.join(" → "))
            }
            Numbers::NewAccounts { accounts, amount, received, days } => say("alerts-says-new-accounts")
                .with("name", name)
                .with("accounts", *accounts)
                .with("amount", tokens(*amount))
                .with("received", tokens(*received))
                .with("days", *days),
            Numbers::Issuance { issued, usual, of_payments } => {
                let key = if *of_payments { "alerts-says-issuance-quiet" } else { "alerts-says-issuance" };
                say(key).with("issued", tokens(*issued)).with("usual", tokens(*usual))
            }
            Numbers::SignIns { sign_ins, most, refused: false } => {
                say("alerts-says-sign-ins").with("name", name).with("times", *sign_ins).with("most", *most)
            }
            Numbers::SignIns { sign_ins, most, refused: true } => {
                say("alerts-says-refused").with("times", *sign_ins).with("most", *most)
            }
            Numbers::Invariant { issued, held } => {
                say("alerts-says-invariant").with("issued", tokens(*issued)).with("held", tokens(*held))
            }
        };
        words.into()
    }
}
