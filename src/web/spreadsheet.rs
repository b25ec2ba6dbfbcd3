//! Tables for spreadsheets, which take some texts for formulas and run them.

use std::io::{self, Write};

/// Writes a row.
pub fn row(out: &mut dyn Write, cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// Text in which a spreadsheet would find a formula gets an apostrophe before it, which makes it text.
/// Spreadsheets of many countries divide cells at semicolons, and any may be told to do so at tabs, so
/// that a cell can begin inside the text.
pub fn harmless(text: &str) -> String {
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
