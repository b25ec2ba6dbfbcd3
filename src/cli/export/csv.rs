//! For spreadsheets.

use std::io::{self, Write};

use jiff::Timestamp;

use super::Book;
use crate::ledger::{Direction, Entry, Party};

const HEADINGS: [&str; 17] = [
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
                transaction.hash.clone().unwrap_or_default(),
            ],
        )
    }

    fn end(&mut self, _: &mut dyn Write, _: Option<&[(Party, i64)]>) -> io::Result<()> {
        Ok(())
    }
}

fn row<const N: usize>(out: &mut dyn Write, cells: [impl AsRef<[u8]>; N]) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// Text in which a spreadsheet would find a formula gets an apostrophe before it, which makes it text.
/// Spreadsheets of many countries divide cells at semicolons, and any may be told to do so at tabs, so
/// that a cell can begin inside the text.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut begins = true;
    for character in text.chars() {
        if begins && is_formula(character) {
            shown.push('\'');
        }
        begins = matches!(character, ';' | '\t' | '\r' | '\n') || (begins && matches!(character, ' ' | '"'));
        shown.push(character);
    }
    shown
}

/// The signs that begin a formula, and those that spreadsheets drop before they look for one.
fn is_formula(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n')
        || matches!(character, '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    /// Wherever a cell may begin, no formula does; and what is none stays as it was written.
    #[test]
    fn formulas_are_text() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r\n=1", "'\r'\n'=1"),
            ("x;=1", "x;'=1"),
            ("x; \"=1", "x; \"'=1"),
            ("x\t@A1", "x\t'@A1"),
            (" =1", " '=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("2-3 = -1, ann@example.org; well", "2-3 = -1, ann@example.org; well"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
    }
}
