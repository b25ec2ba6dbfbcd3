//! The plain schema at work: a database in a file, filled as it would have grown, then measured with
//! every commit on disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

/// Wallets that pay each other, as in our own benchmark.
const WALLETS: usize = 100;
/// What each has at first; a walk of ten million single tokens stays far from nothing.
const ENDOWMENT: i64 = 1_000_000_000;
/// What all have, for ever.
pub(crate) const ALL_TOKENS: i64 = 100 * ENDOWMENT;
/// While filling: enough to keep every index in memory, in KiB. Otherwise each new key reads a page.
const FILLING_CACHE_KIB: i64 = 3 * 1024 * 1024;
/// While measuring: as much as our own writer has, in KiB.
const MEASURING_CACHE_KIB: i64 = 16 * 1024;

/// A result, or what SQLite or the machine had against it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One measured line, in the form of `communitytoken bench --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) group: &'static str,
    pub(crate) what: String,
    pub(crate) batch: usize,
    /// Rows that were there before.
    pub(crate) transactions: u64,
    pub(crate) count: usize,
    pub(crate) per_second: f64,
    /// Times of a whole batch: a transfer is done when its batch is on disk.
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    /// Handed to the disk for each transfer, log and checkpoints together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_each: Option<u64>,
}

/// The database, and the wallets in it.
pub(crate) struct Plain {
    path: PathBuf,
    conn: Connection,
    wallets: Vec<Uuid>,
}

impl Plain {
    /// Makes the schema and the wallets, and grows a history of so many transfers, without syncs but row by
    /// row: indexes sorted afterwards would be packed full, and the first insert into each page would split it.
    pub(crate) fn grow(path: &Path, rows: u64, progress: impl Fn(u64)) -> Result<Self> {
        let conn = Connection::open(path)?;
        conn.pragma_update(None, "journal_mode", "OFF")?;
        conn.pragma_update(None, "synchronous", "OFF")?;
        conn.pragma_update(None, "cache_size", -FILLING_CACHE_KIB)?;
        conn.execute_batch("BEGIN")?;
        conn.execute_batch(include_str!("schema.sql"))?;
        let wallets: Vec<Uuid> = (0..WALLETS).map(|_| Uuid::new_v4()).collect();
        for wallet in &wallets {
            conn.execute("INSERT INTO wallets (id, balance) VALUES (?1, ?2)", (wallet.as_bytes(), ENDOWMENT))?;
        }
        let mut plain = Self { path: path.to_owned(), conn, wallets };
        let tenth = (rows / 10).max(1);
        for row in 0..rows {
            plain.transfer()?;
            if (row + 1) % tenth == 0 {
                progress(row + 1);
            }
        }
        plain.conn.execute_batch("COMMIT")?;
        plain.conn = open_measured(path)?;
        // What the system still holds back would otherwise be written while we measure.
        File::open(path)?.sync_all()?;
        Ok(plain)
    }

    /// Transfers in batches, each batch one commit on disk, for so long.
    pub(crate) fn measure(&mut self, batch: usize, duration: Duration) -> Result<Line> {
        let transactions = self.count("transactions")?;
        let written = written();
        let (mut times, began) = (Vec::new(), Instant::now());
        while began.elapsed() < duration {
            let start = Instant::now();
            self.conn.execute_batch("BEGIN IMMEDIATE")?;
            for _ in 0..batch {
                self.transfer()?;
            }
            self.conn.execute_batch("COMMIT")?;
            times.push(start.elapsed());
        }
        let (elapsed, count) = (began.elapsed(), times.len() * batch);
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "counts of transfers fit a double exactly")]
        Ok(Line {
            group: "plain",
            what: format!("batch {batch}"),
            batch,
            transactions,
            count,
            per_second: count as f64 / elapsed.as_secs_f64(),
            p50_ms: at(50),
            p95_ms: at(95),
            p99_ms: at(99),
            bytes_each: self::written().zip(written).map(|(after, before)| (after - before) / count as u64),
        })
    }

    /// Rows of a table.
    pub(crate) fn count(&self, table: &str) -> Result<u64> {
        let rows: i64 = self.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok(rows.try_into()?)
    }

    /// All tokens there are.
    pub(crate) fn tokens(&self) -> Result<i64> {
        Ok(self.conn.query_row("SELECT sum(balance) FROM wallets", [], |row| row.get(0))?)
    }

    /// The size of the database.
    pub(crate) fn bytes(&self) -> Result<u64> {
        Ok(fs::metadata(&self.path)?.len())
    }

    /// One token from one wallet to another, by a request of its own key.
    fn transfer(&mut self) -> Result<()> {
        let (id, key) = (Uuid::new_v4(), Uuid::new_v4());
        let (sender, recipient) = self.pair(id);
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let changed = self
            .conn
            .prepare_cached("UPDATE wallets SET balance = balance - 1 WHERE id = ?1 AND balance >= 1")?
            .execute([sender.as_bytes()])?
            + self
                .conn
                .prepare_cached("UPDATE wallets SET balance = balance + 1 WHERE id = ?1")?
                .execute([recipient.as_bytes()])?;
        if changed != 2 {
            return Err("a wallet has run out of tokens".into());
        }
        self.conn.prepare_cached("INSERT INTO transactions VALUES (?1, ?2, ?3, 1, ?4)")?.execute((
            id.as_bytes(),
            sender.as_bytes(),
            recipient.as_bytes(),
            now,
        ))?;
        self.conn.prepare_cached("INSERT INTO idempotency_records VALUES (?1, ?2, ?3)")?.execute((
            key.as_bytes(),
            id.as_bytes(),
            now,
        ))?;
        Ok(())
    }

    /// Two different wallets, by the random bits of an id.
    fn pair(&self, id: Uuid) -> (Uuid, Uuid) {
        let bits = id.as_u128();
        let sender = usize::from(low(bits)) % WALLETS;
        let recipient = (sender + 1 + usize::from(low(bits >> 16)) % (WALLETS - 1)) % WALLETS;
        (self.wallets[sender], self.wallets[recipient])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn low(bits: u128) -> u16 {
    bits as u16
}

/// The same settings as our own ledger: a write-ahead log, and every commit on disk.
fn open_measured(path: &Path) -> Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -MEASURING_CACHE_KIB)?;
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    let synchronous: i64 = conn.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if (mode.as_str(), synchronous) != ("wal", 2) {
        return Err("SQLite did not accept a write-ahead log with synchronous=FULL".into());
    }
    Ok(conn)
}

/// Bytes this process has handed to the disk so far, where the system counts them.
fn written() -> Option<u64> {
    let counters = fs::read_to_string("/proc/self/io").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.trim().parse().ok())
}
