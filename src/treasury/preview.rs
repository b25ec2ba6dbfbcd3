//! Who would get what, line by line, before anybody gets anything.

use std::collections::HashSet;

use rusqlite::Connection;

use super::distribute::{add, receiver, too_many_recipients};
use super::{ListLine, Recipient};
use crate::error::{Code, Error, Result};
use crate::ledger::{Amount, Wallet, WalletId, treasury};
use crate::web::Shell;

/// A line of the list, and whom it means.
#[derive(Debug, Clone)]
pub(super) struct PreviewLine {
    /// Their wallet.
    pub wallet_id: WalletId,
    /// Whole tokens.
    pub amount: Amount,
    /// The member.
    pub name: String,
    /// What they have now.
    pub balance: i64,
}

/// Something that is wrong with a list: with a line of it, or as a whole.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    line: Option<usize>,
    refusal: Error,
}

impl Problem {
    /// With the list as a whole.
    pub(super) const fn of(refusal: Error) -> Self {
        Self { line: None, refusal }
    }

    /// As a sentence.
    pub(super) fn told(&self, shell: &Shell) -> String {
        let problem = shell.of_others(&self.refusal);
        match self.line {
            Some(line) => shell.say("treasury-list-line").with("line", line).with("problem", problem).into(),
            None => problem,
        }
    }
}

/// What a distribution would do.
#[derive(Debug, Clone, Default)]
pub(super) struct Preview {
    /// The lines that are clear.
    pub lines: Vec<PreviewLine>,
    /// What is wrong: first with the list as a whole, then line by line.
    pub problems: Vec<Problem>,
    /// Tokens that members would receive.
    pub total: i64,
    /// Tokens in the pool now.
    pub pool: i64,
    /// Tokens that would have to be issued.
    pub issued: i64,
}

/// Looks at every line, and at what all of them come to.
pub(super) fn preview(
    conn: &Connection,
    list: Vec<ListLine>,
    recipients_max: usize,
    account: Option<&str>,
) -> Result<Preview> {
    let pool = treasury(conn, account)?.balance;
    let mut preview = Preview { pool, ..Preview::default() };
    if list.is_empty() {
        let refusal = Error::new(Code::InvalidRequest, "The list names nobody.").in_words("treasury-list-empty");
        preview.problems.push(Problem::of(refusal));
    }
    if list.len() > recipients_max {
        preview.problems.push(Problem::of(too_many_recipients(list.len(), recipients_max)));
    }
    let mut named = HashSet::with_capacity(list.len());
    for line in list {
        let judged = line.recipient.and_then(|recipient| {
            let wallet = receiver(Wallet::by_id(conn, recipient.wallet_id)?, &mut named)?;
            Ok((recipient, wallet))
        });
        match judged {
            Ok((recipient, wallet)) => preview.add(&recipient, wallet),
            Err(refusal) if refusal.is_refusal() => preview.problems.push(Problem { line: Some(line.line), refusal }),
            Err(error) => return Err(error),
        }
    }
    preview.issued = (preview.total - pool).max(0);
    Ok(preview)
}

impl Preview {
    fn add(&mut self, recipient: &Recipient, wallet: Wallet) {
        match add(self.total, recipient.amount) {
            Ok(total) => self.total = total,
            Err(refusal) if self.problems.iter().any(|problem| problem.refusal.code == refusal.code) => {}
            Err(refusal) => self.problems.push(Problem::of(refusal)),
        }
        self.lines.push(PreviewLine {
            wallet_id: recipient.wallet_id,
            amount: recipient.amount,
            name: wallet.name,
            balance: wallet.balance,
        });
    }

    /// The list by wallet ids alone: what is confirmed names nobody ambiguously.
    pub(super) fn list(&self) -> String {
        list_of(self.lines.iter().map(|line| (line.wallet_id.to_string(), line.amount, "")))
    }
}

/// A list as this program reads it; names are for those who look at it.
pub(super) fn list_of<'a>(shares: impl IntoIterator<Item = (String, Amount, &'a str)>) -> String {
    let mut text = String::from("wallet_id,amount,name\n");
    for (wallet, amount, name) in shares {
        text.extend([&wallet, ",", &amount.get().to_string(), ",", name, "\n"]);
    }
    text
}
