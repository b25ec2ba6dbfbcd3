//! For programs: an array of transactions, as the API gives them, with operator and reason.

use std::io::{self, Write};

use super::Book;
use crate::ledger::{Entry, Party};

#[derive(Default)]
pub(super) struct Json {
    begun: bool,
}

impl Book for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "[")
    }

    fn entry(&mut self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        write!(out, "{}", if self.begun { ",\n" } else { "\n" })?;
        self.begun = true;
        Ok(serde_json::to_writer(out, entry)?)
    }

    fn end(&mut self, out: &mut dyn Write, _: Option<&[(Party, i64)]>) -> io::Result<()> {
        writeln!(out, "\n]")
    }
}
