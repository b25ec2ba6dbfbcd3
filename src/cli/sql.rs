//! `sql`: direct database access with the program's own SQLite. Many systems' `sqlite3` is older
//! than 3.51.3 and can damage a database that the server is writing.

use std::io::{BufRead, IsTerminal, Write};

use clap::Args;
use rusqlite::Connection;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

use super::{Common, Failure, output};
use crate::ledger::hex;
use crate::schema;
use crate::store;

#[derive(Debug, Args)]
pub(crate) struct Sql {
    /// Statements; none: they are read from standard input, each ended by a semicolon
    statements: Vec<String>,
}

impl Sql {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, config) = common.books()?;
        books.close();
        let path = &config.database.path;
        let conn = store::open_writing(path, schema::APPLICATION_ID, schema::NEWEST)?;
        config.database.checkpoints.set(&conn)?;
        if !self.statements.is_empty() {
            for statement in &self.statements {
                execute(&conn, statement, common.json)?;
            }
            return Ok(());
        }
        let stdin = std::io::stdin();
        let prompt = stdin.is_terminal();
        let mut statement = String::new();
        loop {
            if prompt {
                eprint!("{}", if statement.is_empty() { "ledger> " } else { "   ...> " });
                let _no_terminal = std::io::stderr().flush();
            }
            let mut line = String::new();
            if stdin.lock().read_line(&mut line).map_err(|error| Failure::Refused(error.to_string()))? == 0 {
                break;
            }
            statement.push_str(&line);
            if line.trim_end().ends_with(';') {
                match (execute(&conn, &statement, common.json), prompt) {
                    (Err(Failure::Refused(text)), true) => eprintln!("{text}"),
                    (outcome, _) => outcome?,
                }
                statement.clear();
            }
        }
        if statement.trim().is_empty() { Ok(()) } else { execute(&conn, &statement, common.json) }
    }
}

/// Runs the statements of a text, one after the other, and prints their rows.
fn execute(conn: &Connection, sql: &str, as_json: bool) -> Result<(), Failure> {
    let mut batch = rusqlite::Batch::new(conn, sql);
    while let Some(mut statement) = batch.next()? {
        let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        if names.is_empty() {
            // What triggers change counts too: the direct views do all their work by them.
            let before = conn.total_changes();
            statement.execute([])?;
            let changed = conn.total_changes() - before;
            output::print(as_json, &json!({ "changed": changed }), || format!("{changed} rows changed"));
            continue;
        }
        let mut rows = statement.query([])?;
        let mut found: Vec<Vec<Value>> = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((0..names.len()).map(|at| Ok(shown(row.get_ref(at)?))).collect::<Result<_, rusqlite::Error>>()?);
        }
        let objects: Vec<Map<String, Value>> =
            found.iter().map(|row| names.iter().cloned().zip(row.iter().cloned()).collect()).collect();
        output::print(as_json, &objects, || {
            let head: Vec<&str> = names.iter().map(String::as_str).collect();
            let text = |value: &Value| {
                value
                    .as_str()
                    .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
            };
            let rows: Vec<Vec<String>> = found.iter().map(|row| row.iter().map(text).collect()).collect();
            output::table(&head, &rows)
        });
    }
    Ok(())
}

fn shown(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => hex(bytes).into(),
    }
}
