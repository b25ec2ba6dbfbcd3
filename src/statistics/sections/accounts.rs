//! What the community's own accounts took in and gave out.

use super::{ACCOUNTS, MOVEMENTS, Section, Words};
use crate::statistics::Accounts;
use crate::statistics::accounts::Account;
use crate::statistics::table::{Cell, Table};
use crate::web::chart::{self, Chart, Point, drawn};

/// So much of an account's name stands below its columns.
const NAME_CHARS: usize = 14;

impl Words<'_> {
    /// What an account took in and gave out: two columns side by side.
    fn income_and_expense(&self, lead: String, accounts: &Accounts) -> Option<Chart> {
        let (mut columns, mut below) = (Vec::new(), Vec::new());
        for account in &accounts.accounts {
            let name = account.name.trim_start_matches("system_account_");
            let part = |class: &'static str, key: &str, tokens: i128| {
                let what = self.say(key);
                let says = self
                    .shell
                    .say("statistics-effect-says")
                    .with("when", name)
                    .with("what", &what)
                    .with("amount", self.tokens(tokens));
                (class, Point { value: drawn(tokens), says: says.into() })
            };
            let moved = &account.total;
            columns.push(vec![
                part("strength-5", "statistics-account-from-members", moved.received_from_members),
                part("strength-3", "statistics-account-issued", moved.issued),
                part("strength-1", "statistics-account-from-accounts", moved.received_from_accounts),
            ]);
            columns.push(vec![
                part("pool", "statistics-account-distributed", moved.distributed),
                part("back", "statistics-account-to-accounts", moved.paid_to_accounts),
            ]);
            below.extend([name.chars().take(NAME_CHARS).collect(), String::new()]);
        }
        chart::stacks(self.language(), lead, columns, &below)
    }

    pub(in crate::statistics) fn own_accounts(&self, accounts: &Accounts) -> Section {
        let account = |account: &Account| {
            vec![
                Cell::Text(account.name.clone()),
                Cell::Tokens(account.opening_balance.into()),
                Cell::Tokens(account.total.issued),
                Cell::Tokens(account.total.received_from_members),
                Cell::Tokens(account.total.received_from_accounts),
                Cell::Tokens(account.total.distributed),
                Cell::Tokens(account.total.paid_to_accounts),
                Cell::Tokens(account.closing_balance.into()),
            ]
        };
        let rows = accounts.accounts.iter().flat_map(|account| {
            account.series.iter().map(|point| {
                vec![
                    Cell::Start(point.start_at, accounts.bucket),
                    Cell::Text(account.name.clone()),
                    Cell::Tokens(point.movement.issued),
                    Cell::Tokens(point.movement.received_from_members),
                    Cell::Tokens(point.movement.received_from_accounts),
                    Cell::Tokens(point.movement.distributed),
                    Cell::Tokens(point.movement.paid_to_accounts),
                    Cell::Tokens(point.balance.into()),
                ]
            })
        });
        let headings = |[first, second]: [(&str, &'static str); 2], last| {
            self.headings([
                first,
                second,
                ("statistics-account-issued", "issued"),
                ("statistics-account-from-members", "received_from_members"),
                ("statistics-account-from-accounts", "received_from_accounts"),
                ("statistics-account-distributed", "distributed"),
                ("statistics-account-to-accounts", "paid_to_accounts"),
                last,
            ])
        };
        let lead = self.say("statistics-accounts-lead");
        Section {
            id: "accounts",
            heading: self.say("statistics-accounts"),
            keys: vec![
                ("strength-5", self.say("statistics-account-from-members")),
                ("strength-3", self.say("statistics-account-issued")),
                ("strength-1", self.say("statistics-account-from-accounts")),
                ("pool", self.say("statistics-account-distributed")),
                ("back", self.say("statistics-account-to-accounts")),
            ],
            chart: self.income_and_expense(lead.clone(), accounts),
            lead,
            empty: self.say("statistics-accounts-empty"),
            note: self.say("statistics-accounts-note"),
            tables: vec![
                Table {
                    path: ACCOUNTS,
                    caption: self.say("statistics-accounts-table"),
                    headings: headings(
                        [("statistics-account", "account"), ("statistics-account-before", "opening_balance")],
                        ("statistics-account-after", "closing_balance"),
                    ),
                    rows: accounts.accounts.iter().map(account).collect(),
                },
                Table {
                    path: MOVEMENTS,
                    caption: self.say("statistics-movements-table"),
                    headings: headings(
                        [("statistics-from", "start_at"), ("statistics-account", "account")],
                        ("statistics-account-at-end", "balance"),
                    ),
                    rows: rows.collect(),
                },
            ],
        }
    }
}
