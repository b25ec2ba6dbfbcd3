//! For hledger. A whole ledger claims the balance of both wallets at every entry, so that hledger
//! itself checks every line of it.

use std::io::{self, Write};

use super::Book;
use super::accounts::{Accounts, ISSUED, about, one_line};
use crate::config::Community;
use crate::ledger::{Entry, Party};

pub(super) struct Hledger {
    accounts: Accounts,
    title: String,
    whole: bool,
}

impl Hledger {
    pub(super) fn new(community: &Community, whole: bool) -> Self {
        Self { accounts: Accounts::new(community), title: one_line(&community.name), whole }
    }
}

impl Book for Hledger {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "; {}", self.title)?;
        writeln!(out, "decimal-mark .\ncommodity 1000. {}\naccount {ISSUED}", self.accounts.commodity)
    }

    fn entry(&mut self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        for account in self.accounts.new_accounts(entry) {
            writeln!(out, "account {account}")?;
        }
        let transaction = &entry.transaction;
        let day = self.accounts.day(entry);
        writeln!(out, "\n{day} * ({}) {}", transaction.sequence, description(about(entry)))?;
        writeln!(out, "    ; id: {}", transaction.id)?;
        writeln!(out, "    ; kind: {}", transaction.kind.as_str())?;
        let commodity = &self.accounts.commodity;
        for side in Accounts::sides(entry) {
            write!(out, "    {}  {} {commodity}", side.account, side.amount)?;
            match side.balance {
                Some(balance) if self.whole => writeln!(out, " = {balance} {commodity}")?,
                _ => writeln!(out)?,
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Write, _: Option<&[(Party, i64)]>) -> io::Result<()> {
        Ok(())
    }
}

/// Text that stays a description: a semicolon would begin a comment, in which words like `date:` have
/// a meaning, and a bar would make a payee of what stands before it.
fn description(text: &str) -> String {
    one_line(text).replace(';', "\u{ff1b}").replace('|', "\u{a6}")
}
