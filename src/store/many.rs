//! Rows that are inserted many at once.
//!
//! Before a statement changes a page, SQLite puts the page aside, to be able to take the statement back. Rows
//! that lie together share their pages: in one statement they are put aside once and not once for each.

use rusqlite::{Connection, ToSql};

/// How many rows one statement inserts at most.
pub const ROWS_AT_ONCE: usize = 64;
/// How many rows the statements insert: as many as there are go with the first, then with the next. Each is prepared
/// once, so there are few.
const AT_ONCE: [usize; 3] = [ROWS_AT_ONCE, 8, 1];

/// An insertion into one table, and the statements that do it.
pub struct Insertion<const COLUMNS: usize>([String; AT_ONCE.len()]);

impl<const COLUMNS: usize> Insertion<COLUMNS> {
    /// `into` is what stands before `VALUES`, `then` what stands behind the rows.
    pub fn new(into: &str, then: &str) -> Self {
        let row = format!("(?{})", ", ?".repeat(COLUMNS - 1));
        Self(AT_ONCE.map(|rows| format!("{into} VALUES {} {then}", vec![row.as_str(); rows].join(", "))))
    }

    /// Inserts the rows, in their order.
    pub fn insert<'r, R>(
        &self,
        conn: &Connection,
        mut rows: &'r [R],
        values: impl Fn(&'r R) -> [&'r dyn ToSql; COLUMNS],
    ) -> rusqlite::Result<()> {
        for (at_once, sql) in AT_ONCE.into_iter().zip(&self.0) {
            while let Some((now, later)) = rows.split_at_checked(at_once) {
                let mut statement = conn.prepare_cached(sql)?;
                for (index, value) in now.iter().flat_map(&values).enumerate() {
                    statement.raw_bind_parameter(index + 1, value)?;
                }
                statement.raw_execute()?;
                rows = later;
            }
        }
        Ok(())
    }
}
