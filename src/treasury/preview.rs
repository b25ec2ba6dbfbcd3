//! Who would get what, line by line, before anybody gets anything.

use std::collections::HashSet;

use rusqlite::Connection;

use super::distribute::{add, receiver};
use super::{ListLine, Recipient};
use crate::error::{Code, Error, Result};
use crate::ledger::{Amount, Wallet, WalletId, treasury};

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

/// What a distribution would do.
#[derive(Debug, Clone, Default)]
pub(super) struct Preview {
    /// The lines that are clear.
    pub lines: Vec<PreviewLine>,
    /// What is wrong: first with the list as a whole, then line by line.
    pub problems: Vec<String>,
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
        preview.problems.push("The list names nobody.".into());
    }
    if list.len() > recipients_max {
        let named = list.len();
        preview.problems.push(format!(
            "A distribution serves at most {recipients_max} recipients, and this list names {named}. Split it, or raise limits.recipients_per_distribution in the settings."
        ));
    }
    let mut seen = HashSet::with_capacity(list.len());
    for line in list {
        let judged = line.recipient.and_then(|recipient| {
            let wallet =
                receiver(conn, recipient.wallet_id, &mut seen).map_err(|error| about(error, &recipient.place))?;
            Ok((recipient, wallet))
        });
        match judged {
            Ok((recipient, wallet)) => preview.add(&recipient, wallet),
            Err(error) if error.is_refusal() => preview.problems.push(sentence(&error)),
            Err(error) => return Err(error),
        }
    }
    preview.issued = (preview.total - pool).max(0);
    Ok(preview)
}

/// Upper case at the beginning, as sentences have it: places of lines are written small.
fn sentence(error: &Error) -> String {
    let mut letters = error.detail.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn about(error: Error, place: &str) -> Error {
    match error.errors.first() {
        Some(wrong) if wrong.message.ends_with('.') => Error::new(Code::InvalidRequest, wrong.message.clone()),
        _ => error,
    }
    .about(place)
}

impl Preview {
    fn add(&mut self, recipient: &Recipient, wallet: Wallet) {
        match add(self.total, recipient.amount) {
            Ok(total) => self.total = total,
            Err(error) if self.problems.contains(&error.detail) => {}
            Err(error) => self.problems.push(error.detail),
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
