//! The kernel's own commands, watched: beside what they answer, what the rows say right after them,
//! within the same transaction. And commands that do to the writer what the world does to it.

use std::path::{Path, PathBuf};

use communitytoken::error::{Error, Result};
use communitytoken::identity::Member;
use communitytoken::ledger::{
    Command, Direction, Filter, Ledger, Once, Outcome, PageRequest, Transaction, Wallet, WalletKey, history,
};
use communitytoken::transfers::Send;
use communitytoken::treasury::Distribution;

use super::model::Seen;
use super::support::Hand;

/// What a command's answer says, in the words of the model.
pub trait Tell {
    fn tell(&self) -> Seen;
    /// The member it brought.
    fn member(&self) -> Option<Member> {
        None
    }
}

impl Tell for () {
    fn tell(&self) -> Seen {
        Seen::default()
    }
}

impl Tell for Seen {
    fn tell(&self) -> Seen {
        self.clone()
    }
}

impl Tell for Transaction {
    fn tell(&self) -> Seen {
        Seen { sequences: (self.sequence, self.sequence), at: self.created_at, ..Seen::default() }
    }
}

impl Tell for Distribution {
    fn tell(&self) -> Seen {
        let made: Vec<_> = self.transactions.each().collect();
        let (first, last) = (&made[0], &made[made.len() - 1]);
        Seen { sequences: (first.sequence, last.sequence), at: first.created_at, ..Seen::default() }
    }
}

impl<T: Tell> Tell for Outcome<T> {
    fn tell(&self) -> Seen {
        Seen { replayed: self.replayed, ..self.output.tell() }
    }
}

impl Tell for Wallet {
    fn tell(&self) -> Seen {
        Seen { told: vec![i64::from(self.frozen_reason.is_some())], ..Seen::default() }
    }
}

/// A member who was deleted or restored.
impl Tell for Member {
    fn tell(&self) -> Seen {
        Seen { told: vec![i64::from(self.deleted_at.is_some())], ..Seen::default() }
    }
}

/// A member who registered.
pub struct Registered(Member);

impl Tell for Registered {
    fn tell(&self) -> Seen {
        Seen::default()
    }

    fn member(&self) -> Option<Member> {
        Some(self.0.clone())
    }
}

/// A command, and the wallets whose balances are read after it.
pub struct Watched<C> {
    pub command: C,
    pub wallets: Vec<WalletKey>,
}

impl<C: Command<Output: Tell>> Command for Watched<C> {
    type Output = (Seen, Option<Member>);

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let output = self.command.run(ledger)?;
        let mut seen = output.tell();
        let mut balance = ledger.conn.prepare_cached("SELECT balance FROM wallets WHERE key = ?1")?;
        for wallet in self.wallets {
            seen.told.push(balance.query_row([wallet], |row| row.get(0))?);
        }
        let mut issued = ledger.conn.prepare_cached("SELECT total_issued FROM ledger")?;
        seen.issued = issued.query_row([], |row| row.get(0))?;
        Ok((seen, output.member()))
    }
}

pub struct Register(pub communitytoken::identity::Register);

impl Command for Register {
    type Output = Registered;
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Registered> {
        self.0.run(ledger).map(Registered)
    }
}

/// Reads the newest lines of a history.
pub struct Look {
    pub wallet: WalletKey,
    pub lines: usize,
}

impl Command for Look {
    type Output = Seen;
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Seen> {
        let wallet = Wallet::by_key(ledger.conn, self.wallet)?;
        let page = history(ledger.conn, &wallet, &Filter::default(), &PageRequest { limit: self.lines, cursor: None })?;
        let told = page.items.iter().flat_map(|line| {
            let change = if line.direction == Some(Direction::In) { line.amount } else { -line.amount };
            [line.sequence, change, line.balance_after.unwrap_or(-1)]
        });
        Ok(Seen { told: told.collect(), ..Seen::default() })
    }
}

/// Sets the clock.
pub struct Turn {
    pub clock: Hand,
    pub by: i64,
}

impl Command for Turn {
    type Output = ();
    fn run(self, _: &mut Ledger<'_>) -> Result<()> {
        self.clock.turn(self.by);
        Ok(())
    }
}

/// Does its work, and then refuses or breaks off.
pub struct Spoiled {
    pub command: Once<Send>,
    pub panics: bool,
}

impl Command for Spoiled {
    type Output = ();
    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        self.command.run(ledger)?;
        if self.panics {
            // Like a panic, only without its message in the test's output.
            std::panic::resume_unwind(Box::new("a defect"));
        }
        Err(Error::forbidden())
    }
}

/// What the world does to a batch.
#[derive(Debug, Clone)]
pub enum Blow {
    /// Takes the files as they are at this moment, as whoever comes after a crash finds them.
    Copy { from: PathBuf, to: PathBuf },
    /// SQLite ends the transaction by itself, as it does on a full disk.
    EndTransaction,
    /// The commit will be refused.
    RefuseCommit,
}

impl Command for Blow {
    type Output = ();
    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        match self {
            Self::Copy { from, to } => copy_database(&from, &to).map_err(Error::internal),
            Self::EndTransaction => Ok(ledger.conn.execute_batch("ROLLBACK")?),
            // A day of a wallet that does not exist, which is only judged at the commit.
            Self::RefuseCommit => Ok(ledger.conn.execute_batch(
                "PRAGMA defer_foreign_keys = ON;
                 INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance)
                 VALUES (0, 1000000, 0, 0, 0, 0, 0, 0)",
            )?),
        }
    }
}

/// The database and its log. The third file is only an index of the log and is made again.
pub fn copy_database(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    let log = |path: &Path| path.with_extension("db-wal");
    if log(from).exists() {
        std::fs::copy(log(from), log(to))?;
    }
    Ok(())
}
