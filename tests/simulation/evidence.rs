//! What the rows say, read back through the program's own reading connections.

use communitytoken::error::Result;
use communitytoken::ledger::verify::verify;
use communitytoken::ledger::{Direction, Filter, PageRequest, Wallet, history, supply};

use super::model::TREASURY;
use super::support;
use super::world::World;

/// What can be compared after each round.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// Of each wallet: balance, frozen, closed, latest transaction.
    pub wallets: Vec<(i64, bool, bool, i64)>,
    pub issued: i64,
    pub transactions: usize,
    pub audit_lines: i64,
    pub records: usize,
    pub is_consistent: bool,
}

impl World {
    pub fn state(&self) -> Result<State> {
        self.books().read_blocking(|conn| {
            let number = |sql: &str| conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0));
            let count = |sql: &str| number(sql).map(|count| usize::try_from(count).unwrap());
            let mut wallets =
                conn.prepare_cached("SELECT balance, is_frozen, is_closed, last_sequence FROM wallets ORDER BY key")?;
            Ok(State {
                wallets: wallets.query_map([], |row| row.try_into())?.collect::<rusqlite::Result<_>>()?,
                issued: number("SELECT total_issued FROM ledger")?,
                transactions: count("SELECT coalesce(max(sequence), 0) FROM transactions")?,
                audit_lines: number("SELECT max(sequence) FROM audit_log")?,
                records: count("SELECT count(*) FROM idempotency_records")?,
                is_consistent: supply(conn, 0)?.is_consistent,
            })
        })
    }

    /// Every row of the ledger: from whom (by number), to whom, how much, when, and what it gives back.
    pub fn rows(&self) -> Vec<(usize, usize, i64, i64, Option<i64>)> {
        let who = |key: i64| usize::try_from(key - self.wallet_key(TREASURY).0).unwrap();
        self.books()
            .read_blocking(|conn| {
                let mut rows = conn.prepare_cached(
                    "SELECT from_wallet, to_wallet, amount, created_at, reverses FROM transactions ORDER BY sequence",
                )?;
                let rows = rows.query_map([], |row| {
                    Ok((who(row.get(0)?), who(row.get(1)?), row.get(2)?, row.get(3)?, row.get(4)?))
                })?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap()
    }

    /// What the program's own proof finds.
    pub fn findings(&self) -> Vec<String> {
        let report = self.books().read_blocking(|conn| verify(conn, |_, _| {})).unwrap();
        report.findings.into_iter().map(|finding| format!("{finding:?}")).collect()
    }

    /// A wallet's whole history, oldest first, as its member pages through it: sequence, change, balance after.
    pub fn history(&self, who: usize) -> Vec<(i64, i64, i64)> {
        let (mut lines, mut cursor) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit: 200, cursor };
            let read = self.books().read_blocking(|conn| {
                let wallet = Wallet::by_key(conn, self.wallet_key(who))?;
                history(conn, &wallet, &Filter::default(), &request)
            });
            let page = read.unwrap();
            lines.extend(page.items.iter().map(|line| {
                let change = if line.direction == Some(Direction::In) { line.amount } else { -line.amount };
                (line.sequence, change, line.balance_after.unwrap())
            }));
            cursor = page.next_cursor;
            if cursor.is_none() {
                lines.reverse();
                return lines;
            }
        }
    }

    /// Every row of every table.
    pub fn everything(&self) -> Vec<String> {
        self.books().read_blocking(|conn| Ok(support::rows(conn))).unwrap()
    }
}
