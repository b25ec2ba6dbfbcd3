//! Tables for spreadsheets, which take some texts for formulas and run them.

use std::io::{self, Write};

/// Writes a row.
pub fn row<const N: usize>(out: &mut dyn Write, cells: [impl AsRef<[u8]>; N]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// Text that a spreadsheet would take for a formula gets an apostrophe, which makes it text.
pub fn harmless(text: &str) -> String {
    let risky =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    format!("{}{text}", if risky { "'" } else { "" })
}
