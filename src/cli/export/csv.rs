//! For spreadsheets.

use std::io::{self, Write};

use jiff::Timestamp;

use super::Book;
use crate::ledger::{Direction, Entry, Party};
use crate::web::spreadsheet::{harmless, row};

const HEADINGS: [&str; 18] = [
    "sequence",
    "id",
    "time",
    "kind",
    "transaction_type",
    "from_wallet_id",
    "from_name",
    "to_wallet_id",
    "to_name",
    "amount",
    "direction",
    "balance_after",
    "note",
    "operator",
    "reason",
    "reverses",
    "hash",
    "fee_of",
];

pub(super) struct Csv;

impl Book for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        row(out, HEADINGS)
    }

    fn entry(&mut self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        let transaction = &entry.transaction;
        let time = Timestamp::from_millisecond(transaction.created_at).unwrap_or_default();
        let typed = |text: Option<&str>| text.map(harmless).unwrap_or_default();
        let direction = transaction.direction.map(|direction| match direction {
            Direction::In => "in",
            Direction::Out => "out",
        });
        row(
            out,
            [
                transaction.sequence.to_string(),
                transaction.id.to_string(),
                format!("{time:.3}"),
                transaction.kind.as_str().to_owned(),
                transaction.transaction_type.to_string(),
                transaction.from.wallet_id.to_string(),
                harmless(&transaction.from.name),
                transaction.to.wallet_id.to_string(),
                harmless(&transaction.to.name),
                transaction.amount.to_string(),
                direction.unwrap_or_default().to_owned(),
                transaction.balance_after.map(|balance| balance.to_string()).unwrap_or_default(),
                typed(transaction.note.as_deref()),
                typed(entry.operator.as_deref()),
                typed(entry.reason.as_deref()),
                transaction.reverses.map(|id| id.to_string()).unwrap_or_default(),
                transaction.hash.map(|hash| hash.to_string()).unwrap_or_default(),
                transaction.fee_of_id().map(|id| id.to_string()).unwrap_or_default(),
            ],
        )
    }

    fn end(&mut self, _: &mut dyn Write, _: Option<&[(Party, i64)]>) -> io::Result<()> {
        Ok(())
    }
}
