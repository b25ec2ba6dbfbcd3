//! What the two forms of plain text accounting share: names of accounts, the commodity, and text that
//! is only ever text.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::Community;
use crate::ledger::{Entry, Kind, Owner, Party, WalletId};

/// Where new tokens come from, so that every entry has two sides.
pub(super) const ISSUED: &str = "Equity:Issued";
/// Words that are something else than a commodity to beancount.
const RESERVED: [&str; 3] = ["TRUE", "FALSE", "NULL"];
/// The longest name of a commodity.
const COMMODITY_MAX: usize = 24;

/// One side of an entry: the account, the tokens that move, and the balance afterwards where the
/// ledger keeps one.
pub(super) struct Side {
    pub(super) account: String,
    pub(super) amount: i64,
    pub(super) balance: Option<i64>,
}

/// Turns entries into the terms of accounting.
pub(super) struct Accounts {
    pub(super) commodity: String,
    zone: TimeZone,
    last: Date,
    seen: HashSet<WalletId>,
}

impl Accounts {
    pub(super) fn new(community: &Community) -> Self {
        Self {
            commodity: commodity(&community.token_name),
            zone: community.time_zone.clone(),
            last: Date::default(),
            seen: HashSet::new(),
        }
    }

    /// The day of an entry where the community lives. It never falls, even where a clock change leads
    /// back over midnight: balances are claimed in the order of days.
    pub(super) fn day(&mut self, entry: &Entry) -> Date {
        let time = Timestamp::from_millisecond(entry.transaction.created_at).unwrap_or_default();
        self.last = self.last.max(time.to_zoned(self.zone.clone()).date());
        self.last
    }

    /// The day after the last entry.
    pub(super) fn day_after(&self) -> Date {
        self.last.tomorrow().unwrap_or(self.last)
    }

    /// Whether an entry of this wallet was written.
    pub(super) fn has_seen(&self, wallet: WalletId) -> bool {
        self.seen.contains(&wallet)
    }

    /// The accounts that this entry is the first to name.
    pub(super) fn new_accounts(&mut self, entry: &Entry) -> Vec<String> {
        let sides = [&entry.transaction.from, &entry.transaction.to];
        sides.into_iter().filter(|party| self.seen.insert(party.wallet_id)).map(account).collect()
    }

    /// The two sides of an entry.
    pub(super) fn sides(entry: &Entry) -> [Side; 2] {
        let transaction = &entry.transaction;
        let to =
            Side { account: account(&transaction.to), amount: transaction.amount, balance: Some(entry.to_balance) };
        let from = if transaction.kind == Kind::Issuance {
            Side { account: ISSUED.to_owned(), amount: -transaction.amount, balance: None }
        } else {
            Side { account: account(&transaction.from), amount: -transaction.amount, balance: Some(entry.from_balance) }
        };
        [to, from]
    }
}

/// The name of a wallet's account. People may share a name and change it; the id keeps them apart.
pub(super) fn account(party: &Party) -> String {
    let group = match party.owner {
        Owner::User => "Members",
        Owner::System => "System",
    };
    let name: String =
        party.name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect();
    let name = name.trim_matches('-');
    let (first, rest) = name.split_at_checked(1).unwrap_or(("X", ""));
    format!("Assets:{group}:{}{rest}:{}", first.to_ascii_uppercase(), party.wallet_id.to_string().to_ascii_uppercase())
}

/// What one token is called, in the few letters that accounting programs allow.
fn commodity(token_name: &str) -> String {
    let letters = token_name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase());
    let name: String = letters.take(COMMODITY_MAX).collect();
    if name.len() < 2 || RESERVED.contains(&name.as_str()) { "TOKEN".to_owned() } else { name }
}

/// What an entry is about: what the sender wrote, or why an operator did it, or at least what it is.
pub(super) fn about(entry: &Entry) -> &str {
    let note = entry.transaction.note.as_deref();
    note.or(entry.reason.as_deref()).unwrap_or(entry.transaction.kind.as_str())
}

/// Text on one line: whatever could end the line is a space.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{2028}' | '\u{2029}' => ' ',
            character if character.is_control() => ' ',
            character => character,
        })
        .collect()
}
