//! What is looked at before a database is served, within a second or two however large it is: its
//! length, its pages, the newest rows of both chains, the balances, and the head that was kept
//! beside it. Reads only: what is refused stays as it was, byte for byte.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::chain::{self, Hash, Link, Look};
use super::journal::{Head, Journal};
use super::kept_head::KeptHead;
use super::supply::supply;
use super::{audit, transaction};
use crate::error::{Error, Result};
use crate::schema;
use crate::store::{self, FileState, StoreFailure};

/// Files up to this size are looked at page by page at once, larger ones while they are served.
const SMALL: i64 = 32 * 1024 * 1024;
/// Of each chain so many of the newest rows are computed again.
const NEWEST_ROWS: i64 = 10_000;

/// How much of a database was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examined {
    /// There is none yet, or one that holds nothing.
    Nothing,
    /// Every page of it.
    Whole,
    /// Not every page: see [`super::Books::check_pages`].
    InPart,
}

/// Refuses a database that must not be served, and names what is wrong with it.
pub fn examine(path: &Path) -> Result<Examined, StoreFailure> {
    if store::inspect(path, schema::APPLICATION_ID, schema::NEWEST)? == FileState::Missing {
        KeptHead::refuse_founding(path)?;
        return Ok(Examined::Nothing);
    }
    let conn = store::open_untouched(path)?;
    let examined = look(&conn).map_err(|error| {
        StoreFailure(format!(
            "{} cannot be served: {}. Nothing of it was changed; restore a backup, or look closer with `communitytoken verify`.",
            path.display(),
            error.cause().unwrap_or(&error.detail)
        ))
    })?;
    if examined == Examined::Nothing {
        KeptHead::refuse_founding(path)?;
    } else if let Some(head) = KeptHead::beside(path) {
        head.check(path, &conn)?;
    }
    Ok(examined)
}

fn look(conn: &Connection) -> Result<Examined> {
    // Everything is of one moment, though another process may write.
    let moment = conn.unchecked_transaction()?;
    let size: i64 =
        moment.query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| {
            row.get(0)
        })?;
    let whole = size <= SMALL;
    if whole {
        let pages: String = moment.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if pages != "ok" {
            return Err(Error::internal(format!("it is damaged ({})", pages.replace('\n', "; "))));
        }
    }
    let Some(id) = ledger(&moment)? else { return Ok(Examined::Nothing) };
    let heads = Journal::load(&moment)?;
    newest(&moment, "transactions", heads.head, chain::genesis(id, chain::TRANSACTIONS), transaction::for_each_after)?;
    newest(&moment, "audit_log", heads.audit, chain::genesis(id, chain::AUDIT), audit::for_each_after)?;
    if schema::version(&moment)? == schema::NEWEST && !supply(&moment, 0)?.is_consistent {
        return Err(Error::internal("its ledger does not add up"));
    }
    if whole {
        balances(&moment)?;
    }
    Ok(if whole { Examined::Whole } else { Examined::InPart })
}

/// The id of the ledger; `None` where founding was cut short before there was one.
fn ledger(conn: &Connection) -> Result<Option<Uuid>> {
    if schema::version(conn)? == 0 {
        return Ok(None);
    }
    let id: Option<String> = conn.query_row("SELECT id FROM ledger", [], |row| row.get(0)).optional()?;
    let Some(id) = id else {
        let lost: bool = conn.query_row("SELECT EXISTS (SELECT 1 FROM audit_log)", [], |row| row.get(0))?;
        return if lost { Err(Error::internal("the ledger's own row is missing")) } else { Ok(None) };
    };
    Uuid::try_parse(&id).map(Some).map_err(|_| Error::internal("the id of its ledger is damaged"))
}

/// The newest rows up to the sealed head: none missing, none altered.
fn newest<L: Link>(
    conn: &Connection,
    table: &str,
    head: Head,
    genesis: Hash,
    for_each_after: impl FnOnce(&Connection, i64, Look<'_, L>) -> Result<()>,
) -> Result<()> {
    let from = (head.sequence - NEWEST_ROWS).max(0);
    let mut previous = genesis;
    if from > 0 {
        previous =
            conn.query_row(&format!("SELECT hash FROM {table} WHERE sequence = ?1"), [from], |row| row.get(0))?;
    }
    let mut sequence = from;
    for_each_after(conn, from, &mut |row: L, stored| {
        // Rows after the head were inserted by hand; the writer chains them.
        if row.sequence() > head.sequence {
            return Ok(());
        }
        sequence += 1;
        let hash = row.hash(&previous);
        if row.sequence() != sequence || stored != Some(hash) {
            return Err(Error::internal(format!("row {sequence} of {table} is missing or not as it was written")));
        }
        previous = hash;
        Ok(())
    })?;
    if sequence == head.sequence { Ok(()) } else { Err(Error::internal(format!("the end of {table} is missing"))) }
}

/// Each wallet names its latest transaction, and holds what that says.
fn balances(conn: &Connection) -> Result<()> {
    let mut statement = conn.prepare(
        "SELECT wallets.id FROM wallets
           LEFT JOIN (SELECT wallet, max(sequence) AS latest
                        FROM (SELECT from_wallet AS wallet, sequence FROM transactions
                              UNION ALL SELECT to_wallet, sequence FROM transactions) GROUP BY wallet)
                  ON wallet = wallets.key
           LEFT JOIN transactions ON sequence = latest
          WHERE last_sequence IS NOT coalesce(latest, 0)
             OR balance IS NOT coalesce(CASE wallets.key WHEN to_wallet THEN to_balance WHEN from_wallet THEN from_balance END, 0)",
    )?;
    let mut rows = statement.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => Err(Error::internal(format!(
            "wallet {} does not name its latest transaction, or does not hold what that says",
            row.get::<_, String>(0)?
        ))),
    }
}
