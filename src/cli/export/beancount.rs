//! For beancount. A whole ledger ends with the balance of every wallet, so that bean-check proves it.

use std::io::{self, Write};

use super::Book;
use super::accounts::{Accounts, ISSUED, about, account, one_line};
use crate::config::Community;
use crate::ledger::{Entry, Party};

/// Before every entry: an account is opened on this day.
const OPENED: &str = "1970-01-01";

pub(super) struct Beancount {
    accounts: Accounts,
    title: String,
}

impl Beancount {
    pub(super) fn new(community: &Community) -> Self {
        Self { accounts: Accounts::new(community), title: community.name.clone() }
    }
}

impl Book for Beancount {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let commodity = &self.accounts.commodity;
        writeln!(out, "option \"title\" {}", quoted(&self.title))?;
        writeln!(out, "option \"operating_currency\" \"{commodity}\"")?;
        writeln!(out, "{OPENED} commodity {commodity}\n{OPENED} open {ISSUED} {commodity}")
    }

    fn entry(&mut self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        for account in self.accounts.new_accounts(entry) {
            writeln!(out, "{OPENED} open {account} {}", self.accounts.commodity)?;
        }
        let transaction = &entry.transaction;
        let day = self.accounts.day(entry);
        writeln!(out, "\n{day} * \"{}\" {}", transaction.kind.as_str(), quoted(about(entry)))?;
        writeln!(out, "  id: \"{}\"\n  sequence: {}", transaction.id, transaction.sequence)?;
        for side in Accounts::sides(entry) {
            writeln!(out, "  {}  {} {}", side.account, side.amount, self.accounts.commodity)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, balances: Option<&[(Party, i64)]>) -> io::Result<()> {
        let (day, commodity) = (self.accounts.day_after(), &self.accounts.commodity);
        writeln!(out)?;
        for (party, balance) in balances.unwrap_or_default() {
            if self.accounts.has_seen(party.wallet_id) {
                writeln!(out, "{day} balance {}  {balance} {commodity}", account(party))?;
            }
        }
        Ok(())
    }
}

/// A text in quotes that ends where it ends.
fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}
